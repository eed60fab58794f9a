"""Add an exercise to a lesson, ready to edit: its four cells, its check, and what the tests hand in to it."""

import re

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from lesson.lessons import KIT, NOTEBOOKS, KitError, lessons
from lesson.progress import exercise_ids

from . import exercise_pattern as pattern
from .course import notebook_of
from .new_folder import write_all

KEY_POINTS = "## Key points"
HANDED_IN = KIT / "tests/lessons/answers"
NEXT = """\
{}: edit the four cells above Key points, and move them to where they belong.
{}: edit the last function; {}: what is handed in to it.
Then run: python3 -m notebooks refresh {number} && python3 -m tests -k "rules or {number}"
"""


def add_exercise(id):
    """Add the next exercise of a lesson to three files, all or none, and say what to edit.

    KitError: the id is not that of the next exercise of a lesson, a file has no place for it or cannot
    be written, or this kit is a handout.
    """
    if not HANDED_IN.is_dir():
        raise KitError("A handout has no tests, which an exercise needs: add it to the whole kit.")
    lesson, number = lesson_for(id), id[:2]
    check = NOTEBOOKS / f"lesson/exercises/lesson_{number}.py"
    answers = HANDED_IN / f"lesson_{number}.py"
    try:
        write_all(
            {
                lesson: with_cells(lesson, id),
                check: with_code(check, pattern.CHECKS, pattern.CHECK, id),
                answers: with_code(answers, pattern.ANSWERS, pattern.ANSWER, id),
            }
        )
    except OSError as error:
        raise KitError(f"The kit cannot be written ({error.strerror}): nothing was added.") from None
    paths = [path.relative_to(KIT).as_posix() for path in (lesson, check, answers)]
    print(NEXT.format(*paths, number=number), end="")


def lesson_for(id):
    """Return the path of the lesson whose next exercise has that id. KitError: there is none."""
    if not re.fullmatch(r"\d\d\.\d", id):
        raise KitError(f"{id!r} is no number of an exercise: write lesson, dot, exercise, such as 04.3.")
    if id[0] == "9":
        raise KitError(f"{id} is of an exam: add it by hand to the folder that the command exam has written.")
    if id[:2] not in (those := {lesson.stem[:2]: lesson for lesson in lessons()[1:]}):
        raise KitError(f"No lesson {id[:2]} has exercises: choose one from {min(those)} to {max(those)}.")
    last = max((int(one[3:]) for one in exercise_ids() if one[:2] == id[:2]), default=0)
    if int(id[3:]) != last + 1:
        raise KitError(f"{id} is not the next exercise of its lesson: that is {id[:2]}.{last + 1}.")
    return those[id[:2]]


def with_cells(lesson, id):
    """Return the text of a lesson with the four cells above its key points. KitError: it has none."""
    notebook = notebook_of(lesson)
    cells = [cell for cell in notebook.cells if re.search(rf"(?m)^{KEY_POINTS}", cell.source)]
    if not cells:
        raise KitError(f"{lesson.stem} has no {KEY_POINTS}: write them, and the exercise goes above them.")
    before, _, points = cells[0].source.partition(KEY_POINTS)
    task, stub, check, solution = (filled(text, id) for text in pattern.CELLS)
    at = notebook.cells.index(cells[0])
    notebook.cells[at : at + 1] = [
        *([new_markdown_cell(before.rstrip())] if before else []),
        new_markdown_cell(task),
        new_code_cell(stub),
        new_code_cell(check),
        new_markdown_cell(solution, metadata={"tags": ["solution"]}),
        new_markdown_cell(KEY_POINTS + points),
    ]
    return nbformat.writes(notebook) + "\n"


def with_code(file, head, code, id):
    """Return the text of a module with more code, and with the imports of `head`, which begins a new one.

    KitError: there is no line with such an import.
    """
    text = file.read_text(encoding="utf-8") if file.exists() else filled(head, id)
    start, needed = re.search(r"(?m)^(from \S+ import )(.+)$", head).groups()
    line = re.search(rf"(?m)^{re.escape(start)}([\w, ]+)$", text)
    if not line:
        raise KitError(f"{file.name} has no line {start}…, which a new exercise needs.")
    # as ruff sorts them: constants, classes, functions
    names = sorted({*needed.split(", "), *line[1].split(", ")}, key=lambda name: (not name.isupper(), name))
    return f"{text[: line.start()]}{start}{', '.join(names)}{text[line.end() :]}{filled(code, id)}"


def filled(text, id):
    """Return a text of the pattern for an exercise."""
    return text.replace("NN.N", id).replace("NN_N", id.replace(".", "_")).replace("NN", id[:2])
