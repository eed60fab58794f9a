"""The command: grade all zips of a folder, as many at once as there are processors."""

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from lesson.lessons import KitError

from .marking import mark_hand_in
from .report import write_report
from .setting import prepare

AS_ROOT = (
    "What was handed in is somebody else's code, and root may do all: grade as another user, or, in a "
    "container made for it, with --as-root."
)
CODE = "What was handed in is somebody else's code. It runs here, with limits of time, memory and processes"
SEALED = f"{CODE}, without a network, and writes in a folder of its own only."
OPEN = (
    f"{CODE}. The network and your files are open to it, because this system has no namespaces, or no right "
    "to them: grade on Linux, or where nothing of value is."
)


def grade(folder, exam=None, as_root=False):
    """Grade all zips of a folder, write grades.csv and grades.html there, and say how it goes.

    With the folder of an exam its exercises are marked, and no others.
    KitError: nothing is to be graded, it was stopped, or nothing can be written.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0 and not as_root:
        raise KitError(AS_ROOT)
    archives = sorted(path for path in Path(folder).glob("*.zip") if path.is_file())
    if not archives:
        raise KitError(f"There is no zip in {folder}: put there what hand_in() wrote.")
    with tempfile.TemporaryDirectory(prefix="grade-", ignore_cleanup_errors=True) as place:
        place = Path(place).resolve()
        setting = prepare(place, exam)
        print(SEALED if setting.namespaces else OPEN, flush=True)
        rows = mark_all(archives, place, setting)
    for file in write_report(Path(folder), setting.ids, rows):
        print(f"{file} is ready.")


def mark_all(archives, place, setting):
    """Return the row of each zip, in order; print a line for each one that is done."""
    began, rows = time.monotonic(), {}
    with ThreadPoolExecutor(processors()) as pool:
        todo = {
            pool.submit(mark_hand_in, archive, place / str(number), setting): number
            for number, archive in enumerate(archives)
        }
        try:
            for future in as_completed(todo):
                row = rows[todo[future]] = future.result()
                left = (time.monotonic() - began) / len(rows) * (len(archives) - len(rows))
                what = f"{row.done} of {len(row.marks)} done" if row.marks else row.remarks[0]
                print(f"{len(rows)} of {len(archives)}{about(left)}: {row.name}, {what}", flush=True)
        except KeyboardInterrupt:
            setting.cancelled.set()
            pool.shutdown(cancel_futures=True)
            raise KitError("The grading was stopped, and nothing was written.") from None
    return [row for _, row in sorted(rows.items())]


def about(seconds):
    """Return in words how long something is going to take."""
    if not seconds:
        return ""
    return f", about {seconds / 60:.0f} min left" if seconds > 90 else f", about {seconds:.0f} s left"


def processors():
    """Return how many processors this process may use."""
    return getattr(os, "process_cpu_count", os.cpu_count)() or 1
