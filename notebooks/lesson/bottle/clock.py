"""An event loop on a virtual clock: waiting takes no time, and nothing comes from outside.

asyncio's private names that this needs, each tested on each Python: BaseEventLoop's _selector,
_process_events and _write_to_self.
"""

import asyncio
import linecache
from pathlib import Path

ROUNDS = 20_000  # of the loop at one moment, after which it is taken for one that stays there
LONGEST = 150  # virtual seconds, after which nobody expects anything; a server's own timers never end


class BottleError(Exception):
    """What the bottle cannot do, or what cannot go on in it, in one sentence."""


class NoSelector:
    """What a loop asks for news from outside. There are none, and the time until then is over at once."""

    def __init__(self, loop):
        self.loop, self.rounds = loop, 0

    def select(self, timeout):
        self.rounds = 0 if timeout else self.rounds + 1
        if self.rounds > ROUNDS:
            raise BottleError(f"somebody goes round for ever without waiting, at {self.loop.now:.1f} s")
        if timeout is None or self.loop.now > self.loop.longest:
            raise BottleError(who_waits(self.loop))
        self.loop.now += timeout
        return []

    def close(self):
        pass


class VirtualLoop(asyncio.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self.now, self.longest = 0.0, LONGEST  # seconds since its beginning
        self._selector = NoSelector(self)

    def time(self):
        return self.now

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        """Nobody has to be woken up: a bottle has one thread."""

    def run_in_executor(self, executor, function, *arguments):
        name = getattr(function, "__name__", "something")
        raise BottleError(f"{name}() is to run in a thread, and a bottle has only one. Make it async def.")


def who_waits(loop):
    """Say who waits in a loop in which nothing will come; a server that is there is no news."""
    own = sorted({awaited_line(task) for task in asyncio.all_tasks(loop)} - {""})
    return f"everybody waits and nothing will come, at {loop.now:.1f} s: {'; '.join(own)}"


def awaited_line(task):
    """Say who waits in which line of their own code; of a library's task, nothing.

    A task to which nobody gave a name, as that of an endpoint, goes by the name of its function.
    """
    awaited, where = task.get_coro(), ""
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "ag_frame", None)
        if frame and not {"site-packages", "asyncio"} & set(Path(frame.f_code.co_filename).parts):
            text = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip(" \n:")
            name = task.get_name() if not task.get_name().startswith("Task-") else f"{frame.f_code.co_name}()"
            where = f"{name} waits in line {frame.f_lineno}: {text}"
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "ag_await", None)
    return where
