"""The processes that a learner's code starts: what they take, and their end."""

import os
import signal
import subprocess
from contextlib import suppress

import psutil

MOST_PROCESSES = 60
MOST_MEMORY = 3_000_000_000  # bytes, of all processes of a kernel
MOST_ON_DISK, MOST_FILES = 500_000_000, 20_000  # in the folder of a kernel


def processes_of(program):
    """Return a program's process, and all that it and its children have started."""
    try:
        process = psutil.Process(program.pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:  # it has just ended
        return []


def takes_too_much(program, folder):
    """Return in words what a program and its children take too much of, or None."""
    processes = processes_of(program)
    if len(processes) > MOST_PROCESSES:
        return f"started more than {MOST_PROCESSES} processes"
    if sum(map(memory_of, processes)) > MOST_MEMORY:
        return f"took more than {MOST_MEMORY // 10**9} GB of memory"
    sizes = list(sizes_of_files(folder))
    if sum(sizes) > MOST_ON_DISK or len(sizes) > MOST_FILES:
        return "wrote too many or too large files"
    return None


def memory_of(process):
    with suppress(psutil.Error):
        return process.memory_info().rss
    return 0


def sizes_of_files(folder):
    """Yield the size of each file in a folder, while a program makes and deletes some."""
    for here, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                yield os.lstat(os.path.join(here, name)).st_size


def end_with_descendants(program):
    """End a program, which leads a group of processes, and all that it has started."""
    processes = processes_of(program)  # while it is there to say which these are
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)  # no fork in the group escapes this
    for process in processes:
        with suppress(psutil.Error):
            process.kill()
    with suppress(subprocess.TimeoutExpired):
        program.wait(10)
