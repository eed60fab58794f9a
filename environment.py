"""Run this kit in a Python that has what it requires: this one, or the one in .venv.

Standard library only, and syntax that Python 3.6 reads, so that an old Python gets a
sentence and not a SyntaxError.
"""

import argparse
import ast
import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
REQUIREMENTS = [  # each names the one before it
    "requirements.txt", "notebooks/teach/requirements.txt",
    "notebooks/teach/site/requirements.txt", "tests/requirements.txt",
]
STARTED = "KIT_STARTED_IN_VENV"  # an environment variable, for one start only
FROM_PIP = {  # pip's settings for where packages come from, and what uv calls them, if anything
    "index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS", "no-index": "UV_OFFLINE",
    "trusted-host": "UV_INSECURE_HOST", "proxy": "ALL_PROXY",
    "cert": "SSL_CERT_FILE", "client-cert": "SSL_CLIENT_CERT",
    "timeout": "UV_HTTP_TIMEOUT", "default-timeout": "UV_HTTP_TIMEOUT",
    "retries": "UV_HTTP_RETRIES", "no-cache-dir": "UV_NO_CACHE",
    "cache-dir": "", "keyring-provider": "", "no-input": "", "use-feature": "",
}


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
        make_venv(requirements)
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
    """Return whether this Python has what a requirements file asks for.

    And what that requires in turn, which pip and uv leave out where they are told to.
    """
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        from packaging.requirements import Requirement
    except ImportError:
        return False
    left, seen, read = [(line, "") for line in pinned(path)], set(), lru_cache(None)(metadata)
    while left:
        line, extra = left.pop()
        try:
            wanted = Requirement(line)
            if wanted.marker and not wanted.marker.evaluate({"extra": extra}):
                continue
            if read(wanted.name)["Version"] not in wanted.specifier:
                return False
        except (PackageNotFoundError, KeyError, TypeError, ValueError):
            return False  # The others: it is there in part, or packaging is old.
        for more in {(wanted.name, extra) for extra in ["", *wanted.extras]} - seen:
            seen.add(more)
            needs = read(wanted.name).get_all("Requires-Dist", [])
            left += [(line, more[1]) for line in needs]
    return True


def pinned(path):
    """Return the lines of a requirements file and its -r files, without what pip alone reads."""
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("-r"):
            yield from pinned(path.parent / line[2:].strip())
        elif line and not line.startswith("-"):
            yield line


def stamp(requirements):
    """Return the file that remembers an installation, and the text it then holds."""
    files = b"".join((ROOT / name).read_bytes() for name in ["constraints.txt", *REQUIREMENTS])
    text = VERSION + " " + hashlib.sha256(files).hexdigest()
    return VENV / (requirements.replace("/", "-") + ".installed"), text


def installed(requirements):
    """Return whether .venv has a requirements file as it is now; each covers those before it."""
    stamps = map(stamp, REQUIREMENTS[REQUIREMENTS.index(requirements) :])
    return any(path.is_file() and path.read_text() == text for path, text in stamps)


def venv_version():
    """Return the 3.x of the Python that made .venv, or None if .venv does not work."""
    config = VENV / "pyvenv.cfg"
    if not (config.is_file() and PYTHON.exists()):
        return None
    text = config.read_text(encoding="utf-8")
    found = re.search(r"^version(?:_info)? *= *(\d+\.\d+)", text, re.MULTILINE)
    return found and found[1]


def make_venv(requirements):
    """Make .venv and install a requirements file into it, as far as that is needed."""
    maker = venv_version()
    if maker == VERSION and installed(requirements):
        return
    if maker != VERSION:
        why = f", because it was made by Python {maker}" if maker else ""
        print_step(1, f"Making .venv with Python {VERSION}{why}.")
        import venv  # here, because some systems leave it out

        venv.create(VENV, clear=True, symlinks=os.name != "nt")
    path, text = stamp(requirements)
    for old in VENV.glob("*.installed"):
        old.unlink()  # What it remembers may be about to change.
    install(requirements)
    path.write_text(text)  # Last, so that a broken-off installation is done again.


