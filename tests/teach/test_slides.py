"""A lesson as slides."""

import re
from copy import deepcopy

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import expect

from lesson import KitError
from lesson.lessons import lessons
from notebooks.teach import lesson_deck, slides
from notebooks.teach.course import find_lesson
from tests.deadlines import seconds
from tests.teach.command import call_kit

LAPTOP = {"width": 1440, "height": 900}  # where an instructor opens the file
BEAMERS = [{"width": 1920, "height": 1080}, {"width": 1024, "height": 768}]
WRONG = """() => Reveal.getSlides().flatMap((slide) => {
    const { h, v } = Reveal.getIndices(slide), found = [];
    slide.querySelectorAll("details").forEach((folded) => (folded.open = true));
    Reveal.slide(h, v, 1000); // all steps of the slide
    const room = slide.clientWidth - 2 * parseFloat(getComputedStyle(slide).paddingLeft);
    const blocks = [...slide.querySelectorAll("h1, h2, h3, p, ul, ol, table, pre, img, svg, [role]")]
        .filter((block) => !block.closest("aside"));
    const below = blocks.filter((block) => !block.matches("h1, h2, h3"));
    const words = below.map((block) => block.innerText ?? "").join(" ").trim().split(/\\s+/);
    if (!slide.querySelector("h1, h2, h3")) found.push("no heading");
    if (words.length < 4 && !slide.querySelector("pre, img, svg")) found.push("three words");
    if (blocks[0]?.closest(".fragment")) found.push("begins with nothing");
    if (blocks.every((block) => block.matches("h1, h2, h3"))) found.push("a heading alone");
    if (slide.scrollHeight > innerHeight || slide.clientHeight > innerHeight) found.push("taller");
    if (slide.scrollWidth > innerWidth || slide.clientWidth > innerWidth) found.push("wider");
    for (const part of slide.querySelectorAll(":not(svg *, pre *, aside, aside *)")) {
        const { top, left, right, bottom, width, height } = part.getBoundingClientRect();
        const { overflow, fontSize } = getComputedStyle(part), letter = parseFloat(fontSize);
        const name = part.tagName + part.innerText;
        if (top < 0 || left < 0 || right > innerWidth + 1 || bottom > innerHeight + 1)
            found.push("outside " + name);
        if (overflow !== "visible" && part.clientWidth
            && (part.scrollWidth > part.clientWidth + 1 || part.scrollHeight > part.clientHeight + 1))
            found.push("to be scrolled " + name);
        if (part.matches("p, li, td, th") && letter < 0.018 * innerWidth && letter < 0.024 * innerHeight)
            found.push("small " + name);
        if (part.matches("p, li, pre, td") && !height) found.push("unseen " + name);
        if (part.matches(".jp-OutputArea-output img") && width < 0.9 * room) found.push("narrow " + name);
        if (part.matches(".fragment") && !part.innerText.trim() && !part.querySelector("img, svg"))
            found.push("a step that shows nothing");
        if (part.matches("img, svg") && width < 0.9 * room && height < innerHeight / 3)
            found.push("tiny " + name);
    }
    return found.map((what) => `${h}/${v}: ${what}`);
})"""
INVENTED = 'alt="No description has been provided for this image"'  # nbconvert's, where there is no text
# axe is slow where there are many elements: it looks at up to three texts of each colour, ground and size,
# and the other words of code, of which each is an element, become text
RUN = """async () => {
    const kinds = new Map(), look = (element, ground) => {
        const style = getComputedStyle(element), { color, fontSize, fontWeight } = style;
        const own = style.backgroundColor + style.backgroundImage + style.opacity;
        if (own !== "rgba(0, 0, 0, 0)none1") ground += own;
        const kind = [ground, color, fontSize, fontWeight].join(), seen = kinds.get(kind) ?? 0;
        const says = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (says && seen < 3 && element.checkVisibility()) {
            kinds.set(kind, seen + 1);
            element.dataset.look = "";
        }
        for (const child of element.children) look(child, ground);
    };
    look(document.body, "");
    for (const word of document.querySelectorAll(".highlight span:not([data-look])"))
        word.replaceWith(...word.childNodes);
    axe.configure({ rules: [{ id: "color-contrast", selector: "[data-look]" }] });
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
}"""

TITLES = """() => [...document.querySelectorAll("svg[id^=diagram-]")].map(({ children }) =>
    [...children].filter(({ tagName, textContent }) => /title|desc/.test(tagName) && textContent).length)"""


