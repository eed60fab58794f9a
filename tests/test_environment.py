"""The kit makes itself a Python that has what it requires.

Each test runs a copy of environment.py in a small tree of its own. What that tree requires,
packaging and a made-up package, lies in a folder, so nothing here needs a network.
"""

import ast
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import PackageNotFoundError, distribution, version
from importlib.util import find_spec
from pathlib import Path

import pytest

from environment import REQUIREMENTS
from notebooks.teach.refresh import copy_kit
from tests.conftest import ROOT, posix
from tests.deadlines import seconds
from tests.fresh_copies import python_of
from tests.ports import free_port

SOURCE = ROOT / "environment.py"
DEADLINE = 50  # seconds for one command on a quiet machine
UV = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
MAIN = """\
import os, sys
from environment import Parser, ensure

parser = Parser(prog="python3 -m app")
parser.add_argument("--exit", type=int, default=0)
parser.add_argument("words", nargs="*")
arguments = parser.parse_args()
ensure(os.environ.get("REQUIREMENTS", "requirements.txt"))
print("prefix", sys.prefix)
print("folder", os.getcwd())
print("words", arguments.words)
try:
    import probe
    print("probe", probe.VERSION)
except ImportError:
    print("no probe")
sys.exit(arguments.exit)
"""


class Kit:
    """A tree with environment.py, a command that needs it, and its requirements."""

    def __init__(self, root, wheels, python=sys.executable):
        self.root = root
        self.venv = root / ".venv"
        self.wheels = wheels
        self.python = python
        self.no_programs = str(root / "no programs")  # a PATH without uv

    def write(self):
        """Write the tree, which requires probe 1."""
        for folder in "app", "no programs":
            (self.root / folder).mkdir(parents=True)
        shutil.copy(SOURCE, self.root)
        (self.root / "app" / "__main__.py").write_text(MAIN)
        (self.root / "constraints.txt").write_text("")
        for name in REQUIREMENTS[1:]:
            file = self.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"-r {'../' * name.count('/')}requirements.txt\n")
        self.require("probe==1")
        return self

    def require(self, line):
        """Make `line` what the kit requires, beside packaging, which environment.py reads it with."""
        lines = ["-c constraints.txt", f"packaging=={version('packaging')}", line, ""]
        (self.root / "requirements.txt").write_text("\n".join(lines))

    @property
    def packages(self):
        """Return the folder of .venv for packages."""
        return next(self.venv.glob("[lL]ib/**/site-packages"))

    @property
    def noted(self):
        """Return the names of the files that say what is installed."""
        return [path.name for path in self.venv.glob("*.installed")]

    def environment(self, **more):
        """Return few variables: no network, and on PATH no more than uv, where this machine has it."""
        kept = {key: os.environ[key] for key in ["SYSTEMROOT"] if key in os.environ}
        return kept | {
            "HOME": str(self.root),
            "PATH": str(Path(UV).parent if UV else self.no_programs),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": self.wheels.as_uri(),
            "UV_OFFLINE": "1",
            "UV_FIND_LINKS": self.wheels.as_uri(),
            **more,
        }

    def run_app(self, *arguments, python=None, cwd=None, before=(), **more):
        """Run `python -m app` and return the finished process, with its text."""
        return subprocess.run(
            [*before, python or self.python, "-m", "app", *arguments],
            cwd=cwd or self.root,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=seconds(DEADLINE),
        )

    def runs(self, *arguments, **more):
        """Run `python -m app`, which must succeed, and return what it prints."""
        done = self.run_app(*arguments, **more)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def fails(self, sentence, code=1, **more):
        """Run `python -m app`, which must fail with a last line that has `sentence`."""
        done = self.run_app(**more)
        last(done.stderr, sentence)
        assert done.returncode == code
        assert done.stdout == ""

    def interrupt(self, number, **more):
        """Start to install probe 2 from a server that is silent, then send a signal."""
        self.require("probe==2")
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(seconds(DEADLINE))
            index = f"http://127.0.0.1:{server.getsockname()[1]}/"
            env = self.environment(PIP_INDEX_URL=index, UV_DEFAULT_INDEX=index, **more)
            del env["PIP_NO_INDEX"], env["PIP_FIND_LINKS"], env["UV_OFFLINE"], env["UV_FIND_LINKS"]
            process = subprocess.Popen(
                [self.python, "-m", "app"],
                cwd=self.root,
                env=env,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            try:
                with server.accept()[0]:
                    os.killpg(process.pid, number)
                    errors = process.communicate(timeout=seconds(DEADLINE))[1]
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.communicate()
        return process.returncode, errors


def last(errors, sentence):
    """Check that errors end with one line that has `sentence`, without a traceback."""
    assert "Traceback" not in errors
    assert sentence in errors.splitlines()[-1]


def write_wheel(folder, name, number, files, *needs):
    """Write the wheel of a made-up package."""
    info = f"{name}-{number}.dist-info"
    needs = "".join(f"Requires-Dist: {need}\n" for need in needs)
    needs += "Provides-Extra: all\nProvides-Extra: more\n"
    files = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    zip_wheel(folder / f"{name}-{number}-py3-none-any.whl", files, info)


def write_broken_uv(folder, number):
    """Write the wheel of a uv that ends with an error."""
    write_wheel(folder, "uv", number, {"uv/__init__.py": "", "uv/__main__.py": "raise SystemExit('broken')"})


def zip_again(folder, name):
    """Write the wheel from which a package of this Python came."""
    try:
        package = distribution(name)
    except PackageNotFoundError:
        pytest.skip(f"there is no {name} here")
    tag = re.search(r"(?m)^Tag: (.+)", package.read_text("WHEEL"))[1]
    wheel, files = f"{name}-{package.version}", {}
    for file in package.files:
        inside = file.as_posix().replace("../../../bin/", f"{wheel}.data/scripts/")
        if not {"..", "__pycache__", "RECORD"} & set(Path(inside).parts):
            files[inside] = file.locate()
    zip_wheel(folder / f"{wheel}-{tag}.whl", files, f"{wheel}.dist-info")


def zip_wheel(path, files, info):
    """Write a wheel with these files, of which each is a text or a path."""
    record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as wheel:
        for name, file in (files | {f"{info}/RECORD": record}).items():
            if isinstance(file, Path):
                wheel.write(file, name)  # which says that a program is one
            else:
                wheel.writestr(name, file)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """A folder with packaging, the package probe in the versions 1 and 2, and needy, which needs probe.

    Version 1 does so by way of two extras, of which one needs the other.
    """
    folder = tmp_path_factory.mktemp("wheels")
    zip_again(folder, "packaging")
    for number in "12":
        write_wheel(folder, "probe", number, {"probe.py": f"VERSION = {number}  {'#' * int(number)}\n"})
    extras = ["needy[more]; extra == 'all'", "needy[all]; extra == 'more'", "probe==1; extra == 'more'"]
    write_wheel(folder, "needy", 1, {}, *extras)
    write_wheel(folder, "needy", 2, {}, "probe==2")
    return folder


def index_of(folder, *wheels):
    """Make an index of packages in a folder; return its address."""
    for wheel in wheels:
        package = folder / wheel.name.partition("-")[0]
        package.mkdir(exist_ok=True)
        shutil.copy(wheel, package)
        with (package / "index.html").open("a") as index:
            index.write(f'<!DOCTYPE html>\n<a href="{wheel.name}">{wheel.name}</a>\n')
    return folder.as_uri()


@pytest.fixture(scope="module")
def indexes(wheels, tmp_path_factory):
    """The address of an index with the same packages, and uv, and of one that has probe 2 alone."""
    folder = tmp_path_factory.mktemp("uv")
    zip_again(folder, "uv")
    all_of_them = index_of(tmp_path_factory.mktemp("index"), *wheels.iterdir(), *folder.iterdir())
    return all_of_them, index_of(tmp_path_factory.mktemp("extra"), *wheels.glob("probe-2*"))


def bare(root):
    """Make a Python without packages; return it, and the folder for its packages."""
    venv.create(root, symlinks=os.name != "nt")
    return next(root.glob("[bS]*/python*")), next(root.glob("[lL]ib/**/site-packages"))


@pytest.fixture(scope="module")
def first_run(tmp_path_factory, wheels):
    """A kit that was run once, without uv, and how that went."""
    kit = Kit(tmp_path_factory.mktemp("first") / "my kit", wheels).write()
    return kit, kit.run_app("one", "two words", "--exit", "7", PATH=kit.no_programs)


@pytest.fixture(scope="module")
def python(first_run, tmp_path_factory):
    """A Python with the pip that the first run has compiled: to compile one takes longer than a test."""
    python, packages = bare(tmp_path_factory.mktemp("python"))
    shutil.copytree(first_run[0].venv / "pip" / "pip", packages / "pip")
    return python


@pytest.fixture
def fresh(tmp_path, wheels, python):
    """A kit that was never run, in a folder whose name has a space."""
    return Kit(tmp_path / "my kit", wheels, python).write()


@pytest.fixture
def ready(first_run, tmp_path, wheels, python):
    """A kit of one's own whose .venv is made."""
    shutil.copytree(first_run[0].root, tmp_path / "my kit", symlinks=True)
    return Kit(tmp_path / "my kit", wheels, python)


def test_first_run(first_run):
    """The first run counts its steps, makes .venv, and goes on in it; the path has a space."""
    kit, done = first_run
    lines = done.stderr.splitlines()
    assert lines[0].startswith("1 of 3: Making .venv with Python 3.")
    assert lines[1] == "2 of 3: Fetching uv, which installs faster than pip."
    said = "3 of 3: Installing requirements.txt into .venv with pip, for uv did not: some minutes."
    assert said in lines  # there is no uv in the folder of the wheels
    assert re.fullmatch(r"Successfully installed packaging-\S+ probe-1", lines[-1])
    # and what the installer says does not mix with what the command prints
    printed = [f"prefix {kit.venv}", f"folder {kit.root}", "words ['one', 'two words']", "probe 1"]
    assert done.stdout.splitlines() == printed
    assert done.returncode == 7


def test_second_run_needs_nothing(first_run, tmp_path):
    """The second run says and installs nothing, for there is no package to find, and stays in its folder."""
    kit, _ = first_run
    config = kit.venv / "pyvenv.cfg"
    config.write_text(config.read_text().replace("version = ", "version_info = "))  # as uv and virtualenv say
    done = kit.run_app(cwd=tmp_path, PYTHONPATH=str(kit.root), PIP_FIND_LINKS="", UV_FIND_LINKS="")
    assert f"prefix {kit.venv}\nfolder {tmp_path}\n" in done.stdout
    assert done.stderr == ""


def test_nothing_is_made_where_all_is_importable(fresh):
    """A Python that has the pinned versions is used as it is, markers and -r included."""
    fresh.require(f'pytest=={version("pytest")}  # a comment\nprobe==1; python_version < "3"')
    printed = fresh.runs(python=sys.executable, REQUIREMENTS="tests/requirements.txt")
    assert f"prefix {sys.prefix}\n" in printed
    assert not fresh.venv.exists()


def test_package_in_part_is_not_enough(first_run, tmp_path):
    """A Python with the remains of a package is not used, and does not stop the kit."""
    (tmp_path / "probe-1.dist-info").mkdir()
    printed = first_run[0].runs(python=sys.executable, PYTHONPATH=str(tmp_path))
    assert f"prefix {first_run[0].venv}\n" in printed


def test_each_change_is_installed(ready):
    """What changes is installed by the next run, also back; two commands do not make each other install."""
    tests = {"REQUIREMENTS": "tests/requirements.txt"}
    ready.require("probe==2")
    assert "probe 2\n" in ready.runs(**tests)
    assert ready.run_app().stderr == ""
    constraints = ready.root / "constraints.txt"
    ready.require("probe")
    for number in "12":
        constraints.write_text(f"probe=={number}\n")
        assert f"probe {number}\n" in ready.runs(**tests)
    ready.require("probe==1")
    constraints.write_text("")
    assert "probe 1\n" in ready.runs(**tests)


@posix
def test_broken_off_installation_is_repaired(ready):
    """An installation that was killed counts for nothing; Ctrl-C is one line; the next run does it again."""
    assert ready.interrupt(signal.SIGKILL)[0] == -signal.SIGKILL
    assert ready.noted == []
    code, errors = ready.interrupt(signal.SIGINT, PATH=ready.no_programs)
    last(errors, "Stopped; to go on, run: python3 -m app")
    assert code == 130
    assert "probe 2\n" in ready.runs()


def test_change_is_installed_from_inside(ready):
    """A run by .venv's own Python installs what changed, though the pip there is one in part; and goes on."""
    (ready.packages / "pip").mkdir()
    (ready.packages / "pip" / "__main__.py").write_text("from pip._internal import main\n")
    ready.require("probe")
    (ready.root / "constraints.txt").write_text("probe==2\n")  # which no look at the packages shows
    inside = next(ready.venv.glob("[bS]*/python*"))
    assert "words ['a']\nprobe 2\n" in ready.runs("a", python=inside, PATH=ready.no_programs)


@posix
@pytest.mark.parametrize("pattern", ["bin/python*", "pyvenv.cfg"])
def test_broken_venv_is_repaired(ready, pattern):
    """A .venv whose Python is gone, or what makes it one, is made again."""
    for path in ready.venv.glob(pattern):
        path.unlink()
    assert f"prefix {ready.venv}\n" in ready.runs()


@posix
def test_settings_that_cannot_be_read(ready):
    """Where pip cannot say its settings, it is pip that says why."""
    settings = ready.root / "pip.conf"
    settings.write_text("nonsense")
    ready.require("probe==2")
    done = ready.run_app(PIP_CONFIG_FILE=str(settings), PATH=ready.no_programs)
    last(done.stderr, "requirements.txt is not installed; check the network, run: python")
    assert str(settings) in done.stderr


@posix
def test_python_that_never_gets_inside_ends(ready):
    """A .venv whose Python starts elsewhere ends with a sentence, not in circles."""
    python = ready.venv / "bin" / "python"
    python.unlink()
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    ready.fails(f'{python} does not work; run: rm -r "{ready.venv}"')


def test_started_mark_is_not_left_behind(first_run):
    """A program started from inside may start the kit with another Python again."""
    kit, _ = first_run
    inner = f"import subprocess; subprocess.run([{sys.executable!r}, '-m', 'app'])"
    code = f"from environment import ensure; ensure('requirements.txt'); {inner}; print('same code')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=kit.root,
        env=kit.environment(),
        capture_output=True,
        text=True,
        timeout=seconds(DEADLINE),
    )
    assert f"prefix {kit.venv}\n" in done.stdout
    assert "same code\n" in done.stdout
    assert done.stderr == ""


