"""The room with accounts: the log-in, the tickets, and a right that ends, over the real server."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import html5lib
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import expect
from websockets.asyncio import client
from websockets.exceptions import ConnectionClosed

from app import limits
from app.__main__ import main
from app.accounts import Accounts, worker
from app.hardened import SETTINGS
from app.messages import Refused
from app.sessions import Sessions, key_of
from app.tickets import Tickets
from lesson.bottle import simulate, start_server
from tests.app.rooms import serve_room, tell, told, visit
from tests.app.test_ws_js import behind_a_hub, violations, width
from tests.conftest import ROOT
from tests.deadlines import seconds, until

PASSWORD = "swordfish über alles"
SEPARATELY = PASSWORD.replace("ü", "u\N{COMBINING DIAERESIS}")  # as some keyboards write it


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A file with two accounts."""
    file = tmp_path_factory.mktemp("accounts") / "accounts.json"
    for name in ["Ann", "Ben"]:
        Accounts(file).add(name, PASSWORD)
    return file


@pytest.fixture
def server(file):
    with serve_room(ACCOUNTS_FILE=file) as server:
        yield server


@contextmanager
def http(server, name=None):
    """An HTTP client that keeps cookies; with a name, one that is logged in."""
    with httpx2.Client(base_url=server.url, trust_env=False, timeout=seconds(10)) as browser:
        if name:
            assert sent_form(browser, name).status_code == 303
        yield browser


def sent_form(browser, name="Ann", password=PASSWORD, **options):
    return browser.post("room/login", data={"name": name, "password": password}, **options)


def ticket_of(browser):
    answer = browser.post("room/ticket")
    assert answer.status_code == 200
    return answer.text


def end_of(ws):
    """Return the code and the reason with which a connection ends."""
    with suppress(ConnectionClosed):
        while True:
            ws.recv(timeout=seconds(10))
    return ws.close_code, ws.close_reason


@contextmanager
def inside(server, browser, name):
    """Somebody who is in the room, with a ticket."""
    with visit(server) as ws:
        ws.send(ticket_of(browser))
        tell(ws, type="join", name=name)
        told(ws, type="welcome")
        yield ws


def test_an_account_is_kept_without_its_password(file):
    """The password is not in the file, each account has a salt, and nobody else may read the file."""
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert PASSWORD not in file.read_text(encoding="utf-8")
    assert kept["Ann"]["hash"] != kept["Ben"]["hash"]
    assert os.name == "nt" or file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "password", "right"),
    [
        ("Ann", PASSWORD, True),
        ("Ann", SEPARATELY, True),
        ("ann", PASSWORD, False),
        ("Zoe", PASSWORD, False),
        ("Ann", "", False),
        ("Ann", "a\0b", False),
        ("Ann", "\ud800", False),
        ("", "", False),
    ],
)
def test_has(file, name, password, right):
    """The password opens, however its letters are composed, and nothing else does."""
    assert asyncio.run(Accounts(file).has(name, password)) is right


def test_a_stranger_takes_as_long(file):
    """The time of a log-in does not tell whether there is such an account."""
    work = {}
    for name in ["Ann", "Zoe"]:
        began = time.process_time()
        asyncio.run(Accounts(file).has(name, "a wrong password"))
        work[name] = time.process_time() - began
    assert work["Zoe"] > work["Ann"] / 2


@pytest.mark.parametrize(
    ("name", "password"), [("A\u200bnn", PASSWORD), ("Ann", "short"), ("Ann", "a\0" * 9)]
)
def test_no_such_account(tmp_path, name, password):
    """What the room takes for no name, or what is short or cannot be typed, makes no account."""
    with pytest.raises((Refused, ValueError)):
        Accounts(tmp_path / "accounts.json").add(name, password)
    assert not any(tmp_path.iterdir())


@given(st.one_of(st.text(), st.from_regex(r"[\w-]+\.[\w-]+\.[\w-]+")))
def test_what_is_no_ticket(text):
    """Whatever text somebody sends, it is no ticket."""
    assert Tickets().take(text) is None


