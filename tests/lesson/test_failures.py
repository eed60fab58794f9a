"""What a cell that failed is told."""

import builtins
import json
import os
import re
import subprocess
import symtable
import sys

import pytest

from environment import ROOT
from lesson.failures import cells_that_make, names_made_by
from lesson.lessons import cells_of, lessons
from tests.lesson.in_a_kernel import BEGIN, outputs_of_cells

STARTUP = str(ROOT / "notebooks/lesson/startup.py")
ABOVE = "Choose Run, then Run All Above Selected Cell.\n"


def test_a_name_that_another_cell_makes(kit):
    """A cell that lacks a name that the lesson makes says how to get it; any other name is left alone."""
    made = ["websocket_endpoint", "diary", "TestClient", "suppress"]  # in a file, and by a cell
    others = ["websocket_endpiont", "goodbye"]  # misspelt, and a word of the lesson that forgot its quotes
    others += ["websocket"]  # that of a function
    _, *said = outputs_of_cells(kit, BEGIN, *made, *others)
    assert [text.endswith(ABOVE) for text in said] == [True] * len(made) + [False] * len(others)


def test_a_restart_in_the_middle(kit):
    """A kernel is watched from its start: the first cell after a restart says which ones to run before it."""
    lesson = kit / "notebooks/04_echo_endpoint.ipynb"
    cells = ["".join(cell["source"]) for cell in json.loads(lesson.read_text(encoding="utf-8"))["cells"]]
    middle = next(cell for cell in cells if "TestClient(app)" in cell)
    variables = {**os.environ, "PYTHONSTARTUP": STARTUP, "JPY_SESSION_NAME": str(lesson)}
    cells = [middle, "%%writefile notes.txt\nhello", "print(*dir())", BEGIN, middle, "make_sense"]
    said, written, names, _, again, other = outputs_of_cells(kit, *cells, env=variables)
    assert written.endswith(
        f"This lesson has not begun in this kernel. {ABOVE}"
    )  # so it is in another folder
    assert said.endswith(f"This lesson has not begun in this kernel. {ABOVE}")
    assert again.endswith(f"makes the name TestClient in a cell that has not run in this kernel. {ABOVE}")
    assert other.splitlines()[-1].endswith("name 'make_sense' is not defined")
    variables["JPY_SESSION_NAME"] = str(kit / "notebooks/my_own.ipynb")
    [own] = outputs_of_cells(kit, "1 / 0", env=variables)
    assert "begun" not in own
    assert not {"find_spec", "watch_later_cells"} & set(names.split())
    elsewhere = subprocess.run([sys.executable, STARTUP], cwd=kit / "app", capture_output=True)
    assert (elsewhere.returncode, elsewhere.stderr) == (0, b"")  # in a kernel that a lesson starts itself


def test_a_name_from_further_down(kit):
    """A cell that was run too early says that the name comes later."""
    lesson = kit / "notebooks/04_echo_endpoint.ipynb"
    notebook = json.loads(lesson.read_text(encoding="utf-8"))
    empty = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    notebook["cells"][:0] = [{**empty, "source": ["print(later_on)"]}, {**empty, "source": ["later_on = 1"]}]
    lesson.write_text(json.dumps(notebook), encoding="utf-8")
    _, said = outputs_of_cells(kit, BEGIN, "print(later_on)")
    assert said.endswith("This lesson makes the name later_on in a cell further down. Run that cell first.\n")


def test_a_file_that_another_cell_writes(kit):
    """A cell that lacks a file which the lesson writes says how to get it; any other file is left alone."""
    begin = BEGIN.replace("04_echo_endpoint", "11_chat_room")
    _, module, run, read, _, other = outputs_of_cells(
        kit,
        *[begin, "import app.person", "%run app/messages.py", "open('static/room.js')"],
        *["%%writefile static/room.js\n", "open('static/rooms.js')"],
    )
    for said, path in [(module, "app/person.py"), (run, "app/messages.py"), (read, "static/room.js")]:
        assert said.endswith(f"makes the file {path} in a cell that has not run in this kernel. {ABOVE}")
    assert "This lesson" not in other


@pytest.mark.parametrize("lesson", lessons(), ids=lambda path: path.stem)
def test_each_name_of_a_lesson(lesson, monkeypatch):
    """Whatever cell a kernel begins with: each name that it takes from other cells leads to one of these."""
    monkeypatch.chdir(ROOT)  # where the files are that a lesson runs and an earlier one has written
    cells = [source for kind, source in cells_of(lesson) if kind == "code"]
    for at, cell in enumerate(cells):
        at_once, later = names_used_by(cell)
        for name in (at_once | later) - names_made_by(cell):
            makers = cells_that_make(name, cells)
            assert makers, f"{name}, which no cell makes, in:\n{cell}"
            assert makers[0] <= at or name not in at_once, f"{name}, which comes later, in:\n{cell}"


def names_used_by(source):
    """Return the names that a cell needs when it runs, and those that its functions need when they do."""
    if source.startswith("%%"):
        return set(), set()
    table = symtable.symtable(re.sub(r"(?m)^[%!].*", "", source), "cell", "exec")
    at_once = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    later, tables = set(), table.get_children()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        later |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    own = {*dir(builtins), "__name__", "display"}
    return at_once - own, later - own