@posix
def test_other_python_makes_it_again(ready):
    """A .venv whose Python has become another version is made again, and a line says so."""
    here = sys.version_info[1]
    other = next(filter(None, (python_of(minor) for minor in range(11, 16) if minor != here)), None)
    if not other:
        pytest.skip("there is one Python >= 3.11 here")
    inside = ready.venv / "bin/python"
    inside.unlink()
    inside.symlink_to(other)  # as where the system's Python is replaced
    done = ready.run_app(python=inside)
    assert f"because it was made by Python 3.{here}." in done.stderr.splitlines()[0]
    assert f"prefix {ready.venv}\n" in done.stdout
    assert "probe 1\n" in done.stdout


@posix
@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_python_without_venv(fresh, tmp_path, module):
    """A Python without venv or ensurepip, as Debian's, gets the command to add it."""
    if module == "ensurepip" and find_spec("pip"):
        pytest.skip("this Python has pip, and needs no ensurepip")
    library = Path(os.__file__).parent
    copy = tmp_path / "python" / "lib" / library.name
    copy.mkdir(parents=True)
    for path in library.iterdir():
        if path.name not in (module, "site-packages", "dist-packages"):
            (copy / path.name).symlink_to(path)
    (copy / "site-packages").mkdir()
    sentence = f"This Python has no {module}, which .venv needs; run: sudo apt install"
    fresh.fails(sentence, python=sys.executable, PYTHONHOME=str(tmp_path / "python"), PATH=fresh.no_programs)