def test_a_ticket_is_taken_once():
    """In none of the ways in which the same signature can be written."""
    tickets = Tickets()
    ticket = tickets.sell("key")
    ways = [ticket[:-1] + chr(ord(ticket[-1]) + more) for more in range(4)]
    assert [tickets.take(way) for way in ways] == ["key", None, None, None]
    assert tickets.signer.loads(ways[1])  # a good one, so the number is what refuses it


def test_tickets_end_and_are_forgotten():
    """A ticket is good for some seconds, and what was taken is remembered for no longer than needed."""

    async def scenario(network):
        tickets = Tickets()
        early, late = tickets.sell("early"), tickets.sell("late")
        await asyncio.sleep(limits.TICKET_SECONDS - 1)
        taken = tickets.take(early)
        await asyncio.sleep(3)
        too_late, again = tickets.take(late), tickets.take(early)
        await asyncio.sleep(2 * limits.TICKET_SECONDS)
        tickets.take(tickets.sell("another"))
        return taken, too_late, again, len(tickets.taken)

    assert simulate(scenario).result == ("early", None, None, 1)


def test_sessions_that_are_over_are_forgotten():
    """A session that nobody ends is dropped after its time, at the next log-in."""

    async def scenario(network):
        sessions = Sessions()
        key = key_of(sessions.begin("Ann"))
        sessions.open[key].ends = time.monotonic() + 10
        await asyncio.sleep(11)
        found = sessions.find(key)
        sessions.begin("Ben")
        return found, [session.name for session in sessions.open.values()]

    assert simulate(scenario).result == (None, ["Ben"])


def type_password(monkeypatch, name, password, file):
    """Run `python3 -m app --add-account NAME`, and type that at its prompt; return with what it exits."""
    monkeypatch.setattr(sys, "argv", ["app", "--add-account", name])
    monkeypatch.setenv("ACCOUNTS_FILE", str(file))
    monkeypatch.setattr("app.__main__.getpass", lambda prompt: password)
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


@pytest.mark.parametrize(
    ("name", "password", "file", "sentence"),
    [
        ("Ann", PASSWORD, "", "Set ACCOUNTS_FILE to a file, which may be new"),
        ("", PASSWORD, "new.json", "No password of '' was kept: String should have at least 1 character"),
        ("A\u200bnn", PASSWORD, "new.json", "No password of 'A\\u200bnn' was kept: a name cannot have"),
        ("Ann", "short", "new.json", "No password of 'Ann' was kept: a password has at least 8 characters"),
        ("Ann", "a\0" * 9, "new.json", "No password of 'Ann' was kept: "),
        ("Ann", PASSWORD, "no/folder.json", "No password of 'Ann' was kept: [Errno 2] No such file"),
        ("Ann", PASSWORD, "damaged.json", "No password of 'Ann' was kept: Expecting value: line 1"),
    ],
)
def test_bad_input_of_add_account(name, password, file, sentence, tmp_path, monkeypatch):
    """It is one sentence, which does not tell the password, and no account."""
    damaged = tmp_path / "damaged.json"
    damaged.write_text("no JSON", encoding="utf-8")
    said = type_password(monkeypatch, name, password, file and tmp_path / file)
    assert said.startswith(sentence)
    assert "\n" not in said
    assert password not in said
    assert list(tmp_path.iterdir()) == [damaged]
    assert damaged.read_text(encoding="utf-8") == "no JSON"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminal")
