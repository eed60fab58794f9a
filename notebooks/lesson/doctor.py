"""Look at what a lesson needs, and say for each thing whether it is there."""

import os
import platform
import shutil
import socket
import sys
import tempfile
import webbrowser
from importlib.metadata import PackageNotFoundError, version

import httpx2
from packaging.requirements import Requirement

from .kernels import run_all
from .workspace import NOTEBOOKS

KIT = NOTEBOOKS.parent
PORT = 8000
MEND_PACKAGES = "close JupyterLab and run: python3 -m notebooks"
ROOM = 100  # MB that a class may need on the disk beyond the packages
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
ECHO = """\
from app.background import BackgroundServer
from app.main import app
from websockets.sync.client import connect

with BackgroundServer(app) as server, connect(server.ws_url, proxy=None) as ws:
    ws.send("ready")
    print(ws.recv(timeout=5))
"""


def doctor():
    """Print a line for the kit, Python, the packages, the port and the proxy settings, with its remedy."""
    fit, unfit = [[line for line in packages() if line[0] is fine] for fine in (True, False)]
    in_short = True, f"{len(fit)} packages, in the versions that the lessons need"
    for fine, text in [version_of_the_kit(), python(), in_short, *unfit, port(), *proxies()]:
        print("ok  " if fine else "LOOK", text)


def examine():
    """Print a table of what a class needs of this machine; return 1 if something stops it, else 0."""
    must = [version_of_the_kit(), python(), *packages(), place(), disk(), folder(), browser(), echo()]
    rows = [("ok" if fine else "STOP", text) for fine, text in must]
    # the lessons go around a busy port and a proxy
    rows += [("ok" if fine else "LOOK", text) for fine, text in [port(), *proxies()]]
    for state, text in [("state", "what was found"), ("-----", "-" * 14), *rows]:
        print(f"{state:5}  {text}")
    stops = [state for state, _ in rows].count("STOP")
    print(f"\n{stops} of these would stop the class." if stops else "\nThis machine is ready for a class.")
    return 1 if stops else 0


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


def place():
    if sys.prefix == str(KIT / ".venv"):
        return True, ".venv is ready: JupyterLab starts without a network"
    return True, f"no .venv is needed: the packages are in {sys.prefix}"


def disk():
    free = shutil.disk_usage(KIT).free // 1_000_000
    if free >= ROOM:
        return True, f"{free} MB are free in the folder of the kit"
    return False, f"only {free} MB are free in the folder of the kit: make room for {ROOM} MB"


def folder():
    try:
        tempfile.TemporaryFile(dir=KIT).close()
        return True, "the folder of the kit can be written"
    except OSError as error:
        return (
            False,
            f"the folder of the kit cannot be written ({error.strerror}): copy the kit to one that can",
        )


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


def echo():
    """Do what lesson 00 does: it fails too where security software stands between a kernel and 127.0.0.1."""
    try:
        outputs = run_all([ECHO], cwd=KIT)[0] or []
    except (OSError, RuntimeError) as error:
        outputs = [{"evalue": str(error)}]
    text = "".join(output.get("text") or output.get("evalue", "") for output in outputs).strip()
    if text == "Message text was: ready":
        return True, "a kernel starts, serves the chat, and gets its echo over a WebSocket"
    why = text.splitlines()[0] if text else "no answer"
    return False, f"a kernel gets no echo from the chat ({why}): allow Python to use 127.0.0.1"
