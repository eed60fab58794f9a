"""Whether what the learner wrote last is what a check tries."""

import ast
import difflib
import re
from itertools import pairwise
from pathlib import Path

from IPython import get_ipython

from . import failures
from .lessons import NOTEBOOKS, cells_of

ALIKE = 0.5  # how much of two cells agrees where one is another try of the other
OF_THE_KIT = {"begin", "bring", "check", "doctor", "hand_in", "hint", "news", "progress", "reset", "share"}


def untried(id, asked):
    """Return in a sentence why a check of `asked` tries something older than what was written last, or None.

    `asked` is the name, or the name of the file, that the learner's cell hands to check(id, …).
    """
    source, error = last_written()
    if source is None or (asked in made_by(source) and error is None):
        return None
    stub = stub_of(id)
    if asked not in made_by(source) and not is_another_try(source, asked, stub):
        return None
    if error:
        return (
            f"the cell before ended with {error}, so nothing new was tried. Mend that cell and run it first."
        )
    if asked not in made_by(stub):  # such as a server, which the answer changes and does not make
        return None
    if "." in asked and not source.startswith("%%writefile"):
        return f"the cell before writes no file. Its first line has to be: %%writefile {asked}"
    return (
        f"the cell before makes {own_names(source)}, and this check tries {asked}, which is still what it "
        f"was. Let that cell make {asked}."
    )


def is_another_try(source, asked, stub):
    """Return whether a cell is another form of one that made what is asked for, or of the course's stub."""
    makers = [cell for cell, error in failures.ran if error is None and asked in made_by(cell)]
    earlier = [*makers[-1:], stub] if makers else []
    return source not in failures.cells_of_this_lesson() and any(alike(cell, source) for cell in earlier)


def stub_of(id):
    """Return the cell above the check of an exercise, as the course has it; an empty text where none is."""
    lesson = NOTEBOOKS / f"{Path.cwd().name}.ipynb"
    cells = [source for kind, source in cells_of(lesson) if kind == "code"] if lesson.is_file() else []
    return next((stub for stub, cell in pairwise(cells) if f'check("{id}"' in cell), "")


def is_untouched(id):
    """Return whether what was written last is the course's own stub of an exercise, as after Run All."""
    return last_written()[0] == stub_of(id)


def alike(cell, source):
    return difflib.SequenceMatcher(None, cell, source).ratio() > ALIKE


def made_instead(asked, check):
    """Return what the cell above a check makes in place of the name that is asked for, or None.

    It was edited before it ever ran: now it is another form of the lesson's, or has been saved in its place.
    """
    source, error = last_written()
    cells = failures.cells_of_this_lesson()
    if source is None or error or not calls_only_the_kit(check) or check not in cells[1:]:
        return None
    above = cells[cells.index(check) - 1]
    edited = source == above or (source not in cells and alike(above, source))
    return own_names(source) if edited and asked not in made_by(source) else None


def last_written():
    """Return the cell before the check, and the name of the error with which it ended, or None for each."""
    for source, error in reversed(failures.ran):
        if not calls_only_the_kit(source):
            return source, error
    return None, None


def calls_only_the_kit(source):
    """Return whether a cell does nothing but check, ask for hints, and the like."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return False
    return all(
        isinstance(line, ast.Import | ast.ImportFrom)
        or (
            isinstance(line, ast.Expr)
            and isinstance(line.value, ast.Call)
            and getattr(line.value.func, "id", None) in OF_THE_KIT
        )
        for line in body
    )


def made_by(source):
    """Return the names that a cell makes, and the file that it writes."""
    file = re.match(r"%%writefile (?:-a )?(\S+)", source)
    return {file[1]} if file else failures.names_made_by(source)


def own_names(source):
    """Return in words what a cell makes, without what it imports."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        tree = ast.Module([])
    imports = [line for line in ast.walk(tree) if isinstance(line, ast.Import | ast.ImportFrom)]
    imported = {name.asname or name.name for line in imports for name in line.names}
    return ", ".join(sorted(made_by(source) - imported)) or "no name"


def decorated_another(app):
    """Return the name of another app, or of a router, in a decorator of the cell before; or None."""
    source, _ = last_written()
    for name in re.findall(r"(?m)^@(\w+)\.\w+\(", source or ""):
        if get_ipython().user_ns.get(name, app) is not app:
            return name
    return None


def asked_for(id):
    """Return the name, or the name of the file, that the running cell hands to check(id, …), or None."""
    try:
        tree = ast.parse(get_ipython().user_ns["In"][-1])
    except (AttributeError, SyntaxError):  # no kernel, or a magic in the cell
        return None
    for call in ast.walk(tree):
        match call:
            case ast.Call(func=ast.Name("check"), args=[ast.Constant(number), answer]) if number == id:
                return getattr(answer, "id", getattr(answer, "value", None))
    return None
