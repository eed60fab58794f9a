"""python3 -m notebooks doctor: a table of what a class needs of this machine."""

import builtins
import json
import shutil
import sys
import tempfile
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_core.paths import jupyter_path

from lesson.kernels import run_all
from lesson.lessons import KIT, KitError, lessons, read_lesson
from lesson.machine import browser, packages, port_state, proxies, python_version, version_of_the_kit

DISK = 100  # MB that a class may need beyond the packages
ECHO = """\
from app.background import BackgroundServer
from app.main import app
from websockets.sync.client import connect

with BackgroundServer(app) as server, connect(server.ws_url, proxy=None, open_timeout=30) as ws:
    ws.send("ready")
    print(ws.recv(timeout=30))
"""
LOOPBACK = "allow Python to use 127.0.0.1, which security software may forbid"


def examine():
    """Print a table of what a class needs of this machine; return 1 if something stops it, else 0."""
    rows = [version_of_the_kit(), python_version(), *packages(), where_the_packages_are(), *notebooks()]
    rows += [
        free_disk(),
        writable_kit(),
        browser(),
        *other_kernels(),
        echo_from_a_kernel(),
        port_state(),
        *proxies(),
    ]
    print("state  what was found\n-----  --------------")
    for fine, text in rows:
        print(f"{'ok' if fine else 'STOP':5}  {text}")
    stops = sum(not fine for fine, _ in rows)
    print(f"\n{stops} of these would stop the class." if stops else "\nThis machine is ready for a class.")
    return 1 if stops else 0


def where_the_packages_are():
    if sys.prefix == str(KIT / ".venv"):
        return True, ".venv is ready: JupyterLab starts without a network"
    return True, f"no .venv is needed: the packages are in {sys.prefix}"


def notebooks():
    """Yield a line for each lesson that is gone or damaged, or one line if all can be read."""
    damaged = []
    for lesson in lessons():
        try:
            read_lesson(lesson)
        except KitError as error:
            damaged.append((False, str(error)))
    yield from damaged or [(True, f"{len(lessons())} lessons can be read")]


def free_disk():
    free = shutil.disk_usage(KIT).free // 1_000_000
    if free >= DISK:
        return True, f"{free} MB are free in the folder of the kit"
    return False, f"only {free} MB are free in the folder of the kit: make room for {DISK} MB"


def writable_kit():
    try:
        tempfile.TemporaryFile(dir=KIT).close()
        return True, "the folder of the kit can be written"
    except OSError as error:
        return (
            False,
            f"the folder of the kit cannot be written ({error.strerror}): copy the kit to one that can",
        )


def other_kernels():
    """Yield a line if a JupyterLab that `python3 -m notebooks` has not opened would start another Python."""
    folders = [Path(folder) for folder in jupyter_path("kernels")]
    files = [
        folder / "python3/kernel.json" for folder in folders if not folder.is_relative_to(KIT / "notebooks")
    ]
    file = next(filter(Path.is_file, files), None)
    if file and not starts_this_python(file):
        yield (
            True,
            f"{file} starts another Python: not used by python3 -m notebooks; move that file away "
            "if you open JupyterLab in another way",
        )


def starts_this_python(file):
    """Return whether a kernel.json starts the Python that runs this."""
    try:
        program = Path(json.loads(file.read_text(encoding="utf-8"))["argv"][0])
    except (OSError, ValueError, LookupError, TypeError):
        return False
    major, minor, *_ = sys.version_info
    if str(program) in {"python", f"python{major}", f"python{major}.{minor}"}:  # Jupyter takes its own then
        return True
    return program.parent == Path(sys.executable).parent  # which leads elsewhere in every environment


def echo_from_a_kernel():
    """Do what lesson 00 does, in a kernel: start the chat, and get an echo."""
    try:
        [outputs] = run_all([ECHO], cwd=KIT)
    except (OSError, RuntimeError, ValueError) as error:
        file = Path(KernelSpecManager().find_kernel_specs()["python3"], "kernel.json")
        slow = "respond" in str(error)  # and else it died, or was not there
        cure = LOOPBACK if slow else f"to see why, run: {sys.executable} -m ipykernel_launcher"
        return False, f"the kernel of {file} does not start ({error}): {cure}"
    if outputs is None:
        return False, f"a kernel starts, and does not answer: {LOOPBACK}"
    said = "".join(output.get("text", "") for output in outputs).splitlines()
    if "Message text was: ready" in said:
        return True, "a kernel starts, serves the chat, and gets its echo over a WebSocket"
    errors = [output for output in outputs if output.output_type == "error"]
    why = ", ".join([*said, *(f"{error.ename}: {error.evalue}" for error in errors)]).replace("\n", " ")
    refused = errors and issubclass(getattr(builtins, errors[0].ename, Exception), OSError)
    cure = LOOPBACK if refused else "put the kit's own app/ there again; python3 -m app says more"
    return False, f"a kernel gets no echo from the chat ({why}): {cure}"
