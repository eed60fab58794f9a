"""A lesson as slides."""

import re
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import sync_playwright

from lesson import KitError
from lesson.workspace import NOTEBOOKS
from notebooks.teach import mermaid, slides

BEAMERS = [{"width": 1920, "height": 1080}, {"width": 1024, "height": 768}]
CUT_OFF = """() => {
    const slide = Reveal.getCurrentSlide(), found = [];
    slide.querySelectorAll(".fragment").forEach((fragment) => fragment.classList.add("visible"));
    const box = slide.getBoundingClientRect(), style = getComputedStyle(slide);
    if (style.overflowY !== "auto" && slide.scrollHeight > slide.clientHeight + 1) found.push("taller");
    if (slide.scrollWidth > slide.clientWidth + 1) found.push("wider");
    if (box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth)
        found.push("outside");
    if (parseFloat(style.fontSize) < 0.018 * innerWidth && parseFloat(style.fontSize) < 0.026 * innerHeight)
        found.push("small");
    for (const part of slide.querySelectorAll(":not(svg *)")) {
        const { overflowX, overflowY } = getComputedStyle(part);
        if (overflowX === "hidden" && part.clientWidth && part.scrollWidth > part.clientWidth + 1
            || overflowY === "hidden" && part.clientHeight && part.scrollHeight > part.clientHeight + 1)
            found.push(`hidden in ${part.className}`);
    }
    for (const text of slide.querySelectorAll("p, li, pre, td"))
        if (!text.getClientRects().length && !text.closest("details")) found.push(`unseen ${text.innerHTML}`);
    const words = slide.innerText.trim().split("\\n")[0];
    return found.map((what) => `${words}: ${what}`);
}"""


def markdown(text, **metadata):
    return new_markdown_cell(text, metadata=metadata)


def code(text="1", output="1"):
    return new_code_cell(text, outputs=[new_output("stream", text=output)])


def kinds(*cells):
    """Return the slide types of cells after lay_out()."""
    slides.lay_out(cells)
    return [cell.metadata["slideshow"]["slide_type"] for cell in cells]


@pytest.fixture
def window(chromium):
    """A page of a fresh Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        window = browser.new_page()
        window.set_default_timeout(20_000)
        yield window
        browser.close()


@pytest.mark.parametrize("number", ["00", "04", "05"])
def test_shown(window, tmp_path, monkeypatch, number):
    """On a wide and on a narrow beamer nothing is cut off, diagrams are drawn, no network is asked."""
    monkeypatch.setattr(slides, "FOLDER", tmp_path)
    slides.slides(number)
    [file] = tmp_path.iterdir()
    asked, said = [], []
    window.on("request", lambda request: asked.append(request.url))
    window.on("console", lambda message: said.append(message.text))
    window.on("pageerror", lambda error: said.append(str(error)))
    for size in BEAMERS:
        window.set_viewport_size(size)
        window.goto(file.as_uri())
        window.wait_for_function("Reveal.isReady()")
        cut_off = window.evaluate(CUT_OFF)
        while not window.evaluate("Reveal.isLastSlide()"):
            window.evaluate("Reveal.next({ skipFragments: true })")
            cut_off += window.evaluate(CUT_OFF)
        assert cut_off == []
    assert said == []
    assert {address.partition("#")[0] for address in asked} == {file.as_uri()}
    fences = (NOTEBOOKS / f"{file.stem}.ipynb").read_text(encoding="utf-8").count("```mermaid")
    assert window.locator("svg[id^=diagram-] .node").count() > fences > 0
    assert window.locator("pre.mermaid").count() == 0


def test_one_key(window, tmp_path):
    """The space bar shows a slide's code, then its output, the words that follow, the next slide."""
    file = tmp_path / "lesson.html"
    cells = [markdown("# One"), code("sum", "45"), markdown("It is 45."), markdown("## Two")]
    file.write_text(slides.page(new_notebook(cells=cells)), encoding="utf-8")
    window.goto(file.as_uri())
    window.wait_for_function("Reveal.isReady()")
    seen = []
    for _ in range(4):
        seen.append([word for word in ["One", "sum", "45", "It", "Two"] if visible(window, word)])
        window.keyboard.press("Space")
    assert seen == [["One", "sum"], ["One", "sum", "45"], ["One", "sum", "45", "It"], ["Two"]]


def visible(window, word):
    """Return whether the slide that is shown has the word, which a fragment to come has not."""
    script = """(word) => [...Reveal.getCurrentSlide().querySelectorAll("h1, h2, p, pre")].some((text) =>
        text.innerText.includes(word) && getComputedStyle(text).visibility === "visible"
        && !text.closest(".fragment:not(.visible)"))"""
    return window.evaluate(script, word)


