"""Look at what a lesson needs, and say for each thing whether it is there, and if not, what to do."""

import os
import platform
import shutil
import socket
import sys
import webbrowser
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
from packaging.requirements import Requirement

from .lessons import KIT, WORKSPACE
from .page import FAR_BROWSER

PORT = 8000
MEND_PACKAGES = "close JupyterLab and run: python3 -m notebooks"
TEXT_BROWSERS = {"www-browser", "links", "elinks", "lynx", "w3m"}  # webbrowser opens them, no page runs there
GRAPHIC_BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
GRAPHIC_BROWSERS += ["firefox", "firefox-esr", "microsoft-edge", "brave-browser"]


def doctor():
    """Print a line for the kit, Python, the packages, the port and the proxy settings, with its remedy."""
    fit, unfit = [[line for line in packages() if line[0] is fine] for fine in (True, False)]
    in_short = True, f"{len(fit)} packages, in the versions that the lessons need"
    for fine, text in [version_of_the_kit(), python_version(), in_short, *unfit, port_state(), *proxies()]:
        print("ok  " if fine else "LOOK", text)


def version_of_the_kit():
    from . import __version__  # here, because that module imports this one

    return True, f"WebSockets, cell by cell {__version__}"


def python_version():
    running = platform.python_version()
    if sys.version_info >= (3, 11):  # noqa: UP036  (a hub may start an older kernel)
        return True, f"Python {running}"
    return False, f"Python {running} is too old: install 3.11 or newer, then {MEND_PACKAGES}"


def packages():
    """Yield a line for each package of requirements.txt that this platform needs."""
    lines = (KIT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.partition("#")[0].strip() for line in lines]
    for pin in map(Requirement, [pin for pin in pins if pin and not pin.startswith("-")]):
        if pin.marker and not pin.marker.evaluate():
            continue
        try:
            installed = version(pin.name)
        except PackageNotFoundError:
            yield False, f"{pin.name} is missing: {MEND_PACKAGES}"
            continue
        if installed in pin.specifier:
            yield True, f"{pin.name} {installed}"
        else:
            yield False, f"{pin.name} is {installed}, the lessons need {pin.specifier}: {MEND_PACKAGES}"


def port_state():
    """Say who has the port; nothing need be done, because a server takes another one by itself."""
    try:
        socket.create_server(("127.0.0.1", PORT)).close()
        return True, f"port {PORT} is free"
    except OSError:
        listener = listening_on(PORT)
    if listener and listener.pid == os.getpid():
        return True, f"port {PORT} serves the chat of this notebook"
    lesson = lesson_of(listener) if listener else None
    who = f"the notebook of lesson {lesson}" if lesson else "another program"
    end = "; to end that one, choose Kernel, Shut Down Kernel there" if lesson else ""
    return True, f"port {PORT} is used by {who}: your next server takes another port by itself{end}"


def listening_on(port):
    """Return the process that listens on a port, or None where it is not to be seen, as another user's."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if any(connection.laddr.port == port for connection in process.net_connections("inet")):
                return process
    return None


def lesson_of(process):
    """Return the name of the lesson that has begun in a process, if that is a kernel, else None."""
    with suppress(psutil.Error):
        folder = Path(process.cwd())
        if folder.parent == WORKSPACE and "ipykernel_launcher" in process.cmdline():
            return folder.name
    return None


def proxies():
    """Yield a line for each proxy variable that is set, or one line if there is none."""
    names = [name for name in os.environ if name.lower() in {"http_proxy", "https_proxy", "all_proxy"}]
    for name in names:
        yield (
            True,
            f"{name} is set: the lessons go around it with proxy=None and trust_env=False, "
            "and so must your own clients",
        )
    if not names:
        yield True, "no proxy variables"


def browser():
    """Say which browser there is for the page: the one that JupyterLab opens, or another one."""
    found = opened_by_jupyterlab() or next(filter(shutil.which, GRAPHIC_BROWSERS), None)
    if found:
        return True, f"browser {found}"
    if far := sorted(FAR_BROWSER & os.environ.keys()):
        return True, f"no browser here, and none is needed: {far[0]} is set, so it is on another machine"
    return False, "no browser was found: install Chromium or Firefox"


def opened_by_jupyterlab():
    """Return the name of the browser that JupyterLab opens, or None if it is not there or shows text only."""
    try:
        name = webbrowser.get().name
    except webbrowser.Error:
        return None
    there = sys.platform in {"darwin", "win32"} or shutil.which(name)  # $BROWSER may name anything
    return name if there and Path(name).name not in TEXT_BROWSERS else None
