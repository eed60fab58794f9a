"""How the server speaks HTTP and WebSocket, to clients that break the rules and to those beside them."""

import asyncio
import re
import time
import tracemalloc
from contextlib import asynccontextmanager, contextmanager, suppress
from types import SimpleNamespace

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from websockets.asyncio.client import connect as connect_in_bottle
from websockets.exceptions import ConnectionClosed, ConnectionClosedError
from websockets.protocol import CLOSED, CLOSING
from websockets.server import ServerProtocol
from websockets.sync.client import connect

from app import limits
from app.background import BackgroundServer
from app.hardened import SETTINGS
from app.main import app
from tests.app.raw_client import RawClient, in_bottle
from tests.bench.peers import FLOODS, flooded
from tests.conftest import HANDSHAKE, ask, knock, let_in, open_raw
from tests.deadlines import seconds, until

TEXT, EMPTY_PIECE, FIRST_PIECE, LAST_PIECE, PING, PONG, CLOSE = (
    head + b"\x80\0\0\0\0" for head in (b"\x81", b"\0", b"\x01", b"\x80", b"\x89", b"\x8a", b"\x88")
)
BIG_PING = b"\x89\xfd\0\0\0\0" + b"x" * 125


def rest_of(client):
    """Return all that a server sends until it ends the connection, in whatever way."""
    client.settimeout(seconds(10))
    received = b""
    with suppress(ConnectionError):
        while part := client.recv(2**16):
            received += part
    return received


def exactly(client, count):
    """Return so many bytes from a server; fewer where it ends the connection."""
    with client.makefile("rb") as stream:
        return stream.read(count)


def send_until_cut_off(client, data, pause=0.05):
    """Send the same again and again, and read what comes, until the server ends the connection."""
    deadline = time.monotonic() + seconds(5)
    client.settimeout(pause)
    with suppress(ConnectionError):
        while time.monotonic() < deadline:
            client.sendall(data)
            with suppress(TimeoutError):
                while client.recv(2**16):
                    pass
                return
    assert time.monotonic() < deadline


def until_ended(server):
    """Wait until a server has no connection any more, and no endpoint that runs."""
    state = server.uvicorn.server_state
    until(lambda: not state.connections and not state.tasks, "end of the connections")


def only_connection(server):
    [connection] = server.uvicorn.server_state.connections
    return connection


def errors(server):
    return [line for line in server.logs() if "Error" in line]


def app_with(endpoint, accepts=True, events=None):
    """Return an app whose socket, accepted or not, is handed to the endpoint; its end is an event."""

    @asynccontextmanager
    async def lifespan(app):
        yield
        if events is not None:
            events.append("down")

    app = FastAPI(lifespan=lifespan)

    @app.websocket("/ws")
    async def on_socket(websocket: WebSocket):
        if accepts:
            await websocket.accept()
        with suppress(WebSocketDisconnect):
            await endpoint(websocket)

    return app


async def on_echo(websocket):
    async for text in websocket.iter_text():
        await websocket.send_text(text)


async def on_tell(websocket):
    while True:
        await websocket.send_text("x" * 60_000)


async def on_bytes_close(websocket):
    await websocket.receive()
    await websocket.close(1003, "text only")


@contextmanager
def serving(endpoint, accepts=True, events=None, **settings):
    with BackgroundServer(app_with(endpoint, accepts, events), port=0, **(SETTINGS | settings)) as server:
        yield server


@pytest.fixture
def echo():
    with serving(on_echo) as server:
        yield server


# A handshake


def handshake(path="/ws", *lines):
    request = HANDSHAKE.replace(b"GET /ws", f"GET {path}".encode()).removesuffix(b"\r\n")
    return request + "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


