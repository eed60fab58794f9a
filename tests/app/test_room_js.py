"""The room's page in a real Chromium, with the real server."""

import asyncio
import json
import re
from itertools import cycle

import html5lib
import pytest
from fastapi import FastAPI
from playwright.sync_api import expect

from app import room
from tests.app.test_room import empty_room, joined, tell, told_until
from tests.app.test_ws_js import (
    CAPPED,
    accept_and_fail,
    assert_newest_in_view,
    behind_a_hub,
    box,
    send,
    violations,
    wait_out,
    width,
)
from tests.conftest import ROOT

__all__ = ["empty_room"]  # a fixture, for each test here as well


def test_template_is_valid():
    """The page of the room parses as HTML without an error."""
    html5lib.HTMLParser(strict=True).parse((ROOT / "templates" / "room.html").read_text(encoding="utf-8"))


@pytest.fixture
def open_page(browser, server):
    """A function that opens the page of the room, and joins; a test fails if a script throws."""
    context, errors = browser.new_context(), []

    def open_page(name=None, url=None, still=False):
        page = context.new_page()
        if still:  # the page's timers run only when the test says so
            page.clock.install(time=0)
            page.clock.pause_at(1000)
        page.on("pageerror", lambda error: errors.append(error))
        page.on("dialog", lambda dialog: errors.append(dialog.message))
        page.goto((url or server.url) + "room")
        expect(status(page)).to_have_text("Connected. Join with a name.")
        if name:
            join(page, name)
            expect(status(page)).to_have_text(f"You are in the room as {name}.")
        return page

    yield open_page
    context.close()
    assert errors == []


def status(page):
    return page.get_by_role("status")


def join(page, name):
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Join").click()


def people(page):
    return page.locator("#people li")


def messages(page):
    return page.locator("#messages li")


def test_pages_and_clients_in_one_room(open_page, server):
    """Three pages and three Python clients hear each other in the same order, and agree on who is here."""
    with joined(server, "P1", "P2", "P3") as clients:
        pages = [open_page(name) for name in ["C1", "C2", "C3"]]
        for page in pages:
            expect(people(page)).to_have_text(["P1", "P2", "P3", "C1", "C2", "C3"])
        for page, name in zip(pages, ["C1", "C2", "C3"], strict=True):
            send(page, f"<b>{name}</b>")
        for ws in clients:
            tell(ws, "message", text="<script>alert(1)</script>")
        heard = []
        while len(heard) < 6:
            heard.append(told_until(clients[2], type="message")[-1])
        said = [f"{message['name']}: {message['text']}" for message in heard]
        for page in pages:
            expect(messages(page).filter(has_text=": ")).to_have_text(said)
        clients[0].close()
        for page in pages:
            expect(messages(page).last).to_have_text("P1 left.")
            expect(people(page)).to_have_text(["P2", "P3", "C1", "C2", "C3"])


def test_page_with_a_name_that_is_taken(open_page, server):
    """A page whose name is taken says so, and lets the visitor choose another one."""
    with joined(server, "Ann"):
        page = open_page()
        join(page, "Ann")
        expect(status(page)).to_have_text("You are not in the room: the name Ann is taken.")
        join(page, "Ben")
        expect(status(page)).to_have_text("You are in the room as Ben.")
        expect(page.get_by_label("Name", exact=True)).to_be_hidden()
        expect(box(page)).to_be_focused()


def test_page_joins_once(open_page):
    """While the room has not answered yet, a second press of Join changes nothing."""
    room.room.presence.on_people(
        {"server": "a server that has died", "people": ["Ann"]}
    )  # so the room waits with its answer
    page = open_page()
    join(page, "Ann")
    join(page, "Ben")
    expect(status(page)).to_have_text("You are in the room as Ann.")
    expect(people(page)).to_have_text(["Ann"])


def test_page_comes_back(open_page, server):
    """While the server is away the text stays in the box; then the page joins again by itself."""
    page = open_page("Ann")
    send(page, "before")
    expect(messages(page).last).to_have_text("Ann: before")
    server.stop()
    expect(status(page)).to_contain_text("Not connected")
    expect(people(page)).to_have_count(0)
    send(page, "kept")
    expect(box(page)).to_have_value("kept")
    server.start()
    expect(status(page)).to_have_text("You are in the room as Ann.")
    expect(people(page)).to_have_text(["Ann"])
    page.get_by_role("button", name="Send").click()
    expect(messages(page).last).to_have_text("Ann: kept")


