"""Run tests with pytest, in a process of their own."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Timer

from .patience import patient

IN_EACH = Path(__file__).with_name("in_each.py")
HAS_FORKS = hasattr(os, "fork")
runner = None  # the process of in_each.py, which this kernel keeps
ALIKE = [  # one report on every machine, whatever plugins of pytest it has
    *["--no-header", "-p", "no:cacheprovider", "--disable-plugin-autoload", "-p", "timeout"],
    "--import-mode=importlib",  # so `app` is the one in the folder where pytest runs
]
ENDED = -1  # the code of a pytest whose process was ended by the tests
NOT_PASSED_ON = r"PYTEST_|PY_COLORS$|(CLI|FORCE_)COLOR|CI$|BUILD_NUMBER$"  # a kernel forces colours
OF_THIS_RUN = {
    r"\r+\n": "\n",
    r" in \d+\.\d+s( \(.*?\))?(?= =|$)": "",
    r"^(-+ Captured \w+ \w+ -+\n)?\++ Timeout \++\n(.*\n)*?\++ Timeout \++\n": "",  # stacks of other threads
    r"^\S.*[\\/][Ll]ib(64)?[\\/].*:\d+: in .*\n( .*\n)*": "",  # a line of a traceback that is in a library
}


def pytest(*words, folder=".", seconds=25):
    """Return pytest's exit code, or None if it was stopped, and its report without what differs by chance."""
    [said] = pytest_in_each([folder], *words, seconds=seconds)
    return said


def pytest_in_each(folders, *words, seconds=25):
    """Return what pytest() does, for each folder; the code is None where it was stopped, or else ENDED.

    It goes on from the first folder only if the tests pass there, and from the others only if they do not.
    It has `seconds` in all on a quiet machine, and more on a busy one.
    """
    with TemporaryDirectory() as out:
        request = {"folders": [str(Path(folder).resolve()) for folder in folders], "words": [*ALIKE, *words]}
        request |= {"environment": environment(), "out": out}
        without = None if is_stopped(json.dumps(request), patient(seconds)) else ENDED
        return [said(Path(out, str(number)), without) for number in range(len(folders))]


def is_stopped(request, seconds):
    """Let in_each.py do what is asked for, and return whether it was stopped, after so many seconds."""
    global runner
    if runner is None or runner.poll() is not None:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        runner = subprocess.Popen([sys.executable, IN_EACH], env=environment(), **pipes)
    print(request, file=runner.stdin, flush=True)
    pid, stopped = int(runner.stdout.readline()) if HAS_FORKS else runner.pid, Event()

    def stop():
        stopped.set()
        with suppress(ProcessLookupError):  # it has just ended
            os.kill(pid, signal.SIGKILL if HAS_FORKS else signal.SIGTERM)

    timer = Timer(seconds, stop)
    timer.start()
    try:
        runner.stdout.readline()  # it has ended
    except KeyboardInterrupt:
        stop()
        runner.stdout.readline()
        raise
    finally:
        timer.cancel()
    return stopped.is_set()


def said(out, without):
    """Return the exit code that pytest left, or `without` where it left none, and its report."""
    code, report = out.with_suffix(".code"), out.with_suffix(".report")
    text = report.read_text(encoding="utf-8", errors="replace") if report.exists() else ""
    return int(code.read_text()) if code.exists() else without, without_chance(text)


def environment():
    """Return the environment of a learner's tests: this one, without what would change the report."""
    kept = {name: text for name, text in os.environ.items() if not re.match(NOT_PASSED_ON, name)}
    return kept | {"COLUMNS": "80", "PYTHONDONTWRITEBYTECODE": "1"}


def without_chance(report):
    for pattern, text in OF_THIS_RUN.items():
        report = re.sub(pattern, text, report, flags=re.MULTILINE)
    return report.strip()


def run_tests(*words, folder=".", seconds=25):
    """Run `python -m pytest` with these words in a folder, and print its report.

    The report lacks what differs from run to run: the time it took, the lines of libraries in a
    traceback, and where other threads stood when a test was stopped.
    """
    code, report = pytest(*words, folder=folder, seconds=seconds)
    print(report or "pytest has said nothing.")
    if code is None:
        print(f"After {seconds} s it was still running, so it was stopped.")
