"""The command `python3 -m notebooks doctor`."""

import json
import os
import re
import shutil
import subprocess
import sys
from functools import partial

import pytest
from jupyter_client.blocking import BlockingKernelClient

from lesson.kernels import run_all
from lesson.lessons import lessons
from notebooks.teach import doctor
from tests.conftest import ROOT, posix
from tests.deadlines import seconds
from tests.teach.command import call_kit

EXAMINE = "import sys, lesson; from notebooks.teach.doctor import examine; sys.exit(examine())"


def examined(kit, change="", **variables):
    """Return the exit code and the table for a copy of the kit, whatever packages its requirements name."""
    run = subprocess.run(
        [sys.executable, "-c", f"import lesson\n{change}{EXAMINE}"],
        cwd=kit,
        env={**os.environ, "BROWSER": sys.executable, **variables},
        capture_output=True,
        text=True,
        timeout=seconds(60),
    )
    assert run.stderr == ""
    return run.returncode, run.stdout


def kernel_of(folder, *argv):
    """Make a kernel of the name python3 in a folder of Jupyter's; return the path of its kernel.json."""
    file = folder / "kernels/python3/kernel.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"argv": [*argv, "-f", "{connection_file}"], "display_name": "Mine", "language": "python"}
    file.write_text(json.dumps(kernel))
    return file


def test_a_machine_that_is_ready(chromium, tmp_path):
    """With a proxy, and another Python's kernel of the same name, a class can begin all the same."""
    other = kernel_of(tmp_path, str(tmp_path / "no-such-python"), "-m", "ipykernel_launcher")
    variables = {"http_proxy": "http://127.0.0.1:9", "JUPYTER_DATA_DIR": str(tmp_path)}
    run = call_kit(ROOT, "doctor", env={**os.environ, **variables, "JUPYTER_PREFER_ENV_PATH": "0"})
    assert (run.returncode, run.stderr) == (0, ""), run.stdout
    assert run.stdout.startswith("state  what was found\n-----  --------------\nok     WebSockets, cell")
    inside = sys.prefix == str(ROOT / ".venv")
    packages = ".venv is ready" if inside else f"no .venv is needed: the packages are in {sys.prefix}"
    for line in [
        *("Python 3", "fastapi ", packages, f"{len(lessons())} lessons can be read\n", "browser "),
        *("the folder of the kit can be written\n", f"{other} starts another Python: not used by "),
        "a kernel starts, serves the chat, and gets its echo over a WebSocket\n",
        *("port 8000 is ", "http_proxy is set: "),
    ]:
        assert f"\nok     {line}" in run.stdout
    free = int(re.search(r"\nok     (\d+) MB are free", run.stdout)[1]) * 1_000_000
    assert free / 2 < shutil.disk_usage(ROOT).free < free * 2  # others write as well
    assert run.stdout.endswith("\nThis machine is ready for a class.\n")


def test_what_stops_a_class(kit):
    """A package, a lesson, the disk, the chat: each is a line with its remedy, and the exit code is 1."""
    with (kit / "requirements.txt").open("a") as requirements:
        requirements.write("no-such-thing==1\n")
    (kit / "notebooks/03_static_javascript.ipynb").write_text("")
    (kit / "app/main.py").write_text("print('half'); raise ValueError('a\\nfile')")
    change = "import shutil; shutil.disk_usage = lambda _: shutil._ntuple_diskusage(0, 0, 99_999_999)\n"
    code, said = examined(kit, change)
    stops = [line.removeprefix("STOP   ") for line in said.splitlines() if line.startswith("STOP")]
    starts = [
        "no-such-thing is missing: close JupyterLab and run: python3 -m notebooks",
        "notebooks/03_static_javascript.ipynb is damaged, from line 1 on. Move it away, and put the course's",
        "only 99 MB are free in the folder of the kit: make room for 100 MB",
        "a kernel gets no echo from the chat (half, ValueError: a file): put the kit's own app/ there again;",
    ]
    assert [line.startswith(start) for line, start in zip(stops, starts, strict=True)] == [True] * 4, stops
    assert said.endswith("\n4 of these would stop the class.\n")
    assert code == 1


