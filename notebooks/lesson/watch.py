"""No cell waits for ever: the kernel interrupts a cell that takes too long, and says so."""

import asyncio
import functools
import signal
import threading
from _thread import interrupt_main

from IPython import get_ipython

LIMIT = 30  # seconds


class CellLimit:
    """Interrupt a cell after LIMIT seconds, as the stop button of JupyterLab does."""

    timer = None

    def start(self, info):
        if self.timer:
            self.timer.cancel()  # of a cell that runs another one
        self.expired = threading.Event()
        self.timer = threading.Timer(LIMIT, self.interrupt, [self.expired, asyncio.get_running_loop()])
        self.timer.daemon = True
        self.timer.start()

    def interrupt(self, expired, loop):
        expired.set()
        if hasattr(signal, "pthread_kill"):  # reaches the main thread while it waits for a lock
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        else:
            interrupt_main()
        loop.call_soon_threadsafe(lambda: None)  # wakes a loop that sleeps in an await

    def stop(self, result):
        self.timer.cancel()
        if self.expired.is_set():
            print(
                f"The cell was stopped after {LIMIT} s: it waited for something that did not come, "
                "or it went round and round. Look at what it receives or repeats, then run it again."
            )


@functools.cache
def limit_cells():
    """Put the limit on every later cell of this kernel, once however often it is called."""
    if shell := get_ipython():
        shell.automagic = False  # else reset() without its import asks whether to delete all variables
        limit = CellLimit()
        limit.start(None)  # the cell that calls this has begun already
        shell.events.register("pre_run_cell", limit.start)
        shell.events.register("post_run_cell", limit.stop)
