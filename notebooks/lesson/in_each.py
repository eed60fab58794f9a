"""Run pytest in one folder after the other, until one of them settles the matter.

testing.py starts this program once, and writes a line of JSON for each run, which has a process of its own: a
fork, for to import pytest and an app takes longer than a learner's tests. Where no process can fork, as on
Windows, the program ends with its first run.
"""

import gc
import json
import os
import signal
import sys
from pathlib import Path

import fastapi.testclient
import hypothesis
import pytest
import pytest_timeout

IMPORTED = fastapi.testclient, hypothesis, pytest_timeout


def run(folders, words, environment, out):
    """Leave in `out` pytest's report and its exit code for each folder, by its number."""
    os.environ.clear()
    os.environ.update(environment)
    sys.dont_write_bytecode = True  # so nothing is left in the learner's folder
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, folder in enumerate(folders):
        os.chdir(folder)
        sys.path[0] = folder
        with open(f"{out}/{number}.report", "wb") as report:
            for stream in [sys.stdout, sys.stderr]:
                stream.flush()
                os.dup2(report.fileno(), stream.fileno())
                stream.reconfigure(encoding="utf-8")
        code = int(pytest.main(words))
        sys.stdout.flush()
        Path(f"{out}/{number}.code").write_text(str(code))
        if (code == 0) == (number > 0):  # red where the app is right, or green where it is not
            break
        for name, module in list(sys.modules.items()):  # the next folder has an app of its own
            if (getattr(module, "__file__", None) or "").startswith(folder):
                del sys.modules[name]


gc.freeze()  # pytest collects five times at its end: what is there by now need not be looked at
signal.signal(signal.SIGINT, signal.SIG_IGN)  # the stop button's, which reaches all processes of a kernel
for request in sys.stdin:
    child = os.fork() if hasattr(os, "fork") else None
    if not child:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        run(**json.loads(request))
        break
    print(child, flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