def test_back_off_is_capped(open_page, server):
    """The time between two tries grows, and ends at 8 seconds."""
    page = open_page("Ann", still=True)
    server.stop()
    for code, wait in CAPPED:
        wait_out(page, code, wait)


@pytest.mark.parametrize("good", ["has brought a message", "has stood for a while"])
def test_back_off_begins_anew(open_page, server, good):
    """After a connection that was good, the next outage begins with the shortest wait again."""
    welcomed = good == "has brought a message"
    page = open_page("Ann" if welcomed else None, still=True)
    for _ in range(2):
        server.stop()
        wait_out(page, 1012, 0.5)
        wait_out(page, 1006, 1, server.start)
        if welcomed:
            expect(status(page)).to_have_text("You are in the room as Ann.")
        else:
            expect(status(page)).to_have_text("Connected. Join with a name.")
            page.clock.run_for(1000)


def test_back_off_from_an_endpoint_that_fails(open_page, server):
    """An endpoint that accepts and fails at once does not keep the page from backing off."""
    page = open_page("Ann", still=True)
    other = FastAPI()
    other.add_api_websocket_route("/room/ws", accept_and_fail)
    server.swap(other)
    page.evaluate("socket.close(4000)")
    for code, wait in [(4000, 0.5), (1011, 1), (1011, 2), (1011, 4)]:
        wait_out(page, code, wait)


def test_page_says_what_was_refused(open_page, server, monkeypatch):
    """A refusal that overtakes the answer to another message is put down to the message that was refused."""
    page = open_page("Ann")
    expect(messages(page)).to_have_text(["Ann joined."])
    monkeypatch.setattr(room.room.relay, "publish", lambda text: asyncio.sleep(0))
    page.evaluate("messageText.maxLength = 2000")
    send(page, "good")
    send(page, "x" * 1001)
    heard = ["Ann joined.", f"Not sent: {'x' * 1001}"]
    expect(messages(page)).to_have_text(heard)
    expect(status(page)).to_have_text("The room says: String should have at most 1000 characters.")
    page.evaluate("socket.send('{}')")
    expect(status(page)).to_contain_text("The room says: Unable to extract tag")
    server.stop()
    expect(messages(page)).to_have_text([*heard, "Not answered: good"])


def test_equal_text_of_another(open_page, server, monkeypatch):
    """The same text under the same name, from elsewhere or sent before, is not taken for the answer."""
    page = open_page("Ann")
    expect(messages(page)).to_have_text(["Ann joined."])
    others = [{"type": "message", "name": "Ann", "text": "hello", **id} for id in ({}, {"id": 7})]

    async def publish(text):
        for other in others * (json.loads(text)["type"] == "message"):  # the lists of people go on
            room.room.broadcast(json.dumps(other))

    monkeypatch.setattr(room.room.relay, "publish", publish)
    send(page, "hello")
    heard = ["Ann joined.", "Ann: hello", "Ann: hello"]
    expect(messages(page)).to_have_text(heard)
    server.stop()
    expect(messages(page)).to_have_text([*heard, "Not answered: hello"])


def test_equal_texts_of_mine(open_page, server, monkeypatch):
    """Of two equal texts, one that was answered and one that was not, one is said to have no answer."""
    page = open_page("Ann")
    send(page, "hello")
    expect(messages(page)).to_have_text(["Ann joined.", "Ann: hello"])
    monkeypatch.setattr(room.room.relay, "publish", lambda text: asyncio.sleep(0))
    send(page, "hello")
    expect(box(page)).to_have_value("")
    server.stop()
    expect(messages(page)).to_have_text(["Ann joined.", "Ann: hello", "Not answered: hello"])


def test_notice(open_page):
    """A notice of the relay is shown among the messages."""
    page = open_page("Ann")
    expect(messages(page)).to_have_text(["Ann joined."])
    room.room.relay.publish = publish_notice
    send(page, "hello")
    expect(page.get_by_role("log", name="Messages").get_by_role("listitem").last).to_have_text("No NATS.")


async def publish_notice(text):
    room.room.on_notice("No NATS.")


