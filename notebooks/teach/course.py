"""Find and open a lesson; the map of the course, made from the metadata of the lessons."""

import difflib
import json
import re
from pathlib import Path

import nbformat

from lesson.lessons import KIT, LESSONS, KitError, lessons, number_of, part_of, read_lesson

README = KIT / "README.md"
HEAD = "| lesson | you end with | to teach | exercises |\n|---|---|---|---|"


def find_lesson(name):
    """Return the lesson of that number or name. KitError: there is none."""
    word = Path(name).name.removesuffix(".ipynb")
    known = {key: lesson for lesson in lessons() for key in (lesson.stem, lesson.stem[:2], lesson.stem[3:])}
    if lesson := known.get(word) or known.get(f"0{word}"):
        return lesson
    if number := re.match(r"\d+", word):
        nearest = min(lessons(), key=lambda lesson: abs(int(lesson.stem[:2]) - int(number[0])))
    else:
        nearest = known[difflib.get_close_matches(word, known, n=1, cutoff=0)[0]]
    raise KitError(f"There is no lesson {name!r}. The nearest is {nearest.stem!r}.")


def notebook_of(lesson):
    """Return a lesson as nbformat's notebook. KitError: its file is gone or damaged."""
    return nbformat.reads(json.dumps(read_lesson(lesson)), as_version=4)


def metadata(lesson):
    """Return what a lesson's metadata says of it: outcome, minutes, objectives, key points."""
    return read_lesson(lesson)["metadata"].get("lesson", {})


def whereabouts(lesson):
    """Return the line that says where in the course a lesson is, with links to its neighbours and the map."""
    at, last = LESSONS.index(lesson.stem), len(LESSONS) - 1
    words = [f"Lesson {number_of(lesson.stem)} of {number_of(LESSONS[last])}", part_of(lesson.stem)]
    if at > 0:
        words.append(f"[before: {LESSONS[at - 1][:2]}]({LESSONS[at - 1]}.ipynb)")
    words.append(f"[the map]({LESSONS[0]}.ipynb#The-map-of-the-course)")
    if at < last:
        words.append(f"[next: {LESSONS[at + 1][:2]}]({LESSONS[at + 1]}.ipynb)")
    return " · ".join(words)


def with_place(text, lesson):
    """Return a lesson's first cell with its place below the title."""
    title, *others = text.split("\n\n")
    rest = [part for part in others if not re.match(r"Lesson \d+ of ", part)]
    return "\n\n".join([title, whereabouts(lesson), *rest])


def course_map(folder=""):
    """Return the map as a Markdown table; `folder` stands before the links to the notebooks."""
    rows = []
    for lesson in lessons():
        data = metadata(lesson)
        if "title" not in data:
            raise KitError(f"{lesson.stem} has no metadata for the map: see step 2 in CONTRIBUTING.md.")
        link = f"[{lesson.stem[:2]} {data['title']}]({folder}{lesson.name})"
        minutes = [f"{data[kind]} min" if data[kind] else "–" for kind in ("teaching", "exercises")]
        rows.append(f"\n| {link} | {data['outcome']} | {minutes[0]} | {minutes[1]} |")
    return HEAD + "".join(rows)


def with_map(text, folder=""):
    """Return text with the map that is in it made anew."""
    return re.sub(re.escape(HEAD) + r"(\n\|.*)*", lambda found: course_map(folder), text)
