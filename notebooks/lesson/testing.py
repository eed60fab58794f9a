"""Run tests with pytest, in a process of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path

from .patience import patient

IN_EACH = Path(__file__).with_name("in_each.py")
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
    code, report = run_python("-m", "pytest", *ALIKE, *words, folder=folder, seconds=seconds)
    return code, without_chance(report)


def pytest_in_each(folders, *words, seconds=25):
    """Return what pytest() does, for each folder; the code is None where it was stopped, or else ENDED.

    It goes on from the first folder only if the tests pass there, and is stopped after `seconds` in all.
    """
    code, _ = run_python(IN_EACH, *folders, "--", *ALIKE, *words, folder=folders[0], seconds=seconds)
    for folder in folders:
        ended, report = folder / "code.txt", folder / "report.txt"
        text = report.read_text(encoding="utf-8", errors="replace") if report.exists() else ""
        without = None if code is None else ENDED
        yield int(ended.read_text()) if ended.exists() else without, without_chance(text)


def run_python(*words, folder, seconds):
    """Return the exit code of a Python program, or None if it was stopped, and what it printed.

    It has `seconds` on a quiet machine, and more on a busy one.
    """
    environment = {name: text for name, text in os.environ.items() if not re.match(NOT_PASSED_ON, name)}
    environment |= {"COLUMNS": "80", "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    try:
        done = subprocess.run(
            [sys.executable, *words], cwd=folder, env=environment, timeout=patient(seconds), **pipes
        )
        return done.returncode, done.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as stopped:
        return None, (stopped.output or b"").decode(errors="replace")


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
