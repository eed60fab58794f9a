"""Run the tests in fresh copies of the kit: with each Python that is here, or with the newest packages."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.requirements import Requirement

from environment import ROOT
from notebooks.teach.refresh import copy_kit
from tests.deadlines import seconds

NEEDED = "tests/requirements.txt"
MAKE_VENV = f"from environment import PYTHON, make_venv; make_venv({NEEDED!r}); print(PYTHON)"
FREEZE = "from importlib.metadata import distributions as all; [print(d.name, d.version) for d in all()]"


def python_of(minor):
    """Return the path of a Python 3.`minor` that starts on this machine, or None."""
    newest = sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python3"))[-1:]
    for path in filter(None, [*newest, shutil.which(f"python3.{minor}")]):
        if not subprocess.call([path, "-c", ""], stderr=subprocess.DEVNULL, timeout=seconds(20)):
            return str(path)


def everywhere(options):
    """Run the tests with each Python from 3.11 on that is here; return 1 if one of the runs failed."""
    pythons = {f"3.{minor}": python_of(minor) for minor in range(11, 20)}
    pythons = {name: path for name, path in pythons.items() if path}
    pythons = pythons or {f"3.{sys.version_info.minor}": sys.executable}
    codes = {name: run_copy(path, options)[0] for name, path in pythons.items()}
    for name, code in codes.items():
        print(f"Python {name}: {'failed' if code else 'passed'}")
    return int(any(codes.values()))


def upgraded(options):
    """Run the tests with the newest packages, and say which are not those of constraints.txt."""
    code, here = run_copy(sys.executable, options, without_pins)
    if not here:
        sys.exit("The newest packages could not be installed; above stands why.")
    print("Other than in constraints.txt:")
    for line in other_versions((ROOT / "constraints.txt").read_text(encoding="utf-8"), here) or ["nothing"]:
        print(f"  {line}")
    return code


def run_copy(python, options, change=lambda text: text):
    """Run the tests in a copy of the kit with changed requirements; return the code and the packages."""
    with tempfile.TemporaryDirectory() as folder:
        copy_kit(folder)
        for file in [Path(folder, "requirements.txt"), Path(folder, NEEDED)]:
            file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
        made = subprocess.run([python, "-c", MAKE_VENV], cwd=folder, stdout=subprocess.PIPE, text=True)
        if made.returncode:
            return made.returncode, {}
        inside = made.stdout.splitlines()[-1]
        code = subprocess.call([inside, "-m", "tests", *options], cwd=folder)
        lines = subprocess.check_output([inside, "-c", FREEZE], cwd=folder, text=True).splitlines()
        return code, dict(line.split() for line in lines)


def without_pins(text):
    """Return requirements that any version meets; what is for one platform only stays as it is."""
    return re.sub(r"(?m)^-c .*\n|==[^\s;]+(?! *;)(?=\s|$)", "", text)


def other_versions(constraints, here):
    """Return a line for each package that is here in another version than in the constraints."""
    pins = [Requirement(line) for line in constraints.splitlines() if "==" in line]
    pins = {pin.name: pin.specifier for pin in pins if not pin.marker or pin.marker.evaluate()}
    here = {name.lower().replace("_", "-").replace(".", "-"): version for name, version in here.items()}
    return [
        f"{name} {version} ({pins.get(name, 'not there')})"
        for name, version in sorted(here.items())
        if name not in {"pip", "setuptools"} and (name not in pins or version not in pins[name])
    ]
