"""Mermaid can draw each diagram of the lessons and the pages. Each failure names the file and the cell."""

import nbformat
import pytest

from lesson.lessons import NOTEBOOKS, lessons
from notebooks.teach.lesson_deck import DIAGRAM
from tests.conftest import ROOT

FENCE = "```mermaid\n{}\n```"
PARSE = "(text) => mermaid.parse(text).then(() => null, (error) => error.message)"


@pytest.fixture(scope="module")
def page(browser):
    """A page of Chromium with the Mermaid of the slides."""
    page = browser.new_page()
    page.add_script_tag(path=NOTEBOOKS / "teach/deck/mermaid.tiny.js")
    yield page
    page.close()


def broken(page, where, markdown):
    """Yield a line for each diagram in Markdown that Mermaid does not understand."""
    for diagram in DIAGRAM.findall(markdown):
        if wrong := page.evaluate(PARSE, diagram):
            yield f"{where}: the diagram cannot be drawn: {wrong}"


def test_diagrams(page):
    """Mermaid understands each diagram of every lesson and every page, and every lesson has one."""
    wrong, without = [], []
    for lesson in lessons():
        cells = nbformat.read(lesson, as_version=4).cells
        texts = {f"{lesson.stem}, cell {at}": cell.source for at, cell in enumerate(cells)}
        wrong += [line for where, text in texts.items() for line in broken(page, where, text)]
        without += [] if any(map(DIAGRAM.search, texts.values())) else [lesson.stem]
    for file in [*ROOT.glob("*.md"), *NOTEBOOKS.glob("*.md")]:
        wrong += broken(page, file.name, file.read_text(encoding="utf-8"))
    assert wrong == []
    assert without == []


BROKEN = ["", "flowchat LR\n a --> b", "flowchart LR\n a --", "flowchart LR\n a[b", "sequenceDiagram\n a->>"]


@pytest.mark.parametrize("diagram", BROKEN)
def test_broken(page, diagram):
    """A diagram with a fault is named with its lesson and cell, and a good one beside it is not."""
    cell = f"## Words\n\n{FENCE.format('flowchart LR')}\n\n{FENCE.format(diagram)}"
    [line] = broken(page, "04_echo_endpoint, cell 1", cell)
    assert line.startswith("04_echo_endpoint, cell 1: the diagram cannot be drawn: ")
