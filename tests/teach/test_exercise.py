"""An exercise that is added to a lesson is green as it stands, and is added as a whole or not at all."""

import os
import re
import runpy
import signal
import subprocess
import sys

import nbformat
import pytest

from lesson.kernels import run_all
from lesson.lessons import LESSONS, read_lesson
from lesson.progress import exercise_ids
from notebooks.teach import new_folder
from notebooks.teach.exercise import filled
from notebooks.teach.exercise_pattern import CELLS
from tests.deadlines import seconds
from tests.lesson.test_checks import shared_with
from tests.lessons import test_rules as rules
from tests.lessons.test_runs import assert_quiet
from tests.teach.command import call_kit

ADD = """
import lesson, sys
from notebooks.teach.exercise import add_exercise
for id in sys.argv[1:]:
    try:
        add_exercise(id)
    except lesson.KitError as error:
        print(error)
"""
REFUSED = {
    "04.2": "04.2 is not the next exercise of its lesson: that is 04.3.",
    "04.9": "04.9 is not the next exercise of its lesson: that is 04.3.",
    "4.3": "'4.3' is no number of an exercise: write lesson, dot, exercise, such as 04.3.",
    "04.31": "'04.31' is no number of an exercise: write lesson, dot, exercise, such as 04.3.",
    "00.1": f"No lesson 00 has exercises: choose one from 01 to {LESSONS[-1][:2]}.",
    "44.1": f"No lesson 44 has exercises: choose one from 01 to {LESSONS[-1][:2]}.",
    "90.4": "90.4 is of an exam: add it by hand to the folder that the command exam has written.",
}


def add(kit, *ids):
    """Add exercises to a copy of the kit; return the lines that are said."""
    run = [sys.executable, "-c", ADD, *ids]
    return subprocess.check_output(run, cwd=kit, text=True, timeout=seconds(60)).splitlines()


def files_of_exercises(kit):
    """Return the bytes of all files in the three folders that an exercise goes into, and what else came."""
    folders = [kit / "notebooks", kit / "notebooks/lesson/exercises", kit / "tests/lessons/answers"]
    files = {path: path.read_bytes() for folder in folders for path in folder.iterdir() if path.is_file()}
    return files | {path: b"" for path in kit.glob(".part-*")}


def answers_in(kit, id):
    return runpy.run_path(kit / f"tests/lessons/answers/lesson_{id[:2]}.py")["ANSWERS"][id]


def test_green_as_it_stands(kit):
    """The command says what to edit; then the lesson keeps the rules, and its check answers in all ways."""
    run = call_kit(kit, "exercise", "04.3", check=True)
    names = ["04_echo_endpoint.ipynb", "lesson/exercises/lesson_04.py", "04"]
    for line, name in zip(run.stdout.splitlines(), names, strict=True):
        assert name in line
    lesson = kit / "notebooks/04_echo_endpoint.ipynb"
    call_kit(kit, "refresh", "04", check=True)
    cells = nbformat.read(lesson, as_version=4).cells
    assert rules.faults(cells, lesson) == []
    at = next(at for at, cell in enumerate(cells) if cell.source.startswith("### Exercise 04.3: "))
    stub, check, solution = [cell.source for cell in cells[at + 1 : at + 4]]
    assert cells[at + 2].outputs[0].data["text/plain"].startswith("04.3 not yet: ")
    solved, answers = re.search(r"~~~python\n(.*)~~~", solution, re.DOTALL)[1], answers_in(kit, "04.3")
    changed = [change(solved) for change in (*answers.right, *answers.mistakes.values())]
    assert len(answers.mistakes) >= 4
    sources = [source for answer in (stub, solved, *changed) for source in (answer, check)]
    outputs = run_all([*sources, *['hint("04.3")'] * 3], cwd=kit / "notebooks")
    for shown in outputs:
        assert_quiet(shown, shown)
    untouched, *others = ["".join(one["data"]["text/plain"] for one in shown) for shown in outputs if shown]
    right, wrong = others[: 1 + len(answers.right)], others[1 + len(answers.right) : -3]
    assert untouched.startswith("04.3 not yet: ")
    assert all(said.startswith("04.3 done: ") for said in right)
    for words, feedback in zip(answers.mistakes, wrong, strict=True):
        assert feedback.startswith("04.3 not yet: ")
        assert [said for said in wrong if words in said] == [feedback]
    assert ["?" in hint for hint in others[-3:]] == [True, False, False]
    question, pointer, nearly = [shared_with(hint, solved) for hint in others[-3:]]
    assert nearly > max(question, pointer)


