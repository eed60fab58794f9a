"""The bottle says what a real network says, and the same for the same seed."""

import asyncio
import hashlib
import os
import re
import subprocess
import sys
import threading
import time
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from environment import ROOT
from lesson.bottle import BottleError, hunt, run, serve
from lesson.bottle.network import Network
from tests.deadlines import seconds


class Tcp:
    """What a scenario uses of a bottle's network, over the sockets of this machine."""

    def __init__(self):
        self.servers = []

    def create_task(self, coroutine, name):
        return asyncio.create_task(coroutine, name=name)

    async def serve(self, app, **settings):
        settings = {"log_config": None, "ws": "websockets-sansio", "timeout_graceful_shutdown": 1, **settings}
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, **settings))
        self.servers.append((server, asyncio.create_task(server.serve())))
        while not server.started:
            await asyncio.sleep(0.01)
        self.port = server.servers[0].sockets[0].getsockname()[1]
        return server

    def url(self):
        return f"ws://127.0.0.1:{self.port}/ws"

    async def stop(self):
        for server, task in self.servers:
            server.should_exit = True
            await task


class Bottled:
    def __init__(self, network):
        self.network = network

    def create_task(self, coroutine, name):
        return self.network.create_task(coroutine, name=name)

    async def serve(self, app, **settings):
        return await serve(self.network, app, **settings)

    def url(self):
        return "ws://server/ws"


class Story(dict):
    """What each party saw, in its order; nothing is said of the order between two of them."""

    def note(self, party, *what):
        self.setdefault(party, []).append(what)


def chat(story):
    """Return an app that does what each message asks, and notes what it sees."""
    app = FastAPI()

    @app.websocket("/ws")
    async def endpoint(websocket: WebSocket, name: str):
        party = f"endpoint of {name}"
        if name == "nobody":
            return await websocket.close(1008)
        await websocket.accept()
        while (event := await websocket.receive())["type"] == "websocket.receive":
            text = event["text"]
            story.note(party, "message", len(text), text[:20])
            if text.startswith("close"):
                await websocket.close(4001, "enough")
            elif text.startswith("flood"):
                for number in range(40):
                    await websocket.send_text(f"{number} " + "x" * 500_000)
                story.note(party, "has sent all")
            else:
                await websocket.send_text(text)
        story.note(party, "disconnect", event.get("code"), event.get("reason"))

    return app


@asynccontextmanager
async def visit(net, story, name, **options):
    """Connect, and note how the connection ended."""
    options = {"proxy": None, "compression": None, **options}  # which would make long texts short
    async with connect(f"{net.url()}?name={name}", **options) as ws:
        story.note(name, "connected")
        yield ws
    story.note(name, "closed", ws.close_code, ws.close_reason)


async def hear(story, name, ws, count):
    for _ in range(count):
        text = await ws.recv()
        story.note(name, "heard", len(text), text[:20])


async def echo(net, story):
    async with visit(net, story, "Ann") as ann:
        for text in ["one", "", "two"]:
            await ann.send(text)
        await hear(story, "Ann", ann, 3)


async def client_closes(net, story):
    async with visit(net, story, "Ann") as ann:
        await ann.send("hello")
        await hear(story, "Ann", ann, 1)
        await ann.close(4000, "bye")


async def server_closes(net, story):
    async with visit(net, story, "Ann") as ann:
        await ann.send("close, please")
        with suppress(ConnectionClosed):
            await hear(story, "Ann", ann, 1)


async def big_message(net, story):
    async with visit(net, story, "Ann") as ann:
        await ann.send("x" * 600_000)
        await hear(story, "Ann", ann, 1)


async def slow_reader(net, story):
    """The server cannot send all until the client reads."""
    async with visit(net, story, "Ann", max_queue=1) as ann:
        ann.transport.pause_reading()
        await ann.send("flood")
        async with visit(net, story, "Ben") as ben:  # whom she does not hold up
            await ben.send("hello")
            await hear(story, "Ben", ben, 1)
        story.note("Ann", "all is sent", ("has sent all",) in story["endpoint of Ann"])
        ann.transport.resume_reading()
        await hear(story, "Ann", ann, 40)


