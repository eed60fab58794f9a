"""Whoever cannot see well can read the lessons; the chat's pages have tests of their own."""

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbconvert import HTMLExporter
from nbformat.v4 import new_markdown_cell, new_notebook

from lesson.lessons import lessons
from notebooks.teach import slides
from tests.deadlines import seconds

UPSTREAM = {  # what is not ours: axe's rule, and the elements that are left for it to look at
    # the numbers of the cells, and the colours of code: JupyterLab's theme, used by nbconvert
    "color-contrast": ":not(.jp-InputPrompt, .jp-OutputPrompt, .highlight span)",
    # pictures that a cell shows: nbconvert leaves out the text that they have
    "image-alt": "img:not(.jp-RenderedImage img)",
}
ONCE = {"color-contrast": ":not(.highlight span:not([data-first]))"}  # on slides: each colour of code, once
INVENTED = 'alt="No description has been provided for this image"'  # nbconvert's, where there is no text
READY = "!window.Reveal || Reveal.isReady() && document.querySelector('.pdf-page')"
RUN = """async (rules) => {
    for (const slide of document.querySelectorAll("section")) slide.hidden = slide.ariaHidden = null;
    const kinds = new Map();
    for (const span of document.querySelectorAll(".highlight span")) kinds.set(span.className, span);
    for (const span of kinds.values()) span.dataset.first = "";
    axe.configure({ rules });
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
}"""


@pytest.fixture
def page(browser):
    """A page of Chromium that has no network."""
    context = browser.new_context(offline=True)
    context.set_default_timeout(1000 * seconds(30))
    yield context.new_page()
    context.close()


def found_by_axe(page, file, text, upstream):
    """Return what axe finds in HTML, without what is upstream's; slides are shown as for the printer, all."""
    file.write_text(text.replace(INVENTED, ""), encoding="utf-8")
    page.goto(f"{file.as_uri()}?print-pdf", wait_until="domcontentloaded")
    page.wait_for_function(READY)
    page.evaluate(Axe().axe_script)
    # to look at all elements would take axe most of its time, for each word of code is one
    return page.evaluate(RUN, [{"id": id, "selector": selector} for id, selector in upstream.items()])


def found(page, folder, notebook):
    """Return what axe finds of ours in a notebook as HTML, and on its slides."""
    text, _ = HTMLExporter().from_notebook_node(notebook)
    return (
        found_by_axe(page, folder / "lesson.html", text, UPSTREAM),
        found_by_axe(page, folder / "slides.html", slides.deck(notebook), ONCE),
    )


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.stem)
def test_lesson(page, tmp_path, lesson):
    """axe finds nothing of ours in a lesson, neither as HTML nor on its slides."""
    assert found(page, tmp_path, nbformat.read(lesson, as_version=4)) == ([], [])


def test_faults_are_found(page, tmp_path):
    """axe finds a picture without text, a level left out and pale words, as HTML and on the slides."""
    cells = ["# One", '<img src="data:,">', "### Three", '<p style="color: #bbb">pale</p>']
    notebook = new_notebook(cells=[new_markdown_cell(cell) for cell in cells])
    for wrong in found(page, tmp_path, notebook):
        assert [line.partition(":")[0] for line in wrong] == ["color-contrast", "heading-order", "image-alt"]