def test_add_account_at_a_terminal(tmp_path):
    """The password is typed at the prompt, is not shown, and opens; what had been there is still there."""
    file = tmp_path / "accounts.json"
    Accounts(file).add("Ben", PASSWORD)
    in_terminal = [sys.executable, "-c", "import pty, sys; pty.spawn(sys.argv[1:])"]
    command = [*in_terminal, sys.executable, "-m", "app", "--add-account", "Ann"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "ACCOUNTS_FILE": str(file)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as program:
        said = b""
        while not said.endswith(b"Password of Ann: "):  # only then is nothing shown any more
            said += program.stdout.read(1) or pytest.fail(f"it ended, and said: {said}")
        program.stdin.write(f"{PASSWORD}\n".encode())
        program.stdin.flush()
        assert program.stdout.read().split() == b"Ann has an account now.".split()
    assert all(asyncio.run(Accounts(file).has(name, PASSWORD)) for name in ["Ann", "Ben"])


def test_login_page_is_valid():
    """The form parses as HTML without an error."""
    html5lib.HTMLParser(strict=True).parse((ROOT / "templates" / "login.html").read_text(encoding="utf-8"))


def test_without_accounts_there_is_no_login():
    """Without ACCOUNTS_FILE there are no such pages, the room's page is as it was, and all may join."""
    with serve_room() as server, http(server) as guest, visit(server) as ws:
        assert [guest.get(f"room/{path}").status_code for path in ["login", "ticket"]] == [404, 404]
        page = guest.get("room").text
        assert "logOutForm" not in page
        assert page == (ROOT / "templates" / "room.html").read_text(encoding="utf-8").rstrip("\n").replace(
            page_with_accounts(), ""
        )
        tell(ws, type="join", name="Ann")
        assert told(ws)["type"] == "welcome"


def page_with_accounts():
    """Return the part of the template that is for accounts alone."""
    text = (ROOT / "templates" / "room.html").read_text(encoding="utf-8")
    start = text.index("\n    {%- if account %}")
    return text[start : text.index("{%- endif %}") + len("{%- endif %}")]


def test_the_way_in(server):
    """Without a log-in there are the form and no ticket; with it there are the page and a ticket."""
    with http(server) as ann:
        assert ann.get("room").headers["location"] == "room/login"
        assert ann.post("room/ticket").status_code == 401
        assert sent_form(ann, password="wrong").status_code == 401
        cookie = sent_form(ann).headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path" not in cookie
        assert 'data-account="Ann"' in ann.get("room").text
        assert ann.post("room/ticket").headers["cache-control"] == "no-store"
        with inside(server, ann, "Ann"):
            pass


def test_a_new_login_ends_the_session_before_it(server):
    """An id that somebody has put into a browser is worth nothing after a log-in there."""
    with http(server, "Ann") as ann:
        before = dict(ann.cookies)
        sent_form(ann)
        assert dict(ann.cookies) != before
        with http(server) as thief:
            thief.cookies.update(before)
            assert thief.post("room/ticket").status_code == 401


def test_only_with_a_ticket(server):
    """A ticket opens one socket; no ticket, a join in its place, and bytes are refused with a reason."""
    with http(server, "Ann") as ann, inside(server, ann, "Ann"):
        used = ticket_of(ann)
        with visit(server) as ws:
            ws.send(used)
            tell(ws, type="join", name="Ben")
            assert told(ws)["reason"] == "you are logged in as Ann"
        for first, end in [
            (used, (1008, "no valid ticket")),
            ("", (1008, "no valid ticket")),
            ('{"type": "join", "name": "Ann"}', (1008, "no valid ticket")),
            ("x" * limits.MESSAGE_BYTES, (1008, "no valid ticket")),
            (b"ticket", (1003, "text only")),
        ]:
            with visit(server) as ws:
                ws.send(first)
                assert end_of(ws) == end


def test_what_comes_after_the_end_is_not_said(server):
    """Also where the socket has not been closed yet."""
    with http(server, "Ann") as ann, inside(server, ann, "Ann") as ws:
        [session] = server.door.sessions.open.values()
        session.ends = time.monotonic() - 1  # the task that closes waits as long as before
        tell(ws, "too late")
        assert end_of(ws) == (1008, "log in again")


def test_nobody_waits_for_who_has_left(server):
    """With the socket ends the task that would close it at the end of the session."""

    async def scenario(network):
        await start_server(network, server.app, **SETTINGS)
        key = key_of(server.door.sessions.begin("Ann"))
        left = []
        async with client.connect("ws://server/room/ws", proxy=None) as ws:
            await ws.send(server.door.tickets.sell(key))
            await ws.send("no JSON")
            await ws.recv()
            left.append(waiting())
        await asyncio.sleep(1)
        return [*left, waiting()]

    def waiting():
        return sum(task.get_coro().__name__ == "close_at_the_end" for task in asyncio.all_tasks())

    run = simulate(scenario)
    assert run.error is None
    assert run.result == [1, 0]


def test_a_logout_ends_the_sockets_of_that_session(server):
    """Also one that has not joined; another session of the same person goes on."""
    with http(server, "Ann") as ann, http(server, "Ann") as phone, visit(server) as waiting:
        waiting.send(ticket_of(ann))
        tell(waiting, type="join", name="Zoe")
        told(waiting, type="error")
        with inside(server, phone, "Ann") as other:
            assert ann.post("room/logout").status_code == 303
            assert end_of(waiting) == (1008, "logged out")
            tell(other, "still here")
            told(other, text="still here")
        assert ann.post("room/ticket").status_code == 401


def test_another_origin_is_refused(server):
    """A foreign page can neither log anybody in or out, nor get a ticket."""
    with http(server, "Ann") as ann:
        for path in ["login", "ticket", "logout"]:
            answer = ann.post(f"room/{path}", headers={"Origin": "http://evil.example"})
            assert (answer.status_code, answer.json()) == (403, {"detail": "another origin"})
        ticket_of(ann)


def test_tries_are_limited(server):
    """Who guesses has some tries with one name, and then none, not even with the right password."""
    with http(server) as guesser:
        name = "Nobody of that name"
        answers = [
            sent_form(guesser, name, password="").status_code for _ in range(limits.TRIES_PER_MINUTE + 1)
        ]
        assert answers == [401] * limits.TRIES_PER_MINUTE + [429]


def test_who_waits_is_limited(server, monkeypatch):
    """Who tries many names keeps nobody waiting: while some wait, a log-in is refused at once."""
    monkeypatch.setattr(limits, "WAITING_LOGINS", 2)
    free = threading.Event()
    worker.submit(free.wait)
    with http(server) as ann, http(server) as guesser, ThreadPoolExecutor(2) as pool:
        try:
            waiting = [pool.submit(sent_form, guesser, name) for name in ["Nobody", "Somebody"]]
            until(lambda: server.door.accounts.waiting == 2, "log-in that waits")
            assert sent_form(ann).status_code == 429
        finally:
            free.set()
        assert [answer.result().status_code for answer in waiting] == [401, 401]
        assert sent_form(ann).status_code == 303


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HALF = (
    b"POST /room/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 100\r\n\r\nname="
)


@pytest.mark.parametrize(
    "body", [b"", b"name", b"name=%ed%a0%80&password=%00", b"\xff\xfe", b"&" * 500, b"name=Ann&name=Ben"]
)
def test_what_is_no_form(server, body):
    """Whatever bytes come, they log nobody in, and are no error of the server."""
    with http(server) as guest:
        assert guest.post("room/login", content=body, headers=FORM).status_code == 401


def test_a_form_without_end(server):
    """More bytes than a form has are refused, also where their number is not said."""
    with http(server) as guest:
        for content in [b"x" * (limits.FORM_BYTES + 1), iter([b"x" * 1000] * 10)]:
            assert guest.post("room/login", content=content, headers=FORM).status_code == 413


def test_a_form_that_does_not_come(server, monkeypatch):
    """A form of which a part is missing is waited for, and not for ever."""
    monkeypatch.setattr(limits, "REQUEST_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", server.port), seconds(10)) as raw:
        raw.sendall(HALF)
        assert raw.recv(1000) == b""
    assert not [line for line in server.logs() if "Error" in line]


