"""The command `python3 -m notebooks refresh`."""

import json
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lesson.lessons import KitError
from notebooks.teach.refresh import run_lesson
from tests.conftest import assert_same, sanitized
from tests.teach.command import call_kit


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
    notebook.metadata.kernelspec["display_name"] = "Mine"
    nbformat.write(notebook, lesson)


def call_refresh(kit, *names):
    """Call the command in a copy of the kit, which must succeed; return what it prints."""
    run = call_kit(kit, "refresh", *names)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_one_lesson_the_map_and_the_files(kit):
    """`refresh 00` mends what that lesson stores and leaves the others, and writes the maps and the chat."""
    expected, readme, main = texts_of_kit(kit), kit / "README.md", kit / "app/main.py"
    stored, written = readme.read_text(encoding="utf-8"), main.read_text(encoding="utf-8")
    files = kit / "notebooks/lesson/files.json"
    course = files.read_text(encoding="utf-8")
    files.write_text(json.dumps(json.loads(course)), encoding="utf-8")
    for name in ["00_start_here.ipynb", "03_static_javascript.ipynb"]:
        damage(kit / "notebooks" / name)
    first = kit / "notebooks/00_start_here.ipynb"
    elsewhere = first.read_text(encoding="utf-8").replace('"Lesson 0 of ', '"Lesson 99 of ')
    first.write_text(elsewhere.replace("| 15 min |", "| 99 min |"), encoding="utf-8")
    damaged = texts_of_kit(kit)
    assert damaged["00_start_here.ipynb"] != expected["00_start_here.ipynb"]
    readme.write_text(stored.replace("| 15 min |", "| 99 min |"), encoding="utf-8")
    main.write_text("changed by hand")
    assert call_refresh(kit, "00") == "00_start_here.ipynb has run.\n"
    assert readme.read_text(encoding="utf-8") == stored
    assert main.read_text(encoding="utf-8") == written
    assert files.read_text(encoding="utf-8") == course
    left_alone = {"03_static_javascript.ipynb": damaged["03_static_javascript.ipynb"]}
    assert_same(texts_of_kit(kit), {**expected, **left_alone}, "refreshed", "stored")


def test_all_lessons(kit):
    """`refresh` mends each lesson of the course, which has three here, the first with nothing in it.

    The last writes the kit's own server, with the cells of lesson 05, because the second shows a page.
    """
    course = kit / "notebooks/lesson/lessons.py"
    text, names = course.read_text(encoding="utf-8"), ["00_start_here", "01_index_route", "02_template"]
    course.write_text(re.sub(r"(?s)\nLESSONS = \[.*?\]", f"\nLESSONS = {names}", text))
    first, second, last = [kit / f"notebooks/{name}.ipynb" for name in names]
    server = nbformat.read(kit / "notebooks/05_serve_from_a_thread.ipynb", as_version=4).cells
    begin = new_code_cell(f"from lesson import begin; begin('{names[2]}')")
    files = [cell for cell in server if cell.source.startswith("%%writefile ")]
    for lesson, cells in [(first, []), (last, [new_markdown_cell("# A"), begin, *files])]:
        notebook = nbformat.read(lesson, as_version=4)
        notebook.cells = cells
        nbformat.write(notebook, lesson)
    call_refresh(kit)
    expected = texts_of_kit(kit)
    damage(second)
    (kit / "app/background.py").write_text("changed by hand")
    assert sorted(call_refresh(kit).splitlines()) == [f"{name}.ipynb has run." for name in names]
    assert_same(texts_of_kit(kit), expected, "refreshed", "stored")


def test_a_damaged_lesson(kit):
    """Where a lesson cannot be read, no other is refreshed, and one sentence names its file."""
    (kit / "notebooks/13_more_machines.ipynb").write_text("")
    for words in [["refresh", "04"], ["slides", "13"]]:
        run = call_kit(kit, *words)
        assert (run.returncode, run.stdout) == (1, "")
        assert run.stderr.startswith(
            "notebooks/13_more_machines.ipynb is damaged, from line 1 on. Move it away"
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
    lesson = tmp_path / "16_send_files.ipynb"
    cells = [new_markdown_cell("# Words"), new_code_cell("1"), new_code_cell(source), new_code_cell("2")]
    nbformat.write(new_notebook(cells=cells), lesson)
    with pytest.raises(KitError, match=f"^16_send_files, cell 2: {why}. No lesson was written.$"):
        run_lesson(lesson, {"metadata": {"path": str(tmp_path)}})


@pytest.mark.parametrize("cleared", [False, True])
def test_refresh_keeps_what_was_measured(tmp_path, monkeypatch, cleared):
    """A refresh runs measured cells, and keeps their outputs unless one has none; it knows no proxy."""
    for name in "https_proxy", "NO_PROXY":
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    measured = {"tags": ["measured", "nbval-ignore-output"]}
    cells = [new_code_cell("import os; print([name for name in os.environ if 'proxy' in name.lower()])")]
    cells += [new_code_cell(f"print('new {n}')", metadata=measured) for n in "ab"]
    for cell in cells[cleared + 1 :]:
        cell.outputs = [new_output("stream", text="old\n")]
    lesson = tmp_path / "15_measure_it.ipynb"
    nbformat.write(new_notebook(cells=cells), lesson)
    refreshed = run_lesson(lesson, {"metadata": {"path": str(tmp_path)}})
    said = [output.text for cell in refreshed.cells for output in cell.outputs]
    assert said == ["[]\n", *(["new a\n", "new b\n"] if cleared else ["old\n", "old\n"])]
    assert [cell.execution_count for cell in refreshed.cells] == [1, 2, 3]
