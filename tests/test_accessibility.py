"""Whoever cannot see well can read the lessons; the chat's pages have tests of their own."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from nbconvert import HTMLExporter

from lesson import slides
from lesson.workspace import lessons

pytestmark = pytest.mark.xdist_group("chromium")
UPSTREAM = [  # what is not ours: axe's rule, the elements, and where it comes from
    ("color-contrast", ".jp-InputPrompt, .jp-OutputPrompt", "the numbers of the cells: JupyterLab's theme"),
    ("color-contrast", ".highlight span", "the colours of code: JupyterLab's theme, used by nbconvert"),
]
ONLY = (
    "([targets, selector]) => targets.filter((target) => !document.querySelector(target).matches(selector))"
)


def violations(page):
    """Return what axe finds on a page and is not listed above."""
    found = []
    for violation in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]:
        targets = [node["target"][0] for node in violation["nodes"]]
        for rule, selector, _ in UPSTREAM:
            if rule == violation["id"]:
                targets = page.evaluate(ONLY, [targets, selector])
        found += [f"{violation['id']}: {target}" for target in targets]
    return found


@pytest.fixture
def page(browser):
    """A page of Chromium that has no network."""
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()


def test_lessons(page, tmp_path):
    """axe finds nothing of ours in a lesson that is exported to HTML."""
    found = []
    for lesson in lessons():
        file = tmp_path / "lesson.html"
        file.write_text(HTMLExporter().from_filename(lesson)[0], encoding="utf-8")
        page.goto(file.as_uri(), wait_until="domcontentloaded")
        found += [f"{lesson.stem}: {violation}" for violation in violations(page)]
    assert found == []


def test_slides(page, tmp_path, monkeypatch):
    """axe finds nothing on the slides of a lesson, all of them shown at once as for the printer."""
    monkeypatch.setattr(slides, "FOLDER", tmp_path)
    monkeypatch.setitem(globals(), "UPSTREAM", [])
    slides.slides("04")
    [file] = tmp_path.iterdir()
    page.goto(f"{file.as_uri()}?print-pdf")
    page.wait_for_function("Reveal.isReady() && document.querySelector('.pdf-page')")
    assert violations(page) == []
