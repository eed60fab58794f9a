"""What is imported is required, what is required is pinned, and what that brings along is pinned as well."""

import ast
import json
import re
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from itertools import product
from textwrap import dedent

import pytest
from IPython.core.inputtransformer2 import TransformerManager
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from environment import REQUIREMENTS, ROOT
from lesson.lessons import NOTEBOOKS, lessons

FILES = REQUIREMENTS
FOLDERS = ["app", "notebooks", "tests"]
OWN = {*FOLDERS, "environment", "lesson"}
COMES_WITH = {  # imported, and brought along by a requirement that is of no use without it
    "ipython": "ipykernel",
    "jupyter-client": "nbclient",
    "jupyter-core": "jupyterlab",
    "jupyter-server": "jupyterlab",
    "pydantic": "fastapi",
    "pygments": "sphinx",
    "pyyaml": "jupyterlab",
    "starlette": "fastapi",
    "traitlets": "nbclient",
}
PLATFORMS = [  # as markers name them
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "x86_64"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
]
PYTHONS = [
    {"python_version": f"3.{minor}", "python_full_version": f"3.{minor}.9"} for minor in (11, 12, 13, 14)
]
ENVIRONMENTS = [platform | python for platform, python in product(PLATFORMS, PYTHONS)]


def kit_text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def pins(text):
    """Return the requirements in the text of a file, without its comments and options."""
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def holds(requirement, environment, extra=""):
    """Return whether a requirement holds in an environment, for who asks for that extra."""
    return not requirement.marker or requirement.marker.evaluate({**environment, "extra": extra})


@cache
def needs(package):
    """Return what a package requires by its own metadata; nothing where it is not installed."""
    try:
        return [Requirement(line) for line in requires(package) or []]
    except PackageNotFoundError:
        return []


def brought(requirements, environment):
    """Return the names of all packages that come with the requirements in an environment."""
    found, left = set(), [requirement for requirement in requirements if holds(requirement, environment)]
    while left:
        requirement = left.pop()
        for extra in ["", *requirement.extras]:
            if (key := (canonicalize_name(requirement.name), extra)) not in found:
                found.add(key)
                left += [need for need in needs(key[0]) if holds(need, environment, extra)]
    return {name for name, _ in found}


def unpinned(text):
    """Yield each requirement in a text that does not name one version."""
    for pin in pins(text):
        if not re.fullmatch(r"==[\w.!+]+", str(pin.specifier)):
            yield f"{pin} has no =="


def unlocked(requirements, constraints):
    """Yield each package that comes with the requirements somewhere, and is not constrained there."""
    wanted, locked = [pin for text in requirements for pin in pins(text)], pins(constraints)
    everywhere = set()
    for environment in ENVIRONMENTS:
        everywhere |= (here := brought(wanted, environment))
        there = [pin for pin in locked if holds(pin, environment)]
        names = [canonicalize_name(pin.name) for pin in there]
        where = f"on {environment['sys_platform']}, Python {environment['python_version']}"
        for name in sorted(here):
            if names.count(name) != 1:
                yield f"constraints.txt pins {name} {names.count(name)} times {where}"
        for pin in wanted:
            if holds(pin, environment) and not any(
                pin.name == other.name and pin.specifier == other.specifier for other in there
            ):
                yield f"constraints.txt pins {pin.name} otherwise {where}"
    for pin in locked:
        somewhere = any(holds(pin, environment) for environment in ENVIRONMENTS)
        if somewhere and canonicalize_name(pin.name) not in everywhere:
            yield f"nothing brings {pin.name}, and constraints.txt pins it"


