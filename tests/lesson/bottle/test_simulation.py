"""The same seed is the same run, and nobody outside of a bottle notices it."""

import asyncio
import hashlib
import os
import random
import secrets
import subprocess
import sys
import threading
import time

from environment import ROOT
from lesson.bottle import simulate
from lesson.kernels import run_all
from tests.deadlines import seconds
from tests.lesson.bottle.test_faults import cut_off
from tests.lesson.bottle.two_networks import bottled

DIGEST = """
import sys
sys.path.insert(0, "notebooks")
from tests.lesson.bottle.test_simulation import digest
print(digest())
"""


def digest():
    """Return a digest of all bytes of a run, and when each went where."""
    return hashlib.sha256(repr(simulate(bottled(cut_off), 7).trace).encode()).hexdigest()[:16]


def test_same_seed():
    """A seed's trace is the same to the byte: in a process, a kernel, beside a busy thread, on any Python."""
    environ, command = {**os.environ, "PYTHONHASHSEED": "1"}, [sys.executable, "-c", DIGEST]
    [[cell]] = run_all([DIGEST], cwd=ROOT)
    found = [subprocess.check_output(command, cwd=ROOT, env=environ, text=True).strip(), cell.text.strip()]
    stop = threading.Event()

    def be_busy():
        while not stop.is_set():
            time.monotonic(), os.urandom(16), sum(range(1000))

    busy = threading.Thread(target=be_busy)
    busy.start()
    found += [digest(), digest()]
    stop.set()
    busy.join()
    assert set(found) == {"15e083dcfd1cbadc"}, "where a package is another: write the new digest here"


async def all_chance(network):
    """Return what each source of chance brings, after three seconds of each clock."""
    began = time.time(), time.monotonic(), time.perf_counter()
    await asyncio.sleep(3)
    ended = time.time(), time.monotonic(), time.perf_counter()
    assert [round(end - begin, 6) for begin, end in zip(began, ended, strict=True)] == [3, 3, 3]
    return {
        "network.random": network.random.random(),
        "random.random": random.random(),
        "random.getrandbits": random.getrandbits(64),
        "os.urandom": os.urandom(8),
        "secrets.token_bytes": secrets.token_bytes(8),
        "secrets.randbits": secrets.randbits(64),
        "secrets.choice": secrets.choice(range(2**60)),
    }


def test_chance():
    """Each source of chance brings the same with the same seed, and something else with another."""
    one, again, other = (simulate(all_chance, seed).result for seed in [1, 1, 2])
    assert again == one
    assert not one.items() & other.items()


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
