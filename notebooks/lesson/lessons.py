"""The lessons as files: which there are, what their cells say, and which files of the chat these write."""

import json
import os
import re
from functools import cache
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parent.parent
KIT = NOTEBOOKS.parent
WORKSPACE = KIT / "workspace"
FILES = Path(__file__).with_name("files.json")  # refresh makes it, from the cells
FOLDERS = ["app", "static", "templates"]  # of the chat
LESSONS = [  # by name, because a copy, such as 04_echo_endpoint-Copy1, is no lesson
    "00_start_here",
    "01_index_route",
    "02_template",
    "03_static_javascript",
    "04_echo_endpoint",
    "05_serve_from_a_thread",
    "06_drive_the_socket",
    "07_on_the_wire",
    "08_when_things_break",
    "09_keep_it_safe",
    "10_test_it",
    "11_chat_room",
    "12_keep_what_was_said",
    "13_more_machines",
    "14_find_the_seed",
    "15_measure_it",
    "16_let_in_who_may",
    "17_speak_from_anywhere",
    "18_stream_an_answer",
]
PARTS = {  # by the number of their first lesson
    0: "Part I: build it",
    7: "Part II: break it and understand it",
    11: "Part III: grow it",
    16: "Part IV: what people ask most",
}


class KitError(Exception):
    """A mistake that one sentence mends; IPython shows the sentence without a traceback."""

    def _render_traceback_(self):
        return [str(self)]


def lessons():
    """Return the paths of the lessons that are given out, in order."""
    return [NOTEBOOKS / f"{name}.ipynb" for name in LESSONS if name not in still_to_come()]


def still_to_come():
    """Return the names of the lessons that come later: neither their notebook nor their checks are here.

    Where only one of the two is gone, it was moved by mistake.
    """
    places = ["{}.ipynb", "lesson/exercises/lesson_{:.2}.py"]
    return [
        name
        for name in LESSONS[1:]
        if not any(os.path.lexists(NOTEBOOKS / place.format(name)) for place in places)
    ]


def number_of(name):
    """Return a lesson's number, which its name has; some numbers have no lesson."""
    return int(name[:2])


def part_of(name):
    """Return the part of the course to which a lesson belongs."""
    return PARTS[max(first for first in PARTS if first <= number_of(name))]


def read_lesson(lesson):
    """Return a lesson's JSON. KitError: there is no such file, or no notebook in it."""
    try:
        # utf-8-sig, because an editor may have put a byte order mark first
        notebook = json.loads(lesson.read_text(encoding="utf-8-sig"))
        for cell in notebook["cells"]:
            if not (isinstance(cell["metadata"], dict) and all(isinstance(it, str) for it in cell["source"])):
                raise TypeError
        return notebook
    except FileNotFoundError:
        why = "is gone, or has another name now. Give it that name again, or put the course's file there"
    except OSError as error:
        why = f"cannot be read ({error.strerror}). Mend that, or put the course's file there"
    except (ValueError, LookupError, TypeError) as error:
        line = f", from line {error.lineno} on" if isinstance(error, json.JSONDecodeError) else ""
        why = f"is damaged{line}. Move it away, and put the course's file there"
    name = f"notebooks/{lesson.name}"
    git = f"run: git checkout HEAD -- {name}" if (KIT / ".git").exists() else "copy it from the kit you got"
    raise KitError(f"{name} {why}: {git}") from None


def cells_of(lesson):
    """Return the kind and the text of each cell of a lesson. KitError: as read_lesson()."""
    # json and not nbformat, whose import takes a second in each kernel
    return [(cell["cell_type"], "".join(cell["source"])) for cell in read_lesson(lesson)["cells"]]


@cache  # begin() asks for it once for each file
def steps_of_the_course():
    """Return {lesson: [(path, text), …]}: the files of the chat as its cells write them, one after the other.

    From FILES and not from the notebooks, which learners edit: a mistake in one spoils no other.
    """
    course = json.loads(FILES.read_text(encoding="utf-8"))
    return {name: [(path, "".join(lines)) for path, lines in steps] for name, steps in course.items()}


def files_of_the_course():
    """Return {lesson: {path: text}}: the files of the chat as each lesson leaves those that it writes."""
    return {name: dict(steps) for name, steps in steps_of_the_course().items()}


def written_by(lesson):
    """Yield the path and the text of each file of the chat that a `%%writefile` cell of the lesson writes.

    With -a that is the text so far, and the cell's behind it. Others, such as a learner's tests, are no
    part of the chat: no later lesson gets them.
    """
    written = {}
    for kind, source in cells_of(lesson):
        magic, _, text = source.partition("\n")
        found = re.fullmatch(r"%%writefile (-a )?(\S+)", magic.strip())
        if kind == "code" and found and found[2].split("/")[0] in FOLDERS:
            before = written.get(found[2], "") if found[1] else ""
            written[found[2]] = before + (text if text.endswith("\n") else text + "\n")
            yield found[2], written[found[2]]