@posix
@pytest.mark.parametrize(
    ("argv", "cure"),
    [
        (["no-such-python"], "to see why, run: "),
        (["python", "-c", "raise SystemExit"], "to see why, run: "),
        ([], "to see why, run: "),
        (["python", "-c", "import time; time.sleep(99)"], "allow Python to use 127.0.0.1"),
    ],
    ids=["not there", "ends at once", "damaged", "silent"],
)
def test_a_kernel_that_does_not_start(monkeypatch, tmp_path, argv, cure):
    """A kernel that does not start is named by its kernel.json; a firewall is blamed if it is silent."""
    file = kernel_of(tmp_path, *argv)
    if not argv:
        file.write_text("{")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    wait = BlockingKernelClient.wait_for_ready
    monkeypatch.setattr(BlockingKernelClient, "wait_for_ready", lambda client, timeout: wait(client, 1))
    fine, said = doctor.echo_from_a_kernel()
    assert not fine
    assert said.startswith(f"the kernel of {file} does not start (")
    assert f"): {cure}" in said


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        (
            "raise ConnectionRefusedError('blocked')",
            "gets no echo from the chat (ConnectionRefusedError: blocked): allow Python to use 127.0.0.1",
        ),
        ("print('ready')", "gets no echo from the chat (ready): put the kit's own app/ there again"),
        ("import time; time.sleep(99)", "starts, and does not answer: allow Python to use 127.0.0.1"),
    ],
    ids=["refused", "another", "silent"],
)
def test_a_kernel_without_an_echo(monkeypatch, cell, line):
    """A kernel that gets no echo, or another one, or does not answer, has the remedy for that."""
    monkeypatch.setattr(doctor, "ECHO", cell)
    monkeypatch.setattr(doctor, "run_all", partial(run_all, silence=1 if "sleep" in cell else 60))
    fine, said = doctor.echo_from_a_kernel()
    assert not fine
    assert said.startswith(f"a kernel {line}")


@pytest.mark.parametrize(
    ("prefix", "said"),
    [(str(doctor.KIT / ".venv"), ".venv is ready"), ("/usr", "no .venv is needed: the packages are in /usr")],
)
def test_where_the_packages_are(monkeypatch, prefix, said):
    """The packages are in .venv, or in a Python that has them anyway."""
    monkeypatch.setattr(sys, "prefix", prefix)
    assert doctor.where_the_packages_are()[1].startswith(said)


def test_a_folder_that_cannot_be_written(monkeypatch):
    """A kit that cannot be written is to be copied to where it can."""
    monkeypatch.setattr(doctor, "KIT", ROOT / "README.md")
    fine, said = doctor.writable_kit()
    assert not fine
    assert re.fullmatch(r"the folder of the kit cannot be written \(.+\): copy the kit to one that can", said)


@pytest.mark.parametrize(
    ("program", "ours"),
    [
        ("python", True),
        (f"python{sys.version_info[0]}", True),
        (sys.executable, True),
        (f"python{sys.version_info[0]}.{sys.version_info[1]}", True),
        (f"/elsewhere/{os.path.basename(sys.executable)}", False),
        (os.path.realpath(sys.executable), sys.prefix == sys.base_prefix),
        (3, False),
    ],
)
def test_whose_kernel(tmp_path, program, ours):
    """A kernel.json is this Python's if it names it, or leaves it to Jupyter; a link's target is another."""
    assert doctor.starts_this_python(kernel_of(tmp_path, program)) == ours


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"argv": []}'])
def test_a_damaged_kernel(tmp_path, text):
    """A kernel.json that names no program, or cannot be read, starts no Python."""
    file = kernel_of(tmp_path)
    file.write_text(text)
    assert not doctor.starts_this_python(file)
    assert not doctor.starts_this_python(tmp_path)


def test_no_other_kernel(monkeypatch, tmp_path):
    """Where there is no kernel but the kit's, or one of this Python, nothing is said of another."""
    for folders in [], [kernel_of(tmp_path, "python").parents[1]]:
        monkeypatch.setattr(doctor, "jupyter_path", lambda *_, found=folders: found)
        assert list(doctor.other_kernels()) == []
