"""The folder that a class gets."""

import json
import re
import signal
import subprocess
import sys

import httpx2
import pytest

from lesson import KitError
from lesson.kernels import run_all
from lesson.workspace import lessons
from notebooks.teach.handout import handout, prepare
from tests.conftest import ROOT, jupyterlab

FOR_A_CLASS = {".gitignore", "README.md", "app", "constraints.txt", "notebooks", "requirements.txt"}
FOR_A_CLASS |= {"static", "templates", "tests", "environment.py", "lesson.py", "LICENSE", "LICENSE-TEXT"}
FOR_A_CLASS |= {".devcontainer", ".binder"}  # a class may be given a repository of its own


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


def cells(lesson):
    return json.loads(lesson.read_text(encoding="utf-8"))["cells"]


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_a_class_gets(tmp_path, capsys):
    """A class gets the lessons byte for byte and the app, and nothing that proves or explains them."""
    handout(tmp_path / "class")
    assert {path.name for path in (tmp_path / "class").iterdir()} == FOR_A_CLASS
    for lesson in lessons():
        assert (tmp_path / "class/notebooks" / lesson.name).read_bytes() == lesson.read_bytes()
    got = files(tmp_path / "class")
    assert {name for name in got if name.startswith("tests/")} == {"tests/requirements.txt"}
    assert "notebooks/INSTRUCTORS.md" not in got
    assert "notebooks/.jupyter/jupyter_lab_config.json" in got
    assert f'cd "{tmp_path / "class"}" && python3 -m notebooks' in capsys.readouterr().out


def test_without_solutions(lesson):
    """Without solutions, their cells are gone and the others are as they were."""
    before = cells(lesson)
    prepare(lesson, without_solutions=True, clear_outputs=False)
    assert cells(lesson) == before[:2]


def test_clear_outputs(lesson):
    """With outputs cleared, code has neither outputs nor a count, and all cells are there."""
    before = cells(lesson)
    prepare(lesson, without_solutions=False, clear_outputs=True)
    before[1].update(outputs=[], execution_count=None)
    assert cells(lesson) == before


def test_an_empty_folder_is_taken(tmp_path):
    """A folder that is there and empty becomes the handout."""
    handout(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == FOR_A_CLASS


@pytest.mark.parametrize(
    ("folder", "sentence"),
    [
        ("full", "is there and not empty: choose another name"),
        ("full/file", "is there and not empty"),
        ("missing/class", r"cannot be written \(.+\): choose another place"),
        ("full/file/class", r"cannot be written \(.+\)"),
        (ROOT / "class", "lies in the kit itself"),
    ],
    ids=str,
)
def test_refused(tmp_path, folder, sentence):
    """A folder that is not empty, cannot be made or lies in the kit is a sentence, and nothing is written."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("mine")
    with pytest.raises(KitError, match=sentence):
        handout(tmp_path / folder)
    with pytest.raises(KitError, match="The folder has no name"):
        handout("")
    assert files(tmp_path) == {"full/file"}
    assert (tmp_path / "full/file").read_text() == "mine"
    assert not (ROOT / "class").exists()


def test_a_full_disk_leaves_nothing(tmp_path):
    """Where a file cannot be written to its end, the command says so, ends with 1 and leaves nothing."""

    resource = pytest.importorskip("resource")  # Windows has none

    def no_large_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    run = subprocess.run(
        [sys.executable, "-B", "-m", "notebooks", "handout", tmp_path / "class"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        preexec_fn=no_large_files,
    )
    assert (run.returncode, run.stdout) == (1, "")
    said = r"The folder .*/class cannot be written \(.*File too large.*\): choose another place\.\n"
    assert re.fullmatch(said, run.stderr), run.stderr
    assert list(tmp_path.iterdir()) == []


def test_opens_and_runs(tmp_path):
    """`python3 -m notebooks` opens a handout without solutions and outputs, and its lessons run."""
    folder = tmp_path / "class"
    options = ["--without-solutions", "--clear-outputs"]
    command = [sys.executable, "-m", "notebooks"]
    subprocess.run([*command, "handout", folder, *options], cwd=ROOT, check=True, timeout=30)
    with jupyterlab(folder) as address:
        server, _, token = re.match(r"(http://[^/]+/)(.*)\?(token=\w+)", address).groups()
        lesson = f"{server}api/contents/notebooks/05_serve_from_a_thread.ipynb?{token}"
        opened = httpx2.get(lesson, trust_env=False, timeout=20).json()["content"]["cells"]
    code = [cell for cell in opened if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] for cell in code)
    may_raise = {at for at, cell in enumerate(code) if "raises-exception" in cell["metadata"].get("tags", [])}
    results = run_all([cell["source"] for cell in code], may_raise, cwd=folder / "notebooks")
    for position, outputs in enumerate(results):
        assert position in may_raise or "error" not in [output.output_type for output in outputs]
    assert any(outputs for outputs in results)