def markdown(text, **metadata):
    return new_markdown_cell(text, metadata=metadata)


def code(text="1", output="1"):
    return new_code_cell(text, outputs=[new_output("stream", text=output)])


def kinds(*cells):
    """Return the slide types of cells after lay_out()."""
    lesson_deck.lay_out(cells)
    return [cell.metadata["slideshow"]["slide_type"] for cell in cells]


@pytest.fixture
def window(browser):
    """A page of Chromium with the size of a laptop, and all that it asks for and says."""
    window = browser.new_page(viewport=LAPTOP)
    window.set_default_timeout(1000 * seconds(20))
    window.asked, window.said = [], []
    window.on("request", lambda request: window.asked.append(request.url))
    window.on("console", lambda message: window.said.append(message.text))
    window.on("pageerror", lambda error: window.said.append(str(error)))
    yield window
    window.close()


def show(window, folder, notebook, lesson=""):
    """Show a notebook's slides in the window."""
    file = folder / "lesson.html"
    file.write_text(lesson_deck.deck(notebook, lesson).replace(INVENTED, ""), encoding="utf-8")
    window.goto(file.as_uri())
    window.wait_for_function("window.Reveal && Reveal.isReady()")


BELOW = """
html, body, main, .slides, section { height: auto !important; position: static !important; }
html, body, main { overflow: visible !important; }
section { display: block !important; opacity: 1 !important; transition: none !important; }
.fragment { visibility: visible !important; opacity: 1 !important; }
"""


def found_by_axe(window):
    """Return what axe finds on the slides, which are all shown at once, one below the other."""
    window.evaluate("Reveal.destroy()")
    window.add_style_tag(content=BELOW)
    window.evaluate(Axe().axe_script)
    return window.evaluate(RUN)


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.stem)
def test_lesson(window, tmp_path, lesson):
    """On two beamers all is in sight, diagrams are drawn, no network is asked; axe finds nothing."""
    show(window, tmp_path, nbformat.read(lesson, as_version=4), lesson.stem)
    for size in BEAMERS:
        window.set_viewport_size(size)
        assert window.evaluate(WRONG) == []
    assert window.said == []
    assert {address.partition("#")[0] for address in window.asked} == {(tmp_path / "lesson.html").as_uri()}
    diagrams = lesson.read_text(encoding="utf-8").count("```mermaid")
    assert window.evaluate(TITLES) == [2] * diagrams
    assert diagrams > 0
    assert found_by_axe(window) == []


def test_faults_are_found(window, tmp_path):
    """axe finds a picture without text, a level left out and pale words, on a slide that is not in sight."""
    faulty = ['<img src="data:,">', "### Three", "# Step", code(), '<p style="color: #bbb">pale</p>']
    cells = [cell if isinstance(cell, dict) else markdown(cell) for cell in ["# One", *faulty]]
    show(window, tmp_path, new_notebook(cells=cells))
    assert [line.partition(":")[0] for line in found_by_axe(window)] == [
        "color-contrast",
        "heading-order",
        "image-alt",
    ]


def test_one_key(window, tmp_path):
    """The space bar shows a slide's code, then its output, the words that follow, the next slide."""
    cells = [markdown("# One"), code("sum", "45"), markdown("It is 45."), markdown("## Two")]
    show(window, tmp_path, new_notebook(cells=cells))
    seen = []
    for _ in range(4):
        seen.append([word for word in ["One", "sum", "45", "It", "Two"] if visible(window, word)])
        window.keyboard.press("Space")
    assert seen == [["One", "sum"], ["One", "sum", "45"], ["One", "sum", "45", "It"], ["Two"]]


SOLUTION = "<details>\n<summary>Solution of 1</summary>\n\n~~~python\nanswer\n~~~\n\n</details>"


def test_solution(window, tmp_path):
    """A or a click opens a solution, which then has the focus; A closes it, and Space goes on."""
    show(window, tmp_path, new_notebook(cells=[markdown("# Task"), markdown(SOLUTION), markdown("## Next")]))
    summary, answer = window.locator("summary"), window.locator("details pre")
    assert not answer.is_visible()
    window.keyboard.press("a")
    assert answer.is_visible()
    assert summary.evaluate("(summary) => summary === document.activeElement")
    window.keyboard.press("a")
    assert not answer.is_visible()
    summary.click()
    assert answer.is_visible()
    window.keyboard.press("Space")
    assert visible(window, "Next")


