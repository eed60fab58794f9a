"""python3 -m tests: run every check; options go to pytest.

python3 -m tests everywhere: in a fresh copy of the kit with each Python from 3.11 on that is here.
python3 -m tests --upgrade: in a fresh copy with the newest packages, and say which have moved.
python3 -m tests bench: measure the kit beside its peers; see bench/measure.py.
python3 -m tests chaos: break what the room runs on, and see that nothing is lost; see chaos.py.
"""

import os
import signal
import sys
from pathlib import Path

from environment import ensure

ensure("tests/requirements.txt")

import pytest

from tests.deadlines import factor, seconds

WORKERS = min(os.cpu_count(), 8) + 3  # many tests wait; a container may show more processors than it has
OPTIONS = ["-n", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder"]

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each kernel would compile anew all that it imports: 1.5 s
sys.dont_write_bytecode = False
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs would ignore Ctrl-C
match sys.argv[1:]:
    case ["everywhere", *options]:
        from tests.fresh_copies import everywhere

        sys.exit(everywhere(options))
    case ["--upgrade", *options]:
        from tests.fresh_copies import upgraded

        sys.exit(upgraded(options))
    case ["bench", *options]:
        from tests.bench.measure import measure_rows

        sys.exit(measure_rows(options))
    case ["chaos", *options]:
        from tests.chaos import run_chaos

        sys.exit(run_chaos(options))
    case [word, *_] if word[:1] != "-" and not Path(word.partition("::")[0]).exists():
        sys.exit(f"There is no file {word!r} to test; other words are: everywhere, bench, chaos, --upgrade.")
print(f"Deadlines are {factor():.1f} times those of a quiet machine.", flush=True)
sys.exit(pytest.main([*OPTIONS, "--timeout", str(seconds(120)), *sys.argv[1:]]))