def test_a_name_of_a_cell_that_failed(kit):
    """A name that a failed cell was to make leads to that cell, and not to a restart; until it is mended."""
    owed = "The cell that makes the name {} ended with an error. Mend that cell and run it.\n"
    file = "%%writefile app/main.py\ndef shout(text):\n    return text.uper()\n\nloud = shout('a')\n"
    half = "diary = [\n"
    _, _, first, _, second, _, third, _, mended, _, run, fourth = outputs_of_cells(
        kit,
        *[BEGIN, "suppress = nothing_there", "suppress", half, "diary", "def made(:\n    pass", "made"],
        *["made = 1", "made", file, "%run app/main.py", "loud"],
    )
    assert first.endswith(owed.format("suppress"))
    assert second.endswith(owed.format("diary"))
    assert third.endswith(owed.format("made"))
    assert mended == ""
    assert "no attribute 'uper'" in run
    assert fourth.endswith(owed.format("loud"))


def test_a_stub_that_was_edited_before_it_ran(kit):
    """A check whose name is not there leads to the cell above, which makes another name."""
    lesson = kit / "notebooks/04_echo_endpoint.ipynb"
    cells = [source for kind, source in cells_of(lesson) if kind == "code"]
    at = next(at for at, cell in enumerate(cells) if 'check("04.1", shout)' in cell)
    stub, check = cells[at - 1].replace("shout", "loud"), cells[at]
    imports = "from fastapi import FastAPI, WebSocket"
    _, _, _, scratch, _, said, _, again = outputs_of_cells(
        kit, BEGIN, imports, "notes = 1", check, stub, check, "notes = 2", check
    )
    mend = "Mend the cell above: it makes answer_in_capitals, loud, and the check asks for shout.\n"
    assert said.endswith(mend)
    assert scratch.endswith(ABOVE)
    assert again.endswith(ABOVE)
    saved = lesson.read_text(encoding="utf-8")
    assert '"shout = FastAPI()' in saved
    lesson.write_text(
        saved.replace("shout = FastAPI()", "loud = FastAPI()").replace("@shout.", "@loud."), "utf-8"
    )
    *_, said = outputs_of_cells(kit, BEGIN, imports, stub, check)  # as JupyterLab saves it by itself
    assert said.endswith(mend)


def test_a_cell_that_worked_before(kit):
    """A cell that has run, and fails when it is run again, says which ones to run before it."""
    _, _, _, again = outputs_of_cells(kit, BEGIN, "texts = iter(['once'])", "next(texts)", "next(texts)")
    assert again.endswith(f"This cell has run before, and what it needs is used up or closed by now. {ABOVE}")


def test_a_file_that_does_not_parse(kit):
    """A cell that writes a program or a template with a mistake says so at once, with the line."""
    template = "%%writefile templates/socket.html\n<h1>\n{{ heading }\n"
    right = "%%writefile app/main.py\nx = 1\n"
    more = "%%writefile -a app/main.py\n\ndef f(:\n    pass\n"
    _, python, page, fine, added, words = outputs_of_cells(
        kit,
        BEGIN,
        "%%writefile app/main.py\nimport os\nx = (\n",
        template,
        right,
        more,
        "%%writefile notes.txt\n(",
    )
    assert "app/main.py cannot run yet: line 2: '(' was never closed. Mend it in this cell" in python
    assert "templates/socket.html cannot run yet: line 2: unexpected '}'. Mend it in this cell" in page
    assert "cannot run" not in fine + words
    assert "app/main.py cannot run yet: line 3: invalid syntax." in added


def test_a_lesson_that_a_learner_has_broken(kit):
    """A cell that does not parse hides no other; a damaged lesson leaves Python's own words alone."""
    lesson = kit / "notebooks/04_echo_endpoint.ipynb"
    notebook = json.loads(lesson.read_text(encoding="utf-8"))
    notebook["cells"].insert(0, {"cell_type": "code", "metadata": {}, "source": "def half(:", "outputs": []})
    lesson.write_text(json.dumps(notebook), encoding="utf-8")
    damage = f"from pathlib import Path; _ = Path({str(lesson)!r}).write_text('')"
    _, advised, _, left_alone = outputs_of_cells(kit, BEGIN, "diary", damage, "diary")
    assert advised.endswith(ABOVE)
    assert left_alone.splitlines()[-1].endswith("name 'diary' is not defined")
    assert "Error in callback" not in advised + left_alone


def test_files_that_do_not_run(kit):
    """The cell that runs a file that does not parse names the cell to mend; a part added twice is told of."""
    part = "%%writefile -a app/main.py\n\nmore = True"
    cells = ["%%writefile app/main.py\nasync def (", "%run app/main.py", "%%writefile app/main.py\napp = 1"]
    *_, run, _, once, twice = outputs_of_cells(kit, BEGIN, *cells, part, part)
    assert "app/main.py cannot run: line 1: invalid syntax. What this cell shows is from before." in run
    assert "used up" not in run
    assert "twice" not in once
    assert twice.endswith(
        "app/main.py has this part twice now. Run the cell that begins the file, then each part once.\n"
    )


def test_a_claim_that_does_not_hold_yet(kit):
    """An assert of the lesson that fails, because a cell above has not run as it should, says what to run."""
    begin = BEGIN.replace("04_echo_endpoint", "01_index_route")
    claim = 'assert asked == ["GET /news"] * 5\nprint(len(asked), "requests for", len(news), "piece of news")'
    said = outputs_of_cells(kit, begin, "asked, news = [], []", claim, "assert asked")
    assert said[2].endswith(f"This cell expects that the cells above it have run, each once. {ABOVE}")
    assert ABOVE not in said[3]