def test_lay_out():
    """A heading begins a slide, words between code the next below, words at the end follow the output."""
    found = kinds(
        *[markdown("# A"), markdown("why"), code(), markdown("so, next"), code(), markdown("done")],
        *[markdown("## B"), code()],
    )
    assert found == ["slide", "-", "-", "subslide", "-", "fragment", "slide", "-"]


def test_what_has_no_room_goes_on():
    """A file of forty lines begins a slide of its own."""
    assert kinds(markdown("# A"), code("line\n" * 40)) == ["slide", "subslide"]


def test_a_heading_inside_a_cell():
    """A cell is split at its headings, but not at a comment in a fence, and empty parts are left out."""
    parts = ["# A\n\n```sh\n# comment\n```", "## B\n\n~~~python\n# comment\n~~~"]
    cell = markdown("\n".join(["<!-- note -->\n", *parts]))
    assert [part.source for part in slides.split(cell)] == parts


def test_slide_types_of_the_lesson():
    """Where a cell names its slide type, the lesson's own types are taken."""
    hidden = markdown("# Secret", slideshow={"slide_type": "skip"})
    text = slides.page(new_notebook(cells=[markdown("# A"), hidden, markdown("## B")]))
    assert "Secret" not in text
    assert text.count("<section") == 2


def test_no_way_out():
    """A live page, a link to a notebook and a picture's file are replaced, for the slides stand alone."""
    frame = new_output("display_data", {"text/html": "<iframe src='http://127.0.0.1:8000/'>"})
    words = markdown("# A\n\n[the next](01_index_route.ipynb) ![a chat](images/lesson-00.png)")
    text = slides.page(new_notebook(cells=[words, new_code_cell("1", outputs=[frame])]))
    body = text[text.index("<body") :]
    assert "127.0.0.1:8000" not in body
    assert "The live page" in body
    assert ".ipynb" not in body
    assert 'alt="a chat" src="data:image/png;base64,' in body


def test_keys_stay_keys():
    """The names of keys are inside their boxes."""
    assert "<kbd>Enter</kbd>" in slides.page(new_notebook(cells=[markdown("# Press <kbd>Enter</kbd>")]))


def test_mermaid_is_not_found(monkeypatch, tmp_path):
    """With another JupyterLab, whose files are not as expected, a diagram stays text."""
    monkeypatch.setattr(mermaid.jupyterlab.commands, "get_app_dir", lambda: tmp_path)
    text = slides.page(nbformat.read(NOTEBOOKS / "04_echo_endpoint.ipynb", as_version=4))
    assert '<pre class="mermaid">flowchart LR' in text
    assert "loadMermaid =" not in text


@pytest.mark.parametrize("name", ["04", "4", "echo_endpoint", "notebooks/04_echo_endpoint.ipynb"])
def test_names(name):
    """A lesson is found by its number, its name or its path."""
    assert slides.find(name).stem == "04_echo_endpoint"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("drive", "06_drive_the_socket"), ("echo_endpont", "04_echo_endpoint"), ("4x", "04_echo_endpoint")],
)
def test_no_such_lesson(name, nearest):
    """A name of no lesson is answered with the nearest."""
    with pytest.raises(
        KitError, match=re.escape(f"There is no lesson {name!r}. The nearest is {nearest!r}.")
    ):
        slides.find(name)


def test_folder_that_cannot_be_written(monkeypatch, tmp_path):
    """Where a file has the folder's name, a sentence says so, and the file stays."""
    (tmp_path / "slides").write_text("mine")
    monkeypatch.setattr(slides, "FOLDER", tmp_path / "slides")
    with pytest.raises(KitError, match=r"The folder .*slides cannot be written \(.+\)"):
        slides.slides("00")
    assert (tmp_path / "slides").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["slides", "00"], 0, r"\S+[\\/]slides[\\/]00_start_here\.html\nOpen it in a browser\. (.|\n)*"),
        (["slides", "start"], 1, r"There is no lesson 'start'\. The nearest is '00_start_here'\.\n"),
        (["slides"], 1, r".*: NN; see: python3 -m notebooks slides --help\n"),
    ],
    ids=str,
)
def test_command(kit, words, code, said):
    """`python3 -m notebooks slides NN` prints where the slides are, or one sentence and exit code 1."""
    run = subprocess.run(
        [sys.executable, "-m", "notebooks", *words], cwd=kit, capture_output=True, text=True, timeout=30
    )
    assert run.returncode == code
    assert re.fullmatch(said, run.stdout if code == 0 else run.stderr), run.stderr
    assert (kit / "slides/00_start_here.html").exists() == (code == 0)
