"""No cell runs for ever: the limit of a cell, after which it is stopped with a sentence that says so."""

import asyncio
import functools
import signal
import threading
from _thread import interrupt_main

from IPython import get_ipython

from . import failures, patience

LIMIT = 30  # seconds, on a quiet machine


class Watch:
    """Interrupt a cell after LIMIT seconds, as the stop button of JupyterLab does."""

    timer = None

    def start(self, info):
        if self.timer:
            self.ended.set()  # of a cell that runs another one
        patience.slowest = 1
        self.ended, self.expired = threading.Event(), threading.Event()
        self.timer = threading.Timer(LIMIT, self.interrupt, [self.ended, self.expired, running_loop()])
        self.timer.daemon = True
        self.timer.start()

    def interrupt(self, ended, expired, loop):
        patience.patient(LIMIT)  # which may be less than what the cell was granted while others were busy
        if ended.wait(LIMIT * (patience.slowest - 1)):
            return
        expired.set()
        if hasattr(signal, "pthread_kill"):  # reaches the main thread while it waits for a lock
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        else:
            interrupt_main()
        if loop:
            loop.call_soon_threadsafe(lambda: None)  # wakes a loop that sleeps in an await

    def stop(self, result):
        self.timer.cancel()
        self.ended.set()
        if self.expired.is_set():
            print(
                f"The cell was stopped after {LIMIT} s: it waited for something that did not come, "
                "or it went round and round. Look at what it receives or repeats, then run it again."
            )


def running_loop():
    """Return the event loop that runs the cell, or None in IPython's terminal, which needs none for most."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


watch = Watch()


@functools.cache
def watch_later_cells():
    """Watch the cells that the kernel runs from now on, once however often it is called."""
    if shell := get_ipython():
        shell.automagic = False  # else reset() without its import asks whether to delete all variables
        shell.events.register("pre_run_cell", watch.start)
        shell.events.register("post_run_cell", watch.stop)
        shell.events.register("post_run_cell", failures.explain)


def watch_cells():
    """Watch this cell of the kernel, too."""
    watch_later_cells()
    if get_ipython() and not watch.timer:
        watch.start(None)
