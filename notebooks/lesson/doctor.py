"""Look at what a lesson needs, and say for each thing whether it is there."""

import os
import platform
import shutil
import socket
import sys
import webbrowser
from importlib.metadata import PackageNotFoundError, version

import httpx2
from packaging.requirements import Requirement

from .workspace import NOTEBOOKS

KIT = NOTEBOOKS.parent
PORT = 8000
MEND_PACKAGES = "close JupyterLab and run: python3 -m notebooks"
BROWSERS = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "firefox",
    "firefox-esr",
    "microsoft-edge",
    "brave-browser",
]
ELSEWHERE = {"SSH_CONNECTION", "JUPYTERHUB_USER", "CODESPACES"}  # set where the browser is far away


def doctor():
    """Print a line for the kit, Python, the packages, the port and the proxy settings, with its remedy."""
    fit, unfit = [[line for line in packages() if line[0] is fine] for fine in (True, False)]
    in_short = True, f"{len(fit)} packages, in the versions that the lessons need"
    for fine, text in [version_of_the_kit(), python(), in_short, *unfit, port(), *proxies()]:
        print("ok  " if fine else "LOOK", text)


def version_of_the_kit():
    from . import __version__  # here, because that module imports this one

    return True, f"WebSockets, cell by cell {__version__}"


def python():
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


def port():
    background = sys.modules.get("app.background")
    if background and any(server.port == PORT for server in background.servers.values()):
        return True, f"port {PORT} serves the chat of this notebook"
    try:
        socket.create_server(("127.0.0.1", PORT)).close()
        return True, f"port {PORT} is free"
    except OSError:
        pass
    try:
        page = httpx2.get(f"http://127.0.0.1:{PORT}/", trust_env=False, timeout=2).text
    except httpx2.HTTPError:
        page = ""
    if "WebSocket Chat" in page:
        return False, (
            f"port {PORT} has a chat server already, from this lesson or another one: your next server "
            "takes another port; to end the old one, choose Kernel, Shut Down Kernel in its notebook"
        )
    return False, f"port {PORT} is used by another program: your server takes another port by itself"


def proxies():
    """Yield a line for each proxy variable that is set, or one line if there is none."""
    names = [name for name in os.environ if name.lower() in {"http_proxy", "https_proxy", "all_proxy"}]
    for name in names:
        yield (
            False,
            (
                f"{name} is set: the lessons go around it with proxy=None and trust_env=False, "
                "and so must your own clients"
            ),
        )
    if not names:
        yield True, "no proxy variables"


def browser():
    found = next(filter(shutil.which, BROWSERS), None)
    if found is None and sys.platform in {"darwin", "win32"}:
        found = webbrowser.get().name  # the system's own; elsewhere it may be one that shows text only
    if found:
        return True, f"browser {found}"
    if elsewhere := sorted(ELSEWHERE & os.environ.keys()):
        return (
            True,
            f"no browser here, and none is needed: {elsewhere[0]} is set, so it is on another machine",
        )
    return False, "no browser was found: install Chromium or Firefox"
