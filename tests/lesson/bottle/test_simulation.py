"""The same seed is the same run, and nobody outside of a bottle notices it."""

import asyncio
import hashlib
import os
import subprocess
import sys
import threading
import time

from environment import ROOT
from lesson.bottle import simulate
from tests.deadlines import seconds
from tests.lesson.bottle.two_networks import cut_and_mended

DIGEST = """
import sys
sys.path.insert(0, "notebooks")
from tests.lesson.bottle.test_simulation import digest
print(digest())
"""


def digest():
    """Return a digest of all bytes of a run, and when each went where."""
    return hashlib.sha256(repr(simulate(cut_and_mended, 7).trace).encode()).hexdigest()[:16]


def test_same_seed():
    """A seed's trace is the same to the byte: in another process, beside a busy thread, on other Pythons."""
    environ, command = {**os.environ, "PYTHONHASHSEED": "1"}, [sys.executable, "-c", DIGEST]
    found = [subprocess.check_output(command, cwd=ROOT, env=environ, text=True).strip()]
    stop = threading.Event()

    def be_busy():
        while not stop.is_set():
            time.monotonic(), os.urandom(16), sum(range(1000))

    busy = threading.Thread(target=be_busy)
    busy.start()
    found += [digest(), digest()]
    stop.set()
    busy.join()
    assert set(found) == {"6bdf7a93edb9ed16"}, "where a package is another: write the new digest here"
    assert simulate(cut_and_mended, 8).trace != simulate(cut_and_mended, 7).trace


def test_outside():
    """The clock and chance of other threads stay theirs, and come back to this one."""
    real = time.monotonic, os.urandom

    async def scenario(network):
        seen.append(time.monotonic())
        await asyncio.sleep(100)
        seen.append(time.monotonic())

    seen, began = [], time.monotonic()
    simulate(scenario)
    assert seen == [0, 100]
    assert time.monotonic() - began < seconds(5)
    assert (time.monotonic, os.urandom) == real


async def with_a_bug(network):
    async def ann():
        raise KeyError("Ann's own bug")

    network.create_task(ann(), name="Ann")
    await asyncio.sleep(1)


def test_error_in_a_task_that_nobody_awaits():
    """A scenario in which somebody's task fails has failed."""
    assert repr(simulate(with_a_bug).error) == 'KeyError("Ann\'s own bug")'
