"""What several test modules share."""

import difflib
import os
import re
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
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


@contextmanager
def jupyterlab(folder):
    """Start JupyterLab in a copy of the kit by the kit's command; give its address, and stop it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "notebooks", "--no-browser", "--port", str(port)],
        cwd=folder,
        env={"HOME": str(folder.parent), "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        try:
            said = ""
            while not (address := re.search(r"http://127\.0\.0\.1:\d+/lab\S+", said)):
                said += program.stdout.readline() or pytest.fail(said)
            yield address[0]
        finally:
            program.terminate()
            said += program.communicate(timeout=20)[0]
    assert "warn" not in said.lower(), said
