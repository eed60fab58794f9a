"""The page in a real Chromium, with the real server."""

import asyncio

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI, Response, WebSocket
from playwright.sync_api import expect

from app.main import app
from tests.conftest import ROOT

CAPPED = [(1012, 0.5), *((1006, wait) for wait in (1, 2, 4, 8, 8))]  # code, and seconds to the next try


@pytest.fixture
def page(browser, server):
    """The chat's page, connected; a test fails if the script throws."""
    context = browser.new_context()
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(server.url)
    expect(status(page)).to_have_text("Connected.")
    yield page
    context.close()
    assert errors == []


def status(page):
    return page.get_by_role("status")


def box(page):
    return page.get_by_label("Message", exact=True)


def messages(page):
    return page.locator("#messages li")


def send(page, text):
    box(page).fill(text)
    page.get_by_role("button", name="Send").click()


def stop_the_clock(page):
    """Load the page again, with timers that run only when the test says so."""
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    page.reload()
    expect(status(page)).to_have_text("Connected.")


def wait_out(page, code, wait, meanwhile=lambda: None):
    """See a page whose clock stands still say with which code it was cut off; let it try again."""
    expect(status(page)).to_have_text(f"Not connected (code {code}). Next try in {wait} s.")
    meanwhile()
    page.clock.run_for(wait * 1000)


def assert_newest_in_view(page, text):
    """The newest message has this text and is in view, and so is the box to answer in."""
    expect(messages(page).last).to_have_text(text)
    expect(messages(page).last).to_be_in_viewport(ratio=0.9)
    expect(box(page)).to_be_in_viewport(ratio=0.9)


async def accept_and_fail(websocket: WebSocket):
    await websocket.accept()
    await websocket.close(1011)


def behind_a_hub(server):
    """Serve the chat below a path, and return the address of that."""
    hub = FastAPI()
    hub.mount("/user/ann/proxy/8000", server.app)
    server.swap(hub)
    return server.url + "user/ann/proxy/8000/"


def width(page):
    """Return how wide a page is, in pixels, with what the reader would have to scroll to."""
    return page.evaluate("document.documentElement.scrollWidth")


def is_dark(page):
    """Return whether a page is dark, by the colour that its browser gives to the ground."""
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    return ground != "rgb(255, 255, 255)"


def violations(page):
    return [(violation["id"], violation["help"]) for violation in Axe().run(page).response["violations"]]


def test_template_is_valid():
    """The template parses as HTML without an error."""
    parser = html5lib.HTMLParser(strict=True)
    text = (ROOT / "templates" / "socket.html").read_text(encoding="utf-8")
    parser.parse(text)
    assert '<meta charset="utf-8">' in text
    assert '<meta name="viewport"' in text


def test_page_has_its_parts(page):
    """The page has the heading, the labelled box, the button and the list that the script works with."""
    expect(page.get_by_role("heading", level=1)).to_have_text("WebSocket Chat")
    expect(box(page)).to_have_attribute("id", "messageText")
    expect(box(page)).to_have_attribute("autocomplete", "off")
    expect(page.get_by_role("button")).to_have_text("Send")
    expect(page.get_by_role("log", name="Messages").locator("ul#messages")).to_be_attached()


def test_send_button(page):
    """A click on Send shows the echo, empties the box and goes back to it."""
    send(page, "hello")
    expect(messages(page)).to_have_text(["Message text was: hello"])
    expect(box(page)).to_have_value("")
    expect(box(page)).to_be_focused()


def test_enter_key(page):
    """Enter in the box sends, and the page is not loaded again."""
    for text in ["one", "two"]:
        box(page).fill(text)
        box(page).press("Enter")
    expect(messages(page)).to_have_text(["Message text was: one", "Message text was: two"])
    assert page.url.endswith("/")


def test_empty_text(page):
    """An empty text is sent and echoed like any other."""
    send(page, "")
    expect(messages(page)).to_have_text(["Message text was: "])


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"it\'s" 🙂 &amp;']
)
def test_html_is_shown_as_text(page, text):
    """A message that looks like HTML is shown as its characters, and nothing of it runs."""
    page.on("dialog", lambda dialog: pytest.fail(f"a message ran: {dialog.message}"))
    send(page, text)
    expect(messages(page)).to_have_text([f"Message text was: {text}"])
    assert page.locator("#messages script, #messages img").count() == 0


def test_server_stops_and_starts(page, server):
    """While the server is away the text stays in the box, and the page comes back by itself."""
    send(page, "before")
    expect(messages(page)).to_have_count(1)
    page.evaluate(
        "said = []; new MutationObserver(() => said.push(connection.textContent))"
        ".observe(connection, {childList: true})"  # the next try replaces what it says within a second
    )
    server.stop()
    expect(status(page)).to_contain_text("Not connected")
    send(page, "kept")
    expect(box(page)).to_have_value("kept")
    expect(box(page)).to_be_focused()
    page.wait_for_function("said.some((text) => text.includes('your message is still in the box'))")
    server.start()
    expect(status(page)).to_have_text("Connected.")
    page.get_by_role("button", name="Send").click()
    expect(messages(page)).to_have_text(["Message text was: before", "Message text was: kept"])


