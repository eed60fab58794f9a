"""The command `python3 -m notebooks doctor`."""

import os
import re
import socket
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from notebooks.teach import doctor
from tests.conftest import (
    ROOT,
)

look = import_module("lesson.doctor")  # the package names its function doctor() so too


def test_doctor_of_a_machine_that_is_ready(chromium):
    """With a proxy set, `python3 -m notebooks doctor` prints a table that says so, and ends with 0."""
    run = subprocess.run(
        [sys.executable, "-m", "notebooks", "doctor"],
        cwd=ROOT,
        env={**os.environ, "http_proxy": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stderr) == (0, ""), run.stdout
    assert run.stdout.startswith("state  what was found\n-----  --------------\nok     WebSockets, cell")
    assert "ok     browser " in run.stdout
    assert "ok     a kernel starts, serves the chat, and gets its echo over a WebSocket\n" in run.stdout
    assert "LOOK   http_proxy is set: " in run.stdout
    assert run.stdout.endswith("\nThis machine is ready for a class.\n")


def test_doctor_where_port_8000_is_taken(monkeypatch, capsys):
    """A port that is taken is a line to look at, and stops no class."""
    for name in ["browser", "echo"]:
        monkeypatch.setattr(doctor, name, lambda: (True, ""))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(look, "PORT", taken.getsockname()[1])
        assert doctor.examine() == 0
    assert re.search(r"^LOOK   port \d+ is used by another program", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "change", "line"),
    [
        ("python", lambda: (False, "Python 3.9 is too old"), "STOP   Python 3.9 is too old"),
        ("packages", lambda: [(False, "uvicorn is missing")], "STOP   uvicorn is missing"),
        pytest.param(
            *("BROWSERS", [], "STOP   no browser was found: install Chromium or Firefox"),
            marks=pytest.mark.skipif(sys.platform in {"darwin", "win32"}, reason="the system has a browser"),
        ),
        ("ROOM", 10**12, "STOP   only [0-9]+ MB are free in the folder of the kit: make room for .* MB"),
        ("ECHO", "raise OSError('blocked')", r"STOP   a kernel gets no echo from the chat \(blocked\): .*"),
        ("KIT", ROOT / "README.md", r"STOP   the folder of the kit cannot be written \(.+\): .*"),
    ],
)
def test_doctor_finds_what_stops_a_class(monkeypatch, capsys, name, change, line):
    """Each thing that would stop a class is a line of its own, and the exit code is 1."""
    for variable in look.ELSEWHERE:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(look, "BROWSERS", [Path(sys.executable).name])  # a program that is there
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    if name != "ECHO":
        monkeypatch.setattr(doctor, "echo", lambda: (True, ""))  # for it takes a while
    monkeypatch.setattr(doctor, "packages", list)
    monkeypatch.setattr(doctor if hasattr(doctor, name) else look, name, change)
    assert doctor.examine() == 1
    said = capsys.readouterr().out
    assert re.search(f"^{line}$", said, re.MULTILINE), said
    assert said.endswith("\n1 of these would stop the class.\n")


def test_doctor_where_the_browser_is_elsewhere(monkeypatch):
    """On a hub or over SSH no browser is needed on the machine itself."""
    monkeypatch.setattr(look, "BROWSERS", [])
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    assert look.browser()[0]
