"""Run a scenario in a bottle: a thread of its own, in which clock and chance are the bottle's."""

import asyncio
import logging
import os
import random
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from unittest.mock import patch

from .clock import BottleError
from .network import Network
from .server import unprinted

clocks = [(time, "monotonic"), (time, "time"), (time, "perf_counter")]


@dataclass
class Run:
    """What came of a scenario: its result or its error, and all that went over the wires."""

    seed: int
    result: object
    error: BaseException | None
    packets: int
    trace: list = field(repr=False)
    on_time: frozenset = field(repr=False)


def in_thread(thread, name, module, replacement):
    """Patch a function so that it is another one in that thread; the rest of the kernel keeps its own."""
    real = getattr(module, name)

    def chosen(*arguments):
        return (replacement if threading.get_ident() == thread else real)(*arguments)

    return patch.object(module, name, chosen)


def simulate(scenario, seed=0, on_time=()):
    """Return the Run of `await scenario(network)` with that seed."""
    runs = []
    thread = threading.Thread(target=lambda: runs.append(simulate_here(scenario, seed, on_time)))
    thread.start()
    thread.join()
    return runs[0]


def simulate_here(scenario, seed, on_time):
    network, chance, here = Network(seed, on_time), random.Random(f"{seed} bytes"), threading.get_ident()
    result = error = None
    with ExitStack() as stack:
        stack.enter_context(unprinted(logging.WARNING))  # who came and went is in the trace
        for module, name in clocks:
            stack.enter_context(in_thread(here, name, module, network.time))
        for module, name, replacement in [
            (os, "urandom", chance.randbytes),
            (random, "random", chance.random),
            (random, "getrandbits", chance.getrandbits),
            (random, "_urandom", chance.randbytes),  # of SystemRandom, and so of all that secrets brings
        ]:
            stack.enter_context(in_thread(here, name, module, replacement))
        asyncio.set_event_loop(network)
        try:
            result = network.run_until_complete(network.create_task(scenario(network), name="the scenario"))
        except BaseException as failure:
            error = failure
        finally:
            trace, packets = network.trace, network.packets
            network.trace = []  # what the end adds is not the scenario's
            with unprinted():  # that calls were cancelled, as it wants
                end(network)
            asyncio.set_event_loop(None)
    error = error or next(iter(network.complaints), None)
    return Run(seed, result, error, packets, trace, network.on_time)


def end(network):
    """End the servers as Ctrl-C would, and cancel what still runs, as asyncio.run() does."""
    network.longest = network.now + 60
    tasks = asyncio.all_tasks(network)
    for server in network.servers:
        server.should_exit = True
    with suppress(BottleError):  # somebody waits although it was cancelled
        if network.servers:
            network.run_until_complete(asyncio.wait(network.servers.values(), timeout=10))
        for task in tasks:
            task.cancel()
        network.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    network.close()
