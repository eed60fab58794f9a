"""Who is let in, and how much they may ask: over a real socket, and from a page in a real Chromium."""

import asyncio
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, suppress
from types import SimpleNamespace

import httpx2
import pytest
from fastapi import FastAPI, WebSocket
from fastapi.responses import HTMLResponse
from websockets.asyncio.client import connect as connect_in_bottle
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect

from app import guard
from app.background import BackgroundServer
from app.guard import RateLimit
from app.main import app, websocket_endpoint
from tests.app.raw_client import RawClient, in_bottle
from tests.conftest import ask, unusual
from tests.deadlines import seconds

REFUSAL = ['"WebSocket /ws" 403', "connection rejected (403 Forbidden)"]  # uvicorn's line and websockets'


def status_of(server, origin, url=None, headers=()):
    """Return the status that a client with this Origin gets, where 101 is "come in"."""
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        try:
            with connect(
                url or server.ws_url, sock=sock, origin=origin, additional_headers=headers, proxy=None
            ) as ws:
                assert ask(ws, "hello") == "Message text was: hello"
                return ws.response.status_code
        except InvalidStatus as refusal:
            return refusal.response.status_code


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, None),  # who sends no Origin is no browser
        ("http://{host}", None),
        ("https://{host}", None),  # as where a proxy in front of it speaks https
        ("HTTP://{host}", None),
        ("http://chat.example", "Chat.Example"),  # on the default port, which no header names
        ("http://CHAT.example", "Chat.Example"),
    ],
)
def test_own_origin(server, origin, host):
    """The chat's own page is let in, and so is a client that sends no Origin."""
    own = origin and origin.format(host=f"127.0.0.1:{server.port}")
    assert status_of(server, own, host and f"ws://{host}/ws") == 101
    assert unusual(server) == []


OTHERS = """
http://evil.example http://localhost:PORT http://127.0.0.1 http://127.0.0.1:1 http://127.0.0.1:PORT0
http://evil127.0.0.1:PORT http://evil.example.127.0.0.1:PORT http://127.0.0.1:PORT.evil.example
http://127.0.0.1:PORT@evil.example http://evil.example/http://127.0.0.1:PORT
http://evil.example?x=://127.0.0.1:PORT http://grüße.example 127.0.0.1:PORT null file:// http://
"""


@pytest.mark.parametrize("origin", [*OTHERS.split(), ""])
def test_another_origin(server, origin):
    """A page of any other origin is refused with HTTP 403, in two lines of the log."""
    assert status_of(server, origin.replace("PORT", str(server.port))) == 403
    assert unusual(server) == REFUSAL


PROXIES = [
    ("https://chat.example", "chat.example", 101),
    ("http://127.0.0.1:{port}", "chat.example", 101),
    ("https://evil.example", "chat.example", 403),
    ("https://evil.chat.example", "chat.example", 403),
    ("file://", "chat.example", 403),
    ("https://chat.example", "Chat.Example", 101),
    ("https://chat.example", "chat.example, 10.0.0.1:8000", 101),
    ("https://chat.example", "chat.example,inner.example", 101),
    ("https://chat.example", "chat.example , inner.example", 101),
    ("https://chat.example", "evil.example, chat.example", 403),
    ("http://", "", 403),
]


@pytest.mark.parametrize(("origin", "names", "status"), PROXIES)
def test_behind_proxies(server, origin, names, status):
    """The name that a proxy was asked for, the first in X-Forwarded-Host, is an own origin too."""
    headers = {"X-Forwarded-Host": names}
    assert status_of(server, origin.format(port=server.port), headers=headers) == status