def print_step(step, words):
    """Say what begins now, and how many steps there are; within a step, uv and pip say it."""
    print(f"{step} of 3: {words}", file=sys.stderr, flush=True)


def install(requirements):
    """Install a requirements file into .venv with uv, or with pip where uv cannot."""
    words = ["install", "-r", ROOT / requirements]
    uv = shutil.which("uv")
    pip, environment = (None, None) if uv else pip_for_venv()
    try:
        if not uv:
            print_step(2, "Fetching uv, which installs faster than pip.")
            fetch = ["--no-compile", "--only-binary=uv", "-c", ROOT / "constraints.txt", "uv"]
            call([*pip, "install", *fetch], environment)
        print_step(3, f"Installing {requirements} into .venv.")
        command = [uv] if uv else [PYTHON, "-I", "-m", "uv"]
        call([*command, "pip", *words, "--python", PYTHON], environment)
        if arrived(requirements):
            return
    except (OSError, subprocess.CalledProcessError):
        pass  # uv has said why; if it is the network, pip will say so too.
    print_step(3, f"Installing {requirements} into .venv with pip, for uv did not: some minutes.")
    pip, environment = (pip, environment) if pip else pip_for_venv()
    call([*pip, *words, "--no-compile"], environment)
    if not arrived(requirements):
        why = f"to see what leads elsewhere, run: {PYTHON} -m site"
        sys.exit(f"{requirements} did not arrive in .venv, though pip installed it; {why}")


def call(command, environment):
    """Run a command that must succeed; what it prints goes to stderr."""
    subprocess.run(command, check=True, stdout=2, env=environment)


def pip_for_venv():
    """Return the command of a pip that works, and the environment for it and for uv.

    Of pip's settings FROM_PIP stays; others could lead elsewhere, as PYTHONPATH could.
    """
    plain = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    for pip in pips():
        command = [*pip, "--python", "", "config", "list", "-vvv"]  # against what they say of these
        listed = subprocess.run(command, capture_output=True, env=plain)
        if not listed.returncode:
            break
    listed.check_returncode()
    kept = {name: text for name, text in plain.items() if not name.startswith("PIP_")}
    kept.update(PIP_CONFIG_FILE=os.devnull, PIP_DISABLE_PIP_VERSION_CHECK="1")
    kept["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # as pip does
    text = listed.stdout.decode(errors="replace")
    for section in "global", "install", ":env:":  # The last one counts.
        for name, value in re.findall(rf"(?m)^{section}\.([\w-]+)=(['\"].*['\"])", text):
            if name in FROM_PIP:
                value = ast.literal_eval(value)
                kept["PIP_" + name.upper().replace("-", "_")] = value
                if FROM_PIP[name]:
                    comma = "," if name == "find-links" else " "
                    kept[FROM_PIP[name]] = comma.join(value.split())
    return pip, kept


def pips():
    """Give the command of a copy of this Python's pip, then of the one that comes with Python.

    .venv's own Python runs the copy; with pip's --python two programs would answer a Ctrl-C.
    """
    copy = VENV / "pip"
    found = importlib.util.find_spec("pip")
    if found and found.submodule_search_locations:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(found.submodule_search_locations[0], copy / "pip")
        yield [PYTHON, copy / "pip"]
    import ensurepip  # here, because Debian leaves it out

    bundled = Path(ensurepip.__file__).parent / "_bundled"
    folder = Path(sysconfig.get_config_var("WHEEL_PKG_DIR") or bundled)
    for wheel in folder.glob("pip-*.whl"):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.unpack_archive(str(wheel), str(copy), "zip")  # It starts slowly from a zip.
        yield [PYTHON, copy / "pip"]


def arrived(requirements):
    """Return whether .venv's own Python finds there what a requirements file pins."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); import environment as kit; "
    code += "sys.exit(not kit.has(kit.ROOT / sys.argv[2]))"
    return not subprocess.call([PYTHON, "-I", "-c", code, ROOT, requirements])


def start_in_venv():
    """Start the same command again with .venv's Python; this process ends."""
    os.environ[STARTED] = "1"
    command = [str(PYTHON), *sys.orig_argv[1:]]
    if os.name == "nt":  # execv would return to the prompt at once there.
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the new one.
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)