def all_text(lesson, without=()):
    """Return the text of the cells of a lesson, without some of them."""
    texts = ["".join(cell["source"]) for cell in read_lesson(lesson)["cells"]]
    return "\n\n".join(text for text in texts if text not in without)


def test_any_lesson(kit):
    """Each lesson takes one more above its key points, and nothing else changes; its first makes files."""
    before = {name: all_text(kit / f"notebooks/{name}.ipynb") for name in LESSONS[1:]}
    for place in ("notebooks/lesson/exercises", "tests/lessons/answers"):
        (kit / f"{place}/lesson_02.py").unlink()
    last = dict([id.split(".") for id in exercise_ids()]) | {"02": 0}
    ids = {number: f"{number}.{int(exercise) + 1}" for number, exercise in last.items()}
    assert len(add(kit, *ids.values(), "02.2")) == 3 * (len(ids) + 1)
    for name in LESSONS[1:]:
        lesson = kit / f"notebooks/{name}.ipynb"
        cells = nbformat.read(lesson, as_version=4).cells
        assert [wrong for rule in (rules.in_order, rules.in_whole) for wrong in rule(cells, lesson)] == []
        added = [filled(text, id) for id in (ids[name[:2]], "02.2") for text in CELLS]
        assert all_text(lesson, added) == before[name]
        points = next(at for at, cell in enumerate(cells) if cell.source.startswith("## Key points"))
        assert [cell.source for cell in cells[points - 4 : points]] == (
            added[4:] if name[:2] == "02" else added[:4]
        )
        assert cells[points - 1].metadata == {"tags": ["solution"]}
        assert len(answers_in(kit, ids[name[:2]]).mistakes) >= 4
    for job in (["check", "--quiet"], ["format", "--check", "--quiet"]):
        folders = ["notebooks/lesson/exercises", "tests/lessons/answers"]
        subprocess.run([sys.executable, "-m", "ruff", *job, *folders], cwd=kit, check=True)


def test_refused(kit):
    """What is no next exercise, has no place, or is for a handout is a sentence, and nothing is written."""
    (kit / "notebooks/lesson/exercises/lesson_05.py").write_text("import lesson\n")
    (kit / "notebooks/06_drive_the_socket.ipynb").write_text('{"cells": [], "metadata": {}}')
    before = files_of_exercises(kit)
    assert add(kit, *REFUSED) == list(REFUSED.values())
    assert add(kit, "05.1", "06.4") == [
        "lesson_05.py has no line from ..checks import …, which a new exercise needs.",
        "06_drive_the_socket has no ## Key points: write them, and the exercise goes above them.",
    ]
    answers = (kit / "tests/lessons/answers").rename(kit / "tests/answers")  # a handout has none
    assert add(kit, "04.3") == ["A handout has no tests, which an exercise needs: add it to the whole kit."]
    answers.rename(kit / "tests/lessons/answers")
    assert files_of_exercises(kit) == before


def test_a_full_disk(kit):
    """Where a file cannot be written to its end, the command says so, ends with 1, and nothing is added."""
    resource = pytest.importorskip("resource")  # Windows has none

    def no_large_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    before = files_of_exercises(kit)
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    run = call_kit(kit, "exercise", "04.3", preexec_fn=no_large_files, env=environment)
    assert (run.returncode, run.stdout) == (1, "")
    assert re.fullmatch(r"The kit cannot be written \(.*too large.*\): nothing was added\.\n", run.stderr)
    assert files_of_exercises(kit) == before


def test_all_or_none(tmp_path, monkeypatch):
    """Where the last of the files cannot be put to its place, those before are as they were."""
    monkeypatch.setattr(new_folder, "KIT", tmp_path)
    there, new, last = tmp_path / "there", tmp_path / "new", tmp_path / "last"
    there.write_text("as it was")
    last.mkdir()  # no file is renamed onto a folder
    with pytest.raises(OSError, match="last"):
        new_folder.write_all({there: "a", new: "b", last: "c"})
    assert there.read_text() == "as it was"
    assert {*tmp_path.iterdir()} == {there, last}
    last.rmdir()
    new_folder.write_all({there: "a", new: "b", last: "c"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "there": "a",
        "new": "b",
        "last": "c",
    }
