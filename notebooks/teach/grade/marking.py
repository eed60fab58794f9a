"""The marks of one hand-in: its cells are run, and the kit's checks are asked."""

import ast
import shutil

from lesson.lessons import KitError

from .cells import TOO_ODD, cell_of_answer, checks_in, code_cells
from .kernel import GradingKernel, Stopped
from .rows import DONE, NOT_YET, HandedIn, Mark, writable
from .unpack import name_in, unpack

JUDGE = '__import__("lesson.checks").checks.try_answer({!r}, {})'


def mark_hand_in(archive, folder, setting):
    """Return the row of a zip, and leave nothing in the folder; what is wrong with the zip is in the row."""
    row = HandedIn(writable(archive.name), writable(archive.stem.removeprefix("hand-in-")))
    try:
        unpack(archive, folder / "files")
        row.name = writable(name_in(folder / "files") or row.name)
        for notebook in sorted((folder / "files").glob("*.ipynb")):
            if ids := setting.ids_of(notebook.stem):
                row.marks |= {id: Mark() for id in ids}
                row.remarks += mark_lesson(notebook, row.marks, folder / "room", setting)
        if not row.marks:
            row.remarks.append("The zip has no notebook with exercises, so there is nothing to mark.")
    except KitError as error:
        row.remarks.append(str(error))
    except Exception as error:  # whatever one hand-in brings about, the others are graded
        row.remarks.append(f"It could not be graded: {type(error).__name__}: {writable(error, 200)}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return row


def mark_lesson(notebook, marks, room, setting):
    """Run a notebook up to its last check, fill in the marks of its exercises, and return the remarks."""
    errors, remarks = [], []
    try:
        cells = code_cells(notebook)
        shutil.copytree(setting.kit, room / "kit")
        shutil.copytree(notebook.parent, room / "kit/workspace", dirs_exist_ok=True)
        with GradingKernel(room, setting.namespaces, setting.cancelled) as kernel:
            kernel.wait_for_start()
            mark_cells(kernel, cells, marks, errors)
    except Stopped as stopped:
        remarks = [f"a cell {stopped}."]
    except KitError as damaged:
        remarks = [str(damaged)]
    finally:
        shutil.rmtree(room, ignore_errors=True)
    if errors:
        many = f"{len(errors)} cells ended with errors, the first" if len(errors) > 1 else "a cell ended"
        remarks.insert(0, f"{many} with {writable(errors[0], 100)}.")
    return [f"{setting.short(notebook.stem)}: {remark}" for remark in remarks]


def mark_cells(kernel, cells, marks, errors):
    """Run cells up to the last that checks; add to the marks, and to the errors that nobody intended."""
    checked = [checks_in(source) for source, _ in cells]
    last = max((at for at, found in enumerate(checked) if found), default=-1)
    for at, (source, may_raise) in enumerate(cells[: last + 1]):
        if (error := kernel.run_cell(source)) and not may_raise:
            errors.append(error)
        for id, answer in checked[at]:
            if id in marks and marks[id].state != DONE:
                made_in = cell_of_answer(answer, [source for source, _ in cells[: at + 1]])
                marks[id] = Mark(*ask_kernel(kernel, id, answer), writable(made_in))


def ask_kernel(kernel, id, answer):
    """Return the state of an exercise, and the feedback, as the kit's own check finds them in a kernel."""
    said = kernel.value_of(JUDGE.format(id, answer))
    try:
        done, feedback, _ = ast.literal_eval(said)
    except (*TOO_ODD, TypeError):
        return NOT_YET, writable(f"the check could not try {answer}: {said}")
    return DONE if done is True else NOT_YET, writable(feedback)
