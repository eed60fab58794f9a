"""The cells of a notebook that was handed in, which may hold anything: what they check, and what with."""

import ast
import json

from IPython.core.inputtransformer2 import TransformerManager

from lesson.lessons import KitError
from lesson.written import calls_only_the_kit, made_by

from .rows import writable

MOST_LETTERS = 1_000_000  # of a cell
TOO_ODD = (SyntaxError, ValueError, MemoryError, RecursionError)  # for ast, in what people write


def code_cells(notebook):
    """Return the text of each code cell, and whether it is to raise an error. KitError: it is damaged."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8-sig"))["cells"]
        return [
            (
                writable("".join(cell["source"]), MOST_LETTERS),
                "raises-exception" in cell["metadata"].get("tags", []),
            )
            for cell in cells
            if cell["cell_type"] == "code"
        ]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise KitError("the notebook is damaged, so nothing of it could be tried.") from None


def checks_in(source):
    """Return the id and the answer, as the text of an expression, of each check() that a cell calls."""
    try:
        found = []
        for call in ast.walk(ast.parse(TransformerManager().transform_cell(source))):
            match call:
                case ast.Call(
                    func=ast.Name("check") | ast.Attribute(attr="check"), args=[ast.Constant(str(id)), answer]
                ):
                    found.append((id, ast.unparse(answer)))
        return found
    except TOO_ODD:
        return []


def cell_of_answer(name, sources):
    """Return the cell that made an answer, of all up to the one that checks it."""
    *before, checking = sources
    if not calls_only_the_kit(checking):
        return checking
    makers = [source for source in before if makes(name.strip("'"), source)]
    return (makers or before or [""])[-1]


def makes(name, source):
    try:
        return name in made_by(source)
    except TOO_ODD:
        return False
