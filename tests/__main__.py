"""python3 -m tests: run every check; options go to pytest."""

import os
import sys

from app.environment import ensure

ensure("tests/requirements.txt")

import pytest

WORKERS = min(os.cpu_count(), 8) + 1  # some tests only wait; a container may show more processors than it has
OPTIONS = ["-n", str(WORKERS), "--dist", "loadgroup", "--durations", "10"]
# Jupyter picks the ports of a kernel before the kernel takes them, and another test can be faster.
AGAIN = ["--reruns", "2", "--only-rerun", "Kernel died before replying"]

sys.exit(pytest.main([*OPTIONS, *AGAIN, *sys.argv[1:]]))
