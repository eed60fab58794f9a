"""The limit of a cell."""

import os
import subprocess
import sys

import pytest

from tests.conftest import posix
from tests.deadlines import seconds
from tests.lesson.in_a_kernel import BEGIN, outputs_of_cells


@pytest.mark.parametrize(
    "wait",
    [
        # no signal reaches a lock on Windows
        pytest.param("import threading; threading.Event().wait()", marks=posix),
        "import asyncio; await asyncio.Event().wait()",
    ],
)
def test_a_cell_that_waits_for_ever_is_stopped(kit, wait):
    """A cell that waits for ever, blocking or in an await, is stopped and told so; the next one runs."""
    shorter = "import lesson.watch; lesson.watch.LIMIT = 1"
    *_, stopped, after = outputs_of_cells(kit, BEGIN, shorter, wait, "print('next')")
    assert "The cell was stopped after 1 s" in stopped
    assert after == "next\n"


def test_each_cell_has_thirty_seconds(kit):
    """As shipped, a cell is stopped after 30 seconds, and the limit of one does not reach into the next."""
    first = "import lesson.watch; timer = lesson.watch.watch.timer; print(timer.interval, timer.is_alive())"
    second = (
        "own = lesson.watch.watch.timer; print(timer.finished.is_set(), own.finished.is_set(), own.interval)"
    )
    assert outputs_of_cells(kit, BEGIN, first, second)[1:] == ["30 True\n", "True False 30\n"]


TERMINAL = {
    "plain Python": ["lesson_04.py"],
    "IPython": ["-m", "IPython", "--quick", "lesson_04.py"],
    "a line in IPython": ["-m", "IPython", "--quick", "-c", "%run lesson_04.py"],
}


@pytest.mark.parametrize("words", TERMINAL.values(), ids=TERMINAL)
def test_begin_in_a_terminal(kit, tmp_path_factory, words):
    """Outside a notebook, where no event loop runs, begin() works."""
    (kit / "notebooks/lesson_04.py").write_text(BEGIN)
    environment = {**os.environ, "IPYTHONDIR": str(tmp_path_factory.mktemp("ipython"))}
    run = subprocess.run(
        [sys.executable, *words],
        cwd=kit / "notebooks",
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds(30),
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert "This lesson works in workspace/04_echo_endpoint, with app/main.py, " in run.stdout


@posix
def test_a_line_in_a_terminal_is_stopped(kit, tmp_path_factory):
    """In IPython's terminal too, what waits for ever is stopped and told so; the next line runs."""
    lines = [*BEGIN.splitlines(), "import lesson.watch; lesson.watch.LIMIT = 1"]
    lines += ["import threading; threading.Event().wait()", "print(6 * 7)"]
    run = subprocess.run(
        [sys.executable, "-m", "IPython", "--quick", "--simple-prompt"],
        cwd=kit / "notebooks",
        env={**os.environ, "IPYTHONDIR": str(tmp_path_factory.mktemp("ipython"))},
        input="\n".join([*lines, ""]),
        capture_output=True,
        text=True,
        timeout=seconds(30),
    )
    assert "This lesson works in workspace/04_echo_endpoint" in run.stdout
    assert "The cell was stopped after 1 s" in run.stdout
    assert "42" in run.stdout.split("was stopped")[1]
