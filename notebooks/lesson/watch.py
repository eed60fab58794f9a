"""No cell waits for ever, or fails for want of another one, without a sentence that says what to do."""

import ast
import asyncio
import functools
import json
import re
import signal
import threading
from _thread import interrupt_main
from pathlib import Path

from IPython import get_ipython

LIMIT = 30  # seconds


class Watch:
    """Interrupt a cell after LIMIT seconds, as the stop button of JupyterLab does; explain how it failed."""

    timer = None
    failed = False  # whether the cell that ended last did

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
        self.failed = not result.success
        if self.expired.is_set():
            print(
                f"The cell was stopped after {LIMIT} s: it waited for something that did not come, "
                "or it went round and round. Look at what it receives or repeats, then run it again."
            )
        elif isinstance(result.error_in_exec, NameError) and in_this_lesson(result.error_in_exec.name):
            print(
                f"This lesson makes the name {result.error_in_exec.name} in a cell that has not run in this "
                "kernel. Choose Kernel, Restart Kernel, then run the cells from the top."
            )


def in_this_lesson(name):
    """Return whether a cell of the lesson in whose folder the kernel is makes a name."""
    lesson = Path(__file__).parents[1] / f"{Path.cwd().name}.ipynb"
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"] if lesson.exists() else []
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    run = set(re.findall(r"^%run (\S+)", "\n".join(sources), re.MULTILINE))
    return any(name in made_by(source, run) for source in sources)


def made_by(source, run):
    """Yield the names that a cell makes, or the file that it writes, if that is one of those that are run."""
    magic, _, file = source.partition("\n")
    if magic.startswith("%%"):
        source = file if magic.removeprefix("%%writefile ") in run else ""
    for statement in ast.parse(re.sub(r"(?m)^%.*", "", source)).body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif isinstance(node, ast.alias):
                yield node.asname or node.name.partition(".")[0]


watch = Watch()


@functools.cache
def watch_cells():
    """Watch this cell of the kernel, and every later one, once however often it is called."""
    if shell := get_ipython():
        shell.automagic = False  # else reset() without its import asks whether to delete all variables
        watch.start(None)  # the cell that calls this has begun already
        shell.events.register("pre_run_cell", watch.start)
        shell.events.register("post_run_cell", watch.stop)
