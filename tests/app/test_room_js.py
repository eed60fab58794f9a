"""The room's page in a real Chromium, with the real server."""

import asyncio

import html5lib
import pytest
from fastapi import FastAPI
from playwright.sync_api import expect

from app import room
from app.main import app
from tests.app.test_room import empty_room, joined, tell, told_until
from tests.app.test_ws_js import violations
from tests.conftest import ROOT

__all__ = ["empty_room"]  # a fixture, for each test here as well

expect.set_options(timeout=15_000)


def test_template_is_valid():
    """The page of the room parses as HTML without an error."""
    html5lib.HTMLParser(strict=True).parse((ROOT / "templates" / "room.html").read_text(encoding="utf-8"))


@pytest.fixture
def open_page(browser, server):
    """A function that opens the page of the room, and joins; a test fails if a script throws."""
    context, errors = browser.new_context(), []

    def open_page(name=None, url=None):
        page = context.new_page()
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


def say(page, text):
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_role("button", name="Send").click()


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
            say(page, f"<b>{name}</b>")
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
        expect(page.get_by_label("Message", exact=True)).to_be_focused()


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
    say(page, "before")
    expect(messages(page).last).to_have_text("Ann: before")
    server.stop()
    expect(status(page)).to_contain_text("Not connected")
    expect(people(page)).to_have_count(0)
    say(page, "kept")
    expect(page.get_by_label("Message", exact=True)).to_have_value("kept")
    server.start()
    expect(status(page)).to_have_text("You are in the room as Ann.")
    expect(people(page)).to_have_text(["Ann"])
    page.get_by_role("button", name="Send").click()
    expect(messages(page).last).to_have_text("Ann: kept")


def test_back_off_is_capped(open_page, server):
    """The time between two tries grows, and ends at 8 seconds."""
    page = open_page("Ann")
    page.clock.install()
    server.stop()
    for wait in ["0.5", "1", "2", "4", "8", "8"]:
        expect(status(page)).to_contain_text(f"Next try in {wait} s.")
        page.clock.run_for(float(wait) * 1000)


def test_page_says_what_was_refused(open_page, server, monkeypatch):
    """A refusal that overtakes the answer to another message is put down to the message that was refused."""
    page = open_page("Ann")
    expect(messages(page)).to_have_text(["Ann joined."])
    monkeypatch.setattr(room.room.relay, "publish", lambda text: asyncio.sleep(0))
    page.evaluate("messageText.maxLength = 2000")
    say(page, "good")
    say(page, "x" * 1001)
    heard = ["Ann joined.", f"Not sent: {'x' * 1001}"]
    expect(messages(page)).to_have_text(heard)
    expect(status(page)).to_have_text("The room says: String should have at most 1000 characters.")
    page.evaluate("socket.send('{}')")
    expect(status(page)).to_contain_text("The room says: Unable to extract tag")
    server.stop()
    expect(messages(page)).to_have_text([*heard, "Not answered: good"])


def test_page_says_what_was_not_answered(open_page, server, monkeypatch):
    """What has not come back when the connection ends is said, once, and what was answered is not."""
    page = open_page("Ann")
    say(page, "heard")
    expect(messages(page).last).to_have_text("Ann: heard")
    monkeypatch.setattr(room.room.relay, "publish", lambda text: asyncio.sleep(0))
    say(page, "lost")
    expect(page.get_by_label("Message", exact=True)).to_have_value("")
    server.stop()
    expect(messages(page)).to_have_text(["Ann joined.", "Ann: heard", "Not answered: lost"])


def test_page_whose_name_was_taken_meanwhile(open_page, server):
    """A page that comes back and finds its name taken asks for another one."""
    page = open_page("Ann")
    page.clock.install()
    server.stop()
    expect(status(page)).to_contain_text("Next try in 0.5 s.")
    server.start()
    with joined(server, "Ann"):
        page.clock.run_for(500)
        expect(status(page)).to_have_text("You are not in the room: the name Ann is taken.")
        expect(page.get_by_label("Message", exact=True)).to_be_hidden()
        join(page, "Ben")
        expect(status(page)).to_have_text("You are in the room as Ben.")


def test_page_says_why_it_was_sent_away(open_page):
    """A page that was sent away shows the reason, waits, and joins again."""
    page = open_page("Ann")
    page.clock.install()
    page.evaluate("for (let number = 0; number < 25; number++) socket.send('{}')")
    expect(status(page)).to_have_text("Not connected (too many messages). Next try in 0.5 s.")
    page.clock.run_for(500)
    expect(status(page)).to_have_text("You are in the room as Ann.")


def test_page_below_a_prefix(open_page, server):
    """Page, script and socket work below a path, as behind a hub's proxy."""
    hub = FastAPI()
    hub.mount("/user/ann/proxy/8000", app)
    server.swap(hub)
    page = open_page("Ann", url=server.url + "user/ann/proxy/8000/")
    say(page, "through the proxy")
    expect(messages(page).last).to_have_text("Ann: through the proxy")


def test_axe(open_page):
    """axe finds no violation, before joining, with people and messages, and after an error."""
    page = open_page()
    assert violations(page) == []
    join(page, "Ann")
    say(page, "hello")
    expect(messages(page)).to_have_count(2)
    assert violations(page) == []
    page.evaluate("socket.send('{}')")
    expect(status(page)).to_contain_text("The room says")
    assert violations(page) == []
