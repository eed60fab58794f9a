"""The command `python3 -m notebooks`, and JupyterLab as it opens it."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.conftest import ROOT, jupyterlab, open_lesson, shoot
from tests.deadlines import seconds
from tests.teach.command import call_kit


def run_up_to(window, sources, text, start=0):
    """Press Shift+Enter from the cell `start` to the first below it that has the text; return its number.

    Each press is awaited by the number of the active cell: what a cell says, JupyterLab draws later.
    """
    goal = next(at for at, source in enumerate(sources) if at > start and text in source)
    for number in range(start + 1, goal + 1):
        window.keyboard.press("Shift+Enter")
        active = window.locator(f".jp-Cell.jp-mod-active[data-windowed-list-index='{number}']")
        expect(active).to_be_attached(timeout=seconds(30) * 1000)
    return goal


def work_in_lesson_00(window, sources):
    """Run the cells by keys up to the page, and type into the page."""
    shown = run_up_to(window, sources, "show_page(server)")
    run_up_to(window, sources, "Type a word into the box", shown)
    page = window.frame_locator("iframe[src^='http://127.0.0.1']")
    expect(page.get_by_role("status")).to_have_text("Connected.", timeout=seconds(30) * 1000)
    window.keyboard.press("ArrowUp")
    for _ in range(40):
        if window.evaluate("document.activeElement.tagName") == "IFRAME":
            break
        window.keyboard.press("Tab")
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    window.keyboard.type("hello from the keyboard")
    window.keyboard.press("Enter")
    expect(page.locator("#messages li")).to_have_text(["Message text was: hello from the keyboard"])
    shoot(window, "lesson-00-echo")


def work_in_lesson_01(window, sources):
    """Do exercise 01.1 by keys, up to the check."""
    run_up_to(window, sources, "greeter = FastAPI()")
    window.keyboard.press("Enter")
    window.keyboard.press("ControlOrMeta+A")
    window.keyboard.type('greeter = FastAPI(); greeter.get("/hello")(lambda: {"hello": "chat"})')
    for key in ["Escape", "Shift+Enter", "Shift+Enter"]:
        window.keyboard.press(key)
    expect(window.get_by_role("status").filter(has_text="01.1 done")).to_be_visible()


def test_a_class_opens_its_handout(kit, window, tmp_path_factory):
    """JupyterLab opens copies of a handout's lessons, without outputs, a toast, or need of a mouse."""
    folder = tmp_path_factory.mktemp("teacher") / "class"
    call_kit(kit, "handout", folder, "--without-solutions", check=True)
    sources = {
        lesson: [
            "".join(cell["source"])
            for cell in json.loads((folder / "notebooks" / f"{lesson}.ipynb").read_bytes())["cells"]
        ]
        for lesson in ["00_start_here", "01_index_route"]
    }
    course = {file: file.read_bytes() for file in (folder / "notebooks").glob("*.ipynb")}
    with jupyterlab(folder) as address:
        open_lesson(window, address)
        expect(window.get_by_role("heading", name="Start here: play the whole game")).to_be_visible()
        expect(window.locator(".jp-DirtyIndicator, .lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
        expect(window.locator(".Toastify__toast")).to_have_count(0)
        expect(window.locator(".jp-OutputArea-output")).to_have_count(0)
        shoot(window, "lesson-00-opened")
        # what merges handouts changes nothing in the instructor's Lab
        assert window.request.get(f"{address.partition('/lab')[0]}/nbdime/difftool").status == 404
        expect(window.locator(".nbdime-toolbarButton")).to_have_count(0)
        work_in_lesson_00(window, sources["00_start_here"])
        open_lesson(window, address.replace("00_start_here", "01_index_route"))
        work_in_lesson_01(window, sources["01_index_route"])
        window.get_by_role("link", name="Lesson 05").click()  # in the row that begin() has shown
        expect(window.get_by_role("heading", name="Serve the chat from a thread")).to_be_visible()
        expect(window.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=seconds(30) * 1000)
    assert {file: file.read_bytes() for file in course} == course


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["refesh"], r"argument command: invalid choice: 'refesh' .*; see: python3 -m notebooks --help\n"),
        (["handout"], r".*: DIR; see: python3 -m notebooks handout --help\n"),
        (["refresh", "04", "05"], r".*: 05; see: python3 -m notebooks --help\n"),
    ],
)
def test_wrong_words(words, sentence):
    """A word that is no command, and arguments that a command does not have, are one sentence and code 1."""
    run = call_kit(ROOT, *words)
    assert (run.returncode, run.stdout) == (1, "")
    assert re.fullmatch(sentence, run.stderr)