def test_no_network(ready):
    """Without a network, one sentence says what to check and what to run again."""
    index = f"http://127.0.0.1:{free_port()}/"
    sentence = "requirements.txt is not installed; check the network, run: python"
    closed = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": index, "PIP_RETRIES": "0", "PIP_FIND_LINKS": ""}
    ready.require("probe==2")
    ready.fails(sentence, PATH=ready.no_programs, **closed)


@pytest.mark.parametrize("name", ["requirements.txt", "tests/requirements.txt"])
def test_file_in_the_way(fresh, name):
    """Where .venv is needed, for another version is here than pinned, a file of that name is left alone."""
    fresh.require("pytest==0.1")
    fresh.venv.write_text("mine")
    fresh.fails(f'run: mv "{fresh.venv}"', python=sys.executable, REQUIREMENTS=name)
    assert fresh.venv.read_text() == "mine"


@posix
def test_unwritable_folder(fresh):
    """In a folder that cannot be written, a sentence says how to copy the kit."""
    command = []
    if os.getuid() == 0:  # root may write everywhere, unless that right is given up
        if not shutil.which("setpriv"):
            pytest.skip("root cannot give up its rights here without setpriv")
        command = [shutil.which("setpriv"), "--bounding-set=-dac_override", "--"]
    sentence = f'.venv cannot be used (Permission denied); run: cp -r "{fresh.root}"'
    fresh.root.chmod(0o555)
    try:
        fresh.fails(sentence, before=command)
    finally:
        fresh.root.chmod(0o755)


