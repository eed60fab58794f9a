"""The code, in files and in cells, is as ruff wants it."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.deadlines import seconds


def ruff(*words):
    """Run ruff over the kit."""
    command = [sys.executable, "-m", "ruff", *words, "."]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds(60))


@pytest.mark.parametrize(
    "words", [["check", "--no-cache"], ["format", "--check", "--no-cache"]], ids=" ".join
)
def test_ruff(words):
    """ruff finds nothing."""
    run = ruff(*words)
    assert run.returncode == 0, run.stdout + run.stderr


def test_ruff_sees_all():
    """ruff looks at every file of Python, and at every lesson."""
    folders = [ROOT / name for name in ("app", "notebooks", "tests")]
    wanted = {*ROOT.glob("*.py"), *(ROOT / "notebooks").glob("*.ipynb")}
    wanted |= {path for folder in folders for path in folder.rglob("*.py")}
    seen = set(ruff("check", "--show-files").stdout.splitlines())
    assert {str(path) for path in wanted} - seen == set()