def test_back_off_is_capped(page, server):
    """The time between two tries grows, and ends at 8 seconds."""
    stop_the_clock(page)
    server.stop()
    for code, wait in CAPPED:
        wait_out(page, code, wait)


@pytest.mark.parametrize("good", ["has brought a message", "has stood for a while"])
def test_back_off_begins_anew(page, server, good):
    """After a connection that was good, the next outage begins with the shortest wait again."""
    stop_the_clock(page)
    for _ in range(2):
        server.stop()
        wait_out(page, 1012, 0.5)
        wait_out(page, 1006, 1, server.start)
        expect(status(page)).to_have_text("Connected.")
        if good == "has brought a message":
            send(page, "hello")
            expect(messages(page).last).to_have_text("Message text was: hello")
            messages(page).last.evaluate("item => item.remove()")
        else:
            page.clock.run_for(1000)


def test_page_says_why_it_was_sent_away(page):
    """A page that was sent away shows the code and the reason."""
    stop_the_clock(page)
    page.evaluate("for (let number = 0; number < 25; number++) socket.send(number)")
    expect(status(page)).to_have_text("Not connected (code 1008, too many messages). Next try in 0.5 s.")


@pytest.fixture
def page_of(browser, server):
    """A function that opens the chat's page with another endpoint behind its socket."""
    context = browser.new_context()

    def page_of(endpoint):
        other = FastAPI()
        other.add_api_websocket_route("/ws", endpoint)
        other.mount("/", app)
        server.swap(other)
        page = context.new_page()
        page.goto(server.url)
        return page

    yield page_of
    context.close()


def test_unanswered_message_is_named(page_of):
    """A message that was sent and not answered is named on the page when the connection ends."""

    async def take_and_leave(websocket: WebSocket):
        await websocket.accept()
        await websocket.receive_text()
        await websocket.close(1011)

    page = page_of(take_and_leave)
    expect(status(page)).to_have_text("Connected.")
    send(page, "anybody?")
    expect(messages(page)).to_have_text(["Not answered: anybody?"])
    expect(status(page)).to_have_text("Connected.")
    send(page, "somebody?")
    expect(messages(page)).to_have_text(["Not answered: anybody?", "Not answered: somebody?"])


def test_silent_server_is_named(page_of):
    """A message that the server has taken without a word stands in the status line after a while."""

    async def take_and_wait(websocket: WebSocket):
        await websocket.accept()
        await websocket.receive_text()
        await websocket.receive_text()
        await websocket.send_text("first")
        await websocket.send_text("second")
        await asyncio.Event().wait()

    page = page_of(take_and_wait)
    expect(status(page)).to_have_text("Connected.")
    send(page, "hello?")
    expect(status(page)).to_have_text("Connected. No answer yet to: hello?")
    send(page, "still there?")
    expect(status(page)).to_have_text("Connected.")
    expect(messages(page)).to_have_text(["first", "second"])


def test_back_off_from_an_endpoint_that_fails(page_of):
    """An endpoint that accepts and fails at once does not keep the page from backing off."""
    expect(status(page_of(accept_and_fail))).to_have_text("Not connected (code 1011). Next try in 4 s.")


@pytest.fixture
def page_that_hears(page_of):
    """A function that opens the chat's page with a server that sends many messages, and one on demand."""

    def page_that_hears(count, text="message"):
        async def send_many(websocket: WebSocket):
            await websocket.accept()
            for number in range(count):
                await websocket.send_text(f"{text} {number}")
            async for _ in websocket.iter_text():
                await websocket.send_text("one more")

        page = page_of(send_many)
        expect(status(page)).to_have_text("Connected.")
        expect(messages(page)).to_have_count(count)
        return page

    return page_that_hears


@pytest.mark.parametrize("count", [0, 5, 15, 60])
def test_newest_message_is_in_view(page_that_hears, count):
    """The newest of some or many messages is in view, on a phone, in a frame below a cell and on a screen."""
    page = page_that_hears(count)
    for number, size in enumerate([(320, 480), (600, 280), (1280, 800)], count):
        page.set_viewport_size(dict(zip(["width", "height"], size, strict=True)))
        page.evaluate("socket.send('')")
        expect(messages(page)).to_have_count(number + 1)
        assert_newest_in_view(page, "one more")


def test_reader_is_not_pulled_down(page_that_hears):
    """Who reads back stays there when the next message comes, and near the end again follows it."""
    page = page_that_hears(60)
    page.set_viewport_size({"width": 320, "height": 480})
    page.get_by_role("log").hover()
    page.mouse.wheel(0, -600)
    expect(messages(page).nth(59)).not_to_be_in_viewport()
    page.wait_for_function("settled = messages.parentElement.scrollTop, new Promise(requestAnimationFrame)")
    place = messages(page).nth(25).bounding_box()
    for number in range(61, 66):
        page.evaluate("socket.send('')")
        expect(messages(page)).to_have_count(number)
    assert messages(page).nth(25).bounding_box() == place
    page.get_by_role("log").evaluate("log => (log.scrollTop = -10)")  # which is nearly the end
    page.evaluate("socket.send('')")
    expect(messages(page)).to_have_count(66)
    assert_newest_in_view(page, "one more")


