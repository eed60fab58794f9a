"""What several test modules share."""

import difflib
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from nbval.plugin import get_sanitize_patterns

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "notebooks"))  # the lessons import `lesson` from there

from lesson.refresh import copy_kit


def sanitized(text):
    """Return text without what may differ from run to run, as nbval leaves it out."""
    for pattern, replacement in get_sanitize_patterns((ROOT / "tests/nbval.cfg").read_text()):
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    return text


def assert_same(texts, others, name, other):
    """Compare two dictionaries of path and text; fail with a unified diff of what differs."""
    lines = []
    for path in sorted(texts.keys() | others.keys()):
        sides = [side.get(path, "").splitlines(keepends=True) for side in (texts, others)]
        lines += difflib.unified_diff(*sides, f"{name}: {path}", f"{other}: {path}")
    if lines:
        pytest.fail("\n" + "".join(lines), pytrace=False)


@pytest.fixture
def kit(tmp_path):
    """A copy of the kit with no workspace, as a fresh clone has it."""
    copy_kit(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def chromium():
    """The path of Chromium; a test that needs it is skipped where it is missing, but not in CI."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None and os.environ.get("CI"):
        pytest.fail("CI needs Chromium: install the package chromium.")
    return path or pytest.skip("Chromium is not on PATH: install it to run the tests of the page.")