REFUSED = {
    "a long cookie": (handshake("/ws", "Cookie: " + "a" * 9000), b"431"),
    "many headers": (handshake("/ws", *(f"X-{number}: 1" for number in range(130))), b"431"),
    "a long query": (handshake("/ws?" + "a" * 9000), b"414"),
    "a body": (handshake("/ws", "Content-Length: 5") + b"hello", b"400"),
    "a body in chunks": (handshake("/ws", "Transfer-Encoding: chunked") + b"0\r\n\r\n", b"400"),
    "no key": (HANDSHAKE.replace(b"Sec-WebSocket-Key", b"X-Key"), b"400"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_handshake(kind):
    """A handshake that is refused is answered, and ended; the server then stops as it should."""
    (request, status), events = REFUSED[kind], []
    with serving(on_echo, events=events) as server, connect(server.ws_url, proxy=None) as ws:
        with knock(server.port, request) as client:
            assert rest_of(client).startswith(b"HTTP/1.1 " + status)
        with knock(server.port, request):  # which does not read
            assert ask(ws, "and I?") == "and I?"
            server.stop()
        with pytest.raises(ConnectionClosedError):
            ws.recv(timeout=seconds(10))
        assert ws.close_code == 1012
    assert events == ["down"]
    assert errors(server) == []


EARLY = {
    "a text": (b"\x81\x82\0\0\0\0hi", b"\x81\x02hi"),
    "a ping and a text": (PING + b"\x81\x82\0\0\0\0hi", b"\x8a\0\x81\x02hi"),
    "a text in pieces": (b"\x01\x81\0\0\0\0h" + b"\x80\x81\0\0\0\0i", b"\x81\x02hi"),
    "a close": (CLOSE, b"\x88\0"),
    "a bad frame": (b"\x83\x80\0\0\0\0", b"\x88\x10\x03\xeainvalid opcode"),
}


@pytest.mark.parametrize("kind", EARLY)
def test_frames_in_the_packet_of_the_handshake(echo, kind):
    """What comes in the same packet as the handshake is answered, after the handshake."""
    frames, answer = EARLY[kind]
    with knock(echo.port, HANDSHAKE + frames) as client:
        let_in(client)
        assert exactly(client, len(answer)) == answer
    echo.stop()
    assert errors(echo) == []


def test_frames_before_a_late_answer():
    """What comes with the handshake waits for an app that takes its time to accept."""
    frame = b"\x81\x82\0\0\0\0hi"

    async def on_knock(websocket):
        await websocket.receive()  # the connection is asked for
        while only_connection(server).unparsed != frame:
            await asyncio.sleep(0.01)
        for _ in range(10):
            await asyncio.sleep(0)  # what is due comes before the app accepts
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())

    with serving(on_knock, accepts=False) as server, knock(server.port, HANDSHAKE + frame) as client:
        let_in(client)
        assert exactly(client, 4) == b"\x81\x02hi"


def test_flood_before_the_handshake_is_answered():
    """Who sends on and on before the app has accepted is cut off."""

    async def on_knock(websocket):
        await websocket.receive()  # the connection is asked for
        await websocket.receive()  # and ends

    with serving(on_knock, accepts=False) as server, knock(server.port) as client:
        send_until_cut_off(client, TEXT * 5000)
        until_ended(server)
        assert errors(server) == []


HALVES = [b"", b"GET /ws HTTP/1.1\r\nHost: 127", b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /"]


@pytest.mark.parametrize("half", HALVES, ids=["nothing", "half a request", "one and a half"])
def test_half_a_handshake(half):
    """A connection that does not ask for anything in time is ended, also if a byte comes now and then."""

    async def scenario(client):
        await client.open()
        client.writer.write(half)
        reading = asyncio.create_task(client.rest(20))
        assert 0 <= await client.send_until_cut_off(b"x" if half else b"") - limits.REQUEST_SECONDS < 2
        await reading
        assert not client.server().server_state.connections

    in_bottle(scenario)()


SLOW = b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"


class Late(RawClient):
    """One that asks for what takes its time."""

    async def ask(self):
        @self.app.get("/slow")
        async def on_slow():
            await asyncio.sleep(3 * limits.REQUEST_SECONDS)
            return "late"

        await self.open()
        self.writer.write(SLOW)


async def a_whole_request(client):
    """An open socket, and a response that takes long, live longer than the deadline of a request."""
    await client.ask()
    async with connect_in_bottle("ws://server/echo", proxy=None) as ws:
        assert (await client.rest(50)).endswith(b'"late"')
        await ws.send("and I?")
        assert await ws.recv() == "and I?"


async def half_a_request_behind_a_late_answer(client):
    """The deadline of a request counts anew from each answer, however late that came."""
    await client.ask()
    await client.reader.readuntil(b'"late"')
    began = client.network.time()
    client.writer.write(b"GET /")
    assert await client.rest(20) == b""
    assert client.network.time() - began > limits.REQUEST_SECONDS - 1


test_a_whole_request_has_no_deadline = in_bottle(a_whole_request, Late)
test_half_a_request_behind_a_late_answer = in_bottle(half_a_request_behind_a_late_answer, Late)


def test_clocks_end_with_their_connections(echo):
    """Who has left is kept by no timer: many who come and go would fill the memory."""
    with knock(echo.port, b"GET / HTTP/1.1\r\n"):
        until(lambda: hasattr(next(iter(echo.uvicorn.server_state.connections), None), "deadline"), "timer")
        asking = only_connection(echo)
    until_ended(echo)
    with open_raw(echo.port) as client:
        closing = only_connection(echo)
        client.sendall(b"\x83\x80\0\0\0\0")
        rest_of(client)
    until_ended(echo)
    assert asking.deadline.cancelled()
    assert closing.abort_timer.cancelled()


# The end of a connection


class Closed(RawClient):
    """One whom the server closes, and who has been sent that."""

    async def is_closed(self, kind="bytes_close"):
        await self.knock(kind, more=TEXT)
        await self.reader.readuntil(b"\x88\x0b\x03\xebtext only")

    async def close_and_stay(self, websocket):
        await self.bytes_close(websocket)
        await self.work(websocket)

    async def tell_much(self, websocket):
        await websocket.send_text("x" * 2_000_000)


async def nothing_is_parsed_after_a_close(client):
    """After its close the server answers no ping any more, and ends the connection at the client's close."""
    await client.is_closed()
    for data in [PING, b"\x88"]:
        await client.send(data)
    client.writer.write(b"\x82\0\0\0\0\x03\xeb")
    assert await client.rest(1) == b""


@pytest.mark.parametrize("kind", ["bytes_close", "close_and_stay"])
def test_both_close_at_once(kind):
    """A client's own close, behind texts that the app did not take, is the answer to the server's."""

    async def scenario(client):
        texts = TEXT + 2 * (b"\x81\xfe\x07\xd0\0\0\0\0" + b"x" * 2000)
        await client.knock(kind, more=texts + CLOSE)
        assert (await client.rest(1)).endswith(b"\x88\x0b\x03\xebtext only")

    in_bottle(scenario, Closed)()


async def close_that_is_not_answered(client):
    """A client that ignores a close, and talks on, is cut off when its time is over, and not before."""
    await client.is_closed()
    assert -1 < await client.send_until_cut_off(TEXT) - limits.CLOSE_SECONDS < 2
    assert not client.server().server_state.connections


async def end_of_an_endpoint(client):
    """Where the endpoint has ended, a client that does not fetch what it was sent is cut off."""
    await client.knock("tell_much")
    client.writer.transport.pause_reading()
    await asyncio.sleep(limits.CLOSE_SECONDS + 1)
    assert not client.server().server_state.connections


test_nothing_is_parsed_after_a_close = in_bottle(nothing_is_parsed_after_a_close, Closed)
test_close_that_is_not_answered = in_bottle(close_that_is_not_answered, Closed)
test_end_of_an_endpoint_whose_client_does_not_read = in_bottle(end_of_an_endpoint, Closed)


def test_endpoint_that_sends_to_one_that_broke_the_rules():
    """An endpoint that sends on after a bad frame learns that the client has left; the log shows no error."""

    async def on_fill(websocket):
        while not only_connection(server).transport.get_write_buffer_size():
            await websocket.send_text("x" * 20_000)
        await websocket.receive()  # the bad frame
        await websocket.send_text("and more")

    with serving(on_fill) as server, open_raw(server.port) as client:
        until(only_connection(server).transport.get_write_buffer_size, "text that has to wait")
        client.sendall(b"\x83\x80\0\0\0\0")
        until(lambda: not server.uvicorn.server_state.tasks, "end of the endpoint")
    assert errors(server) == []


def test_keepalive_as_shipped(echo):
    """A client whose machine has vanished is found out within a minute: settings of uvicorn that we keep."""
    assert echo.uvicorn.config.ws_ping_interval + echo.uvicorn.config.ws_ping_timeout <= 60


def test_stop_while_a_client_says_goodbye():
    """A client that has closed, and does not read the answer, does not keep the lifespan from its end."""
    events = []

    async def on_much(websocket):
        await websocket.send_text("x" * 20_000_000)  # which fills the way back
        await websocket.receive()
        events.append("closed")

    with serving(on_much, events=events) as server, open_raw(server.port) as slow:
        slow.sendall(CLOSE)
        until(lambda: events, "close")
        server.stop()
    assert events == ["closed", "down"]


# A flood


FLOODED = [*((app, kind) for kind in FLOODS), (app_with(on_echo), "texts")]


@pytest.fixture
def parsing(monkeypatch):
    """How many bytes a server has given to its parsers: in this turn of its loop, in any, after a close."""
    parsing, receive_data = SimpleNamespace(now=0, most=0, late=0), ServerProtocol.receive_data

    def noted(conn, data):
        if parsing.now == 0:
            asyncio.get_running_loop().call_soon(setattr, parsing, "now", 0)
        parsing.now += len(data)
        parsing.most = max(parsing.most, parsing.now)
        parsing.late += len(data) * (conn.state in (CLOSING, CLOSED))
        receive_data(conn, data)

    monkeypatch.setattr(ServerProtocol, "receive_data", noted)
    return parsing


@pytest.mark.parametrize(("app", "kind"), FLOODED, ids=[*FLOODS, "texts without a limit"])
def test_flood(app, kind, parsing, monkeypatch):
    """A client that floods, and ignores that it was closed, holds up neither others nor the end.

    Bytes are counted and not seconds, for those are also a question of what else the machine has to do:
    in one turn no more are parsed than two seconds may bring, none after the close, and few wait.
    """
    monkeypatch.setattr(limits, "STOP_SECONDS", seconds(10))
    with (
        BackgroundServer(app, port=0, **SETTINGS) as server,
        connect(server.ws_url, proxy=None) as ws,
        flooded(server.port, kind),
    ):
        until(lambda: parsing.most >= limits.PORTION_BYTES, "flood")
        assert all(ws.ping().wait(seconds(2)) for _ in range(20))
        connections = list(server.uvicorn.server_state.connections)
        server.stop()
    assert parsing.most < 2 * limits.FRAMES_PER_SECOND * len(PING) + 2 * limits.PORTION_BYTES
    assert parsing.late == 0
    assert all(len(getattr(connection, "unparsed", b"")) < 2**20 for connection in connections)


SMALL = {"pings": (b"", PING), "pongs": (b"", PONG), "pieces": (FIRST_PIECE, EMPTY_PIECE)}


@pytest.mark.parametrize("kind", SMALL)
def test_too_many_frames(echo, kind):
    """So many small frames as a second may have change nothing; three times as many are closed with 1008."""
    first, frame = SMALL[kind]
    allowed = limits.FRAMES_PER_SECOND - 2
    answer = {"pings": b"\x8a\0" * allowed, "pongs": b"", "pieces": b"\x81\0"}[kind] + b"\x81\0"
    with open_raw(echo.port) as client:
        client.sendall(first + frame * allowed + (LAST_PIECE if first else b"") + TEXT)
        assert exactly(client, len(answer)) == answer
    with open_raw(echo.port) as client:
        with suppress(ConnectionError):
            client.sendall(first + frame * 3 * limits.FRAMES_PER_SECOND)
        received = rest_of(client)
        assert not received or re.search(b"\x88.\x03\xf0too many frames$", received)
    with connect(echo.ws_url, proxy=None) as ws:
        assert ask(ws, "and I?") == "and I?"
    assert errors(echo) == []


def test_many_texts_are_no_flood(echo):
    """An app that allows it may be sent any number of texts at once, and answers all in their order."""
    count = 5 * limits.FRAMES_PER_SECOND
    frames = [f"{number:04}".encode() for number in range(count)]
    with open_raw(echo.port) as client:
        client.sendall(b"".join(b"\x81\x84\0\0\0\0" + text for text in frames))
        answer = exactly(client, 6 * count)
    assert answer == b"".join(b"\x81\x04" + text for text in frames)


def test_half_a_text_behind_many(echo):
    """After many texts and half of a long one, which fill their portions, the other half is read too."""
    many = limits.PORTION_BYTES // len(TEXT)
    with open_raw(echo.port) as client:
        client.sendall(TEXT * many + b"\x81\xfe\x07\xd0\0\0\0\0" + b"x" * 1500)
        assert exactly(client, 2 * many) == b"\x81\0" * many
        client.sendall(b"x" * 500)
        assert exactly(client, 2004) == b"\x81\x7e\x07\xd0" + b"x" * 2000


def test_turns_between_texts():
    """An endpoint that is sent many texts at once gives others a turn after each portion of them."""
    count, turns = 5000, 0

    async def on_count(websocket):
        async def take_turns():
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        others = asyncio.create_task(take_turns())
        await websocket.receive_text()
        before = turns
        for _ in range(count - 1):
            await websocket.receive_text()
        await websocket.send_text(f"{turns - before:05}")
        others.cancel()

    with serving(on_count) as server, open_raw(server.port) as client:
        client.sendall(TEXT * count)
        assert int(exactly(client, 7)[2:]) >= count * len(TEXT) // limits.PORTION_BYTES - 1


def test_one_byte_pieces(echo, monkeypatch):
    """A message in pieces of one byte takes little more memory than its bytes."""
    monkeypatch.setattr(limits, "FRAMES_PER_SECOND", 10**6)
    piece, count = b"\0\x81\0\0\0\0x", 20_000
    with open_raw(echo.port) as client:
        client.settimeout(seconds(60))  # for tracemalloc makes the server slow
        client.sendall(FIRST_PIECE + piece * 10)
        tracemalloc.start()
        try:
            client.sendall(piece * (count - 10) + PING)
            assert exactly(client, 2) == b"\x8a\0"
            held = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
        client.sendall(LAST_PIECE)
        assert exactly(client, 4 + count)[4:] == b"x" * count
    assert held < 5 * count


def test_bytes_in_pieces():
    """A message of bytes that comes in pieces reaches the endpoint as bytes."""
    received = []

    async def on_bytes(websocket):
        received.append(await websocket.receive_bytes())

    with serving(on_bytes) as server, connect(server.ws_url, proxy=None) as ws:
        ws.send([b"a", b"", b"b"])
        with pytest.raises(ConnectionClosed):
            ws.recv(timeout=seconds(10))
    assert [(type(data), data) for data in received] == [(bytes, b"ab")]


class Busy(RawClient):
    async def tell_and_work(self, websocket):
        await websocket.send_text("x" * 1_000_000)
        await self.work(websocket)


async def one_that_reads_slowly_and_pings(client):
    """A client that reads late, pings and is sent more all the time is heard: its pongs arrive in time."""
    await client.open()
    slow = {"max_queue": 1, "ping_interval": 5, "close_timeout": 0.1, "proxy": None}
    async with connect_in_bottle("ws://server/tell", **slow) as ws:
        for _ in range(60):
            assert len(await ws.recv()) == 60_000
            await asyncio.sleep(1)


async def texts_to_an_endpoint_that_is_busy(client):
    """Texts that wait for the endpoint keep the next ones waiting, also after much was sent the other way."""
    data, sent = (b"\x81\xfe\xff\xff\0\0\0\0" + b"x" * 65_535), 0
    await client.knock("tell_and_work", more=data)
    await client.reader.readuntil(b"\r\n\r\n")
    await client.reader.readexactly(10 + 1_000_000)
    with suppress(TimeoutError):
        async with asyncio.timeout(10):
            while sent < 50:
                client.writer.write(data)
                await client.writer.drain()
                sent += 1
    assert sent < 50


test_one_that_reads_slowly_and_pings = in_bottle(one_that_reads_slowly_and_pings)
test_texts_to_an_endpoint_that_is_busy = in_bottle(texts_to_an_endpoint_that_is_busy, Busy)
