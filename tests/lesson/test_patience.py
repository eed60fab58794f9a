"""The deadlines of the kit, on a quiet machine and on a busy one."""

import os
import subprocess
import sys

import pytest

from lesson.kernels import run_all
from lesson.patience import MOST, patient
from tests.deadlines import until


@pytest.fixture
def busy():
    """A machine on which each processor has four programs that want all of it."""
    endless = [sys.executable, "-c", "while True: pass"]
    # each in a session of its own, as a kernel is: Linux shares the processors out among sessions
    programs = [subprocess.Popen(endless, start_new_session=True) for _ in range(4 * os.cpu_count())]
    try:
        until(lambda: patient(1) > 2, "deadline of more than twice the seconds")
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()


def test_deadline():
    """A deadline is no shorter than it says, and no more than MOST times as long."""
    assert all(10 <= patient(10) <= 10 * MOST for _ in range(10))


@pytest.mark.usefixtures("busy")
def test_cell_on_a_busy_machine(kit):
    """Where others use the processors too, a cell has more time than the limit says."""
    shorter = "import lesson.watch; lesson.watch.LIMIT = 1"
    slow = "import time; time.sleep(1.2); print('at its end')"
    begin = 'from lesson import begin; begin("01_index_route")'
    *_, said = run_all([begin, shorter, slow], cwd=kit / "notebooks")
    assert [output.get("text") for output in said] == ["at its end\n"]
