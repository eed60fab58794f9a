"""A name means one thing in the whole repository."""

import ast
import re
from collections import defaultdict

from environment import ROOT

FOLDERS = ["app", "notebooks", "tests"]
GENERIC = {"run", "say", "hear", "keep", "frames", "elsewhere"}  # names that meant many things, at any depth
SHARED = {  # names that two modules define, each with its reason
    "browser": "a fixture: Chromium, started; and the browser of whoever reads, in doctor()",
    "chat": "a fixture: `python3 -m app`, once for the tests of a file",
    "kit": "a fixture: a copy of the kit; the checks share one, because their kernel is started in it",
    "messages": "the list of messages, in each of the two pages",
    "page": "a fixture: a page of Chromium, as the tests of a file want it",
    "server": "a fixture: the whole chat; for the tests of the room, with a room of its own",
    "status": "the line of the state, in each of the two pages",
    "window": "a fixture: a page of Chromium; the slides want one of a laptop's size",
}
NOT_MIRRORED = {  # files of tests that are named after no module, each with its reason
    "tests/app/test_crowd.py": "the whole chat, with many people",
    "tests/app/test_fuzz.py": "the whole chat, with anything sent to it",
    "tests/app/test_room_states.py": "the room and its log, in any order of what can happen",
    "tests/teach/test_command.py": "notebooks/__main__.py",
}
DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def modules():
    """Return the text of each file of Python and JavaScript by its path."""
    paths = [*ROOT.glob("*.py"), *(path for name in FOLDERS for path in (ROOT / name).rglob("*.py"))]
    paths += (ROOT / "static").glob("*.js")
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sorted(paths)}


def defined(path, text):
    """Yield each name that a file defines, and whether it does so at its top."""
    if path.endswith(".js"):
        yield from ((name, False) for name in re.findall(r"\bfunction (\w+)\(", text))
        return
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, DEFINITION):
            yield node.name, node in tree.body


def twofold(modules):
    """Yield each name on top of two modules, and each generic one at any depth; a test goes with its file."""
    places = defaultdict(set)
    for path, text in modules.items():
        for name, on_top in defined(path, text):
            if (on_top and not name.startswith("test_")) or name in GENERIC:
                places[name].add(path)
    for name, paths in sorted(places.items()):
        if len(paths) > 1:
            yield f"{name} is defined in {', '.join(sorted(paths))}"


def unmirrored(paths):
    """Yield each file of tests in app, lesson or teach that is named after nothing that it could test."""
    for path in paths:
        found = re.fullmatch(r"tests/(app|lesson|teach)/test_(\w+)\.py", path)
        if found and path not in NOT_MIRRORED:
            folder, name = found.groups()
            there = [f"{'' if folder == 'app' else 'notebooks/'}{folder}/{name}.py"]
            if folder == "app":
                there.append(f"static/{re.sub('_js$', '.js', name)}")
            if not any(one in paths for one in there):
                yield f"{path} tests no {there[0]}"


def test_names():
    """No two modules define the same name, but for those in SHARED; no generic name is in two files."""
    assert [fault.split()[0] for fault in twofold(modules())] == list(SHARED)


def test_files():
    """A file of tests has the name of what it tests; those that test more are in NOT_MIRRORED."""
    assert list(unmirrored(modules().keys())) == []
    assert NOT_MIRRORED.keys() <= modules().keys()


def test_twofold_name_is_found():
    """A name on top of two files is found, and a generic one at any depth, in JavaScript as well."""
    one = {"app/a.py": "def look(): ...\nclass A:\n    def run(self): ...\n    def stop(self): ..."}
    two = {"app/b.py": "async def look():\n    def run(): ...\n    def stop(self): ..."}
    found = ["look is defined in app/a.py, app/b.py", "run is defined in app/a.py, app/b.py"]
    assert list(twofold(one | two)) == found
    assert list(twofold(one | {"static/a.js": "async function run() {}\nfunction look() {}"})) == [
        "run is defined in app/a.py, static/a.js"
    ]
    assert list(unmirrored(["tests/lesson/test_style.py"])) == [
        "tests/lesson/test_style.py tests no notebooks/lesson/style.py"
    ]
