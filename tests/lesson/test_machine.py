"""doctor(), and the single looks at a machine that the command `doctor` takes too."""

import os
import re
import subprocess
import sys

import pytest

from lesson import machine
from tests.conftest import ROOT, posix
from tests.deadlines import seconds
from tests.lesson.in_a_kernel import outputs_of_cells
from tests.ports import free_port

START = "from lesson import begin\nbegin('06_drive_the_socket')\n"
START += "from app.background import BackgroundServer\n%run app/main.py\n"
START += "server = BackgroundServer(app, port=0).start()"
PORT = """
from lesson import machine
machine.PORT = {}
machine.doctor()"""


CHANGE = """
import re
requirements = open("../requirements.txt").read()
with open("../requirements.txt", "w") as file:  # where fastapi is pinned or not
    file.write(re.sub(r"(?m)^fastapi\\S*", "fastapi==99", requirements) + "no-such-thing==1\\n")
    file.write("not-here==1 ; sys_platform == 'nowhere'\\n")
doctor()"""


def test_packages_and_proxies(kit):
    """doctor() finds a good machine good, with a proxy too; then it names a package of another version."""
    proxy = os.environ | dict.fromkeys(["http_proxy", "HTTPS_PROXY", "ALL_PROXY"], "http://127.0.0.1:9")
    said, changed = outputs_of_cells(kit, "from lesson import doctor\ndoctor()", CHANGE, env=proxy)
    assert re.search(r"^ok   WebSockets, cell by cell \d", said)
    assert "ok   Python " in said
    assert re.search(r"^ok   2\d packages, in the versions that the lessons need$", said, re.MULTILINE)
    for name in ["http_proxy", "HTTPS_PROXY", "ALL_PROXY"]:
        assert f"ok   {name} is set: the lessons go around it" in said
    assert "no proxy variables" not in said
    assert "LOOK" not in said
    assert "LOOK fastapi is " in changed
    assert "LOOK no-such-thing is missing: close JupyterLab and run: python3 -m notebooks" in changed
    assert "not-here" not in changed


def test_an_old_python(monkeypatch):
    """A Python that is too old is named, with what to do."""
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    monkeypatch.setattr("platform.python_version", lambda: "3.10.1")
    fine, said = machine.python_version()
    assert not fine
    assert said == f"Python 3.10.1 is too old: install 3.11 or newer, then {machine.MEND_PACKAGES}"


def test_a_free_port(monkeypatch):
    """A free port is reported as free."""
    port = free_port()
    monkeypatch.setattr(machine, "PORT", port)
    assert machine.port_state() == (True, f"port {port} is free")


@pytest.mark.parametrize("kernel", ["", "ipykernel_launcher"])
@pytest.mark.parametrize("listens", [True, False])
def test_the_port_of_another_program(monkeypatch, tmp_path, listens, kernel):
    """A port is no notebook's that a program in a lesson's folder has, or a kernel elsewhere: no alarm."""
    monkeypatch.setattr(machine, "WORKSPACE", ROOT if kernel else tmp_path.parent)
    page = "import socket, sys; taken = socket.socket(); taken.bind(('127.0.0.1', 0)); "
    page += "taken.listen(); " if listens else ""
    page += "print(taken.getsockname()[1], flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", page, kernel], cwd=tmp_path, text=True, **pipes) as program:
        port = int(program.stdout.readline())
        monkeypatch.setattr(machine, "PORT", port)
        found = machine.port_state()
        program.stdin.close()
    end = f"port {port} is used by another program: your next server takes another port by itself"
    assert found == (True, end)


def test_the_port_of_a_notebook(kit):
    """A lesson's server is named as such in its notebook, and in another with the way to end it."""
    there = f"from lesson import run_all\ncells = ['import lesson', {PORT!r}.format(server.port)]\n"
    there += "print(run_all(cells, cwd='../../notebooks')[1][0]['text'])"
    _, here, there = outputs_of_cells(kit, START, PORT.format("server.port"), there)
    assert "ok   port " in here
    assert "serves the chat of this notebook" in here
    assert "is used by the notebook of lesson 06_drive_the_socket: your next server takes another" in there
    assert "to end that one, choose Kernel, Shut Down Kernel there" in there


BROWSERS = {
    "wslview": ({"BROWSER": "wslview"}, ["wslview"], "browser wslview"),
    "a command with words": (
        {"BROWSER": "flatpak run org.mozilla.firefox %s"},
        ["flatpak"],
        "browser flatpak",
    ),
    "Chrome": ({"DISPLAY": ":0"}, ["google-chrome-stable"], "browser google-chrome"),
    "Chrome, no screen": ({}, ["google-chrome-stable"], "browser google-chrome-stable"),
    "Flatpak": ({"DISPLAY": ":0"}, ["xdg-open"], "browser xdg-open"),
    "not there": ({"BROWSER": "netscape"}, [], "no browser was found"),
    "not there, another is": ({"BROWSER": "netscape"}, ["firefox"], "browser firefox"),
    "text only": ({"TERM": "xterm"}, ["w3m", "lynx"], "no browser was found"),
    "text first": ({"BROWSER": "w3m", "DISPLAY": ":0"}, ["w3m", "firefox"], "browser firefox"),
    "a path to text": ({"BROWSER": "{bin}/lynx"}, ["lynx"], "no browser was found"),
    "on a hub": (
        {"JUPYTERHUB_USER": "ada"},
        [],
        "no browser here, and none is needed: JUPYTERHUB_USER is set",
    ),
}


@posix
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has a browser whatever is on PATH")
@pytest.mark.parametrize(("variables", "programs", "line"), BROWSERS.values(), ids=BROWSERS)
def test_browser(tmp_path, variables, programs, line):
    """What JupyterLab would open is a browser, unless it shows text only; only what is there counts."""
    for name in programs:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    variables = {name: text.format(bin=tmp_path) for name, text in variables.items()}
    words = "import lesson; from lesson.machine import browser; print(*browser())"
    run = subprocess.run(
        [sys.executable, "-c", words],
        cwd=ROOT,
        env={"PATH": str(tmp_path), "HOME": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        timeout=seconds(30),
    )
    assert run.stdout.startswith(f"{not line.startswith('no browser was')} {line}"), run.stdout + run.stderr