@pytest.mark.parametrize("minor", range(6, 11))
def test_old_python(fresh, minor):
    """A Python older than 3.11 gets a sentence, and makes nothing."""
    old = python_of(minor)
    if not old:
        pytest.skip(f"there is no Python 3.{minor} here")
    sentence = f"3.11 or newer is needed and this is 3.{minor}; get one from "
    fresh.fails(sentence, python=old)
    assert not fresh.venv.exists()


def test_old_python_reads_the_module():
    """The module keeps to the syntax of Python 3.7, the oldest that ast knows."""
    ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 7))


def test_uv_is_fetched(fresh, indexes, tmp_path):
    """Without uv on PATH it is fetched into .venv and installs, both from where pip is told to look."""
    settings = fresh.root / "pip.conf"
    settings.write_text("[install]\nindex-url = {}\n[global]\nextra-index-url = {}\n".format(*indexes))
    links = [tmp_path / "one", tmp_path / "two"]  # where there is a newer uv that does not work, in two forms
    for folder in links:
        folder.mkdir()
    write_broken_uv(links[0], 999)
    (links[1] / f"uv-{version('uv')}.1.tar.gz").touch()
    (fresh.root / "constraints.txt").write_text(f"uv<={version('uv')}.1\n")
    (fresh.root / "uv.py").write_text("raise SystemExit('a stranger')")
    looks = {"PIP_FIND_LINKS": " ".join(map(str, links)), "PIP_NO_INDEX": "0"}
    nothing = {"PATH": fresh.no_programs, "UV_FIND_LINKS": "", "UV_OFFLINE": "0"}
    done = fresh.run_app(PIP_CONFIG_FILE=str(settings), **looks, **nothing)
    assert "probe 1\n" in done.stdout
    assert re.search(r"(?m)^Installed 2 packages", done.stderr), done.stderr  # uv says it so
    assert (fresh.packages / "uv").is_dir()