async def keepalive(net, story):
    """Who does not answer pings is closed by the server."""
    async with visit(net, story, "Ann", close_timeout=0.1) as ann:
        await ann.send("hello")
        await hear(story, "Ann", ann, 1)
        ann.transport.pause_reading()
        while len(story["endpoint of Ann"]) < 2:
            await asyncio.sleep(0.01)


async def reset(net, story):
    async with visit(net, story, "Ann") as ann:
        await ann.send("hello")
        await hear(story, "Ann", ann, 1)
        ann.transport.abort()
        while len(story["endpoint of Ann"]) < 2:
            await asyncio.sleep(0.01)


async def refused(net, story):
    try:
        async with visit(net, story, "nobody"):
            pass
    except InvalidStatus as error:
        story.note("nobody", error.response.status_code)


async def many_clients(net, story):
    async def talk(name):
        async with visit(net, story, name) as ws:
            for number in range(5):
                await ws.send(f"{name} {number}")
            await hear(story, name, ws, 5)

    await asyncio.gather(*(net.create_task(talk(f"P{number}"), f"P{number}") for number in range(20)))


async def server_ends(net, story):
    """Ctrl-C: open sockets are told 1012."""
    async with visit(net, story, "Ann") as ann:
        await ann.send("hello")
        await hear(story, "Ann", ann, 1)
        net.server.should_exit = True
        with suppress(ConnectionClosed):
            await ann.recv()


SCENARIOS = [
    *[echo, client_closes, server_closes, big_message, slow_reader, keepalive, reset],
    *[refused, many_clients, server_ends],
]


async def play(net, scenario):
    """Return the story of a scenario, and how many seconds it took."""
    story = Story()
    patience = 0.2 if scenario is keepalive else 20
    net.server = await net.serve(chat(story), ws_ping_interval=patience, ws_ping_timeout=patience)
    began = time.monotonic()
    async with asyncio.timeout(seconds(20)):
        await scenario(net, story)
    return story, time.monotonic() - began


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_conformance(scenario):
    """Each party sees the same in a bottle, with each of ten seeds, as over TCP."""
    net = Tcp()
    try:
        told, _ = await play(net, scenario)
    finally:
        await net.stop()
    for seed in range(10):
        bottled = run(lambda network: play(Bottled(network), scenario), seed)
        assert bottled.error is None, bottled.error
        story, took = bottled.result
        assert story == told, f"seed {seed}"
        longest = 20 if scenario is slow_reader else 5  # her 20 MB go through buffers of 64 KiB
        assert took < longest, "everybody's patience is longer, so nobody was waited for in vain"


MUCH = 10**7  # bytes, more than the buffers of TCP take


class Side(asyncio.Protocol):
    """One end of a connection that notes what its transport calls."""

    def __init__(self, story, party, on_start):
        self.story, self.party, self.on_start, self.received = story, party, on_start, 0
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        self.on_start(transport)

    def data_received(self, data):
        self.received += len(data)
        if data == b"fail":
            raise KeyError("a bug of a protocol")

    def pause_writing(self):
        self.story.note(self.party, "pause")

    def resume_writing(self):
        self.story.note(self.party, "resume")

    def eof_received(self):
        self.story.note(self.party, "end", "all" if self.received == MUCH else "not all")

    def connection_lost(self, error):
        self.story.note(self.party, "lost", type(error).__name__)
        self.ended.set_result(None)


TRANSPORTS = {  # what a server does as soon as somebody has connected, and what the client does
    "close at once": (lambda transport: transport.close(), lambda _: None),
    "close behind much": (
        lambda transport: (transport.write(b"x" * MUCH), transport.close()),
        lambda _: None,
    ),
    "abort behind a close": (
        lambda transport: (transport.write(b"x" * MUCH), transport.close(), transport.abort()),
        lambda _: None,
    ),
    "end, and let the other close": (lambda transport: transport.write_eof(), lambda _: None),
    "say something after the end": (
        lambda transport: (transport.close(), transport.write(b"too late")),
        lambda _: None,
    ),
    "a bug": (lambda _: None, lambda transport: transport.write(b"fail")),
}


