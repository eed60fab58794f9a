"""The room's page in a real Chromium, with the real server."""

import asyncio
import json
import re
import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from itertools import cycle

import html5lib
import pytest
from fastapi import FastAPI
from playwright.sync_api import expect

from app import limits
from app.caretaker import AWAY, notify
from app.messages import Away
from app.sqlite_log import INSERT
from tests.app.rooms import join, serve_room, tell, texts_of, told
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
from tests.deadlines import until
from tests.programs import chat


@pytest.fixture
def server():
    with serve_room() as server:
        yield server


@contextmanager
def joined(server, *names):
    """Clients that are in the room."""
    with ExitStack() as stack:
        yield [stack.enter_context(join(server, name)) for name in names]


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
            choose(page, name)
            expect(status(page)).to_have_text(f"You are in the room as {name}.")
        return page

    yield open_page
    context.close()
    assert errors == []


def status(page):
    return page.get_by_role("status")


def choose(page, name):
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Join").click()


def people(page):
    return page.locator("#people li")


def messages(page):
    return page.locator("#messages li")


def sending(page):
    return page.get_by_role("list", name="Sending").get_by_role("listitem")


def test_pages_and_clients_in_one_room(open_page, server):
    """Three pages and three Python clients hear each other in the same order, and agree on who is here."""
    with joined(server, "P1", "P2", "P3") as clients:
        pages = [open_page(name) for name in ["C1", "C2", "C3"]]
        for page in pages:
            expect(people(page)).to_have_text(["P1", "P2", "P3", "C1", "C2", "C3"])
        for page, name in zip(pages, ["C1", "C2", "C3"], strict=True):
            send(page, f"<b>{name}</b>")
        for ws in clients:
            tell(ws, "<script>alert(1)</script>")
        while len(texts_of(clients[2])) < 6:
            told(clients[2], type="message")
        heard = [one for one in clients[2].heard if one["type"] == "message"]
        for page in pages:
            texts = [f"{message['name']}: {message['text']}" for message in heard]
            expect(messages(page).filter(has_text=": ")).to_have_text(texts)
        clients[0].close()
        for page in pages:
            expect(messages(page).last).to_have_text("P1 left.")
            expect(people(page)).to_have_text(["P2", "P3", "C1", "C2", "C3"])


def test_page_with_a_name_that_is_taken(open_page, server):
    """A page whose name is taken says so, and lets the visitor choose another one."""
    with joined(server, "Ann"):
        page = open_page()
        choose(page, "Ann")
        expect(status(page)).to_have_text("The room says: the name Ann is taken.")
        choose(page, "Ben")
        expect(status(page)).to_have_text("You are in the room as Ben.")
        expect(page.get_by_label("Name", exact=True)).to_be_hidden()
        expect(box(page)).to_be_focused()


def test_page_joins_once(open_page, server, monkeypatch):
    """While the room has not answered yet, a second press of Join changes nothing."""
    answers = threading.Event()

    async def take(name):
        return await asyncio.to_thread(answers.wait)

    monkeypatch.setattr(server.room.presence, "take", take)
    page = open_page()
    choose(page, "Ann")
    choose(page, "Ben")
    answers.set()
    expect(status(page)).to_have_text("You are in the room as Ann.")
    expect(people(page)).to_have_text(["Ann"])


def test_page_comes_back(open_page, server):
    """What others say while the page is away, and what is typed there, is all shown when it is back."""
    page = open_page("Ann")
    server.stop()
    expect(status(page)).to_contain_text("Not connected")
    expect(people(page)).to_have_count(0)
    others = [("Ben", str(number)) for number in range(limits.NEWCOMER_MESSAGES + 10)]  # it is no newcomer
    others += [("Ann", "0")]  # from another page
    for number, (name, text) in enumerate(others, 1):
        message = json.dumps({"name": name, "text": text})
        server.room.log.database.execute(INSERT, (f"{name} {number}", message))
        server.room.on_message(number, message)
    texts = [str(number) for number in range(30)]  # more than one may say in a second
    for text in texts:
        send(page, text)
    expect(sending(page)).to_have_text(texts)
    server.start()
    expect(messages(page).filter(has_text="Ann: 29")).to_have_count(1)
    said = [f"{name}: {text}" for name, text in [*others, *(("Ann", text) for text in texts)]]
    expect(messages(page).filter(has_text=":")).to_have_text(said)
    expect(sending(page)).to_have_count(0)
    expect(status(page)).to_have_text("You are in the room as Ann.")
    expect(people(page)).to_have_text(["Ann"])


