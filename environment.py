"""Run this kit in a Python that has what it requires: this one, or the one in .venv.

Standard library only, and syntax that Python 3.6 reads, so that an old Python gets a
sentence and not a SyntaxError.
"""

import argparse
import hashlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
STARTED = "KIT_STARTED_IN_VENV"  # an environment variable, for one start only


class Parser(argparse.ArgumentParser):
    """An argument parser whose error is one sentence and exit code 1."""

    def error(self, message):
        """Say what is wrong with the arguments, and exit with code 1."""
        self.exit(1, f"{message}; see: {self.prog} --help\n")


def ensure(requirements):
    """Return if this Python has the requirements, else start again in .venv.

    `requirements` is a path relative to ROOT. What .venv lacks is installed first. A
    failure is one sentence and exit code 1, Ctrl-C one line and exit code 130.
    """
    started = os.environ.pop(STARTED, None)
    module = Path(sys.argv[0]).resolve().parent.name
    words = " ".join(map(shlex.quote, ["-m", module, *sys.argv[1:]]))
    again = ("python " if os.name == "nt" else "python3 ") + words
    if sys.version_info < (3, 11):  # noqa: UP036 - an old Python runs as far as here.
        newer = ("py -3.13 " if os.name == "nt" else "python3.13 ") + words
        sys.exit(
            f"Python 3.11 or newer is needed and this is {VERSION}; "
            f"get one from https://www.python.org/downloads/ and run: {newer}"
        )
    inside = VENV.is_dir() and os.path.samefile(sys.prefix, VENV)
    if installed(requirements) if inside else has(ROOT / requirements):
        return
    if started:  # Once more would be the same once more.
        sys.exit(f'{PYTHON} does not work; run: rm -r "{VENV}"')
    try:
        prepare(requirements)
        start_in_venv()
    except KeyboardInterrupt:
        print(f"Stopped; to go on, run: {again}", file=sys.stderr)
        sys.exit(130)
    except ImportError as error:
        cure = f"sudo apt install python{VERSION}-venv"
        sys.exit(f"This Python has no {error.name}, which .venv needs; run: {cure}")
    except subprocess.CalledProcessError as error:
        print((error.stderr or b"").decode(errors="replace"), end="", file=sys.stderr)
        sys.exit(f"{requirements} is not installed; check the network, run: {again}")
    except (OSError, ValueError) as error:
        blocked = VENV.exists() and not VENV.is_dir()
        cure = f'mv "{VENV}" "{VENV}.old"' if blocked else f'cp -r "{ROOT}" ~'
        why = getattr(error, "strerror", None) or error
        sys.exit(f"{VENV} cannot be used ({why}); run: {cure}")


def has(path):
    """Return whether this Python has what a requirements file and its -r files pin."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        from packaging.requirements import Requirement
    except ImportError:
        return False
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("-r"):
            if not has(path.parent / line[2:].strip()):
                return False
        elif line and not line.startswith("-"):
            wanted = Requirement(line)
            if wanted.marker and not wanted.marker.evaluate():
                continue
            try:
                if version(wanted.name) not in wanted.specifier:
                    return False
            except (PackageNotFoundError, TypeError, ValueError):
                return False  # The other two: it is there in part, and packaging is old.
    return True


def stamp(requirements):
    """Return the file that remembers an installation, and the text it then holds."""
    names = "constraints.txt", "requirements.txt", "tests/requirements.txt"
    files = b"".join((ROOT / name).read_bytes() for name in names)
    text = VERSION + " " + hashlib.sha256(files).hexdigest()
    return VENV / (requirements.replace("/", "-") + ".installed"), text


def installed(requirements):
    """Return whether .venv has a requirements file as it is now; the tests' one covers all."""
    stamps = [stamp(requirements), stamp("tests/requirements.txt")]
    return any(path.is_file() and path.read_text() == text for path, text in stamps)


def made_by():
    """Return the 3.x of the Python that made .venv, or None if .venv does not work."""
    config = VENV / "pyvenv.cfg"
    if not (config.is_file() and PYTHON.exists()):
        return None
    text = config.read_text(encoding="utf-8")
    found = re.search(r"^version(?:_info)? *= *(\d+\.\d+)", text, re.MULTILINE)
    return found and found[1]


def prepare(requirements):
    """Make .venv and install a requirements file into it, as far as that is needed."""
    maker = made_by()
    if maker == VERSION and installed(requirements):
        return
    if maker != VERSION:
        why = f", because it was made by Python {maker}" if maker else ""
        print(f"Making .venv with Python {VERSION}{why}.", file=sys.stderr, flush=True)
        import venv  # here, because some systems leave it out

        venv.create(VENV, clear=True, symlinks=os.name != "nt")
    print(f"Installing {requirements} into .venv.", file=sys.stderr, flush=True)
    path, text = stamp(requirements)
    for old in VENV.glob("*.installed"):
        if old.read_text() != text:  # What it remembers is about to change.
            old.unlink()
    subprocess.run([*installer(), "-r", ROOT / requirements], check=True, stdout=2)
    path.write_text(text)  # Last, so that a broken-off installation is done again.


def installer():
    """Return the command that installs into .venv: uv's, or pip's once pip is there."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", PYTHON]
    whole = "import importlib.metadata as installed; installed.version('pip')"
    if subprocess.call([PYTHON, "-c", whole], stderr=subprocess.DEVNULL):
        import ensurepip  # here, because Debian leaves it out

        bootstrap = [PYTHON, "-m", ensurepip.__name__, "--default-pip"]
        subprocess.run(bootstrap, check=True, capture_output=True)  # Ctrl-C makes it noisy.
    options = ["--no-user", "--disable-pip-version-check"]  # PIP_USER=1 is no use here.
    return [PYTHON, "-m", "pip", "install", *options]


def start_in_venv():
    """Start the same command again with .venv's Python; this process ends."""
    os.environ[STARTED] = "1"
    command = [str(PYTHON), *sys.orig_argv[1:]]
    if os.name == "nt":  # execv would return to the prompt at once there.
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the new one.
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)