async def between_two(story, kind):
    """Note what two protocols are told."""
    loop, on_start = asyncio.get_running_loop(), TRANSPORTS[kind]
    loop.set_exception_handler(lambda loop, said: story.note("loop", type(said["exception"]).__name__))
    far = Side(story, "server", on_start[0])
    server = await loop.create_server(lambda: far, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1] if server.sockets else 0
    _, near = await loop.create_connection(lambda: Side(story, "client", on_start[1]), "127.0.0.1", port)
    async with asyncio.timeout(seconds(5)):
        await asyncio.gather(near.ended, far.ended)
    server.close()
    return story


@pytest.mark.parametrize("kind", TRANSPORTS)
async def test_conformance_of_transports(kind):
    """What asyncio tells two protocols over TCP, it tells them in a bottle."""
    told = await between_two(Story(), kind)
    for seed in range(10):
        bottled = run(lambda network: between_two(Story(), kind), seed)
        assert bottled.error is None, bottled.error
        assert bottled.result == told, f"seed {seed}"


async def ten_packets(network):
    """Send ten packets, each before the one before has come."""
    story, far = Story(), []

    def send(transport):
        for number in range(10):
            network.call_later(number / 200, transport.write, b"%d" % number)
        network.call_later(1, transport.close)

    await network.create_server(lambda: far.append(Side(story, "server", lambda _: None)) or far[0], "server")
    await network.create_connection(lambda: Side(story, "client", send), "server")
    await asyncio.sleep(2)
    return network.time()


def test_delays():
    """Each packet comes when it is due, and not before the one in front of it; the clock goes right."""
    for seed in range(10):
        bottled, delays = run(ten_packets, seed), Network(seed)
        connecting, due = delays.delay(), 0
        arrived = [event for event in bottled.trace if event.what == "arrived"]
        assert [event.data for event in arrived] == [b"%d" % number for number in range(10)]
        for number, event in enumerate(arrived):
            assert event.sent == pytest.approx(connecting + number / 200)
            due = max(due, event.sent + delays.delay())
            assert event.time == pytest.approx(due)
        assert bottled.result == pytest.approx(connecting + 2)


async def cut_and_mended(network):
    """Ann's words are lost nowhere while the network is cut; they come when it is mended."""
    story = Story()
    net = Bottled(network)
    await net.serve(chat(story))
    async with visit(net, story, "Ann", user_agent_header=None) as ann:
        network.cut("the scenario", "server")
        await ann.send("hello")
        await asyncio.sleep(5)
        story.note("Ann", "waits", network.time() > 5)
        network.mend("the scenario", "server")
        await hear(story, "Ann", ann, 1)
    return story


def test_cut():
    bottled = run(cut_and_mended, 3)
    assert bottled.error is None, bottled.error
    assert bottled.result["Ann"] == [
        ("connected",),
        ("waits", True),
        ("heard", 5, "hello"),
        ("closed", 1000, ""),
    ]
    assert [event.time > 5 for event in bottled.trace if event.data.endswith(b"hello")] == [True]


DIGEST = """
import sys
sys.path.insert(0, "notebooks")
from tests.lesson.test_bottle import digest
print(digest())
"""


def digest():
    """Return a digest of all bytes of a run, and when each went where."""
    return hashlib.sha256(repr(run(cut_and_mended, 7).trace).encode()).hexdigest()[:16]


def test_same_seed():
    """A seed's trace is the same to the byte: in another process, beside a busy thread, on other Pythons."""
    found = []
    for hashes in ["0", "1"]:
        environ = {**os.environ, "PYTHONHASHSEED": hashes}
        command = [sys.executable, "-c", DIGEST]
        found.append(subprocess.check_output(command, cwd=ROOT, env=environ, text=True).strip())
    stop = threading.Event()

    def be_busy():
        while not stop.is_set():
            time.monotonic(), os.urandom(16), sum(range(1000))

    busy = threading.Thread(target=be_busy)
    busy.start()
    found += [digest(), digest()]
    stop.set()
    busy.join()
    assert set(found) == {"6bdf7a93edb9ed16"}, "where a package is another: write the new digest here"
    assert run(cut_and_mended, 8).trace != run(cut_and_mended, 7).trace