@pytest.fixture
def chat_program(tmp_path):
    with chat(ROOM_FILE=str(tmp_path / "room.sqlite"), NATS_URL="") as chat_program:
        yield chat_program


def test_server_is_killed(open_page, chat_program):
    """Nothing that was typed is lost when the server is killed, and restarted on its file."""
    ann, ben = (open_page(name, url=chat_program.url) for name in ("Ann", "Ben"))
    send(ann, "before")
    expect(messages(ben).last).to_have_text("Ann: before")
    send(ann, "with the kill")
    chat_program.kill()
    expect(status(ann)).to_contain_text("Not connected")
    send(ann, "meanwhile")
    send(ben, "and I")
    expect(sending(ann).last).to_have_text("meanwhile")
    chat_program.start_again()
    for page in [ann, ben]:
        said = messages(page).filter(has_text=":")
        expect(said).to_have_count(4)
        expect(said.filter(has_text="Ann")).to_have_text(
            ["Ann: before", "Ann: with the kill", "Ann: meanwhile"]
        )
        expect(said.filter(has_text="Ben: and I")).to_have_count(1)
        expect(sending(page)).to_have_count(0)


def test_server_stands_still(open_page, chat_program):
    """What is typed while the server stands still is sent when it wakes, once and in order."""
    page = open_page("Ann", url=chat_program.url)
    with chat_program.frozen():
        send(page, "one")
        send(page, "two")
        expect(sending(page)).to_have_text(["one", "two"])
    expect(messages(page)).to_have_text(["Ann: one", "Ann: two"])
    expect(sending(page)).to_have_count(0)


class Proxy:
    """What is between a page and its server, and can break so that the server does not see it."""

    def __init__(self, port):
        self.upstream, self.pairs = ("127.0.0.1", port), []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with suppress(OSError):  # the listener is closed
            while True:
                pair = self.listener.accept()[0], socket.create_connection(self.upstream)
                self.pairs.append(pair)
                for here, there in (pair, pair[::-1]):
                    threading.Thread(target=self.carry, args=(here, there), daemon=True).start()

    def carry(self, here, there):
        with suppress(OSError):  # it has broken
            while data := here.recv(65536):
                there.sendall(data)

    def break_here(self):
        """Let all connections break for the page; return a function that lets the server see it."""
        broken, self.pairs = self.pairs, []
        for page, _ in broken:
            page.shutdown(socket.SHUT_RDWR)
        return lambda: [server.shutdown(socket.SHUT_RDWR) for _, server in broken]


def test_connection_breaks_for_the_page_alone(open_page, server):
    """While the server takes the old connection for a good one, the page asks again for its name."""
    wire = Proxy(server.port)
    with wire.listener, join(server, "Ben") as ben:
        page = open_page("Ann", url=wire.url)
        server_sees_it = wire.break_here()
        send(page, "meanwhile")
        tell(ben, "hello")
        expect(status(page)).to_have_text("The room says: the name Ann is taken.")
        expect(page.get_by_label("Name", exact=True)).to_be_hidden()
        expect(sending(page)).to_have_text(["meanwhile"])
        server_sees_it()
        expect(status(page)).to_have_text("You are in the room as Ann.")
        expect(messages(page)).to_have_text(["Ben: hello", "Ann: meanwhile"])


def test_page_asks_for_its_name_twice(open_page, server):
    """A page whose connection ends while it waits for its name says nothing of a text that was not sent."""
    page = open_page("Ann", still=True)
    server.stop()
    expect(status(page)).to_contain_text("Not connected")
    server.start()
    with join(server, "Ann"):
        page.clock.run_for(500)
        expect(status(page)).to_have_text("The room says: the name Ann is taken.")
    page.evaluate("socket.close(4000)")  # and comes back before it would have asked again
    wait_out(page, 4000, 0.5)
    expect(status(page)).to_have_text("You are in the room as Ann.")
    page.evaluate("join()")
    send(page, "hello")
    expect(messages(page)).to_have_text(["Ann: hello"])
    expect(status(page)).to_have_text("You are in the room as Ann.")


def keeps_nothing_of(monkeypatch, server, name):
    """Let the room's log be away, but not for others than this one."""
    append = server.room.log.append

    async def away(message, id):
        if id.startswith(name):
            raise Away("the log is away")
        return await append(message, id)

    monkeypatch.setattr(server.room.log, "append", away)