@cache
def sources():
    """Return the place and the text of all Python in the repository, in files and in cells."""
    paths = [*ROOT.glob("*.py"), *(path for name in FOLDERS for path in (ROOT / name).rglob("*.py"))]
    found = [(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in sorted(paths)]
    for lesson in lessons():
        for cell in json.loads(lesson.read_text(encoding="utf-8"))["cells"]:
            magic, _, file = (source := "".join(cell["source"])).partition("\n")
            if cell["cell_type"] == "code" and re.match(r"%%writefile .*\.py$", magic):
                found.append((lesson.stem, dedent(file)))  # which may be methods for the end of a class
            elif cell["cell_type"] == "code" and not magic.startswith("%%"):
                found.append((lesson.stem, TransformerManager().transform_cell(source)))
    return found


@cache
def modules_of(text):
    """Return the names of the modules on top that a text in Python imports."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found


@cache
def packages_by_module():
    """Return the names of the packages that bring each module that is here."""
    return {module: set(map(canonicalize_name, names)) for module, names in packages_distributions().items()}


def strangers(place, text, required):
    """Yield each module that a text imports though no requirement brings it by name."""
    for module in sorted(modules_of(text) - sys.stdlib_module_names - OWN):
        if not packages_by_module().get(module, set()) & (required | COMES_WITH.keys()):
            yield f"{place} imports {module}, and no requirement is for it"


def idle(requirements, texts):
    """Yield each requirement that no text imports or names; a comment above its lines gives their reason."""
    for paragraph in re.sub(r"^-.*\n", "", requirements, flags=re.MULTILINE).split("\n\n"):
        if paragraph.lstrip().startswith("#"):
            continue
        for pin in pins(paragraph):
            modules = {module for module, names in packages_by_module().items() if pin.name in names}
            words = "|".join(map(re.escape, {pin.name, pin.name.removeprefix("pytest-"), *modules}))
            if not any(re.search(rf"(?<![\w-])({words})(?![\w-])", text) for text in texts):
                yield f"nobody imports or names {pin.name}"


def required():
    """Return the names of all packages that the files of requirements name."""
    return {canonicalize_name(pin.name) for name in FILES for pin in pins(kit_text(name))}


pinned = pytest.mark.skipif(
    "fastapi==" not in kit_text(FILES[0]), reason="this run is one with newer packages"
)


@pinned
@pytest.mark.parametrize("name", [*FILES, "constraints.txt"])
def test_every_requirement_names_a_version(name):
    """Each requirement, and each constraint, has ==."""
    assert list(unpinned(kit_text(name))) == []


@pinned
def test_all_that_is_installed_is_locked():
    """What the requirements bring is in constraints.txt once for each platform and Python, and no more."""
    assert kit_text(FILES[0]).startswith("-c constraints.txt\n")
    lock, fetched = re.subn(r"(?m)^uv==.*\n", "", kit_text("constraints.txt"))
    assert fetched == 1  # environment.py does, and installs the others with it
    assert list(unlocked(map(kit_text, FILES), lock)) == []


def test_a_learner_gets_none_of_the_site():
    """What only the site or the tests require does not come with what a learner's first start installs."""
    for environment in ENVIRONMENTS:
        learners = brought(pins(kit_text(FILES[0])), environment)
        others = {canonicalize_name(pin.name) for name in FILES[1:] for pin in pins(kit_text(name))}
        assert learners & (others | {"docutils", "myst-parser"}) <= {"beautifulsoup4"}, environment


def test_every_import_is_required():
    """Each module that a file or a cell imports comes with Python, with the kit, or with a requirement."""
    names = required()
    assert [wrong for place, text in sources() for wrong in strangers(place, text, names)] == []


@pytest.mark.parametrize("package", COMES_WITH)
def test_what_comes_with_another(package):
    """A package that is imported and not required comes with a requirement, and some file imports it."""
    assert COMES_WITH[package] in required()
    assert package in brought([Requirement(COMES_WITH[package])], {})
    assert any(
        package in packages_by_module().get(module, ())
        for _, text in sources()
        for module in modules_of(text)
    )


def test_every_requirement_is_used():
    """Each requirement is imported or named by a file, a cell or a setting, or says above why it is there."""
    others = ["pyproject.toml", "notebooks/INSTRUCTORS.md", "README.md"]
    texts = [text for place, text in sources() if place != "tests/test_requirements.py"]
    texts += [lesson.read_text(encoding="utf-8") for lesson in NOTEBOOKS.glob("*.ipynb")]
    assert [wrong for name in FILES for wrong in idle(kit_text(name), [*texts, *map(kit_text, others)])] == []


def without(name, package):
    """Return the text of a file without the lines of a package."""
    return re.sub(rf"(?m)^{package}==.*\n", "", kit_text(name))


FAULTS = {
    "uvicorn has no ==": lambda: unpinned("fastapi==1.0\nuvicorn\n"),
    "uvicorn>=1 has no ==": lambda: unpinned("uvicorn>=1 # newer\n"),
    "uvicorn==1.* has no ==": lambda: unpinned("uvicorn==1.*\n"),
    "pins h11 0 times on linux, Python 3.11": lambda: unlocked(
        map(kit_text, FILES), without("constraints.txt", "h11")
    ),
    "pins colorama 0 times on win32": lambda: unlocked(
        map(kit_text, FILES), without("constraints.txt", "colorama")
    ),
    "pins appnope 0 times on win32": lambda: unlocked(["appnope==1"], "appnope==1 ; os_name == 'posix'"),
    "pins ruff 2 times": lambda: unlocked(
        map(kit_text, FILES), kit_text("constraints.txt") + "\nruff==0.1\n"
    ),
    "pins ruff otherwise": lambda: unlocked(["ruff==0.1"], kit_text("constraints.txt")),
    "nothing brings moderngl": lambda: unlocked(
        map(kit_text, FILES), kit_text("constraints.txt") + "moderngl==1\n"
    ),
    "here imports requests": lambda: strangers("here", "def get():\n    import requests.api", required()),
    "nobody imports or names requests": lambda: idle("requests==2\n\n# Old Macs\nsix==1\n", ["import six"]),
}


@pytest.mark.parametrize("words", FAULTS)
def test_fault_is_found(words):
    """Each check finds its fault in a text that has it."""
    assert words in "\n".join(FAULTS[words]())