def test_speaker_view(window, tmp_path):
    """S opens a window with the slides and with what the instructor's file says of the lesson."""
    show(window, tmp_path, new_notebook(cells=[markdown("# Echo"), markdown("## Two")]), "04_echo_endpoint")
    with window.expect_popup() as opened:
        window.keyboard.press("s")
    expect(opened.value.locator(".speaker-controls-notes")).to_contain_text("Where learners stick")
    expect(opened.value.frame_locator("#current-slide iframe").locator("h1")).to_be_visible()
    window.keyboard.press("Space")
    expect(opened.value.frame_locator("#current-slide iframe").locator("h2")).to_be_visible()
    opened.value.close()


def test_printed_for_the_instructor(window, tmp_path):
    """In print the solution is open, and the notes are on the last page; in a handout there are none."""
    cells = [markdown("# Echo"), markdown(SOLUTION)]
    show(window, tmp_path, new_notebook(cells=cells), "04_echo_endpoint")
    window.goto(f"{window.url.partition('#')[0]}?print-pdf")
    window.wait_for_selector(".pdf-page", state="attached")
    texts = [page.inner_text() for page in window.locator(".pdf-page").all()]
    assert "answer" in texts[0]
    assert "For the instructor" in texts[-1]
    assert "Recover" in texts[-1]


def test_handout_has_no_notes(monkeypatch, tmp_path):
    """Where the instructor's file is not, the slides have no notes."""
    cells = [markdown("# Echo")]
    assert "learners stick" in lesson_deck.deck(new_notebook(cells=cells), "04_echo_endpoint")
    monkeypatch.setattr(lesson_deck, "NOTES", tmp_path / "INSTRUCTORS.md")
    assert "learners stick" not in lesson_deck.deck(new_notebook(cells=cells), "04_echo_endpoint")


LINES = [f"line {number}" for number in range(70)]
LONG = {  # cells that no slide has room for, what says that they go on, how often the lines are in them
    "code": (new_code_cell("\n".join(LINES)), "pre.continued", 1),
    "output": (code("", "\n".join(LINES)), ".continued", 1),
    "list": (markdown("\n".join(f"1. {line}" for line in LINES)), "ol[start].continued", 1),
    "table": (markdown("|head|\n|---|\n" + "\n".join(f"|{line}|" for line in LINES)), ".continued thead", 1),
    "words": (markdown("\n\n".join(LINES)), "section + section + section", 1),
    "one line": (code("", ", ".join(LINES * 5)), "pre[style*=zoom]", 5),
}


def show_long(window, folder):
    """Show the long cells, each below a heading of its own, in one deck."""
    below = [(markdown(f"# {name}"), deepcopy(cell), markdown("after")) for name, (cell, *_) in LONG.items()]
    show(window, folder, new_notebook(cells=[cell for cells in below for cell in cells]))


def test_what_has_no_room_goes_on(window, tmp_path):
    """Lines, rows and items that have no room are on further slides, in order, each once."""
    show_long(window, tmp_path)
    assert window.evaluate(WRONG) == []
    stacks = window.locator(".slides > section").all()
    for stack, (name, (_, mark, times)) in zip(stacks, LONG.items(), strict=True):
        text = stack.text_content()
        assert text.split("¶")[0].strip() == name
        assert stack.locator("h1").count() == stack.locator(":scope > section").count()
        assert re.findall(r"line \d+", text) == LINES * times
        assert text.split()[-1] == "after"
        assert stack.locator(mark).count() > 0, name


def test_a_heading_is_not_alone(window, tmp_path):
    """Code that would fill a slide begins below its heading."""
    show(window, tmp_path, new_notebook(cells=[markdown("# A"), new_code_cell("\n".join(LINES[:27]))]))
    assert window.evaluate(WRONG) == []
    assert window.evaluate("Reveal.getTotalSlides()") == 2


CUT = """(pages) => pages.flatMap((page) => [...page.querySelectorAll("p, li, pre, td, img, svg")].filter(
    (part) => part.getBoundingClientRect().bottom > page.getBoundingClientRect().bottom))"""


