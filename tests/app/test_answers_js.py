"""The page of the answers in a real Chromium, with the real server."""

import asyncio
import re

import html5lib
import pytest
from fastapi import FastAPI, WebSocket
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from playwright.sync_api import expect

from app import limits
from app.background import BackgroundServer
from app.hardened import SETTINGS
from app.main import app
from tests.app.test_answer_endpoint import worked
from tests.app.test_ws_js import behind_a_hub, violations, width
from tests.conftest import ROOT

WAYS = {"Over a socket": "Stop the socket's answer", "Over SSE": "Stop the SSE answer"}
WHOLE = re.compile(r"^The answer is whole, after (\d+) words\.$")
STOPPED = re.compile(r"^The answer is stopped, after (\d+) words\.$")
COMES = "The answer comes."


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(limits, "WORD_SECONDS", 0.02)
    with BackgroundServer(app, port=0, **SETTINGS) as server:
        yield server


@pytest.fixture
def open_answers(browser, server):
    """A function that opens the page; a test fails if a script throws."""
    context, errors = browser.new_context(), []

    def open_answers(url=None):
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(error))
        page.goto((url or server.url) + "answers")
        expect(status(page, "Over a socket")).to_have_text("Connected.")
        return page

    yield open_answers
    context.close()
    assert errors == []


def way(page, name):
    return page.get_by_role("region", name=name)


def status(page, name):
    return way(page, name).get_by_role("status")


def log(page, name):
    return way(page, name).get_by_role("listitem")


def ask_both(page, question="Why?"):
    page.get_by_label("Question", exact=True).fill(question)
    page.get_by_role("button", name="Ask over both").click()


def test_template_is_valid():
    """The page parses as HTML without an error."""
    html5lib.HTMLParser(strict=True).parse((ROOT / "templates" / "answers.html").read_text(encoding="utf-8"))


def test_same_answer_over_both(open_answers, server):
    """Both ways bring the same answer, as one item of their log each, also below a hub's path."""
    page = open_answers(behind_a_hub(server))
    ask_both(page)
    for name in WAYS:
        expect(status(page, name)).to_have_text(WHOLE)
    one, other = (log(page, name).all_inner_texts() for name in WAYS)
    assert one == other
    assert [text[-1] for text in one] == ["."]
    assert worked(server, [], 2)[0] == int(WHOLE.match(status(page, "Over SSE").inner_text())[1])


@pytest.mark.parametrize("name", WAYS)
def test_stop_stops_the_work(open_answers, server, monkeypatch, name):
    """The button ends the work on one answer, within a word, and not on the other one; it keeps the focus."""
    monkeypatch.setattr(limits, "ANSWER_WORDS", 150)
    page = open_answers()
    ask_both(page)
    expect(status(page, name)).to_have_text(COMES)
    page.get_by_role("button", name=WAYS[name]).click()
    expect(status(page, name)).to_have_text(STOPPED)
    expect(page.get_by_role("button", name=WAYS[name])).to_be_focused()
    shown = int(STOPPED.match(status(page, name).inner_text())[1])
    [number] = worked(server, [])
    assert shown <= number <= shown + 2 < 100
    other = next(one for one in WAYS if one != name)
    expect(status(page, other)).to_have_text(WHOLE, timeout=30_000)


def test_new_question_in_the_middle(open_answers, server):
    """It stops the answer before it, and no word of that comes into the new one."""
    page = open_answers()
    ask_both(page, "Why?")
    for name in WAYS:
        expect(status(page, name)).to_have_text(COMES)
    ask_both(page, "What is a socket?")
    for name in WAYS:
        expect(status(page, name)).to_have_text(WHOLE)
        expect(log(page, name)).to_have_count(2)
    one, other = (log(page, name).all_inner_texts()[1] for name in WAYS)
    assert one == other


def test_page_that_is_closed(open_answers, server):
    """Whoever leaves stops the work over both ways."""
    page = open_answers()
    ask_both(page)
    for name in WAYS:
        expect(status(page, name)).to_have_text(COMES)
    page.close()
    assert max(worked(server, [], 2)) < 40


