"""Zips as learners hand them in, made of the lessons, their solutions and the typical mistakes."""

import json
import re
import zipfile
from itertools import pairwise

from lesson.lessons import read_lesson
from notebooks.teach.course import find_lesson
from tests.lessons.answers import answers_to

IMPORT = "from lesson import check"
SLOW = "still running"  # what a mistake is told that takes five seconds


def exercises_of(number):
    """Yield the id, the stub, the cell that checks it, and the solution, of each exercise of a lesson."""
    cells = [
        ("".join(cell["source"]), cell["metadata"]) for cell in read_lesson(find_lesson(number))["cells"]
    ]
    for at, (source, _) in enumerate(cells):
        if found := re.search(r'(?m)^check\("([\d.]+)", ', source):
            solution = re.search(r"~~~python\n(.*)~~~", cells[at + 1][0], re.DOTALL)[1]
            yield found[1], cells[at - 1][0], source, solution


def answers_with_words(id, solution):
    """Return each answer to an exercise that the tests have, with words of its feedback, or None if right."""
    answers = answers_to(id)
    known = [(solution, None), *((answer, None) for answer in answers.right)]
    known += [(answer, words) for words, answer in answers.mistakes.items() if words != SLOW]
    return [
        (it if isinstance(it, str) else it(solution), words)
        for it, words in known
        if words is None or SLOW not in words
    ]


def short_lesson(number, answers):
    """Return the name of a lesson's notebook, and the notebook with {id: answer} and what they need."""
    name = find_lesson(number).stem
    sources = [f'from fastapi import FastAPI\nfrom lesson import begin\n\nbegin("{name}")']
    for id, _, check, _ in exercises_of(number):
        sources += [answers[id], f"{IMPORT}, hint\n\n{check.removeprefix(IMPORT + ', hint').strip()}"]
    return f"{name}.ipynb", as_notebook(sources)


def whole_lesson(number, answers):
    """Return the name of a lesson's notebook, and all of it with {id: answer} in the place of the stubs."""
    lesson = read_lesson(find_lesson(number))
    for stub, check in pairwise(lesson["cells"]):
        if found := re.search(r'(?m)^check\("([\d.]+)", ', "".join(check["source"])):
            stub["source"] = [answers[found[1]]]
    return find_lesson(number).name, json.dumps(lesson)


def as_notebook(sources):
    """Return the text of a notebook with these code cells."""
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    return json.dumps({"cells": [{**cell, "source": [source]} for source in sources], "metadata": {}})


def write_hand_in(folder, zip, name, **files):
    """Write a zip as hand_in() does, with a name and {path: text}."""
    with zipfile.ZipFile(folder / f"{zip}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hand-in.json", json.dumps({"name": name, "version": "0.1.0", "time": ""}))
        for path, text in files.items():
            archive.writestr(path, text)
