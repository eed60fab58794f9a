"""python3 -m tests: run every check; options go to pytest."""

import sys

from app.environment import ensure

ensure("tests/requirements.txt")

import pytest

sys.exit(pytest.main(["-n", "3", "--dist", "loadgroup", "--durations", "10", *sys.argv[1:]]))