def test_log_is_reached_by_keyboard(page_that_hears):
    """Who has no mouse reads back with the keys."""
    page = page_that_hears(60)
    page.set_viewport_size({"width": 320, "height": 480})
    page.get_by_role("button", name="Send").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("log")).to_be_focused()
    page.keyboard.press("Home")
    expect(messages(page).first).to_be_in_viewport(ratio=0.9)
    assert violations(page) == []


def test_long_word_on_a_phone(page_that_hears):
    """A long word, wherever the page shows it, makes nothing wider than a phone."""
    page, word = page_that_hears(1, "x" * 1000), "y" * 1000
    page.set_viewport_size({"width": 320, "height": 480})
    assert width(page) == 320
    page.evaluate("word => { unanswered.push(word); showConnected(); }", word)
    expect(status(page)).to_contain_text(word)
    assert width(page) == 320
    page.evaluate("socket.close()")
    expect(messages(page).nth(1)).to_have_text(f"Not answered: {word}")
    assert width(page) == 320
    log = page.get_by_role("log")
    assert log.evaluate("log => log.scrollWidth <= log.clientWidth")


def test_send_while_connecting(page_of):
    """A message sent while the page still connects stays in the box, and the page is not loaded again."""

    async def never_accept(websocket: WebSocket):
        await asyncio.Event().wait()

    page = page_of(never_accept)
    expect(status(page)).to_have_text("Connecting.")
    send(page, "too early")
    expect(box(page)).to_have_value("too early")
    expect(status(page)).to_contain_text("your message is still in the box")
    assert page.url.endswith("/")


def test_below_a_prefix(browser, server):
    """Page, script and socket work below a path, as behind a hub's proxy."""
    page = browser.new_page()
    page.goto(behind_a_hub(server))
    send(page, "through the proxy")
    expect(messages(page)).to_have_text(["Message text was: through the proxy"])
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe(page, scheme):
    """axe finds no violation, on the empty page and with messages on it, in light and in dark."""
    page.emulate_media(color_scheme=scheme)
    assert is_dark(page) == (scheme == "dark")
    assert violations(page) == []
    send(page, "hello")
    expect(messages(page)).to_have_count(1)
    assert violations(page) == []


@pytest.mark.parametrize("size", [320, 600, 1920])
def test_nothing_is_wider_than_the_page(page, size):
    """From a phone to a full screen there is nothing to scroll to on the right, and no line is too long."""
    page.set_viewport_size({"width": size, "height": 480})
    send(page, "some words, and then some more of them " * 10)
    expect(messages(page)).to_have_count(1)
    assert width(page) == size
    assert messages(page).bounding_box()["width"] <= 640


def test_motion_is_for_who_likes_it(page):
    """A message moves into its place, unless the reader's system says that nothing shall move."""
    send(page, "hello")
    for wish, moves in [("no-preference", "arrive"), ("reduce", "none")]:
        page.emulate_media(reduced_motion=wish)
        assert messages(page).evaluate("item => getComputedStyle(item).animationName") == moves


def test_all_messages_are_printed(page_that_hears):
    """On paper there are all messages, one below the other, and nothing to fill in."""
    page = page_that_hears(60)
    page.emulate_media(media="print")
    places = [messages(page).nth(at).bounding_box()["y"] for at in (0, 30, 59)]
    assert places == sorted(places)
    assert page.get_by_role("log").evaluate("log => log.scrollHeight <= log.clientHeight")
    expect(page.locator("form")).to_be_hidden()


@pytest.mark.parametrize("path", ["", "room"])
def test_without_javascript(browser, server, path):
    """Without JavaScript the page says why nothing works; with it there is no such sentence."""
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(server.url + path)
        expect(page.locator("noscript p")).to_be_visible()
    page = browser.new_page()
    page.goto(server.url + path)
    expect(status(page)).to_contain_text("Connected.")
    expect(page.locator("noscript")).to_be_hidden()
    page.close()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("const socket = 1;\nfunction (", "/static/ws.js, line 2: Uncaught SyntaxError: Function statements"),
        ("\n\nmissing();", "/static/ws.js, line 3: Uncaught ReferenceError: missing is not defined"),
    ],
)
def test_mistake_in_the_script_is_said(browser, server, script, said):
    """A script that does not parse, or stops, is named on the page, with the line and the reason."""
    other = FastAPI()
    other.add_api_route("/static/ws.js", lambda: Response(script, media_type="text/javascript"))
    other.mount("/", app)
    server.swap(other)
    page = browser.new_page()
    page.goto(server.url)
    expect(status(page)).to_contain_text(said)
    page.close()
