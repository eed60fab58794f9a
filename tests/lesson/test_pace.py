"""The deadlines of the kit, on a quiet machine and on a busy one."""

import os
import subprocess
import sys

from lesson.pace import MOST, patient
from tests.deadlines import until

BUSY = [sys.executable, "-c", "while True: pass"]


def test_deadline_of_a_quiet_machine():
    """A deadline is no shorter than it says, and no more than MOST times as long."""
    assert all(10 <= patient(10) <= 10 * MOST for _ in range(10))


def test_deadline_of_a_busy_machine():
    """Where others use the processors too, a deadline gets longer."""
    programs = [subprocess.Popen(BUSY) for _ in range(4 * os.cpu_count())]
    try:
        until(lambda: patient(10) > 20, "deadline of more than twice the seconds")
    finally:
        for program in programs:
            program.kill()
            program.wait()