def test_who_is_gone_while_the_form_comes(server):
    """It is no error of the server."""
    with socket.create_connection(("127.0.0.1", server.port), seconds(10)) as raw:
        raw.sendall(HALF)
    with http(server) as guest:
        guest.get("room/login")
    assert not [line for line in server.logs() if "Error" in line or "Disconnect" in line]


async def end_in_bottle(network, *texts):
    """Return when and how a connection ends whose client says these texts."""
    async with client.connect("ws://server/room/ws", proxy=None) as ws:
        for text in texts:
            await ws.send(text)
        await ws.wait_closed()
        return round(network.time()), ws.close_code, ws.close_reason


def test_the_time_is_over(server):
    """A socket ends with its session, and one whose ticket does not come ends as well."""
    door = server.door

    async def scenario(network):
        await start_server(network, server.app, **SETTINGS)
        key = key_of(door.sessions.begin("Ann"))
        door.sessions.find(key).ends = time.monotonic() + 60
        ann = network.create_task(end_in_bottle(network, door.tickets.sell(key)), name="Ann")
        return await end_in_bottle(network), await ann

    run = simulate(scenario)
    assert run.error is None
    assert run.result == (
        (limits.REQUEST_SECONDS, 1008, "no valid ticket"),
        (60, 1008, "the time is over"),
    )


