"""Run tests with pytest, in a process of their own."""

import os
import re
import subprocess
import sys

ALIKE = [  # one report on every machine, whatever plugins of pytest it has
    *["--no-header", "-p", "no:cacheprovider", "--disable-plugin-autoload", "-p", "timeout"],
    "--import-mode=importlib",  # so `app` is the one in the folder where pytest runs
]
NOT_PASSED_ON = r"PYTEST_|PY_COLORS$|(CLI|FORCE_)COLOR|CI$|BUILD_NUMBER$"  # a kernel forces colours
OF_THIS_RUN = {
    r"\r+\n": "\n",
    r" in \d+\.\d+s( \(.*?\))?(?= =|$)": "",
    r"^(-+ Captured \w+ \w+ -+\n)?\++ Timeout \++\n(.*\n)*?\++ Timeout \++\n": "",  # stacks of other threads
    r"^\S.*[\\/][Ll]ib(64)?[\\/].*:\d+: in .*\n( .*\n)*": "",  # a line of a traceback that is in a library
}


def pytest(*words, folder=".", seconds=25):
    """Return pytest's exit code, or None if it was stopped, and its report without what differs by chance."""
    environment = {name: text for name, text in os.environ.items() if not re.match(NOT_PASSED_ON, name)}
    environment |= {"COLUMNS": "80", "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", *ALIKE, *words]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    try:
        run = subprocess.run(command, cwd=folder, env=environment, timeout=seconds, **pipes)
        code, report = run.returncode, run.stdout
    except subprocess.TimeoutExpired as stopped:
        code, report = None, stopped.output or b""
    report = report.decode(errors="replace")
    for pattern, text in OF_THIS_RUN.items():
        report = re.sub(pattern, text, report, flags=re.MULTILINE)
    return code, report.strip()


def run_tests(*words, folder=".", seconds=25):
    """Run `python -m pytest` with these words in a folder, and print its report.

    The report lacks what differs from run to run: the time it took, the lines of libraries in a
    traceback, and where other threads stood when a test was stopped.
    """
    code, report = pytest(*words, folder=folder, seconds=seconds)
    print(report or "pytest has said nothing.")
    if code is None:
        print(f"After {seconds} s it was still running, so it was stopped.")
