"""python3 -m tests: run every check; options go to pytest."""

import os
import sys

from app.environment import ensure

ensure("tests/requirements.txt")

import pytest

OPTIONS = ["-n", str(os.cpu_count() + 1), "--dist", "loadgroup", "--durations", "10"]  # some only wait
# Jupyter picks the ports of a kernel before the kernel takes them, and another test can be faster.
AGAIN = ["--reruns", "2", "--only-rerun", "Kernel died before replying"]

sys.exit(pytest.main([*OPTIONS, *AGAIN, *sys.argv[1:]]))
