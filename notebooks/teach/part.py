"""A part of the course: which lessons it has, how they are given, and what the others are in it."""

import codecs
import json
import re

from lesson.lessons import LESSONS, KitError, lessons, read_lesson

OF_A_LESSON = re.compile(r"notebooks/(?:|lesson/exercises/lesson_)(\d\d)(?:_\w+)?\.(?:ipynb|py)")
LINK = re.compile(r'\[([^]"[]+)\]\((\w+)\.ipynb[^)\s]*\)')  # in the text of a notebook
IN_ROW = re.compile(r'<a href=\\"(\w+)\.ipynb\\".*?</a>')  # of begin(), in a stored output


def named_lessons(words):
    """Return the names of the lessons in words such as 00-06 or 00,04,07-09, and of the first one.

    JupyterLab opens at that. KitError: a part of the words names no lesson that is here.
    """
    here = {int(lesson.stem[:2]): lesson.stem for lesson in lessons()}
    chosen = {here[min(here)]}
    for part in words.split(","):
        ends = [int(end) for end in part.split("-")] if re.fullmatch(r"\d+(-\d+)?", part.strip()) else [-1]
        if {*ends} - here.keys() or ends != sorted(ends):
            raise KitError(
                f"{part.strip()!r} names no lessons from {min(here):02} to {max(here):02}, which are here: "
                "write numbers and ranges of them, such as 00,04,07-09."
            )
        chosen |= {name for number, name in here.items() if ends[0] <= number <= ends[-1]}
    return chosen


def belongs(name, chosen):
    """Return whether a class that has the chosen lessons gets a file of the kit."""
    found = OF_A_LESSON.fullmatch(name)
    return not found or found[1] in {lesson[:2] for lesson in chosen}


def without_links(text, given):
    """Return the text of a notebook; a link to a lesson that is not given is words: it comes later."""

    def words(link):
        return f"{link[1]} (comes later)" if link[2] in LESSONS and link[2] not in given else link[0]

    def item(link):
        return f"{link[1][:2]} later" if link[1] in LESSONS and link[1] not in given else link[0]

    return LINK.sub(words, IN_ROW.sub(item, text))


def as_jupyter_writes(notebook):
    """Return the text of a notebook's file."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def prepare_lesson(lesson, given=LESSONS, without_solutions=False, clear_outputs=False, **_):
    """Take out of a lesson what is asked for, and links to lessons that are not given; no other byte changes.

    Only a byte order mark goes, because JupyterLab opens no notebook with one.
    """
    notebook = read_lesson(lesson)
    text = lesson.read_bytes().removeprefix(codecs.BOM_UTF8).decode()
    if without_solutions:
        notebook["cells"] = [
            cell for cell in notebook["cells"] if "solution" not in cell["metadata"].get("tags", [])
        ]
    if clear_outputs:
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell.update(outputs=[], execution_count=None)
    if without_solutions or clear_outputs:
        text = as_jupyter_writes(notebook)
    lesson.write_bytes(without_links(text, given).encode())