def test_server_that_starts_again(open_answers, server, monkeypatch):
    """Over SSE the browser comes back by itself and gets the rest; the socket says that it is gone."""
    monkeypatch.setattr(limits, "ANSWER_WORDS", 80)  # which takes longer than a server's end
    page = open_answers()
    ask_both(page)
    expect(status(page, "Over SSE")).to_have_text(COMES)
    server.stop()
    expect(status(page, "Over SSE")).to_have_text("The connection is gone. The browser tries again.")
    server.start()
    expect(status(page, "Over SSE")).to_have_text(WHOLE, timeout=20_000)
    [lost] = log(page, "Over a socket").all_inner_texts()
    [got] = log(page, "Over SSE").all_inner_texts()
    assert got.startswith(lost)
    assert len(got) > len(lost)
    ask_both(page)
    expect(log(page, "Over a socket")).to_have_text([lost, got])


def test_read_aloud_once(open_answers):
    """The words come outside of all regions that are read aloud; the log gets an answer in one piece."""
    page = open_answers()
    page.evaluate("""() => {
        window.heard = [];
        const note = (changes) => window.heard.push(...changes.map((change) => change.target.textContent));
        const options = { childList: true, characterData: true, subtree: true };
        for (const region of document.querySelectorAll("#sse [role]")) {
            new MutationObserver(note).observe(region, options);
        }
    }""")
    ask_both(page)
    expect(status(page, "Over SSE")).to_have_text(WHOLE)
    answer = log(page, "Over SSE").text_content()
    assert page.evaluate("window.heard") == [COMES, status(page, "Over SSE").inner_text(), answer]


def test_by_keyboard(open_answers):
    """Tab goes from the box to Ask, to each Stop and each log."""
    page = open_answers()
    page.get_by_label("Question", exact=True).focus()
    names = []
    for _ in range(5):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent"))
    one, other = WAYS
    logs = ["Answers over a socket", "Answers over SSE"]
    assert names == ["Ask over both", WAYS[one], logs[0], WAYS[other], logs[1]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe(open_answers, scheme):
    """axe finds no fault, while an answer comes and after it; on a phone nothing is too wide."""
    page = open_answers()
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 320, "height": 640})
    ask_both(page)
    expect(status(page, "Over SSE")).to_have_text(COMES)
    assert violations(page) == []
    for name in WAYS:
        expect(status(page, name)).to_have_text(WHOLE)
    assert violations(page) == []
    assert width(page) <= 320


PAGE = """<!doctype html><html lang="en"><title>Of the lesson</title><script>
    let streams = 0, sockets = 0, words = "";
    for (let i = 0; i < 10 && location.search; i++) {
        new EventSource("quiet").onopen = () => streams++;
        new WebSocket(location.origin.replace("http", "ws") + "/ws").onopen = () => sockets++;
    }
    if (!location.search) new EventSource("three").onmessage = ({ data }) => (words += data);
</script></html>"""


@pytest.fixture
def lesson_page(browser):
    """A page for what the lesson says of browsers."""
    asked = FastAPI()

    @asked.get("/", response_class=HTMLResponse)
    async def page():
        return PAGE

    @asked.get("/quiet", response_class=EventSourceResponse)
    async def quiet():
        yield "here"
        await asyncio.Event().wait()

    @asked.get("/three", response_class=EventSourceResponse)
    async def three():
        yield ServerSentEvent(retry=10)
        for word in ["one", "two", "three"]:
            yield ServerSentEvent(raw_data=word)

    @asked.websocket("/ws")
    async def socket(websocket: WebSocket):
        await websocket.accept()
        await websocket.receive()

    context = browser.new_context()
    with BackgroundServer(asked, port=0, **SETTINGS) as server:
        page = context.new_page()
        page.address = server.url
        yield page
        context.close()


def test_six_streams(lesson_page):
    """Of ten streams a browser opens six at once over HTTP/1.1, and of ten sockets all."""
    lesson_page.goto(lesson_page.address + "?many")
    lesson_page.wait_for_function("streams >= 6 && sockets === 10")
    fetched = "fetch('/', {signal: AbortSignal.timeout(500)}).then(() => true, () => false)"
    assert not lesson_page.evaluate(fetched)
    assert lesson_page.evaluate("streams") == 6


def test_stream_without_an_end(lesson_page):
    """A stream that ends is asked for again, and the answer begins anew."""
    lesson_page.goto(lesson_page.address)
    lesson_page.wait_for_function("words.startsWith('onetwothreeonetwothreeone')")