@pytest.mark.parametrize("kept", [True, False])
def test_page_that_is_closed(browser, server, monkeypatch, kept):
    """A page asks before it is closed, but only while it has a text that is not kept."""
    with browser.new_context() as context:
        page, dialogs = context.new_page(), []
        page.on("dialog", lambda dialog: dialogs.append(dialog.type) or dialog.accept())
        page.goto(server.url + "room")
        choose(page, "Ann")
        expect(status(page)).to_have_text("You are in the room as Ann.")
        if not kept:
            keeps_nothing_of(monkeypatch, server, "Ann")
        send(page, "hello")
        expect(messages(page) if kept else sending(page)).to_have_count(1)
        page.goto("about:blank")
        assert dialogs == ([] if kept else ["beforeunload"])


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


def test_page_says_what_was_refused(open_page, server):
    """A text that is refused for good is said not to be sent, and those behind it are sent."""
    page = open_page("Ann")
    page.evaluate("messageText.maxLength = 2000")
    send(page, "x" * 1001)
    send(page, "good")
    expect(messages(page)).to_have_text([f"Not sent: {'x' * 1001}", "Ann: good"])
    expect(status(page)).to_have_text("The room says: String should have at most 1000 characters.")
    expect(sending(page)).to_have_count(0)


def test_log_that_is_away(open_page, server, monkeypatch):
    """What the room cannot keep now is shown as sending, and asked for again, until it is kept, once."""
    page = open_page("Ann")
    with monkeypatch.context() as away:
        keeps_nothing_of(away, server, "Ann")
        send(page, "one")
        send(page, "two")
        expect(status(page)).to_have_text("The room says: the log is away.")
        expect(sending(page)).to_have_text(["one", "two"])
    expect(messages(page)).to_have_text(["Ann: one", "Ann: two"])
    expect(sending(page)).to_have_count(0)


def test_equal_texts(open_page, server, monkeypatch):
    """The same text of another, or of mine but said before, is not taken for the one that is on its way."""
    with join(server, "Ann") as before:
        tell(before, "hello", id=7)
        told(before, type="kept")
    page = open_page("Ann")
    with monkeypatch.context() as away, join(server, "Ben") as ben:
        keeps_nothing_of(away, server, "Ann")
        send(page, "hello")
        send(page, "hello")
        tell(ben, "hello", id=page.evaluate("outbox[0].id"))  # an id belongs to a name
        expect(messages(page)).to_have_text(["Ann: hello", "Ben joined.", "Ben: hello"])
        expect(sending(page)).to_have_text(["hello", "hello"])
    expect(messages(page).filter(has_text="Ann: hello")).to_have_count(3)
    expect(sending(page)).to_have_count(0)


def test_notice(open_page, server, monkeypatch):
    """A notice of the room is shown among the messages."""
    page = open_page("Ann")

    async def append(message, id):
        notify(server.room, AWAY)
        raise Away("the log is away")

    monkeypatch.setattr(server.room.log, "append", append)
    send(page, "hello")
    log = page.get_by_role("log", name="Messages")
    expect(log.get_by_role("listitem").first).to_have_text(AWAY)


@contextmanager
def stopped(server):
    """Let a server be away; its room can be changed meanwhile."""
    server.stop()
    yield server.room
    server.start()


def test_gap(open_page, server):
    """Where messages are not kept any more, the page says so, at their place; then numbers count anew."""
    server.room.log.database.execute("INSERT INTO sqlite_sequence VALUES ('log', 8)")  # the next one is 9
    page = open_page("Ann")
    send(page, "before")
    expect(messages(page)).to_have_count(1)
    shown = ["Ann: before", "Here messages are missing: they are not kept any more.", "Ben: after"]
    with stopped(server) as room:
        room.begin("another log", dropped=5)
        room.on_message(6, '{"name": "Ben", "text": "after"}')
    expect(messages(page)).to_have_text(shown)
    with stopped(server) as room:
        room.on_message(7, '{"name": "Ben", "text": "and on"}')
    expect(messages(page)).to_have_text([*shown, "Ben: and on"])  # of that log nothing was missing
    with stopped(server) as room:
        room.log.database.executescript("DELETE FROM log; DELETE FROM sqlite_sequence")
        room.begin("a third log")
    expect(messages(page)).to_have_text([*shown, "Ben: and on", shown[1]])
    send(page, "first")
    expect(messages(page)).to_have_text([*shown, "Ben: and on", shown[1], "Ann: first"])