def test_printed(window, tmp_path):
    """Each slide is printed whole, on a page of its own."""
    show_long(window, tmp_path)
    slides = window.evaluate("Reveal.getTotalSlides()")
    window.goto(f"{window.url.partition('#')[0]}?print-pdf")
    window.wait_for_selector(".pdf-page", state="attached")
    assert len(re.findall(rb"/Type\s*/Page\b", window.pdf(prefer_css_page_size=True))) == slides > 15
    window.set_viewport_size({"width": 998, "height": 728})  # of the paper, for there is no other look at it
    assert window.eval_on_selector_all(".pdf-page", CUT) == []


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


def test_a_heading_inside_a_cell():
    """A cell is split at its headings, but not at a comment in a fence, and empty parts are left out."""
    parts = ["# A\n\n```sh\n# comment\n```", "## B\n\n~~~python\n# comment\n~~~"]
    cell = markdown("\n".join(["<!-- note -->\n", *parts]))
    assert [part.source for part in lesson_deck.split(cell)] == parts


def test_slide_types_of_the_lesson():
    """Where a cell names its slide type, the lesson's own types are taken."""
    hidden = markdown("# Secret", slideshow={"slide_type": "skip"})
    text = lesson_deck.deck(new_notebook(cells=[markdown("# A"), hidden, markdown("## B")]))
    assert "Secret" not in text
    assert text.count("<section") == 2


def test_no_way_out():
    """A live page, a link to a notebook and a picture's file are replaced, for the slides stand alone."""
    frame = new_output("display_data", {"text/html": "<iframe src='http://127.0.0.1:8000/'>"})
    row = new_output(
        "display_data", {"text/html": '<ol aria-label="Lessons"><a href="01_index_route.ipynb">01'}
    )
    words = markdown("# A\n\n[the next](01_index_route.ipynb#B) ![a chat](images/lesson-00.png)")
    text = lesson_deck.deck(new_notebook(cells=[words, new_code_cell("1", outputs=[frame, row])]))
    body = text[text.index("<body") :]
    assert "127.0.0.1:8000" not in body
    assert "The live page" in body
    assert ".ipynb" not in body
    assert 'alt="a chat" src="data:image/png;base64,' in body


def test_keys_stay_keys():
    """The names of keys are inside their boxes."""
    assert "<kbd>Enter</kbd>" in lesson_deck.deck(new_notebook(cells=[markdown("# Press <kbd>Enter</kbd>")]))


@pytest.mark.parametrize("name", ["04", "4", "echo_endpoint", "notebooks/04_echo_endpoint.ipynb"])
def test_names(name):
    """A lesson is found by its number, its name or its path."""
    assert find_lesson(name).stem == "04_echo_endpoint"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("drive", "06_drive_the_socket"), ("echo_endpont", "04_echo_endpoint"), ("4x", "04_echo_endpoint")],
)
def test_no_such_lesson(name, nearest):
    """A name of no lesson is answered with the nearest."""
    with pytest.raises(
        KitError, match=re.escape(f"There is no lesson {name!r}. The nearest is {nearest!r}.")
    ):
        find_lesson(name)


def test_folder_that_cannot_be_written(monkeypatch, tmp_path):
    """Where a file has the folder's name, a sentence says so, and the file stays."""
    (tmp_path / "slides").write_text("mine")
    monkeypatch.setattr(slides, "FOLDER", tmp_path / "slides")
    with pytest.raises(KitError, match=r"The folder .*slides cannot be written \(.+\)"):
        slides.slides("00")
    assert (tmp_path / "slides").read_text() == "mine"


def test_command(kit):
    """`python3 -m notebooks slides NN` prints where the slides are."""
    run = call_kit(kit, "slides", "00")
    said = r"\S+[\\/]slides[\\/]00_start_here\.html\nOpen it in a browser\. (.|\n)*"
    assert re.fullmatch(said, run.stdout), run.stderr
    assert run.returncode == 0
    assert (kit / "slides/00_start_here.html").exists()


def test_all(monkeypatch, tmp_path):
    """`slides all` writes all decks, and a page with links to them, of which none leads nowhere."""
    monkeypatch.setattr(slides, "lessons", lambda: lessons()[:2])
    monkeypatch.setattr(slides, "FOLDER", tmp_path / "slides")
    slides.slides("all")
    links = re.findall(r'href="(\d[^"?]+)', (tmp_path / "slides/index.html").read_text(encoding="utf-8"))
    files = {file.name for file in (tmp_path / "slides").iterdir()} - {"index.html"}
    assert set(links) == files == {f"{lesson.stem}.html" for lesson in lessons()[:2]}
