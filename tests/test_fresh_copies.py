"""The commands that run the tests with other Pythons, and with other packages."""

import os
import re
import subprocess
import sys
from importlib.metadata import version

import pytest

from tests import fresh_copies
from tests.conftest import ROOT
from tests.deadlines import seconds


def test_without_pins():
    """All pins are gone but those for one platform, and so is the file of constraints."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    left = re.findall(r"(?m)^\S+==\d.*$", fresh_copies.without_pins(text))
    assert left == [line for line in text.splitlines() if "; sys_platform " in line]
    assert "-c " not in fresh_copies.without_pins(text)
    assert "\njinja2 " in fresh_copies.without_pins(text)


def test_other_versions():
    """A package of another version, or a new one, is a line; what another platform needs is none."""
    constraints = "# words\nfast-api==1.0\nonly-there==1 ; sys_platform == 'nowhere'\nsame==2\n"
    here = {"Fast_API": "1.1", "same": "2", "new": "3", "pip": "99"}
    assert fresh_copies.other_versions(constraints, here) == ["fast-api 1.1 (==1.0)", "new 3 (not there)"]


def test_run_copy(monkeypatch):
    """The tests are run in a copy of the kit; what comes back is their exit code and the packages there."""
    # a test has no network
    monkeypatch.setattr(fresh_copies, "MAKE_VENV", "import sys; print(sys.executable)")
    code, here = fresh_copies.run_copy(sys.executable, ["--no-such-option"])
    assert (code, here["pytest"]) == (pytest.ExitCode.USAGE_ERROR, version("pytest"))


def test_upgraded(monkeypatch, capsys):
    """A run with the newest packages says what has moved, and ends with the code of the tests."""
    monkeypatch.setattr(fresh_copies, "run_copy", lambda *words: (3, {"pytest": "99"}))
    assert fresh_copies.upgraded([]) == 3
    assert "\n  pytest 99 (==" in capsys.readouterr().out


def test_upgraded_where_nothing_can_be_installed(monkeypatch, capsys):
    """Where the newest packages cannot be installed, a sentence says so, and nothing is said of them."""
    monkeypatch.setattr(fresh_copies, "MAKE_VENV", "raise SystemExit(3)")
    with pytest.raises(SystemExit, match="could not be installed"):
        fresh_copies.upgraded([])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("word", ["upgrade", "tests/test_pages.py"])
def test_word_that_is_no_file(word):
    """A word that is neither command nor file is one sentence that names the commands, and exit code 1."""
    run = subprocess.run(
        [sys.executable, "-m", "tests", word], cwd=ROOT, capture_output=True, text=True, timeout=seconds(60)
    )
    assert (run.returncode, run.stdout) == (1, "")
    said = f"There is no file '{word}' to test; other words are: everywhere, bench, chaos, --upgrade.\n"
    assert run.stderr == said


def test_what_is_compiled_is_kept(kit):
    """The tests compile each module once, also where the environment tells Python to keep nothing."""
    command = [sys.executable, "-m", "tests", "tests/test_ruff.py", "--collect-only", "-n", "0"]
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(command, cwd=kit, env=variables, stdout=subprocess.DEVNULL, check=True)
    assert list(kit.glob("notebooks/lesson/__pycache__/lessons.*.pyc"))


@pytest.mark.parametrize(("codes", "code"), [([0, 0], 0), ([0, 1], 1), ([1, 0], 1)])
def test_everywhere(monkeypatch, capsys, codes, code):
    """Each Python that is found is tried, and one that fails makes all fail."""
    asked, left = [], list(codes)

    def note_run(python, options):
        asked.append((python, options))
        return left.pop(0), {}

    found = {11: "python11", 14: "python14"}
    monkeypatch.setattr(fresh_copies, "python_of", found.get)
    monkeypatch.setattr(fresh_copies, "run_copy", note_run)
    assert fresh_copies.everywhere(["-k", "page"]) == code
    assert asked == [("python11", ["-k", "page"]), ("python14", ["-k", "page"])]
    words = ["failed" if one else "passed" for one in codes]
    assert capsys.readouterr().out == f"Python 3.11: {words[0]}\nPython 3.14: {words[1]}\n"
