"""The commands that make an image: of GitHub Codespaces, and of Binder or a JupyterHub."""

import json
import os
import subprocess
import sys
import venv
from importlib.util import find_spec

import pytest
from packaging.requirements import Requirement

from tests.conftest import ROOT, posix

pytestmark = posix  # the images are of Linux

DEVCONTAINER = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
IMAGES = {  # the Python that each asks for, and the command that it runs in the kit's folder
    "devcontainer": (DEVCONTAINER["image"].rpartition(":")[2], DEVCONTAINER["postCreateCommand"]),
    "binder": (  # repo2docker's own command, which is the same for every repository with these files
        (ROOT / ".binder/runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-"),
        'python3 -m pip install --no-cache-dir -r ".binder/requirements.txt"',
    ),
}


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """The folder of a clean Python's programs; packages come from here, for a test has no network."""
    folder = tmp_path_factory.mktemp("image")
    venv.create(folder, with_pip=find_spec("pip") is None, symlinks=True)
    [packages] = folder.glob("lib/python*/site-packages")
    ours = [path for path in sys.path if path.endswith("-packages")]
    (packages / "instead-of-an-index.pth").write_text("\n".join(ours))
    return folder / "bin"


@pytest.mark.parametrize("name", IMAGES)
def test_image(kit, programs, name):
    """The command finds its files, and asks for all that the kit requires, at the kit's versions."""
    wanted, command = IMAGES[name]
    assert wanted in ["3.11", "3.12", "3.13"]
    (kit / "constraints.txt").write_text("")  # the Python that the packages come from may have newer ones
    environment = {"HOME": str(kit), "PATH": f"{programs}{os.pathsep}{os.defpath}", "PIP_NO_INDEX": "1"}
    environment["PIP_NO_DEPS"] = "1"  # what the pinned ones require in turn, test_requirements.py looks after
    run = subprocess.run(
        command, shell=True, cwd=kit, env=environment, capture_output=True, text=True, timeout=100
    )
    assert run.returncode == 0, run.stdout + run.stderr
    lines = (kit / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.partition("#")[0].strip() for line in lines]
    for pin in map(Requirement, [pin for pin in pins if pin and not pin.startswith("-")]):
        assert pin.marker or f"satisfied: {pin.name}{pin.specifier} in" in run.stdout, run.stdout
