"""The folder that a class gets."""

import codecs
import json
import os
import re
import shutil
import signal
import subprocess

import pytest

from lesson import KitError
from lesson.kernels import run_all
from lesson.lessons import LESSONS, lessons
from notebooks.teach import copies
from notebooks.teach import handout as module
from notebooks.teach.handout import handout
from notebooks.teach.part import prepare_lesson
from notebooks.teach.renew import GIVEN
from tests.conftest import ROOT, posix
from tests.teach.command import call_kit

FOR_A_CLASS = {".gitignore", "README.md", "app", "constraints.txt", "notebooks", "requirements.txt"}
FOR_A_CLASS |= {"static", "templates", "tests", "environment.py", "lesson.py", "LICENSE", "LICENSE-TEXT"}
FOR_A_CLASS |= {
    ".devcontainer",
    ".binder",
    ".gitattributes",
    GIVEN,
}  # a class may be given a repository of its own


def cell(kind, source, **more):
    more |= {"execution_count": 3, "outputs": [{"output_type": "stream"}]} if kind == "code" else {}
    return {"cell_type": kind, "id": source, "metadata": {"tags": []}, "source": source} | more


@pytest.fixture
def lesson(tmp_path):
    """A lesson with a task, its code and its solution."""
    solution = cell("markdown", "<details>", metadata={"tags": ["solution"]})
    path = tmp_path / "09_lesson.ipynb"
    path.write_text(json.dumps({"cells": [cell("markdown", "Grüße"), cell("code", "2"), solution]}))
    return path


def stored_cells(lesson):
    return json.loads(lesson.read_text(encoding="utf-8"))["cells"]


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def words_in(output):
    return output["data"]["text/plain"]


def handout_of(kit, folder, *options):
    """Return what the command says and the exit code, in a copy of the kit."""
    run = call_kit(kit, "handout", folder, *options)
    return run.stdout + run.stderr, run.returncode


def test_what_a_class_gets(kit, tmp_path_factory):
    """A class gets the lessons byte for byte and the app; what is not of the kit stays out, and is named."""
    for name in ["marks.csv", "app/mine.py", "notebooks/04_answers.ipynb"]:
        (kit / name).write_text("mine")
    with_a_mark = kit / "notebooks/02_template.ipynb"  # a byte order mark alone is taken away
    with_a_mark.write_bytes(codecs.BOM_UTF8 + with_a_mark.read_bytes())
    folder = tmp_path_factory.mktemp("teacher") / "class"
    said, code = handout_of(kit, folder)
    assert code == 0, said
    left_out = (
        "Left out, because it is no part of the course: app/mine.py, marks.csv, notebooks/04_answers.ipynb"
    )
    ready = f'{folder} is ready. To open it, run: cd "{folder}" && python3 -m notebooks'
    assert said.splitlines() == [left_out, ready]
    assert {path.name for path in folder.iterdir()} == FOR_A_CLASS
    for lesson in lessons():
        assert (folder / "notebooks" / lesson.name).read_bytes() == lesson.read_bytes()
    given = files(folder)  # a command that runs there leaves compiled files
    of_the_kit = {*copies.sort_out()[0], ".gitattributes"}
    assert given == {*of_the_kit, *(f"{GIVEN}/{name}" for name in of_the_kit), f"{GIVEN}/options.json"}
    folder.with_name("copy").mkdir()  # an empty folder is taken
    again, code = handout_of(folder, folder.with_name("copy"))
    assert (again.count("\n"), code) == (1, 0), again
    assert files(folder.with_name("copy")) == given


def test_a_damaged_lesson(kit, tmp_path_factory):
    """A damaged lesson is a sentence, and nothing is written."""
    folder = tmp_path_factory.mktemp("teacher") / "class"
    lesson = kit / "notebooks/02_template.ipynb"
    lesson.write_bytes(lesson.read_bytes()[:1000])
    said, code = handout_of(kit, folder)
    assert (said.count("\n"), code) == (1, 1)
    assert said.startswith("notebooks/02_template.ipynb is damaged, from line ")
    assert not folder.exists()


@pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
def test_an_instructors_own_answers(kit, tmp_path_factory):
    """A lesson that is not as committed is named and not handed out, also where the kit is a part of more."""
    folder = tmp_path_factory.mktemp("teacher") / "class"
    repository = tmp_path_factory.mktemp("repository")
    shutil.move(kit, repository / "kit")
    git = ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-C", repository]
    subprocess.run([*git, "init", "--quiet"], check=True)
    lesson = repository / "kit/notebooks/04_echo_endpoint.ipynb"
    whole = lesson.read_text(encoding="utf-8")
    answers = whole.replace("04.1", "04.1, my answer", 1)
    lesson.write_text(answers, encoding="utf-8")
    assert handout_of(repository / "kit", folder.with_name("uncommitted"))[1] == 0  # nothing to compare with
    lesson.write_text(whole, encoding="utf-8")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "The kit"], check=True)
    lesson.write_text(answers, encoding="utf-8")
    said, code = handout_of(repository / "kit", folder, "--without-solutions")
    assert code == 1
    assert said == (
        "notebooks/04_echo_endpoint.ipynb: not as committed, so your own answers may be there. "
        "Commit what a class is to get, or put your changes away with: git stash\n"
    )
    assert not folder.exists()
    subprocess.run([*git, "stash", "--quiet"], check=True)
    assert handout_of(repository / "kit", folder)[1] == 0
    assert "my answer" not in (folder / "notebooks/04_echo_endpoint.ipynb").read_text(encoding="utf-8")


