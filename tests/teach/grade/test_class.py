"""A class of thirty hands in what the tests know the marks of; and an exam."""

import csv
import html
import os
from itertools import cycle, islice

import pytest
from axe_playwright_python.sync_playwright import Axe

from lesson.lessons import KitError
from lesson.progress import exercise_ids
from notebooks.teach.exam import PAPER
from notebooks.teach.grade.command import AS_ROOT, grade
from tests.conftest import posix
from tests.deadlines import seconds
from tests.teach.grade.hand_ins import (
    answers_with_words,
    as_notebook,
    exercises_of,
    short_lesson,
    whole_lesson,
    write_hand_in,
)

pytestmark = pytest.mark.timeout(seconds(240))  # the first test grades the class
LEARNERS = 30
LESSONS = ["01", "02", "03"]
WHOLE = "02"  # its exercises need cells above them
FORGED = "def check(id, answer):\n    print(id, 'done')\n\nprint('01.1 done: all is well.')"
SCRIPT = "</pre><script>document.title = 'hacked'</script>"


def learners():
    """Yield thirty learners: the lesson, {id: answer}, and {id: words of the feedback, or None if right}."""
    exercises = {number: list(exercises_of(number)) for number in LESSONS}
    for turn, number in enumerate(islice(cycle(LESSONS), LEARNERS)):
        answers, words = {}, {}
        for place, (id, _, _, solution) in enumerate(exercises[number]):
            known = answers_with_words(id, solution)
            answers[id], words[id] = known[(turn // len(LESSONS) * (place + 2)) % len(known)]
        yield number, answers, words


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The folder of a class that has been graded, and for each of it {id: words, or None}, in order."""
    folder, known = tmp_path_factory.mktemp("class"), []
    for number, (lesson, answers, words) in enumerate(learners()):
        name, text = (whole_lesson if lesson == WHOLE else short_lesson)(lesson, answers)
        write_hand_in(folder, f"{number:02}", f"Learner {number}", **{name: text})
        known.append(words)
    grade(folder, as_root=True)
    return folder, known


def read_table(folder):
    """Return the rows of grades.csv as dictionaries."""
    with (folder / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_marks(graded):
    """Each right answer is done, in each style, each mistake is not, and the page says why."""
    folder, known = graded
    table = read_table(folder)
    page = html.unescape((folder / "grades.html").read_text(encoding="utf-8"))
    sections = page.split("<section ")[1:]
    assert len(table) == len(sections) == LEARNERS
    assert sum(words is None for row in known for words in row.values()) > LEARNERS / 2
    for number, (row, words, text) in enumerate(zip(table, known, sections, strict=True)):
        states = {id: "not yet" if said else "done" for id, said in words.items()}
        assert (row.pop("name"), row.pop("zip")) == (f"Learner {number}", f"{number:02}.zip")
        assert int(row.pop("done")) == list(states.values()).count("done")
        row.pop("remark")  # a mistake may end with an error
        assert row == {**dict.fromkeys(exercise_ids(), ""), **states}, text
        for said in filter(None, words.values()):
            assert said in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe(browser, graded, scheme):
    """axe finds nothing on the page, which is not wider than a phone."""
    with browser.new_context(color_scheme=scheme, viewport={"width": 320, "height": 800}) as context:
        page = context.new_page()
        page.goto((graded[0] / "grades.html").as_uri())
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_who_would_be_done(tmp_path, browser, capsys):
    """Another check(), what is printed, and progress.json are no mark; what is written is text."""
    stub, right = "wasted = ...", "wasted = 59"
    check = 'check("01.2", wasted)'
    imported = f"from lesson import check\n{check}"
    forger = {"01_index_route.ipynb": as_notebook([FORGED, "wasted = 1", check])}
    write_hand_in(tmp_path, "a", "Forger", **forger, **{"progress.json": '{"01.2": "2026-01-01"}'})
    write_hand_in(tmp_path, "b", "=1+1", **{"01_index_route.ipynb": as_notebook([stub, imported])})
    write_hand_in(tmp_path, "c", "\u202e" + SCRIPT, **{"01_index_route.ipynb": as_notebook([right])})
    write_hand_in(
        tmp_path, "d", "", **{"01_index_route.ipynb": as_notebook([f"wasted = {SCRIPT!r}", imported])}
    )
    twice = [f"{right}  # \ud800", imported, "wasted = 1", imported, "1 / 0", "wasted.no", imported]
    write_hand_in(tmp_path, "e", "\ud800", **{"01_index_route.ipynb": as_notebook(twice)})
    write_hand_in(tmp_path, "f", "Copy", **{"01_index_route-Copy1.ipynb": as_notebook([right, imported])})
    (tmp_path / "grades.csv").write_text("of last week")
    grade(tmp_path, as_root=True)
    rows = read_table(tmp_path)
    assert [(row["name"], row["01.1"], row["01.2"]) for row in rows] == [
        ("Forger", "not tried", "not yet"),
        ("'=1+1", "not tried", "not yet"),
        (SCRIPT, "not tried", "not tried"),
        ("d", "not tried", "not yet"),
        ("e", "not tried", "done"),
        ("Copy", "", ""),
    ]
    assert [row["remark"] for row in rows] == [
        *[""] * 4,
        "01: 2 cells ended with errors, the first with ZeroDivisionError.",
        "The zip has no notebook with exercises, so there is nothing to mark.",
    ]
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("What was handed in is somebody else's code. It runs here, with limits of ")
    assert [line.partition(" of ")[0] for line in said[1:-2]] == ["1", "2", "3", "4", "5", "6"]
    assert said[-2:] == [f"{tmp_path / name} is ready." for name in ("grades.csv", "grades.html")]
    assert {file.name for file in tmp_path.iterdir()} == {
        *("grades.csv", "grades.html", "a.zip", "b.zip", "c.zip", "d.zip", "e.zip", "f.zip")
    }
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((tmp_path / "grades.html").as_uri())
        assert page.title() == "What was handed in"
        assert page.locator("script").count() == 0
        assert SCRIPT in page.locator("section pre").all_inner_texts()[2]


def test_exam(tmp_path):
    """Of an exam its own exercises are marked, with the checks in its folder, and no lesson's."""
    answers = {"90.1": "counting = 1", "90.2": "causes = 'B, C, A'", "90.3": "missed = lambda log, last: []"}
    cells = ["from lesson import check"]
    for answer, id in zip(answers.values(), answers, strict=True):
        cells += [answer, f'check("{id}", {answer.partition(" ")[0]})']
    lesson = as_notebook(["from lesson import check", "wasted = 59", 'check("01.2", wasted)'])
    files = {"exam.ipynb": as_notebook(cells), "01_index_route.ipynb": lesson}
    write_hand_in(tmp_path, "ann", "Ann", **files)
    write_hand_in(tmp_path, "ben", "Ben", **{"01_index_route.ipynb": lesson})
    grade(tmp_path, exam=str(PAPER), as_root=True)
    states = {"90.1": "not yet", "90.2": "done", "90.3": "not yet"}
    none = "The zip has no notebook with exercises, so there is nothing to mark."
    assert read_table(tmp_path) == [
        {"name": "Ann", "zip": "ann.zip", "done": "1", **states, "remark": ""},
        {"name": "Ben", "zip": "ben.zip", "done": "0", **dict.fromkeys(states, ""), "remark": none},
    ]


@posix
def test_refused(tmp_path, monkeypatch):
    """Root grades only when told so; without zips, or without an exam's checks, there is nothing to do."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(KitError) as refused:
        grade(tmp_path)
    assert str(refused.value) == AS_ROOT
    with pytest.raises(KitError, match="There is no zip in "):
        grade(tmp_path, as_root=True)
    write_hand_in(tmp_path, "ann", "Ann")
    with pytest.raises(KitError, match=r"has no lesson_90\.py with the checks of an exam"):
        grade(tmp_path, exam=str(tmp_path), as_root=True)
