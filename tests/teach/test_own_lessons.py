"""The learner's own copies of the lessons, which `python3 -m notebooks` lays out and opens."""

import json
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import pytest

from lesson.lessons import LESSONS, KitError, cells_of, lessons, read_lesson
from notebooks.teach import own_lessons
from notebooks.teach.part import without_links
from tests.conftest import ROOT

NAME = "04_echo_endpoint.ipynb"


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setattr(own_lessons, "WORKSPACE", tmp_path / "workspace")
    return tmp_path / "workspace"


def with_text(lesson, text="mine"):
    """Return a lesson with another text in its first cell."""
    lesson = deepcopy(lesson)
    lesson["cells"][0]["source"] = [text]
    return lesson


def test_copies(workspace):
    """Each lesson is copied with its cells and without outputs; the course stays as it was."""
    before = {lesson: lesson.read_bytes() for lesson in lessons()}
    assert own_lessons.lay_out_lessons() == []
    assert {file.name for file in workspace.iterdir()} == {
        "lesson.py",
        *(f"{name}.ipynb" for name in LESSONS),
    }
    for lesson, content in before.items():
        assert lesson.read_bytes() == content
        assert cells_of(workspace / lesson.name) == cells_of(lesson)
        code = [cell for cell in read_lesson(workspace / lesson.name)["cells"] if cell["cell_type"] == "code"]
        assert all((cell["outputs"], cell["execution_count"]) == ([], None) for cell in code)


@pytest.mark.parametrize("own", [False, True], ids=["as it was", "changed by the learner"])
@pytest.mark.parametrize("newer", [False, True], ids=["the same course", "a newer course"])
def test_a_newer_course(tmp_path, own, newer):
    """A lesson that the learner has not changed becomes the new one, whatever came of running it."""
    course, copy = read_lesson(ROOT / "notebooks" / NAME), tmp_path / NAME
    own_lessons.copy_lesson(course, copy)
    mine = with_text(read_lesson(copy)) if own else read_lesson(copy)
    mine["cells"][4]["outputs"] = [{"name": "stdout", "output_type": "stream", "text": ["run"]}]
    copy.write_text(json.dumps(mine), encoding="utf-8")
    now = with_text(course, "new") if newer else course
    assert own_lessons.copy_lesson(deepcopy(now), copy) == (not (own and newer))
    there = read_lesson(copy)
    assert (there["cells"] == mine["cells"]) == (own or not newer)
    if newer and not own:
        assert there["cells"][0]["source"] == ["new"]


@pytest.mark.parametrize("own", [False, True], ids=["as it was", "changed by the learner"])
def test_a_lesson_that_came_later(tmp_path, own):
    """A link to a lesson that has come is no change of the course to tell a learner of."""
    course, copy = read_lesson(ROOT / "notebooks" / NAME), tmp_path / NAME
    part = json.loads(without_links(json.dumps(course), LESSONS[:5]))
    own_lessons.copy_lesson(deepcopy(part), copy)
    mine = read_lesson(copy)
    mine["cells"][4]["source"] = ["mine"] if own else mine["cells"][4]["source"]
    copy.write_text(json.dumps(mine), encoding="utf-8")
    assert own_lessons.copy_lesson(deepcopy(course), copy)
    assert ("(comes later)" in copy.read_text(encoding="utf-8")) == own
    assert own_lessons.copy_lesson(with_text(course, "new"), copy) != own


def test_both_have_with_text(workspace):
    """One sentence names the lessons that are not the course's any more; another name brings the new one."""
    own_lessons.lay_out_lessons()
    for name in [NAME, "07_on_the_wire.ipynb"]:
        older = with_text(read_lesson(workspace / name))
        older["metadata"] |= dict.fromkeys(["course_version", "course_words"], "of an older course")
        (workspace / name).write_text(json.dumps(older), encoding="utf-8")
    [said] = own_lessons.lay_out_lessons()
    assert said.startswith("Changed in the course, and by you: 04, 07. Yours are kept in workspace/.")
    (workspace / NAME).rename(workspace / "my echo.ipynb")
    [said] = own_lessons.lay_out_lessons()
    assert said.startswith("Changed in the course, and by you: 07. ")
    assert cells_of(workspace / NAME) == cells_of(ROOT / "notebooks" / NAME)


@pytest.mark.parametrize("content", [b"", b"<<<<<<< HEAD"], ids=["empty", "conflict marks"])
def test_a_damaged_copy(workspace, content):
    """A copy that is no notebook any more is put aside, with a sentence, and the course's is there again."""
    own_lessons.lay_out_lessons()
    (workspace / NAME).write_bytes(content)
    [said] = own_lessons.lay_out_lessons()
    [aside] = workspace.glob("04_echo_endpoint *.ipynb")
    assert said == f"workspace/{NAME} is damaged. It is workspace/{aside.name} now."
    assert aside.read_bytes() == content
    assert cells_of(workspace / NAME) == cells_of(ROOT / "notebooks" / NAME)


def test_a_damaged_lesson(workspace, monkeypatch, tmp_path):
    """A lesson of the course that cannot be read stops no other."""
    monkeypatch.setattr(own_lessons, "lessons", lambda: [tmp_path / NAME, lessons()[1]])
    (tmp_path / NAME).write_text("[]")
    [said] = own_lessons.lay_out_lessons()
    assert said.startswith(f"notebooks/{NAME} is damaged.")
    assert {file.name for file in workspace.iterdir()} == {"lesson.py", lessons()[1].name}


def test_a_workspace_that_cannot_be_written(workspace):
    """One sentence says why, and what to do."""
    workspace.write_text("a file in the way")
    with pytest.raises(KitError, match=r"The folder .* cannot be written: .*\. Make room there, or move "):
        own_lessons.lay_out_lessons()


def test_two_at_once(workspace):
    """Two that start at the same moment leave each lesson whole."""
    with ThreadPoolExecutor(2) as pool:
        sayings = [pool.submit(own_lessons.lay_out_lessons) for _ in range(2)]
    assert [saying.result() for saying in sayings] == [[], []]
    for lesson in lessons():
        assert cells_of(workspace / lesson.name) == cells_of(lesson)