@pytest.mark.skipif(not UV, reason="there is no uv here")
def test_uv_on_path_is_used(fresh):
    """With uv on PATH, uv installs."""
    assert "2 of 3" not in (said := fresh.run_app().stderr)
    assert "with pip" not in said


def test_uv_that_leaves_something_out(fresh, tmp_path):
    """Where a setting of uv leads to a part only, pip does the rest; what is on PYTHONPATH does not count."""
    (fresh.root / "uv.toml").write_text("[pip]\nno-deps = true\n")
    fresh.require("needy[all]==1")
    shutil.unpack_archive(next(fresh.wheels.glob("probe-1*")), tmp_path / "path", "zip")
    fresh.runs(PYTHONPATH=str(tmp_path / "path"))
    assert (fresh.packages / "probe.py").is_file()


ELSEWHERE = {  # what pip can be told, in variables or in files
    "target": "elsewhere",
    "prefix": "elsewhere",
    "root": "elsewhere",
    "dry-run": "1",
    "no-deps": "1",
    "user": "1",
    "quiet": "1",
    "report": "report.json",
    "require-virtualenv": "1",
    "upgrade-strategy": "eager",
    "constraint": "nothing.txt",
    "python": "python9",
}


def test_pip_that_is_told_elsewhere(ready, tmp_path):
    """Where uv fails, pip installs, and a line says so; whatever variables and a file tell it, into .venv."""
    for wheel in ready.wheels.iterdir():
        shutil.copy(wheel, tmp_path)
    write_broken_uv(tmp_path, 1)
    settings = ready.root / ".pip" / "pip.conf"  # of this user, for HOME leads here
    settings.parent.mkdir()
    settings.write_text("[global]\n" + "".join(f"{name} = {value}\n" for name, value in ELSEWHERE.items()))
    variables = {"PIP_" + name.upper().replace("-", "_"): value for name, value in ELSEWHERE.items()}
    ready.require("needy==2")
    told = variables | {"PIP_CONFIG_FILE": "", "PATH": ready.no_programs}
    done = ready.run_app(PIP_FIND_LINKS=tmp_path.as_uri(), **told)
    assert "probe 2\n" in done.stdout
    assert "\nbroken\n3 of 3: Installing requirements.txt into .venv with pip, for uv did not" in done.stderr
    assert ready.noted == ["requirements.txt.installed"]