def test_a_part_of_the_course(tmp_path, monkeypatch):
    """Lessons that come later are words in the map, in the lessons, in begin()'s row and in progress()."""
    monkeypatch.setattr(module, "changed_lessons", lambda names: [])
    folder = tmp_path / "class"
    handout(folder, lessons="00-03,05")
    notebooks = folder / "notebooks"
    here = {path.name for path in notebooks.glob("*.ipynb")}
    assert {name[:2] for name in here} == {"00", "01", "02", "03", "05"}
    text = "".join(path.read_text(encoding="utf-8") for path in notebooks.glob("*.ipynb"))
    assert {link for link in re.findall(r"(\d\d_\w+\.ipynb)[\\)#]", text)} == here
    assert "| 04 Echo every message (comes later) |" in text
    assert "Next: 04 Echo every message (comes later)" in text
    assert "04_echo_endpoint" in (notebooks / "lesson/files.json").read_text()  # which 05 begins with
    assert [path.name[7:9] for path in sorted(notebooks.glob("lesson/exercises/lesson*"))] == [
        "01",
        "02",
        "03",
        "05",
    ]
    begin = 'from lesson import *; begin("05_serve_from_a_thread")'
    copy = (
        "import sys; sys.path.append('../..'); from notebooks.teach.own_lessons import *; lay_out_lessons()"
    )
    begun, shown, copied = run_all([begin, "progress()", copy], cwd=notebooks)
    [row] = [output["data"]["text/html"] for output in begun if "data" in output]
    assert re.findall(r"<li>(\d\d) later</li>", row) == re.findall(
        r"(?m)^Lesson (\d\d) comes later", words_in(shown[0])
    )
    assert row.count("later") == len(LESSONS) - len(here)
    assert words_in(copied[-1]) == "[]"
    assert {path.name for path in folder.glob("workspace/*.ipynb")} == here
    with pytest.raises(KitError, match="'04-99' names no lessons"):
        handout(tmp_path / "other", lessons="04-99")
    assert [path.name for path in tmp_path.iterdir()] == ["class"]


def test_without_solutions(lesson):
    """Without solutions, their cells are gone and the others are as they were."""
    before = stored_cells(lesson)
    prepare_lesson(lesson, without_solutions=True)
    assert stored_cells(lesson) == before[:2]


def test_clear_outputs(lesson):
    """With outputs cleared, code has neither outputs nor a count, and all cells are there."""
    before = stored_cells(lesson)
    prepare_lesson(lesson, clear_outputs=True)
    before[1].update(outputs=[], execution_count=None)
    assert stored_cells(lesson) == before


@pytest.mark.parametrize(
    ("folder", "sentence"),
    [
        ("full", "is there and not empty: choose another name"),
        ("full/file", "is there and not empty"),
        ("missing/class", r"There is no folder .+/missing to write into: make it, or choose another place\."),
        ("full/file/class", r"There is no folder .+/file to write into"),
        pytest.param("dead", r"There is no folder .+/nowhere to write into", marks=posix),
        (ROOT / "class", "lies in the kit itself"),
    ],
    ids=str,
)
def test_refused(tmp_path, folder, sentence):
    """A folder that is not empty, cannot be made or lies in the kit is a sentence, and nothing is written."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("mine")
    if folder == "dead":
        (tmp_path / "dead").symlink_to(tmp_path / "nowhere/class")
    with pytest.raises(KitError, match=sentence):
        handout(tmp_path / folder)
    with pytest.raises(KitError, match="The folder has no name"):
        handout("")
    with pytest.raises(KitError, match=r"is no handout with a folder|lies in the kit|There is no fo"):
        handout(tmp_path / folder, update=True)
    assert files(tmp_path) == {"full/file"}
    assert (tmp_path / "full/file").read_text() == "mine"
    assert not (ROOT / "class").exists()


def test_a_full_disk_leaves_nothing(kit, tmp_path_factory):
    """Where a file cannot be written to its end, the command says so, ends with 1 and leaves nothing."""

    resource = pytest.importorskip("resource")  # Windows has none

    def no_large_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    folder = tmp_path_factory.mktemp("full")
    nothing_compiled = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    run = call_kit(kit, "handout", folder / "class", preexec_fn=no_large_files, env=nothing_compiled)
    assert (run.returncode, run.stdout) == (1, "")
    said = r"The folder .*/class cannot be written \(.*File too large.*\): choose another place\.\n"
    assert re.fullmatch(said, run.stderr), run.stderr
    assert list(folder.iterdir()) == []
