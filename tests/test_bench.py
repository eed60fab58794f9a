"""The command `python3 -m tests bench`, whose figures are another matter."""

import json
import subprocess
import sys


def bench(kit, *rows):
    command = [sys.executable, "-m", "tests", "bench", *rows]
    return subprocess.run(command, cwd=kit, capture_output=True, text=True, timeout=110)


def test_row(kit):
    """A row that is named is measured, and comes as a table and as JSON."""
    run = bench(kit, "start")
    assert run.returncode == 0, run.stderr
    head, rule, *rows = [line.strip("| ").split(" | ") for line in run.stdout.splitlines() if line[:1] == "|"]
    assert set(rule) == {"---"}
    written = json.loads((kit / "workspace" / "bench.json").read_text(encoding="utf-8"))
    assert [dict(zip(head, row, strict=True)) for row in rows] == written["lines"]
    assert [row[0] for row in rows] == ["start() to first answer", "stop() with 100 clients"]


def test_unknown_row(kit):
    """A row that is not there is one sentence, and exit code 1."""
    run = bench(kit, "speed")
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("there is no row speed, only cell, echo, start, ")
