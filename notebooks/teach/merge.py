"""Bring together what was changed in a lesson of a handout and what was changed in the course."""

from collections import defaultdict

from nbdime.merging import apply_decisions
from nbdime.merging.notebooks import decide_notebook_merge

from lesson.lessons import KitError, read_lesson

from .own_lessons import version_of
from .part import as_jupyter_writes


def merge_into(ours, theirs, given):
    """Write into our file of a lesson what they have changed since it was given; return whether.

    Not where we have changed nothing, where both have changed one cell, or where a file is no notebook.
    """
    try:
        base, other, lesson = map(read_lesson, (given, theirs, ours))
    except KitError:
        return False
    cells = merged_cells(base, other, lesson) if version_of(base) != version_of(lesson) else None
    if cells:
        lesson["cells"] = [cell | {"id": f"{ours.stem[:2]}-{at:02}"} for at, cell in enumerate(cells)]
        ours.write_text(as_jupyter_writes(lesson), encoding="utf-8", newline="\n")
    return bool(cells)


def merged_cells(given, theirs, ours):
    """Return the cells of two lessons that were one; None where both have changed one cell.

    What came of running a cell is no change. A cell has it from the lesson that has its text, ours first.
    """
    bare, *others = map(bare_lesson, (given, theirs, ours))
    known = defaultdict(list)
    for cell in [*ours["cells"], *theirs["cells"]]:
        known[cell_key(cell)].append(cell)
    keys = [cell_key(cell) for cell in apply_decisions(bare, decide_notebook_merge(bare, *others))["cells"]]
    # where both have changed a cell, nbdime writes marks or lines of both, a text that is in neither
    return [known[key].pop(0) for key in keys] if {*keys} <= known.keys() else None


def bare_lesson(lesson):
    """Return a notebook with the texts of a lesson's cells, and no more."""
    cells = [
        {"cell_type": kind, "metadata": {}, "source": text} for kind, text in map(cell_key, lesson["cells"])
    ]
    for cell in cells:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


def cell_key(cell):
    """Return the kind and the text of a cell."""
    return cell["cell_type"], "".join(cell["source"])
