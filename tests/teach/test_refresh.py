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
from tests.conftest import assert_same, sanitized
from tests.deadlines import seconds


def texts_of_kit(kit):
    """Return the text of each lesson, without what doctor() says of this machine."""
    lessons = {path.name: path.read_text(encoding="utf-8") for path in (kit / "notebooks").glob("*.ipynb")}
    return {name: sanitized(re.sub(r'"(stale )?(ok  |LOOK) .*', "", text)) for name, text in lessons.items()}


def damage(lesson):
    """Spoil what a refresh stores: a text, a value, a whole output, a count, an id, metadata."""
    notebook = nbformat.read(lesson, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in code:
        for output in cell.outputs:
            if "text" in output:
                output.text = "stale " + output.text
            elif "text/plain" in output.get("data", {}):
                output.data["text/plain"] = "stale"
    code[0].update(outputs=[], execution_count=None)
    code[1].update(id="another", execution_count=99)
    code[1].metadata["collapsed"] = True
    notebook.metadata.language_info["version"] = "3.4"
    nbformat.write(notebook, lesson)


def test_refresh_mends_what_is_stored(kit):
    """`python3 -m notebooks refresh` stores what is stored already, also where that was damaged."""
    expected, readme = texts_of_kit(kit), (kit / "README.md").read_text(encoding="utf-8")
    for lesson in lessons()[4:]:  # of what takes minutes, run the cells that lesson 00 leans on
        notebook = json.loads(lesson.read_text(encoding="utf-8"))
        builds = re.compile("from lesson import begin|%%writefile (app|static|templates)/")
        notebook["cells"] = [cell for cell in notebook["cells"] if builds.match("".join(cell["source"]))]
        (kit / "notebooks" / lesson.name).write_text(json.dumps(notebook), encoding="utf-8")
        del expected[lesson.name]
    for name in expected:
        damage(kit / "notebooks" / name)
    (kit / "README.md").write_text(readme.replace("| 15 min |", "| 99 min |"), encoding="utf-8")
    damaged = texts_of_kit(kit)
    assert all(damaged[name] != text for name, text in expected.items())
    run = subprocess.run(
        [sys.executable, "-m", "notebooks", "refresh"],
        cwd=kit,
        capture_output=True,
        text=True,
        timeout=seconds(110),
    )
    assert run.returncode == 0, run.stderr
    refreshed = {name: text for name, text in texts_of_kit(kit).items() if name in expected}
    assert_same(refreshed, expected, "refreshed", "stored")
    assert (kit / "README.md").read_text(encoding="utf-8") == readme


def test_one_lesson_and_the_files(kit):
    """`refresh 04` mends that lesson, leaves the others, and writes what a cell has of a file of the chat."""
    lesson, main = kit / "notebooks/04_echo_endpoint.ipynb", kit / "app/main.py"
    expected, written = texts_of_kit(kit), main.read_text(encoding="utf-8")
    damage(lesson)
    damage(kit / "notebooks/03_static_javascript.ipynb")
    left_alone = texts_of_kit(kit)["03_static_javascript.ipynb"]
    main.write_text("changed by hand")
    run = subprocess.run(
        [sys.executable, "-m", "notebooks", "refresh", "04"],
        cwd=kit,
        capture_output=True,
        text=True,
        timeout=seconds(60),
    )
    assert (run.returncode, run.stdout) == (0, "04_echo_endpoint.ipynb has run.\n"), run.stderr
    assert main.read_text(encoding="utf-8") == written
    assert_same(
        texts_of_kit(kit), {**expected, "03_static_javascript.ipynb": left_alone}, "refreshed", "stored"
    )


def test_a_damaged_lesson(kit):
    """Where a lesson cannot be read, no other is refreshed, and one sentence names its file."""
    (kit / "notebooks/12_more_machines.ipynb").write_text("")
    for words in [["refresh", "04"], ["slides", "12"]]:
        run = subprocess.run(
            [sys.executable, "-m", "notebooks", *words],
            cwd=kit,
            capture_output=True,
            text=True,
            timeout=seconds(30),
        )
        assert (run.returncode, run.stdout) == (1, "")
        assert run.stderr.startswith(
            "notebooks/12_more_machines.ipynb is damaged, from line 1 on. Move it away"
        )
        assert run.stderr.count("\n") == 1


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
    if "while" in source:
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
