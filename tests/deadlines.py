"""How long the tests wait: the seconds of a quiet machine, times one factor for a slow or busy one."""

import os
import subprocess
import sys
import time

import pytest

QUIET = 0.8  # seconds that WORK takes on two processors with nothing else to do
WORK = "import fastapi, uvicorn, websockets.sync.client"
FACTOR = "KIT_TESTS_FACTOR"  # the environment variable by which one run's processes share it


def measured_factor():
    """Return how many times as long as on a quiet machine work takes here now, 1 at the least."""
    times = []
    for _ in range(4):
        began = time.monotonic()
        subprocess.run([sys.executable, "-c", WORK], check=True)
        times.append(time.monotonic() - began)
    return max(1, max(times[1:]) / QUIET)  # the first compiles what a fresh .venv has not compiled yet


def factor():
    """Return the factor of this run, measured once, by the first process that asks."""
    if FACTOR not in os.environ:
        os.environ[FACTOR] = f"{measured_factor():.1f}"
    return float(os.environ[FACTOR])


def seconds(quiet):
    """Return the deadline for what has to be over after `quiet` seconds on a quiet machine."""
    return quiet * factor()


def until(condition, awaited, quiet=10):
    """Return what `condition()` returns once it is true; fail after seconds(quiet), with what was awaited."""
    deadline = time.monotonic() + seconds(quiet)
    while not (result := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"After {seconds(quiet):.0f} s there was no {awaited}.")
        time.sleep(0.01)
    return result
