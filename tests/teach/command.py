"""The command `python3 -m notebooks`, as the tests call it."""

import subprocess
import sys

from tests.deadlines import seconds


def call_kit(folder, *words, quiet=60, **options):
    """Call the command in a folder; return the finished process, with its text."""
    command = [sys.executable, "-m", "notebooks", *words]
    pipes = {"capture_output": True, "text": True}
    return subprocess.run(command, cwd=folder, timeout=seconds(quiet), **pipes, **options)
