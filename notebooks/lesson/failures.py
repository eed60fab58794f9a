"""How the last cell ended, and a way out for one that fails for want of a cell that has not run."""

import ast
import re
from pathlib import Path

from .lessons import NOTEBOOKS, KitError, cells_of

last_cell_failed = False


def explain(result):
    """Note how a cell ended; where another cell of the lesson makes the name that it lacks, say so."""
    global last_cell_failed
    last_cell_failed = not result.success
    error = result.error_in_exec
    if isinstance(error, NameError) and error.name in names_of_this_lesson():
        print(
            f"This lesson makes the name {error.name} in a cell that has not run in this "
            "kernel. Choose Kernel, Restart Kernel, then run the cells from the top."
        )


def names_of_this_lesson():
    """Return the names that the cells make of the lesson in whose folder the kernel is."""
    try:
        cells = cells_of(NOTEBOOKS / f"{Path.cwd().name}.ipynb")
    except KitError:
        return set()
    sources = [source for kind, source in cells if kind == "code"]
    run = set(re.findall(r"^%run (\S+)", "\n".join(sources), re.MULTILINE))
    return {name for source in sources for name in names_made_by(source, run)}


def names_made_by(source, run):
    """Yield the names that a cell makes, or the file that it writes, if that is one of those that are run."""
    magic, _, file = source.partition("\n")
    if magic.startswith("%%"):
        source = file if magic.removeprefix("%%writefile ") in run else ""
    try:
        statements = ast.parse(re.sub(r"(?m)^%.*", "", source)).body
    except (SyntaxError, ValueError):  # a learner's cell, half-written; Python 3.11 finds a null byte in it
        return
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif isinstance(node, ast.alias):
                yield node.asname or node.name.partition(".")[0]
