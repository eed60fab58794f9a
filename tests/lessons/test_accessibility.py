"""Whoever cannot see well can read the lessons; their slides and the chat's pages have tests of their own."""

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbconvert import HTMLExporter
from nbformat.v4 import new_markdown_cell, new_notebook

from lesson.lessons import lessons
from tests.deadlines import seconds

OURS = """!element.matches(`
    .jp-InputPrompt, .jp-OutputPrompt, .highlight span, /* JupyterLab's theme, as nbconvert uses it */
    .jp-RenderedImage img /* a picture that a cell shows: nbconvert leaves out the text that it has */
`)"""
INVENTED = 'alt="No description has been provided for this image"'  # nbconvert's, where there is no text
EXPORTER = HTMLExporter()
# axe is slow where there are many elements: it looks at up to three texts of each colour, ground and size,
# and the other words of code, of which each is an element, become text
RUN = """async () => {
    const ours = (element) => OURS, kinds = new Map(), look = (element, ground) => {
        const style = getComputedStyle(element), { color, fontSize, fontWeight } = style;
        const own = style.backgroundColor + style.backgroundImage + style.opacity;
        if (own !== "rgba(0, 0, 0, 0)none1") ground += own;
        const kind = [ground, color, fontSize, fontWeight].join(), seen = kinds.get(kind) ?? 0;
        const says = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (says && seen < 3 && ours(element) && element.checkVisibility()) {
            kinds.set(kind, seen + 1);
            element.dataset.look = "";
        }
        if (element.tagName === "IMG" && ours(element)) element.dataset.look = "";
        for (const child of element.children) look(child, ground);
    };
    look(document.body, "");
    for (const word of document.querySelectorAll(".highlight span:not([data-look])"))
        word.replaceWith(...word.childNodes);
    axe.configure({ rules: [
        { id: "color-contrast", selector: "[data-look]" }, { id: "image-alt", selector: "img[data-look]" },
    ] });
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
}"""


@pytest.fixture(scope="module")
def page(browser):
    """A page of Chromium that has no network."""
    context = browser.new_context(offline=True)
    context.set_default_timeout(1000 * seconds(30))
    yield context.new_page()
    context.close()


def found_by_axe(page, ours="true"):
    """Return what axe finds in a page, and for colours and pictures: in the elements that are ours."""
    page.evaluate(Axe().axe_script)
    return page.evaluate(RUN.replace("OURS", ours))


def found(page, folder, notebook):
    """Return what axe finds of ours in a notebook as HTML."""
    text, _ = EXPORTER.from_notebook_node(notebook)
    (folder / "lesson.html").write_text(text.replace(INVENTED, ""), encoding="utf-8")
    page.goto((folder / "lesson.html").as_uri(), wait_until="domcontentloaded")
    return found_by_axe(page, OURS)


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.stem)
def test_lesson(page, tmp_path, lesson):
    """axe finds nothing of ours in a lesson as HTML."""
    assert found(page, tmp_path, nbformat.read(lesson, as_version=4)) == []


FAULTY = ["# One", '<img src="data:,">', "### Three", '<p style="color: #bbb">pale</p>']
FAULTY = new_notebook(cells=[new_markdown_cell(cell) for cell in FAULTY])
FAULTS = ["color-contrast", "heading-order", "image-alt"]


def test_faults_are_found(page, tmp_path):
    """axe finds a picture without text, a level left out and pale words."""
    assert [line.partition(":")[0] for line in found(page, tmp_path, FAULTY)] == FAULTS
