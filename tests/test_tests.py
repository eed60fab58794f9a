"""Each test claims something that can be wrong."""

import ast
from functools import cache

import pytest

from environment import ROOT

FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
CLAIMS = {"pytest.raises", "pytest.fail", "pytest.warns", "expect"}  # calls that fail by themselves
STRICT = {  # calls that raise where their text is wrong, which is all that a test may want of them
    "ast.parse": "a SyntaxError",
    "html5lib.HTMLParser(strict=True).parse": "a ParseError, at the first fault",
}


@cache
def trees():
    """Return the parsed text of each file of the tests."""
    paths = sorted((ROOT / "tests").rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def is_never_wrong(node):
    """Return whether a node asserts what is always true: a tuple that is not empty, or a constant."""
    test = node.test if isinstance(node, ast.Assert) else None
    return isinstance(test, ast.Tuple) or (isinstance(test, ast.Constant) and bool(test.value))


def claims(node):
    """Return whether a node itself can fail: it asserts, or calls what fails by itself."""
    for part in ast.walk(node):
        if isinstance(part, ast.Assert):
            if not is_never_wrong(part):
                return True
        elif isinstance(part, ast.Call) and ast.unparse(part.func) in CLAIMS | STRICT.keys():
            return True
    return False


def used(node, modules):
    """Return the names that a node uses, but not those that it takes from a module, as subprocess.run."""
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} - {node.name}
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and ast.unparse(part.value) not in modules:
            names.add(part.attr)
    return names


def helpers(trees):
    """Return the names of what is defined in the tests and claims something, by itself or by another."""
    bodies = {}
    for tree in trees.values():
        modules = imported_modules(tree)
        for node in ast.walk(tree):
            if isinstance(node, FUNCTION) and not node.name.startswith("test_"):
                bodies.setdefault(node.name, []).append((node, used(node, modules)))
    found = {name for name, nodes in bodies.items() if any(claims(node) for node, _ in nodes)}
    while more := {name for name in bodies.keys() - found if any(names & found for _, names in bodies[name])}:
        found |= more
    return found


def imported_modules(tree):
    """Return the names of the modules that a file imports as a whole."""
    lines = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    return {alias.asname or alias.name for line in lines for alias in line.names}


def empty(trees):
    """Yield each test that claims nothing: it has no assert, and uses nothing that has one."""
    known = helpers(trees)
    for place, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, FUNCTION) and node.name.startswith("test_"):
                if not claims(node) and not used(node, imported_modules(tree)) & known:
                    yield f"{place}: {node.name} claims nothing"
            elif is_never_wrong(node):
                yield f"{place}, line {node.lineno}: what is never wrong is asserted"


def test_each_test_claims_something():
    """Each test asserts something itself, or by what it calls, or by a strict parser."""
    assert list(empty(trees())) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("def test_x():\n    print(1)", "test_x claims nothing"),
        ("def test_x():\n    look()\ndef look():\n    print(1)", "test_x claims nothing"),
        ("import subprocess\ndef test_x():\n    subprocess.run()\ndef run():\n    assert 0", "test_x claims"),
        ("def test_x(x):\n    assert (x == 1, 'one')", "line 2: what is never wrong"),
        ("def test_x(x):\n    assert True", "test_x claims nothing"),
    ],
)
def test_empty_test_is_found(body, words):
    """A test that claims nothing is found."""
    assert words in "\n".join(empty({"test.py": ast.parse(body)}))
