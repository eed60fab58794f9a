"""python3 -m notebooks doctor: a table of what a class needs of this machine."""

import shutil
import sys
import tempfile

from lesson.doctor import KIT, browser, packages, port, proxies, python, version_of_the_kit
from lesson.kernels import run_all

ROOM = 100  # MB that a class may need on the disk beyond the packages
ECHO = """\
from app.background import BackgroundServer
from app.main import app
from websockets.sync.client import connect

with BackgroundServer(app) as server, connect(server.ws_url, proxy=None) as ws:
    ws.send("ready")
    print(ws.recv(timeout=5))
"""


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
