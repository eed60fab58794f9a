"""The command `python3 -m notebooks refresh`."""

import json
import re
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lesson.lessons import KitError, lessons
from notebooks.teach.refresh import run_lesson
from tests.conftest import (
    assert_same,
    sanitized,
)


def texts(kit):
    """Return the text of each lesson, without what doctor() says of this machine."""
    lessons = {path.name: path.read_text(encoding="utf-8") for path in (kit / "notebooks").glob("*.ipynb")}
    return {name: sanitized(re.sub(r'"(ok  |LOOK) .*', "", text)) for name, text in lessons.items()}


def test_refresh_changes_nothing(kit):
    """`python3 -m notebooks refresh` in a clean clone stores what is stored already."""
    expected = texts(kit)
    for lesson in lessons()[4:]:  # of what takes minutes, run the cells that lesson 00 leans on
        notebook = json.loads(lesson.read_text(encoding="utf-8"))
        builds = re.compile("from lesson import begin|%%writefile (app|static|templates)/")
        notebook["cells"] = [cell for cell in notebook["cells"] if builds.match("".join(cell["source"]))]
        (kit / "notebooks" / lesson.name).write_text(json.dumps(notebook), encoding="utf-8")
        del expected[lesson.name]
    run = subprocess.run(
        [sys.executable, "-m", "notebooks", "refresh"], cwd=kit, capture_output=True, text=True, timeout=110
    )
    assert run.returncode == 0, run.stderr
    refreshed = {name: text for name, text in texts(kit).items() if name in expected}
    assert_same(refreshed, expected, "refreshed", "stored")


def test_one_lesson_and_the_files(kit):
    """`refresh 04` runs that lesson, leaves the others, and writes what a cell has of a file of the chat."""
    lesson, main = kit / "notebooks/04_echo_endpoint.ipynb", kit / "app/main.py"
    stored, written = lesson.read_text(encoding="utf-8"), main.read_text(encoding="utf-8")
    lesson.write_text(stored.replace("Message text was: ", "", 1), encoding="utf-8")
    main.write_text("changed by hand")
    before = texts(kit)
    run = subprocess.run(
        [sys.executable, "-m", "notebooks", "refresh", "04"],
        cwd=kit,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stdout) == (0, "04_echo_endpoint.ipynb has run.\n"), run.stderr
    assert main.read_text(encoding="utf-8") == written
    changed = [name for name, text in texts(kit).items() if text != before[name]]
    assert changed in ([], [lesson.name])


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("while True: pass", "it does not end"),
        ("import os; os._exit(1)", "the kernel died"),
    ],
)
def test_refresh_of_a_cell_that_fails(tmp_path, monkeypatch, source, why):
    """A refresh names the lesson and the cell that fails, or does not end, in one sentence."""
    monkeypatch.setattr("notebooks.teach.refresh.SECONDS", 2)
    lesson = tmp_path / "14_send_files.ipynb"
    cells = [new_markdown_cell("# Words"), new_code_cell("1"), new_code_cell(source), new_code_cell("2")]
    nbformat.write(new_notebook(cells=cells), lesson)
    with pytest.raises(KitError, match=f"^14_send_files, cell 2: {why}. No lesson was written.$"):
        run_lesson(lesson, {"metadata": {"path": str(tmp_path)}})


@pytest.mark.parametrize("cleared", [False, True])
def test_refresh_keeps_what_was_measured(tmp_path, cleared):
    """A refresh runs measured cells, and keeps their outputs unless one of them has none."""
    measured = {"tags": ["measured", "nbval-ignore-output"]}
    cells = [new_code_cell("print(1 + 1)")]
    cells += [new_code_cell(f"print('new {n}')", metadata=measured) for n in "ab"]
    for cell in cells[cleared + 1 :]:
        cell.outputs = [new_output("stream", text="old\n")]
    lesson = tmp_path / "13_measure_it.ipynb"
    nbformat.write(new_notebook(cells=cells), lesson)
    refreshed = run_lesson(lesson, {"metadata": {"path": str(tmp_path)}})
    said = [output.text for cell in refreshed.cells for output in cell.outputs]
    assert said == ["2\n", *(["new a\n", "new b\n"] if cleared else ["old\n", "old\n"])]
    assert [cell.execution_count for cell in refreshed.cells] == [1, 2, 3]