def test_focus(open_page, server):
    """After joining and sending one can write on; a refused name is to be mended; later nothing moves."""
    page = open_page()
    with joined(server, "Ann"):
        join(page, "Ann")
        expect(status(page)).to_contain_text("the name Ann is taken")
        expect(page.get_by_label("Name", exact=True)).to_be_focused()
    join(page, "Ben")
    expect(status(page)).to_have_text("You are in the room as Ben.")
    expect(box(page)).to_be_focused()
    send(page, "hello")
    expect(messages(page).last).to_have_text("Ben: hello")
    expect(box(page)).to_be_focused()
    page.get_by_role("log").focus()
    with joined(server, "Cleo") as [cleo]:
        tell(cleo, "message", text="hi")
        expect(messages(page).filter(has_text="Cleo: hi")).to_have_count(1)
    server.stop()
    expect(status(page)).to_contain_text("Not connected")
    server.start()
    expect(status(page)).to_have_text("You are in the room as Ben.")
    expect(page.get_by_role("log")).to_be_focused()
    server.stop()
    expect(status(page)).to_contain_text("Not connected")
    send(page, "kept")
    expect(box(page)).to_be_focused()


def test_newest_message_is_in_view(open_page, server):
    """With many people and messages the newest is in view, on a phone, in a frame and on a screen."""
    sizes = [(320, 568), (600, 560), (1280, 800)]
    with joined(server, *(f"{number} {'n' * 27}" for number in range(12))) as clients:
        page = open_page("Ann")
        for number, (ws, size) in enumerate(zip(clients, cycle(sizes), strict=False)):
            page.set_viewport_size(dict(zip(["width", "height"], size, strict=True)))
            tell(ws, "message", text=f"{number} {'x' * 200}")
            tell(ws, "message", text=str(number))
            assert_newest_in_view(page, re.compile(rf"n: {number}$"))
            assert width(page) == size[0]
            assert number < 9 or violations(page) == []


def test_reader_is_not_pulled_down(open_page, server):
    """Who reads back stays there when the next message comes, and near the end again follows it."""
    page = open_page("Ann")
    page.set_viewport_size({"width": 320, "height": 568})
    with joined(server, "Ben", "Cleo") as (ben, cleo):
        for number in range(15):
            tell(ben, "message", text=str(number))
        expect(messages(page).last).to_have_text("Ben: 14")
        messages(page).nth(4).scroll_into_view_if_needed()
        place = messages(page).nth(4).bounding_box()
        tell(cleo, "message", text="one more")
        expect(messages(page).last).to_have_text("Cleo: one more")
        assert messages(page).nth(4).bounding_box() == place
        page.get_by_role("log").evaluate("log => (log.scrollTop = -10)")  # which is nearly the end
        tell(cleo, "message", text="and one")
        assert_newest_in_view(page, "Cleo: and one")


def test_page_whose_name_was_taken_meanwhile(open_page, server):
    """A page that comes back and finds its name taken asks for another one."""
    page = open_page("Ann", still=True)
    server.stop()
    expect(status(page)).to_contain_text("Next try in 0.5 s.")
    server.start()
    with joined(server, "Ann"):
        page.clock.run_for(500)
        expect(status(page)).to_have_text("You are not in the room: the name Ann is taken.")
        expect(box(page)).to_be_hidden()
        join(page, "Ben")
        expect(status(page)).to_have_text("You are in the room as Ben.")


def test_page_says_why_it_was_sent_away(open_page):
    """A page that was sent away shows the code and the reason, waits, and joins again."""
    page = open_page("Ann", still=True)
    page.evaluate("for (let number = 0; number < 25; number++) socket.send('{}')")
    expect(status(page)).to_have_text("Not connected (code 1008, too many messages). Next try in 0.5 s.")
    page.clock.run_for(500)
    expect(status(page)).to_have_text("You are in the room as Ann.")


def test_page_below_a_prefix(open_page, server):
    """Page, script and socket work below a path, as behind a hub's proxy."""
    page = open_page("Ann", url=behind_a_hub(server))
    send(page, "through the proxy")
    expect(messages(page).last).to_have_text("Ann: through the proxy")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe(open_page, scheme):
    """axe finds no violation, before joining, with people and messages, and after an error."""
    page = open_page()
    page.emulate_media(color_scheme=scheme)
    assert violations(page) == []
    join(page, "Ann")
    send(page, "hello")
    expect(messages(page)).to_have_count(2)
    assert violations(page) == []
    page.evaluate("socket.send('{}')")
    expect(status(page)).to_contain_text("The room says")
    assert violations(page) == []