@pytest.fixture
def clock(monkeypatch):
    """The clock that RateLimit reads: it stands still until a test sets `clock.now`."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(guard, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def test_rate_limit_at_its_edge(clock):
    """In a second 20 messages are allowed and the 21st is not; when the second is over, one is again."""
    rate, later = RateLimit(20, seconds=1), RateLimit(20, seconds=1)
    assert not any(rate.exceeded() or later.exceeded() for _ in range(20))
    clock.now = 0.999
    assert rate.exceeded()
    clock.now = 1.0
    assert not later.exceeded()


def test_rate_limit_counts_any_second(clock):
    """Ten messages at the end of a second and eleven at the start of the next are one too many."""
    rate = RateLimit(20, seconds=1)
    clock.now = 0.9
    assert not any(rate.exceeded() for _ in range(10))
    clock.now = 1.1
    assert [rate.exceeded() for _ in range(11)] == [False] * 10 + [True]


def test_rate_limit_below_it(clock):
    """Messages just as fast as is allowed never exceed the limit, however long that goes on."""
    rate = RateLimit(16, seconds=1)
    for message in range(10_000):
        clock.now = message / 16  # which a float holds exactly
        assert not rate.exceeded()


def test_rate_limit_of_what_has_waited(clock):
    """What waited for the server for three seconds may be what four seconds allow, and not more."""
    rate = RateLimit(20, seconds=1)
    clock.now = 10.0
    assert [rate.exceeded(after=7.0) for _ in range(81)] == [False] * 80 + [True]


def test_rate_limit_is_not_saved_up(clock):
    """Who has waited for long, and the server with him, may say no more at once than before."""
    rate = RateLimit(20, seconds=1)
    for now in [0.0, 60.0]:
        clock.now = now
        assert [rate.exceeded(after=now - 0.1) for _ in range(21)] == [False] * 20 + [True]


def stand_still(server, length):
    """Block the event loop of a server for so many seconds."""
    app = server.app

    async def blocking(scope, receive, send):
        server.swap(app)
        time.sleep(length)  # which no endpoint should do, and one will
        await app(scope, receive, send)

    server.swap(blocking)
    return httpx2.get(server.url, trust_env=False, timeout=seconds(length + 10)).status_code


def test_server_that_stands_still_blames_nobody():
    """Who keeps to the limit while the server stands still for two seconds is answered in full afterwards.

    This runs with uvloop, where it is installed, which has another order than asyncio and its bottle.
    """
    with BackgroundServer(app, port=0) as server, ThreadPoolExecutor() as pool:
        with connect(server.ws_url, proxy=None) as ws:
            assert ask(ws, "first") == "Message text was: first"
            still = pool.submit(stand_still, server, 2)
            for number in range(36):
                time.sleep(1 / 18)  # the pace is the subject: what is late is not made up for
                ws.send(str(number))
            answers = [ws.recv(timeout=seconds(10)) for _ in range(36)]
            assert answers == [f"Message text was: {number}" for number in range(36)]
            assert still.result() == 200
        assert ws.close_code == 1000
        assert unusual(server) == []


async def answered_at_its_pace(client, busy_at):
    """Say 36 texts, 18 a second, to an app that is busy for two seconds at one of them; hear 36 answers."""
    async with client.visit() as ws:
        for number in range(36):
            await asyncio.sleep(1 / 18)
            await ws.send(f"{number}")
            if number == busy_at:
                client.network.now += 2  # a call that blocks the loop of everybody
        assert [await ws.recv() for _ in range(36)] == [f"Message text was: {number}" for number in range(36)]


class Visitor(RawClient):
    """A client of the chat as it is, whose endpoint may be slow."""

    @asynccontextmanager
    async def visit(self):
        self.app = app
        await self.open()
        async with connect_in_bottle("ws://server/ws", proxy=None) as ws:
            yield ws


@pytest.mark.parametrize("busy_at", [0, 20, 35])
def test_loop_that_stands_still_blames_nobody(busy_at):
    """Who keeps to the limit while the loop stands still for two seconds is answered in full afterwards."""
    in_bottle(lambda client: answered_at_its_pace(client, busy_at), Visitor)()


def test_endpoint_that_is_slow_blames_nobody(monkeypatch):
    """Who keeps to the limit while its own endpoint is busy for two seconds is answered in full."""
    send_text = WebSocket.send_text

    async def send_slowly(self, text):
        await asyncio.sleep(2 * text.endswith(" 3"))
        await send_text(self, text)

    monkeypatch.setattr(WebSocket, "send_text", send_slowly)
    in_bottle(lambda client: answered_at_its_pace(client, None), Visitor)()


def answers_to_flood(ws, count):
    """Send so many texts at once; return how many are answered until the server ends the connection.

    The client is to have no `max_queue`, so that it reads up to the close also while it sends.
    """
    with suppress(ConnectionClosed):
        for _ in range(count):
            ws.send("flood")
    answers = 0
    with suppress(ConnectionClosed):
        while ws.recv(timeout=seconds(10)):
            answers += 1
    assert ws.close_code in (1008, 1006)  # a client that still sends may see its end first
    return answers


async def flood_after_a_silence(client):
    """Who was silent while the server was awake has saved up nothing, and is sent away for 60 at once."""
    async with client.visit() as ws:
        await asyncio.sleep(10)
        for _ in range(60):
            await ws.send("flood")
        answers = []
        with suppress(ConnectionClosed):
            while True:
                answers.append(await ws.recv())
        assert (len(answers), ws.close_code) == (20, 1008)


test_flood_after_a_silence = in_bottle(flood_after_a_silence, Visitor)


def test_flood_while_the_server_stands_still(server):
    """Who floods a server that stands still for a second gets what that second allows, and is sent away."""
    with connect(server.ws_url, proxy=None, max_queue=None) as ws, ThreadPoolExecutor() as pool:
        assert ask(ws, "first") == "Message text was: first"
        began = time.monotonic()
        still = pool.submit(stand_still, server, 1)
        assert answers_to_flood(ws, 2000) <= 20 * (time.monotonic() - began + 2)
        still.result()


@pytest.mark.parametrize("error", [RuntimeError, KeyError, ValueError])
def test_bug(server, monkeypatch, error):
    """A bug in the echo ends the connection with 1011, and stands in the log."""

    def bug(*args, **fields):
        raise error("a bug")

    monkeypatch.setattr(RateLimit, "exceeded", bug)
    with connect(server.ws_url, proxy=None) as ws:
        with pytest.raises(ConnectionClosedError):
            ask(ws, "hello")
        assert (ws.close_code, ws.close_reason) == (1011, "an error of the server")
    [line] = unusual(server)
    assert line.startswith(error.__name__)


def test_21_messages_in_a_second(server):
    """Of 21 messages at once, 20 are answered and the last is answered with close code 1008."""
    with connect(server.ws_url, proxy=None) as ws:
        for number in range(21):
            ws.send(str(number))
        assert [ws.recv(timeout=seconds(10)) for _ in range(20)] == [
            f"Message text was: {n}" for n in range(20)
        ]
        with pytest.raises(ConnectionClosedError):
            ws.recv(timeout=seconds(10))
    assert (ws.close_code, ws.close_reason) == (1008, "too many messages")
    assert unusual(server) == []


def test_one_that_floods_and_five_that_talk(server):
    """A flood of messages ends the connection that sent them, and the others lose none of theirs."""
    with ExitStack() as stack:
        options = {"proxy": None, "max_queue": None}  # else a reset may take what the flood has not read
        flood, *others = [stack.enter_context(connect(server.ws_url, **options)) for _ in range(6)]
        for number in range(15):
            with suppress(ConnectionClosed):
                for _ in range(20):  # each time as many as there may be in a second
                    flood.send("flood")
            answers = [ask(ws, f"{number} of {id(ws)}") for ws in others]
            assert answers == [f"Message text was: {number} of {id(ws)}" for ws in others]
        answers = []
        with pytest.raises(ConnectionClosedError):
            answers.extend(iter(lambda: flood.recv(timeout=seconds(10)), None))
        assert set(answers) == {"Message text was: flood"}
        assert 20 <= len(answers) < 300
        assert (flood.close_code, flood.close_reason) == (1008, "too many messages")
    assert [ws.close_code for ws in others] == [1000] * 5
    assert unusual(server) == []


async def steady_client(client):
    """A client that stays below the limit is answered for as long as it wishes."""
    async with client.visit() as ws:
        for number in range(100):
            await ws.send(f"{number}")
            assert await ws.recv() == f"Message text was: {number}"
            await asyncio.sleep(1 / 18)


test_steady_client = in_bottle(steady_client, Visitor)


def test_text_that_is_no_utf_8(server):
    """Text that is no UTF-8 is one line in the log of a BackgroundServer too, and not its traceback."""
    with connect(server.ws_url, proxy=None) as ws:
        ws.send(b"\xff", text=True)
        with pytest.raises(ConnectionClosedError):
            ws.recv(timeout=seconds(10))
    assert unusual(server) == ["Invalid UTF-8 sequence received from client."]


ATTACK = """
<!doctype html>
<title>Win a prize</title>
<script>
  const events = [];
  const socket = new WebSocket("WS_URL");
  socket.onopen = () => { events.push("open"); socket.send("as the visitor"); };
  socket.onmessage = (event) => { events.push(event.data); socket.close(); };
  socket.onerror = () => events.push("error");
  socket.onclose = (event) => { events.push(event.code); document.title = "over"; };
</script>
"""


@pytest.fixture
def attack(browser):
    """A function that opens a page from another server, which attacks `server`; return what it saw."""
    evil, context = FastAPI(), browser.new_context()

    @evil.get("/", response_class=HTMLResponse)
    async def prize(victim: str):
        return ATTACK.replace("WS_URL", victim)

    def attack(server):
        page = context.new_page()
        page.goto(f"{evil_server.url}?victim={server.ws_url}")
        page.wait_for_function("document.title === 'over'", timeout=seconds(15) * 1000)
        return page.evaluate("events")

    with BackgroundServer(evil, port=0) as evil_server:
        yield attack
    context.close()


def test_page_of_another_origin_without_the_guard(attack):
    """Without the guard a page of another origin opens the socket, and reads the answer."""
    unguarded = FastAPI()
    unguarded.add_api_websocket_route("/ws", websocket_endpoint)
    with BackgroundServer(unguarded, port=0) as server:
        assert attack(server)[:2] == ["open", "Message text was: as the visitor"]


def test_page_of_another_origin(attack, server):
    """The guard refuses the same page: it sees an error and close code 1006, and never a message."""
    assert attack(server) == ["error", 1006]
    assert unusual(server) == REFUSAL
