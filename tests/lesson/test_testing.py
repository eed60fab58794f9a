"""run_tests(), with which a lesson runs the learner's tests."""

import os
import re
import signal
import threading

import pytest

from lesson import run_tests
from tests.conftest import posix
from tests.deadlines import until

ONE_OF_EACH = """
import json

def test_green():
    pass

def test_red():
    assert "Grüße" == "Gruesse"

def test_error_in_a_library():
    json.loads("{")
"""
REPORT = """\
.FF                                                                      [100%]
=================================== FAILURES ===================================
___________________________________ test_red ___________________________________
test_one.py:8: in test_red
    assert "Grüße" == "Gruesse"
E   AssertionError: assert 'Grüße' == 'Gruesse'
E     
E     - Gruesse
E     + Grüße
___________________________ test_error_in_a_library ____________________________
test_one.py:11: in test_error_in_a_library
    json.loads("{")
E   json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)
=========================== short test summary info ============================
FAILED test_one.py::test_red - AssertionError: assert 'Grüße' == 'Gruesse'
FAILED test_one.py::test_error_in_a_library - json.decoder.JSONDecodeError: E...
2 failed, 1 passed
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with tests of its own."""
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -q --tb=short\n")
    (tmp_path / "test_one.py").write_text(ONE_OF_EACH, encoding="utf-8")
    return tmp_path


def test_report_is_the_same_everywhere(folder, monkeypatch, capsys):
    """The report has no time, no colour and no line of a library, whatever the environment asks for."""
    for name, text in {"CI": "1", "FORCE_COLOR": "1", "PYTEST_ADDOPTS": "-v", "COLUMNS": "200"}.items():
        monkeypatch.setenv(name, text)
    run_tests("test_one.py", folder=folder)
    assert capsys.readouterr().out == REPORT


def test_endless_test_is_stopped(folder, capsys):
    """A test that never ends is stopped after the given seconds, and said so."""
    (folder / "test_two.py").write_text("import time\n\ndef test_wait():\n    time.sleep(60)\n")
    run_tests("test_two.py", folder=folder, seconds=2)
    assert capsys.readouterr().out == (
        "pytest has said nothing.\nAfter 2 s it was still running, so it was stopped.\n"
    )


@posix  # another signal does it on Windows
def test_stop_button(folder, capsys):
    """Who stops the cell stops the tests, and can run others after that."""
    waits = (
        "import os, time\n\ndef test_wait():\n    open(f'{os.getpid()}', 'w').close()\n    time.sleep(60)\n"
    )
    (folder / "test_two.py").write_text(waits)

    def press():
        until(lambda: list(folder.glob("[0-9]*")), "test that waits")
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    threading.Thread(target=press).start()
    with pytest.raises(KeyboardInterrupt):
        run_tests("test_two.py", folder=folder)
    [process] = folder.glob("[0-9]*")
    with pytest.raises(ProcessLookupError):
        os.kill(int(process.name), 0)
    run_tests("test_one.py", "-k", "green", folder=folder)
    assert capsys.readouterr().out.endswith("1 passed, 2 deselected\n")


@posix  # where no process can fork, each run imports anew
def test_one_import_for_all_runs(folder, monkeypatch, capsys):
    """Each run is a fork of one process, and has the environment of its own time."""
    test = "import os\n\ndef test_mine():\n    print(os.getppid(), os.environ['MINE'])\n    assert 0\n"
    (folder / "test_two.py").write_text(test)
    parents = set()
    for mine in ["one", "two"]:
        monkeypatch.setenv("MINE", mine)
        run_tests("test_two.py", folder=folder)
        parents |= set(re.findall(rf"(?m)^(\d+) {mine}$", capsys.readouterr().out))
    assert len(parents) == 1
    assert parents != {str(os.getpid())}


@posix  # on Windows pytest-timeout ends the whole run
def test_endless_test_is_a_failure(folder, capsys):
    """A test that is longer than its own deadline is a failure like any other."""
    (folder / "test_two.py").write_text("import time\n\ndef test_wait():\n    time.sleep(60)\n")
    run_tests("test_two.py", "--timeout=0.5", folder=folder)
    assert "E   Failed: Timeout (>0.5s) from pytest-timeout.\n" in capsys.readouterr().out


def test_header_is_left_out(folder, capsys):
    """The report does not name this machine's Python, plugins and folders, also without -q."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    run_tests("test_one.py", "-k", "green", folder=folder)
    assert "collected 3 items" in capsys.readouterr().out.splitlines()[1]


def test_nothing_is_left_behind(folder, monkeypatch):
    """pytest leaves no cache and no compiled file in the learner's folder."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    run_tests("test_one.py", folder=folder)
    assert {path.name for path in folder.iterdir()} == {"pytest.ini", "test_one.py"}


def test_plugins_of_this_machine_are_not_loaded(folder, capsys):
    """A plugin that is installed, but no part of the lesson, has no say."""
    run_tests("test_one.py", "-n", "2", folder=folder)
    assert "unrecognized arguments: -n" in capsys.readouterr().out


def test_folder_comes_first(folder, capsys):
    """A test from elsewhere imports what is in the folder where pytest runs."""
    (folder / "broken").mkdir()
    for place in [folder, folder / "broken"]:
        (place / "chat_of_a_learner.py").write_text(f"WHERE = {place.name!r}\n")
    test = "from chat_of_a_learner import WHERE\n\ndef test_where():\n    assert WHERE == 'broken'\n"
    (folder / "test_where.py").write_text(test)
    run_tests("../test_where.py", folder=folder / "broken")
    assert capsys.readouterr().out.endswith("\n1 passed\n")


def test_input_is_empty(folder, capsys):
    """A test that asks for input gets none, and does not wait for the one who sits there."""
    (folder / "test_ask.py").write_text("def test_ask():\n    input()\n")
    somebody, typed = os.pipe()
    usual = os.dup(0)
    os.write(typed, b"a line\n")
    os.dup2(somebody, 0)
    try:
        run_tests("test_ask.py", "-s", folder=folder, seconds=10)
    finally:
        os.dup2(usual, 0)
        for end in [somebody, typed, usual]:
            os.close(end)
    assert "E   EOFError" in capsys.readouterr().out
