"""The limit of a cell."""

import os
import subprocess
import sys

import pytest

from tests.conftest import posix
from tests.deadlines import seconds
from tests.lesson.in_a_kernel import BEGIN, outputs_of_cells

WAITS = ["import asyncio; await asyncio.Event().wait()"]
if os.name != "nt":  # no signal reaches a lock there
    WAITS.append("import threading; threading.Event().wait()")


def test_a_cell_that_waits_for_ever_is_stopped(kit):
    """A cell has 30 s of its own; one that waits for ever is stopped and told so, and the next one runs."""
    first = "import lesson.watch; timer = lesson.watch.watch.timer; print(timer.interval, timer.is_alive())"
    second = (
        "own = lesson.watch.watch.timer; print(timer.finished.is_set(), own.finished.is_set(), own.interval)"
    )
    shorter = "lesson.watch.LIMIT = 1; lesson.watch.patience.slowest = 99"  # in a cell that has ended
    nested = "ended = lesson.watch.watch.ended; get_ipython().run_cell('1'); print(ended.is_set())"
    cells = [BEGIN, first, second, nested, shorter, *WAITS, "print('next')"]
    _, one, another, outer, _, *stopped, after = outputs_of_cells(kit, *cells)
    assert (one, another, outer) == ("30 True\n", "True False 30\n", "True\n")
    assert ["The cell was stopped after 1 s" in said for said in stopped] == [True] * len(WAITS)
    assert after == "next\n"


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
