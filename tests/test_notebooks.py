"""The command `python3 -m notebooks`, and JupyterLab as it opens it."""

import json
import os
import re
import socket
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

from conftest import (
    ROOT,
    assert_echo,
    assert_same,
    jupyterlab,
    open_lesson,
    run_all_cells,
    sanitized,
    shoot,
)
from lesson.refresh import run as run_lesson
from lesson.workspace import KitError, lessons

ACTIVE = "(document.activeElement.closest('.jp-Cell')?.innerText ?? '')"  # the cell that has the focus
doctor = import_module("lesson.doctor")  # the package names its function doctor() so too


@pytest.fixture
def lab(kit):
    """The address of a JupyterLab that the command has started in a fresh copy of the kit."""
    with jupyterlab(kit) as address:
        yield address


def press_until(window, key, script, text):
    """Press a key, again and again, until what a script returns has the text; fail after 40 times."""
    for _ in range(40):
        before = window.evaluate(script)
        if text in before:
            return
        window.keyboard.press(key)
        with suppress(PlaywrightTimeout):  # JupyterLab moves on after the key
            window.wait_for_function(f"(before) => {script} !== before", arg=before, timeout=2000)
    pytest.fail(f"{key} leads to no {text!r}")


def test_lesson_00_opens_clean(lab, window):
    """JupyterLab opens lesson 00 without a toast and unmodified; page, lesson and check need no mouse."""
    open_lesson(window, lab)
    expect(window.get_by_role("heading", name="Start here: play the whole game")).to_be_visible()
    expect(window.locator(".jp-DirtyIndicator, .lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
    expect(window.locator(".Toastify__toast")).to_have_count(0)
    shoot(window, "lesson-00-opened")
    press_until(window, "Shift+Enter", ACTIVE, "See the page")
    window.keyboard.press("Shift+Enter")
    press_until(window, "Shift+Enter", ACTIVE, "Type a word into the box")
    page = window.frame_locator("iframe[src^='http://127.0.0.1']")
    expect(page.get_by_role("status")).to_have_text("Connected.", timeout=30_000)
    window.keyboard.press("ArrowUp")
    press_until(window, "Tab", "document.activeElement.tagName", "IFRAME")
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    window.keyboard.type("hello from the keyboard")
    window.keyboard.press("Enter")
    expect(page.locator("#messages li")).to_have_text(["Message text was: hello from the keyboard"])
    shoot(window, "lesson-00-echo")
    open_lesson(window, lab.replace("00_start_here", "01_index_route"))
    press_until(window, "Shift+Enter", ACTIVE, "greeter = FastAPI()")
    window.keyboard.press("Enter")
    window.keyboard.press("ControlOrMeta+A")
    window.keyboard.type('greeter = FastAPI(); greeter.get("/hello")(lambda: {"hello": "chat"})')
    for key in ["Escape", "Shift+Enter", "Shift+Enter"]:
        window.keyboard.press(key)
    expect(window.get_by_role("status").filter(has_text="01.1 done")).to_be_visible()


def test_lesson_05_shows_the_live_page(lab, window):
    """After Run All in lesson 05, the page in the output is live."""
    open_lesson(window, lab.replace("00_start_here", "05_serve_from_a_thread"))
    run_all_cells(window)
    assert_echo(window.frame_locator("iframe[src^='http://127.0.0.1']"))
    shoot(window, "lesson-05-echo")


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
    monkeypatch.setattr("lesson.refresh.SECONDS", 2)
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


def test_unknown_command():
    """A word that is no command is one sentence and exit code 1."""
    run = subprocess.run(
        [sys.executable, "-m", "notebooks", "refesh"], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    assert (run.returncode, run.stdout) == (1, "")
    sentence = r"argument command: invalid choice: 'refesh' .*; see: python3 -m notebooks --help\n"
    assert re.fullmatch(sentence, run.stderr)


def test_doctor_of_a_machine_that_is_ready(chromium):
    """With a proxy set, `python3 -m notebooks doctor` prints a table that says so, and ends with 0."""
    run = subprocess.run(
        [sys.executable, "-m", "notebooks", "doctor"],
        cwd=ROOT,
        env={**os.environ, "http_proxy": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stderr) == (0, ""), run.stdout
    assert run.stdout.startswith("state  what was found\n-----  --------------\nok     WebSockets, cell")
    assert "ok     browser " in run.stdout
    assert "ok     a kernel starts, serves the chat, and gets its echo over a WebSocket\n" in run.stdout
    assert "LOOK   http_proxy is set: " in run.stdout
    assert run.stdout.endswith("\nThis machine is ready for a class.\n")


def test_doctor_where_port_8000_is_taken(monkeypatch, capsys):
    """A port that is taken is a line to look at, and stops no class."""
    for name in ["browser", "echo"]:
        monkeypatch.setattr(doctor, name, lambda: (True, ""))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(doctor, "PORT", taken.getsockname()[1])
        assert doctor.examine() == 0
    assert re.search(r"^LOOK   port \d+ is used by another program", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "change", "line"),
    [
        ("python", lambda: (False, "Python 3.9 is too old"), "STOP   Python 3.9 is too old"),
        ("packages", lambda: [(False, "uvicorn is missing")], "STOP   uvicorn is missing"),
        pytest.param(
            *("BROWSERS", [], "STOP   no browser was found: install Chromium or Firefox"),
            marks=pytest.mark.skipif(sys.platform in {"darwin", "win32"}, reason="the system has a browser"),
        ),
        ("ROOM", 10**12, "STOP   only [0-9]+ MB are free in the folder of the kit: make room for .* MB"),
        ("ECHO", "raise OSError('blocked')", r"STOP   a kernel gets no echo from the chat \(blocked\): .*"),
        ("KIT", ROOT / "README.md", r"STOP   the folder of the kit cannot be written \(.+\): .*"),
    ],
)
def test_doctor_finds_what_stops_a_class(monkeypatch, capsys, name, change, line):
    """Each thing that would stop a class is a line of its own, and the exit code is 1."""
    for variable in doctor.ELSEWHERE:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(doctor, "BROWSERS", [Path(sys.executable).name])  # a program that is there
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    if name != "ECHO":
        monkeypatch.setattr(doctor, "echo", lambda: (True, ""))  # for it takes a while
    monkeypatch.setattr(doctor, "packages", list)
    monkeypatch.setattr(doctor, name, change)
    assert doctor.examine() == 1
    said = capsys.readouterr().out
    assert re.search(f"^{line}$", said, re.MULTILINE), said
    assert said.endswith("\n1 of these would stop the class.\n")


def test_doctor_where_the_browser_is_elsewhere(monkeypatch):
    """On a hub or over SSH no browser is needed on the machine itself."""
    monkeypatch.setattr(doctor, "BROWSERS", [])
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    assert doctor.browser()[0]


@pytest.mark.parametrize(
    "words", [["handout"], ["handout", "a", "b"], ["doctor", "--fast"], ["refresh", "04"]]
)
def test_wrong_arguments(words):
    """Arguments that a command does not have are one sentence and exit code 1."""
    run = subprocess.run(
        [sys.executable, "-m", "notebooks", *words], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert re.fullmatch(r".*; see: python3 -m notebooks( handout)? --help\n", run.stderr)