def test_what_did_not_arrive_is_not_noted(fresh, tmp_path):
    """A pip that ends well and has installed nothing gets a sentence, and nothing is noted."""
    python, packages = bare(tmp_path / "bare")
    (packages / "pip").mkdir()
    (packages / "pip" / "__main__.py").write_text("")
    sentence = "requirements.txt did not arrive in .venv, though pip installed it"
    fresh.fails(sentence, python=python, PATH=fresh.no_programs)
    assert fresh.noted == []


def test_wrong_argument_is_one_sentence(fresh):
    """A wrong argument is one sentence, exit code 1, and nothing is made."""
    done = fresh.run_app("--exit", "x")
    assert done.returncode == 1
    assert re.fullmatch(r".*int.*'x'; see: python3 -m app --help\n", done.stderr)
    assert not fresh.venv.exists()


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """A Python with this one's packages, and with packages that have the names of the kit's own."""
    root = tmp_path_factory.mktemp("crowded")
    venv.create(root, symlinks=os.name != "nt")
    packages = next(root.glob("[lL]ib/**/site-packages"))
    for name in "app", "notebooks", "tests", "lesson", "environment":
        for folder in packages, root / "further", root / "on the path":
            (folder / name).mkdir(parents=True)
            (folder / name / "__init__.py").write_text("raise SystemExit(f'{__file__} is a stranger')")
            (folder / name / "__main__.py").write_text("")
    ours = [path for path in sys.path if path.endswith("-packages")]
    (packages / "further.pth").write_text("\n".join([str(root / "further"), *ours]))
    return next(root.glob("[bS]*/python*")), str(root / "on the path")


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        ("app --help", "--port PORT"),
        ("notebooks handout ../class", "class is ready"),
        ("tests tests/test_ruff.py --collect-only -n 0", "Module test_ruff.py"),
    ],
)
def test_packages_with_the_names_of_ours(tmp_path, crowded, words, printed):
    """A package elsewhere that is called as one of ours is not taken for it."""
    copy_kit(tmp_path / "kit")
    python, path = crowded
    run = subprocess.run(
        [python, "-m", *words.split()],
        cwd=tmp_path / "kit",
        env={name: text for name, text in os.environ.items() if name != "PYTHONSAFEPATH"}
        | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=seconds(60),
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert printed in run.stdout
