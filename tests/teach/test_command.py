"""The command `python3 -m notebooks`, and JupyterLab as it opens it."""

import re
from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

from tests.conftest import ROOT, assert_echo, jupyterlab, open_lesson, run_all_cells, shoot
from tests.deadlines import seconds
from tests.teach.command import call_kit

ACTIVE = "(document.activeElement.closest('.jp-Cell')?.innerText ?? '')"  # the cell that has the focus


def press_until(window, key, script, text):
    """Press a key, again and again, until what a script returns has the text; fail after 40 times."""
    for _ in range(40):
        before = window.evaluate(script)
        if text in before:
            return
        window.keyboard.press(key)
        with suppress(PlaywrightTimeout):  # JupyterLab moves on after the key
            window.wait_for_function(
                f"(before) => {script} !== before", arg=before, timeout=seconds(2) * 1000
            )
    pytest.fail(f"{key} leads to no {text!r}")


def work_in_lesson_00(window):
    """Run the cells by keys up to the page, and type into the page."""
    press_until(window, "Shift+Enter", ACTIVE, "See the page")
    window.keyboard.press("Shift+Enter")
    press_until(window, "Shift+Enter", ACTIVE, "Type a word into the box")
    page = window.frame_locator("iframe[src^='http://127.0.0.1']")
    expect(page.get_by_role("status")).to_have_text("Connected.", timeout=seconds(30) * 1000)
    window.keyboard.press("ArrowUp")
    press_until(window, "Tab", "document.activeElement.tagName", "IFRAME")
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    window.keyboard.type("hello from the keyboard")
    window.keyboard.press("Enter")
    expect(page.locator("#messages li")).to_have_text(["Message text was: hello from the keyboard"])
    shoot(window, "lesson-00-echo")


def work_in_lesson_01(window):
    """Do exercise 01.1 by keys, up to the check."""
    press_until(window, "Shift+Enter", ACTIVE, "greeter = FastAPI()")
    window.keyboard.press("Enter")
    window.keyboard.press("ControlOrMeta+A")
    window.keyboard.type('greeter = FastAPI(); greeter.get("/hello")(lambda: {"hello": "chat"})')
    for key in ["Escape", "Shift+Enter", "Shift+Enter"]:
        window.keyboard.press(key)
    expect(window.get_by_role("status").filter(has_text="01.1 done")).to_be_visible()


def test_a_class_opens_its_handout(kit, window, tmp_path_factory):
    """JupyterLab opens a handout without a toast and unmodified; page, lesson and check need no mouse."""
    folder = tmp_path_factory.mktemp("teacher") / "class"
    call_kit(kit, "handout", folder, "--without-solutions", "--clear-outputs", check=True)
    with jupyterlab(folder) as address:
        open_lesson(window, address)
        expect(window.get_by_role("heading", name="Start here: play the whole game")).to_be_visible()
        expect(window.locator(".jp-DirtyIndicator, .lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
        expect(window.locator(".Toastify__toast")).to_have_count(0)
        expect(window.locator(".jp-OutputArea-output")).to_have_count(0)
        shoot(window, "lesson-00-opened")
        work_in_lesson_00(window)
        open_lesson(window, address.replace("00_start_here", "01_index_route"))
        work_in_lesson_01(window)
        open_lesson(window, address.replace("00_start_here", "05_serve_from_a_thread"))
        run_all_cells(window)
        assert_echo(window.frame_locator("iframe[src^='http://127.0.0.1']"))
        expect(window.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()
        expect(window.locator("[data-mime-type='application/vnd.jupyter.error']")).to_have_count(0)
        shoot(window, "lesson-05-echo")


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