def test_focus(open_page, server):
    """After joining and sending one can write on; a refused name is to be mended; later nothing moves."""
    page = open_page()
    with joined(server, "Ann"):
        choose(page, "Ann")
        expect(status(page)).to_contain_text("the name Ann is taken")
        expect(page.get_by_label("Name", exact=True)).to_be_focused()
    choose(page, "Ben")
    expect(status(page)).to_have_text("You are in the room as Ben.")
    expect(box(page)).to_be_focused()
    send(page, "hello")
    expect(messages(page).last).to_have_text("Ben: hello")
    expect(box(page)).to_be_focused()
    page.get_by_role("log").focus()
    with join(server, "Cleo") as cleo:
        tell(cleo, "hi")
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
            tell(ws, f"{number} {'x' * 200}")
            tell(ws, str(number))
            assert_newest_in_view(page, re.compile(rf"n: {number}$"))
            assert width(page) == size[0]
            assert number < 9 or violations(page) == []


def test_reader_is_not_pulled_down(open_page, server):
    """Who reads back stays there when the next message comes, and near the end again follows it."""
    page = open_page("Ann")
    page.set_viewport_size({"width": 320, "height": 568})
    with joined(server, "Ben", "Cleo") as (ben, cleo):
        for number in range(15):
            tell(ben, str(number))
        expect(messages(page).last).to_have_text("Ben: 14")
        messages(page).nth(4).scroll_into_view_if_needed()
        place = messages(page).nth(4).bounding_box()
        tell(cleo, "one more")
        expect(messages(page).last).to_have_text("Cleo: one more")
        assert messages(page).nth(4).bounding_box() == place
        page.get_by_role("log").evaluate("log => (log.scrollTop = -10)")  # which is nearly the end
        tell(cleo, "and one")
        assert_newest_in_view(page, "Cleo: and one")


def test_page_whose_name_was_taken_meanwhile(open_page, server):
    """A page that comes back and finds its name taken asks for it until it is free, and then sends."""
    page = open_page("Ann", still=True)
    server.stop()
    expect(status(page)).to_contain_text("Next try in 0.5 s.")
    server.start()
    with join(server, "Ann"):
        page.clock.run_for(500)
        expect(status(page)).to_have_text("The room says: the name Ann is taken.")
        send(page, "hello")
        expect(sending(page)).to_have_text(["hello"])
    page.clock.run_for(1000)
    expect(status(page)).to_have_text("You are in the room as Ann.")
    expect(messages(page)).to_have_text(["Ann: hello"])


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
def test_axe(open_page, server, monkeypatch, scheme):
    """axe finds no violation, before joining, with messages, and with what is on its way after an error."""
    page = open_page()
    page.emulate_media(color_scheme=scheme)
    assert violations(page) == []
    choose(page, "Ann")
    send(page, "hello")
    expect(messages(page)).to_have_count(1)
    assert violations(page) == []
    keeps_nothing_of(monkeypatch, server, "Ann")
    send(page, "on its way")
    expect(status(page)).to_contain_text("The room says")
    assert violations(page) == []


def test_page_whispers(open_page, server):
    """A page whispers with its second field, shows what it hears as a whisper, and that once."""
    page = open_page("Eve")
    with join(server, "Ann") as ann:
        to = page.get_by_label("Whisper to")
        to.focus()
        expected = ["Eve", "Ann"]
        assert page.locator("#names option").evaluate_all("all => all.map((one) => one.value)") == expected
        to.fill("Ann")
        send(page, "psst")
        heard = told(ann, type="whisper")
        assert (heard["name"], heard["to"], heard["text"]) == ("Eve", "Ann", "psst")
        shown = page.locator("#messages .whisper")
        until(lambda: shown.all_text_contents() == ["You whisper to Ann: psst"], "whisper on the page")
        for _ in range(2):
            tell(ann, type="whisper", to="Eve", text="<b>and you</b>", id=1)
        tell(ann, "to all")
        until(lambda: "Ann: to all" in messages(page).all_text_contents(), "message behind it")
        assert shown.all_text_contents()[1:] == ["Ann whispers to you: <b>and you</b>"]
        ann.close()
        until(lambda: "Ann left." in messages(page).all_text_contents(), "leaving of Ann")
        assert to.input_value() == "Ann", "else the next whisper would go to all"
        send(page, "secret")
        until(lambda: "Not sent: secret" in messages(page).all_text_contents(), "word that it was not sent")
        assert status(page).text_content() == "The room says: Ann is not here."
        assert sending(page).count() == 0
        assert box(page).input_value() == ""
