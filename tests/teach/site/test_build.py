"""The lessons as pages for the web: one site for all tests, made by the command."""

import re

import nbformat
import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_markdown_cell, new_notebook
from playwright.sync_api import expect

from lesson.lessons import LESSONS, KitError
from notebooks.teach.course import find_lesson, notebook_of
from notebooks.teach.lesson_deck import LINKS, LIVE
from notebooks.teach.site import build
from tests.conftest import ROOT
from tests.deadlines import seconds
from tests.teach.command import call_kit
from tests.teach.test_slides import RUN  # axe, made quick for pages with much code

pytestmark = pytest.mark.timeout(seconds(300))  # the first test makes the site
PAGES = [*LESSONS, "index", "search"]
PHONE = {"width": 320, "height": 700}
STEPS = ["actions/checkout@v5", "actions/setup-python@v6", "python3 -m notebooks site ../site"]
STEPS += ["actions/upload-pages-artifact@v4", "actions/deploy-pages@v4"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder that the command writes, and nothing beside it."""
    folder = tmp_path_factory.mktemp("web") / "site"
    run = call_kit(ROOT, "site", folder, quiet=240)
    assert run.returncode == 0, run.stdout + run.stderr
    said = r"\S+site is ready: (\d+) MB in (\d+) s\.\nOpen \S+index\.html in a browser, or put .*\n"
    assert re.fullmatch(said, run.stdout)
    assert [path.name for path in folder.parent.iterdir()] == ["site"]
    return folder


def wait_drawn(page):
    """Wait until each diagram is drawn."""
    page.wait_for_function("!document.querySelector('pre.mermaid')")


@pytest.fixture
def turn_to(window, site):
    """Return the function that opens a page of the site; what it asks for or says is looked at in the end."""
    asked, said = [], []
    window.on("request", lambda request: asked.append(request.url))
    window.on("console", lambda message: message.type == "error" and said.append(message.text))
    window.on("pageerror", lambda error: said.append(str(error)))

    def go(name):
        window.goto((site / f"{name}.html").as_uri())
        wait_drawn(window)
        return window

    yield go
    assert said == []
    assert [address for address in asked if not address.startswith(site.as_uri())] == []


# in the dark, lessons differ in their colours by pictures, bits and plots alone: a lesson with each
@pytest.mark.parametrize(
    ("scheme", "names", "rules"),
    [
        ("light", PAGES, ""),
        ("dark", ["00_start_here", "07_on_the_wire", "15_measure_it"], "runOnly: ['color-contrast'],"),
    ],
    ids=["light", "dark"],
)
def test_every_page(turn_to, window, scheme, names, rules):
    """Each page follows the system's theme, fits on a phone, and axe finds nothing on it, in each theme."""
    run_axe = RUN.replace(
        "resultTypes:", f"preload: false, {rules} resultTypes:"
    )  # no styles are fetched here
    assert run_axe != RUN
    window.emulate_media(color_scheme=scheme)
    for name in names:
        window.set_viewport_size(PHONE)
        turn_to(name)
        assert window.evaluate("document.documentElement.scrollWidth") == PHONE["width"], name
        window.set_viewport_size({"width": 1280, "height": 900})
        expect(window.locator("html")).to_have_attribute("data-theme", scheme)
        assert window.locator("h1").count() == 1, name
        window.evaluate(Axe().axe_script)
        assert window.evaluate(run_axe) == [], name


def test_a_lesson_is_whole(site):
    """A lesson has its outputs, its diagrams' text, its solutions folded, and a sentence for what is live."""
    for name in LESSONS:
        text = (site / f"{name}.html").read_text(encoding="utf-8")
        cells = notebook_of(find_lesson(name)).cells
        sources = "".join(cell.source for cell in cells if cell.cell_type == "markdown")
        shown = [output for cell in cells for output in cell.get("outputs", [])]
        live = sum("<iframe" in str(output) for output in shown)
        made = "".join(output.get("data", {}).get("text/html", "") for output in shown)
        assert text.count("<details") == (sources + made).count("<details")
        assert "<details open" not in text
        assert text.count('<pre class="mermaid">') == sources.count("```mermaid")
        assert text.count(LIVE.strip("*()")) == live
        assert text.count("<figure ") == sum("<figure " in str(output) for output in shown)
        assert text.count("data:image/png") + text.count("_images/") >= sum(
            "image/png" in output.get("data", {}) for output in shown
        )
        assert "<iframe" not in text
        assert LINKS not in text
    assert "Message text was: hello" in (site / "00_start_here.html").read_text(encoding="utf-8")


def test_the_way_through(turn_to, site):
    """The map, the words before and next, the sidebar and the theme's own links lead to the lessons."""
    page = turn_to("index")
    page.get_by_role("table").get_by_role("link", name="04 Echo every message").click()
    expect(page).to_have_title(re.compile("Echo every message"))
    page.get_by_role("link", name="the map").click()
    expect(page).to_have_url(re.compile(r"00_start_here\.html#the-map-of-the-course"))
    page.get_by_role("navigation", name="Lessons").get_by_role("link", name="Read it on the wire").click()
    wait_drawn(page)
    page.get_by_role("link", name=re.compile("^next")).last.click()
    expect(page).to_have_title(re.compile("Break it on purpose"))
    wait_drawn(page)
    page.get_by_role("link", name="slides").click()
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    assert page.locator("svg[id^=diagram-]").count() == 1


def test_pictures_move(turn_to):
    """A picture of time steps back, and the bits of a frame change what it is."""
    page = turn_to("07_on_the_wire")
    picture = page.get_by_role("group", name="A closing handshake").first
    picture.get_by_role("button", name="Back").click()
    expect(picture.locator(".later")).to_have_count(1)
    frame = page.get_by_role("group", name="A frame").first
    said = frame.locator("output").text_content()
    frame.get_by_role("button", name="byte 0, bit 0: FIN").click()
    expect(frame.locator("output")).not_to_have_text(said)


def test_search(turn_to):
    """Search by keys alone, from a folder, finds the mask in lesson 07."""
    page = turn_to("04_echo_endpoint")
    page.keyboard.press("ControlOrMeta+K")
    page.keyboard.type("mask")
    page.keyboard.press("Enter")
    found = page.locator("#search-results li a")
    expect(found.filter(has_text="Read it on the wire").first).to_be_visible()


def test_theme_by_switch(turn_to):
    """The switch goes through the themes, and the choice stays on the next page."""
    page = turn_to("04_echo_endpoint")
    html = page.locator("html")
    page.get_by_role("button", name="Color mode").click()
    page.get_by_role("button", name="Dark").click()
    expect(html).to_have_attribute("data-theme", "dark")
    turn_to("05_serve_from_a_thread")
    expect(html).to_have_attribute("data-theme", "dark")


def test_printed(turn_to):
    """On paper there are the words and the code, and no bars; it prints in light, and goes back to dark."""
    page = turn_to("04_echo_endpoint")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.emulate_media(media="print")
    for part in [".bd-header", ".bd-sidebar-primary", ".bd-sidebar-secondary", "button.print"]:
        expect(page.locator(part).first).to_be_hidden()
    expect(page.get_by_role("heading", name="Write the echo")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert len(page.pdf()) > 50_000


def test_a_link_to_nowhere(tmp_path, monkeypatch):
    """A link to a lesson that is not there is a sentence that says where, and nothing is written."""
    lesson = tmp_path / "00_start_here.ipynb"
    words = [new_markdown_cell(text) for text in ["# Start\n\nHere", "[nowhere](99_nowhere.ipynb)"]]
    nbformat.write(new_notebook(cells=words), lesson)
    monkeypatch.setattr(build, "lessons", lambda: [lesson])
    monkeypatch.setattr(build, "first_page", lambda text: "# All\n\n```{toctree}\n00_start_here\n```\n")
    with pytest.raises(KitError, match=r"The site was not made: 00_start_here, cell 1: .*99_nowhere"):
        build.build_site(tmp_path / "site")
    assert [path.name for path in tmp_path.iterdir()] == [lesson.name]


def test_workflow():
    """The workflow makes the site and publishes it, from the main branch, with no right beyond that."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/site.yml").read_text(encoding="utf-8"))
    assert workflow[True] == {"push": {"branches": ["main"]}, "workflow_dispatch": None}  # YAML's `on`
    assert workflow["permissions"] == {"contents": "read"}
    [job] = workflow["jobs"].values()
    assert job["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}
    assert [step.get("uses") or step["run"] for step in job["steps"]] == STEPS
    assert "continue-on-error" not in str(workflow)
