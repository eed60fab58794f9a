"""The time line in a real browser: stepped through, or whole without its script."""

from functools import partial

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from lesson.timeline import Moment, figure

MOMENTS = [
    Moment(0.010, "Ann", "server", '"hello"', 0.002, "11 bytes: 81 85"),
    Moment(0.011, "server", "", "stalled"),
    Moment(0.030, "server", "Ben", '"hello <b>"', 0.012),
    Moment(0.031, "server", "Ann", '"hello, to all who are here and to all who come"', 0.005),
    Moment(0.040, "server", "", "waits for Ben and for all others who are to come", until=0.060),
    Moment(0.050, "Ann", "server", '"again"', 0.041),
    Moment(0.060, "Ben", "server", '"too"', 0.041),
    Moment(0.060, "Ann", "", "waits", until=0.090),
]
FIGURE = figure(MOMENTS, "A word's way", ["Ann", "Ben", "server"])
PAGE = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Two time lines</title>
<style>:root {{ color-scheme: light dark }}</style><main><h1>Two</h1>{FIGURE}{FIGURE}</main>"""


@pytest.fixture
def open_figure(open_html):
    """Return the function that opens the page in a window of its own."""
    return partial(open_html, PAGE)


def seen(page, at=0):
    """Return how many moments of a time line are to be seen."""
    return page.locator("figure").nth(at).locator(".moment:visible").count()


def test_steps(open_figure):
    """Buttons and keys step on and back, one time line at a time; each moment says its times and bytes."""
    page = open_figure()
    first = page.get_by_role("group", name="A word's way").first
    assert seen(page) == 8
    first.get_by_role("button", name="Step").click()
    assert (seen(page), seen(page, 1)) == (1, 8)
    words = '1 of 8: 10 ms  Ann to server: "hello", on its way for 8 ms. 11 bytes: 81 85'
    expect(first.locator("output")).to_have_text(words)
    first.locator(".timeline-picture").press("ArrowRight")
    first.locator(".timeline-picture").press("ArrowRight")
    first.locator(".timeline-picture").press("ArrowLeft")
    assert seen(page) == 2
    first.locator(".timeline-picture").press("Space")
    expect(first.get_by_role("button", name="Pause")).to_be_visible()
    expect(first.locator("output")).to_contain_text("8 of 8")
    expect(first.get_by_role("button", name="Play")).to_be_visible()


@pytest.mark.parametrize(
    "options", [{"java_script_enabled": False}, {"reduced_motion": "reduce"}], ids=["no script", "still"]
)
def test_whole(open_figure, options):
    """Without its script, or for who wants no motion, the picture is whole."""
    page = open_figure(**options)
    play = page.get_by_role("button", name="Play").first
    if options.get("java_script_enabled", True):
        page.get_by_role("button", name="Step").first.click()
        play.click()
    else:
        expect(play).to_be_hidden()
    assert seen(page) == 8
    page.get_by_text("The same in words").first.click()
    expect(page.get_by_role("listitem")).to_have_count(8)


def test_print(open_figure):
    """On paper it is whole, and without buttons, wherever it stood."""
    page = open_figure()
    page.get_by_role("button", name="Step").first.click()
    page.emulate_media(media="print")
    assert seen(page) == 8
    expect(page.get_by_role("button", name="Step")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), [("light", 900), ("dark", 320)])
def test_axe(open_figure, scheme, width):
    """axe finds nothing, and on a narrow page the picture scrolls and the page does not."""
    page = open_figure(color_scheme=scheme, viewport={"width": width, "height": 700})
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Step").first.click()
    assert Axe().run(page).violations_count == 0


def test_labels_apart(open_figure):
    """Words in two rows do not cover each other, and none leaves its arrow's room."""
    page = open_figure()
    boxes = [box.bounding_box() for box in page.locator("figure").first.locator(".moment > text").all()]
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            apart = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            assert apart or abs(one["y"] - other["y"]) >= 14


def test_bars(open_figure):
    """A bar goes from its time to its end, or to below all rows, and says both."""
    picture = open_figure().locator("figure").first
    first, last = [one.bounding_box() for one in picture.locator(".bar").all()]
    words = ["60 ms  Ben to server", "60 ms  Ann: waits until 90 ms"]
    too, waits = [picture.get_by_role("img", name=word).bounding_box() for word in words]
    tip = picture.get_by_role("img", name=words[0]).locator(".tip").bounding_box()
    assert first["y"] + first["height"] == pytest.approx(tip["y"] + tip["height"] / 2, abs=2)
    assert last["y"] > too["y"]
    assert last["y"] + last["height"] == pytest.approx(waits["y"] + waits["height"], abs=2)
    picture.get_by_role("img", name=words[1]).focus()
    assert picture.locator(":focus title").text_content() == f"{words[1]}."
    picture.get_by_text("The same in words").click()
    said = "40 ms  server: waits for Ben and for all others who are to come until 60 ms"
    expect(picture.get_by_role("listitem").nth(4)).to_have_text(said)
