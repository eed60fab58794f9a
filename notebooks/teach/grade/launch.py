"""Start the kernel of a learner in a folder of its own, in namespaces where the system has them."""

import os
import subprocess
import sys
from pathlib import Path

from jupyter_client.connect import write_connection_file

JAIL = Path(__file__).with_name("jail.py")
WAY_IN = ["setpriv", "--pdeathsig", "KILL"]  # it ends with the grader, however that ends
WAY_IN += ["unshare", "--user", "--map-root-user", "--mount", "--net", "--pid", "--fork"]
WAY_IN += ["--kill-child", "--mount-proc"]
PASSED_ON = {"PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TZ"}  # of the environment: nothing secret


def has_namespaces(folder):
    """Return whether this system lets a program have no network, and a file system that it cannot write."""
    command = [*WAY_IN, sys.executable, JAIL, folder, folder, sys.executable, "-c", ""]
    try:
        return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def launch_kernel(folder, namespaces):
    """Start a kernel in kit/workspace of a folder; return its program, and the file that says how to talk."""
    workspace, file = str(folder / "kit/workspace"), str(folder / "kernel.json")
    place = {} if os.name == "nt" else {"transport": "ipc", "ip": str(folder / "ipc")}  # ports may be taken
    write_connection_file(file, key=os.urandom(16).hex().encode(), **place)
    kernel = [sys.executable, "-m", "ipykernel_launcher", "-f", file, "--HistoryManager.enabled=False"]
    jail = [] if os.name == "nt" else [sys.executable, str(JAIL), str(folder), workspace]
    program = subprocess.Popen(
        [*(WAY_IN if namespaces else []), *jail, *kernel],
        cwd=workspace,
        env=environment_in(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the grader
    )
    return program, file


def environment_in(folder):
    """Return the environment of a kernel, which has nothing of the grader's but what programs need."""
    kit, home = folder / "kit", folder / "home"
    home.mkdir()
    exam = {"KIT_EXAM": str(kit / "exam")} if (kit / "exam").is_dir() else {}
    return {
        **{name: text for name, text in os.environ.items() if name in PASSED_ON},
        **dict.fromkeys(["HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"], str(home)),
        **exam,
        "KIT_NOTEBOOKS": str(kit / "notebooks"),
        "PYTHONSTARTUP": str(kit / "notebooks/lesson/startup.py"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",  # else each processor gets a thread, in each kernel
    }