def test_a_name_is_text(tmp_path):
    """Whatever is in a name, the page shows it, and takes nothing of it for HTML."""
    name = "\"><b>&amp;'"
    Accounts(tmp_path / "accounts.json").add(name, PASSWORD)
    with serve_room(ACCOUNTS_FILE=tmp_path / "accounts.json") as server, http(server, name) as client:
        page = html5lib.parse(client.get("room").text, namespaceHTMLElements=False)
        assert page.find(".//*[@id='logOutForm']").get("data-account") == name
        assert page.find(".//b") is None
        with inside(server, client, name):
            pass


def test_a_cookie_of_https_stays_there(server):
    """Where a proxy says that the page came over https, the browser never sends its cookie without."""
    with http(server) as ann:
        assert "Secure" not in sent_form(ann).headers["set-cookie"]
        assert "Secure" in sent_form(ann, headers={"X-Forwarded-Proto": "https"}).headers["set-cookie"]


def test_the_page(server, browser):
    """The form, a mistake in it, the room, a log-out in another tab: all in a browser."""
    page = browser.new_context().new_page()
    page.goto(server.url + "room")
    page.get_by_label("Name").fill("Ann")
    page.get_by_label("Password").fill("wrong password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("No account has that name and that password.")
    page.get_by_label("Name").fill("Ann")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("status")).to_have_text("Connected. Join with a name.")
    expect(page.get_by_label("Name")).to_have_value("Ann")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("status")).to_have_text("You are in the room as Ann.")
    assert page.evaluate("document.cookie") == ""
    other = page.context.new_page()
    other.goto(server.url + "room")
    other.get_by_role("button", name="Log out").click()
    expect(other.get_by_label("Password")).to_be_visible()
    expect(page.get_by_label("Password")).to_be_visible()  # its socket ended, and no ticket was to be had
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_login_axe(server, browser, scheme):
    """axe finds no violation in the form, with and without a mistake, and it fits on a phone."""
    page = browser.new_context(color_scheme=scheme, viewport={"width": 320, "height": 480}).new_page()
    page.goto(server.url + "room")
    assert violations(page) == []
    page.get_by_label("Name").fill("Zoe")
    page.get_by_label("Password").fill("no password of hers")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("No account")
    assert violations(page) == []
    assert width(page) == 320
    page.context.close()


def test_login_below_a_prefix_without_javascript(server, browser):
    """The form works as behind a hub's proxy, needs no script, and its cookie goes nowhere else."""
    page = browser.new_context(java_script_enabled=False).new_page()
    address = behind_a_hub(server)
    page.goto(address + "room")
    page.get_by_label("Name").fill("Ann")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    [cookie] = page.context.cookies()
    assert address.endswith(cookie["path"].removesuffix("room"))
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    page.context.close()