def test_outside():
    """The clock and chance of other threads stay theirs, and come back to this one."""
    real = time.monotonic, os.urandom

    async def scenario(network):
        seen.append(time.monotonic())
        await asyncio.sleep(100)
        seen.append(time.monotonic())

    seen, began = [], time.monotonic()
    run(scenario)
    assert seen == [0, 100]
    assert time.monotonic() - began < seconds(5)
    assert (time.monotonic, os.urandom) == real


async def in_a_thread(network):
    await asyncio.to_thread(time.sleep, 1)


async def with_tls(network):
    async with connect("wss://server/ws", proxy=None):
        pass


async def with_a_socket(network):
    await network.create_server(asyncio.Protocol, sock=object())


async def goes_round(network):
    await asyncio.sleep(2)
    while True:
        await asyncio.sleep(0)


async def both_wait(network):
    async def ann():
        await asyncio.Event().wait()

    await network.create_task(ann(), name="Ann")


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (in_a_thread, "a bottle has only one"),
        (with_tls, "a bottle has no TLS"),
        (with_a_socket, "no sockets of the machine"),
        (goes_round, r"somebody goes round for ever without waiting, at 2\.0 s"),
        (
            both_wait,
            r"at 0\.0 s: Ann waits in line \d+: await asyncio\.Event\(\)\.wait\(\); the scenario waits",
        ),
    ],
)
def test_refusals(scenario, words):
    """What the bottle cannot do, it says in a sentence."""
    error = run(scenario).error
    assert isinstance(error, BottleError)
    assert re.search(words, str(error))


async def waits_in_vain(network):
    """A client and the server's endpoint both wait for the other to speak first."""
    app = FastAPI()

    @app.websocket("/ws")
    async def shy(websocket: WebSocket):
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())

    await serve(network, app, ws_ping_interval=None)
    async with connect("ws://server/ws", proxy=None, ping_interval=None) as ws:
        await ws.recv()


def test_deadlock():
    """Who waits is said by name, an endpoint by that of its function, with the line."""
    said = str(run(waits_in_vain).error)
    assert re.search(r"; the scenario waits in line \d+: await ws\.recv\(\)", said), said
    assert re.search(r"s: shy\(\) waits in line \d+: await websocket\.send_text\(await websocket", said), said


async def with_a_bug(network):
    async def ann():
        raise KeyError("Ann's own bug")

    network.create_task(ann(), name="Ann")
    await asyncio.sleep(1)


def test_error_in_a_task_that_nobody_awaits():
    """A scenario in which somebody's task fails has failed."""
    assert repr(run(with_a_bug).error) == 'KeyError("Ann\'s own bug")'


def test_private_names():
    """The names of asyncio that the clock leans on are there."""
    for name in ["_process_events", "_write_to_self"]:
        assert hasattr(asyncio.BaseEventLoop, name), name
    assert "_selector" in asyncio.BaseEventLoop._run_once.__code__.co_names


async def a_race(network):
    """Two clients speak at once, and whoever comes first is heard first: not always Ann."""
    heard = []
    app = FastAPI()

    @app.websocket("/ws")
    async def endpoint(websocket: WebSocket):
        await websocket.accept()
        heard.append(await websocket.receive_text())

    await serve(network, app)

    async def speak(name):
        async with connect("ws://server/ws", proxy=None) as ws:
            await ws.send(name)
            await ws.wait_closed()

    await asyncio.gather(*(network.create_task(speak(name), name=name) for name in ["Ann", "Ben"]))
    assert heard == ["Ann", "Ben"]


def test_hunt(capsys):
    """The first seed that fails is found, and each packet that is still late has to be."""
    found = hunt(a_race)
    assert repr(found.error).startswith("AssertionError")
    assert run(a_race, found.seed, found.on_time).trace == found.trace
    late = set(range(1, found.packets + 1)) - found.on_time
    assert 0 < len(late) < found.packets
    for packet in late:
        assert run(a_race, found.seed, found.on_time | {packet}).error is None
    assert hunt(cut_and_mended, seeds=3) is None
    assert "None of 3 seeds fails" in capsys.readouterr().out
