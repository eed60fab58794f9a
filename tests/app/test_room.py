"""The room: many clients over real sockets."""

import asyncio
import json
import socket
import time
from contextlib import ExitStack, contextmanager, suppress
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from app import limits, person, room
from app.background import BackgroundServer
from app.main import app
from app.messages import Refused
from app.relay import LocalRelay
from tests.conftest import unusual, vanish
from tests.deadlines import seconds, until

LONG = "\N{SLIGHTLY SMILING FACE}" * 1000  # 12 KB of JSON


@pytest.fixture(autouse=True)
def empty_room(monkeypatch):
    """A room of its own for each test."""
    monkeypatch.setattr(room, "room", room.Room(LocalRelay()))


def url_of(server):
    return server.ws_url.replace("/ws", "/room/ws")


def tell(ws, type, **fields):
    ws.send(json.dumps({"type": type, **fields}))


def told(ws):
    return json.loads(ws.recv(timeout=seconds(10)))


def told_until(ws, **last):
    """Return what a client is told, up to a message that has these fields."""
    heard = [told(ws)]
    while not last.items() <= heard[-1].items():
        heard.append(told(ws))
    return heard


def told_until_closed(ws):
    heard = []
    with suppress(ConnectionClosed):
        while True:
            heard.append(told(ws))
    return heard


@contextmanager
def joined(server, *names):
    """Clients that are in the room, each told of all who came with it."""
    with ExitStack() as stack:
        clients = []
        for name in names:
            # without a bound it can always end its close, however much it has not read
            ws = stack.enter_context(connect(url_of(server), proxy=None, max_queue=None))
            tell(ws, "join", name=name)
            told_until(ws, type="joined", name=name)
            for other in clients:
                told_until(other, type="joined", name=name)
            clients.append(ws)
        yield clients


def says(name, text):
    return {"type": "message", "name": name, "text": text}


def test_join_talk_leave(server):
    """A welcome says who is here; then each change and each message comes to all, the speaker included."""
    with connect(url_of(server), proxy=None) as ann, connect(url_of(server), proxy=None) as ben:
        tell(ann, "join", name="  Ann ")
        assert told(ann) == {"type": "welcome", "people": ["Ann"]}
        assert told(ann) == {"type": "joined", "name": "Ann"}
        tell(ben, "join", name="Ben")
        assert told(ben) == {"type": "welcome", "people": ["Ann", "Ben"]}
        assert told(ann) == told(ben) == {"type": "joined", "name": "Ben"}
        tell(ann, "message", text="hello")
        assert told(ann) == told(ben) == says("Ann", "hello")
        ann.close()
        assert told(ben) == {"type": "left", "name": "Ann"}
    assert unusual(server) == []
    assert room.room.people == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hello", "Invalid JSON"),
        ("", "Invalid JSON"),
        ("[" * 60_000, "Invalid JSON"),
        ("5", "Input should be an object"),
        ("{}", "Unable to extract tag"),
        ('{"type": "shout", "text": "x"}', "Input tag 'shout'"),
        ('{"type": "message"}', "Field required"),
        ('{"type": "message", "text": ""}', "at least 1 character"),
        ('{"type": "message", "text": 5}', "valid string"),
        ('{"type": "message", "text": "\\ud800"}', "Invalid JSON"),
        (json.dumps({"type": "message", "text": "x" * 1001}), "at most 1000 characters"),
        ('{"type": "message", "text": "x", "id": -1}', "greater than or equal to 0"),
        ('{"type": "message", "text": "x", "id": 9007199254740992}', "less than 9007199254740992"),
        ('{"type": "join", "name": "Eve"}', "joined already, as Ann"),
    ],
    ids=lambda text: ascii(text[:30]),
)
def test_invalid_message(server, text, reason):
    """An invalid message is answered with the reason, the others hear nothing of it, and all goes on."""
    with joined(server, "Ann", "Ben") as (ann, ben):
        ann.send(text)
        error = told(ann)
        assert (error["type"], error["request"]) == ("error", text)
        assert reason in error["reason"]
        tell(ann, "message", text="x" * 1000)
        assert told(ann) == told(ben) == says("Ann", "x" * 1000)
    assert unusual(server) == []


async def test_name_of_somebody_who_has_just_come(monkeypatch):
    """Of two who ask for one name before the relay has told of the first, the second is refused at once."""
    monkeypatch.setattr(room.room.relay, "publish", lambda text: asyncio.sleep(0))
    first = await room.room.join("Ann", SimpleNamespace(send_text=lambda text: asyncio.sleep(0)))
    async with asyncio.timeout(1):
        with pytest.raises(Refused, match="the name Ann is taken"):
            await room.room.join("Ann", None)
    first.task.cancel()


def test_who_has_left_leaves_once(server):
    """One who has been turned out cannot speak, and takes nobody along who has the name now."""
    with joined(server, "Ann", "Ben") as (ann, ben):
        gone = room.room.people.pop("Ann")
        tell(ann, "message", text="hello")
        assert told(ann)["reason"] == "join first"
        with connect(url_of(server), proxy=None) as again:
            tell(again, "join", name="Ann")
            assert told(again) == {"type": "welcome", "people": ["Ben", "Ann"]}
            ann.close()
            tell(ben, "message", text="still there?")
            assert told_until(again, type="message")[-1] == says("Ben", "still there?")
            assert room.room.people["Ann"] is not gone
    assert unusual(server) == []


def test_vanished_while_it_waits_for_a_name(server, monkeypatch):
    """A client that vanishes while the room waits for its name to become free leaves no traceback."""
    monkeypatch.setattr(limits, "SILENCE_SECONDS", 0)
    room.room.presence.on_people({"server": "a server that has died", "people": ["Ann"]})
    with connect(url_of(server), proxy=None) as ws:
        tell(ws, "join", name="Ann")
        vanish(ws.socket)
    until(lambda: not server.uvicorn.server_state.tasks, "end of that client's endpoint")
    assert unusual(server) == []


@pytest.mark.parametrize("name", ["Ann", " Ann ", "", "  ", "x" * 31])
def test_name_that_cannot_be(server, name):
    """A taken, empty or long name is refused; the client may try another, and hears nothing until then."""
    with joined(server, "Ann") as [ann], connect(url_of(server), proxy=None) as other:
        tell(other, "join", name=name)
        told_at_once = other.recv(timeout=seconds(2))  # for its own people the room need not wait
        assert json.loads(told_at_once)["type"] == "error"
        tell(ann, "message", text="hello")
        assert told(ann) == says("Ann", "hello")
        tell(other, "message", text="hello")
        assert told(other)["reason"] == "join first"
        tell(other, "join", name="x" * 30)
        assert told(other) == {"type": "welcome", "people": ["Ann", "x" * 30]}


def test_name_is_free_again(server):
    """Who has left, or vanished, leaves the name to others."""
    with joined(server, "Ann") as [ann]:
        for end in [lambda ws: ws.close(), lambda ws: vanish(ws.socket)]:
            with connect(url_of(server), proxy=None) as ben:
                tell(ben, "join", name="Ben")
                assert told(ben)["type"] == "welcome"
                end(ben)
            assert told_until(ann, type="left")[-1] == {"type": "left", "name": "Ben"}
    assert unusual(server) == []


def test_another_server_ends(server):
    """Two servers of one process share the room; when one ends, the other's people stay."""
    with joined(server, "Ann") as [ann]:
        with BackgroundServer(app, port=0):
            pass
        tell(ann, "message", text="hello")
        assert told(ann) == says("Ann", "hello")


async def test_same_order_for_all(server):
    """Ten people who speak at the same time all hear the same order, which keeps each one's own."""
    everybody_heard = asyncio.Barrier(10)

    async def speak(name):
        async with asyncio.timeout(seconds(30)), connect_async(url_of(server), proxy=None) as ws:
            await ws.send(json.dumps({"type": "join", "name": name}))
            while json.loads(await ws.recv()).get("name") != "last":
                pass
            for number in range(18):
                await ws.send(json.dumps({"type": "message", "text": f"{number}"}))
            heard = []
            while len(heard) < 180:
                message = json.loads(await ws.recv())
                if message["type"] == "message":
                    heard.append((message["name"], message["text"]))
            await everybody_heard.wait()
            return heard

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(speak(str(name))) for name in range(10)]
        while len(room.room.people) < 10:
            await asyncio.sleep(0.01)
        async with connect_async(url_of(server), proxy=None) as ws:
            await ws.send('{"type": "join", "name": "last"}')
            await ws.recv()
    first, *others = [task.result() for task in tasks]
    assert others == [first] * 9
    for name in map(str, range(10)):
        assert [text for who, text in first if who == name] == [str(number) for number in range(18)]


def connect_lazy(server):
    """Connect a client that has little room for what it does not read."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", server.port))
    return connect(url_of(server), sock=sock, max_queue=1, close_timeout=0.1, proxy=None)


def speak_until_left(speaker, listeners, name):
    """Let the speaker say long messages until `name` is said to have left; each listener hears them all."""
    said = 0
    while True:
        assert said < 3000, f"{name} is still here"
        tell(speaker, "message", text=f"{said} {LONG[8:]}")
        for ws in listeners:
            *before, message = told_until(ws, type="message")
            assert message["text"].startswith(f"{said} ")
            gone = {"type": "left", "name": name} in before
        said += 1
        if gone:
            return said


def test_slow_client(server, monkeypatch):
    """One who does not read is turned out with 1013, and until then and after it the others lose nothing."""
    monkeypatch.setattr(limits, "MESSAGES_PER_SECOND", 5000)
    with connect_lazy(server) as lazy, joined(server, "Ann", "Ben") as (ann, ben):
        tell(lazy, "join", name="Lazy")
        for ws in (ann, ben):
            told_until(ws, name="Lazy")
        said = speak_until_left(ann, (ann, ben), "Lazy")
        assert said > limits.BACKLOG_TEXTS
        heard = told_until_closed(lazy)
        assert (lazy.close_code, lazy.close_reason) == (1013, "too slow")
        numbers = [int(message["text"].split()[0]) for message in heard if message["type"] == "message"]
        assert numbers == list(range(len(numbers)))
        assert len(numbers) < said
    assert unusual(server) == []


def test_slow_client_that_catches_up(server, monkeypatch):
    """One who reads again in time has missed nothing, in the right order, and needs no task any more."""
    monkeypatch.setattr(limits, "MESSAGES_PER_SECOND", 5000)
    with connect_lazy(server) as lazy, joined(server, "Ann") as [ann]:
        tell(lazy, "join", name="Lazy")
        told_until(ann, name="Lazy")
        said, slow = 0, room.room.people["Lazy"]
        while len(slow.backlog) < 20:
            tell(ann, "message", text=f"{said} {LONG[8:]}")
            told_until(ann, type="message")
            said += 1
        for number in range(said):
            assert told_until(lazy, type="message")[-1]["text"].startswith(f"{number} ")
        tell(ann, "message", text="again")
        assert told(lazy) == says("Ann", "again")
        assert slow.task is None
    assert unusual(server) == []


class Slow:
    """The socket of one who is alone in the room, and cannot be written to for a while."""

    def __init__(self):
        self.writable, self.heard, self.closed = asyncio.Event(), [], []
        self.person = room.room.people["Slow"] = person.Person("Slow", self, room.room.leave)

    async def send_text(self, text):
        await self.writable.wait()
        self.heard.append(text)

    async def close(self, *code):
        self.closed.append(code)


async def test_nothing_overtakes_the_backlog():
    """What is said at the moment when a slow one can be written to again comes after what waits for it."""
    slow = Slow()
    room.room.broadcast("one")
    room.room.broadcast("two")
    slow.writable.set()
    room.room.broadcast("three")
    await slow.person.task
    assert slow.heard == ["one", "two", "three"]


def test_patience_ends(server, monkeypatch):
    """One who is behind for too long is turned out, however little waits for it."""
    monkeypatch.setattr(limits, "MESSAGES_PER_SECOND", 5000)
    monkeypatch.setattr(limits, "CATCH_UP_SECONDS", 1)
    monkeypatch.setattr(limits, "BACKLOG_TEXTS", 10**6)
    with connect_lazy(server) as lazy, joined(server, "Ann") as [ann]:
        tell(lazy, "join", name="Lazy")
        told_until(ann, name="Lazy")
        slow = room.room.people["Lazy"]
        while not slow.backlog and slow.task is None:
            tell(ann, "message", text=LONG)
            told_until(ann, type="message")
        assert json.loads(ann.recv(timeout=seconds(11))) == {"type": "left", "name": "Lazy"}


async def test_patience_does_not_end_while_the_server_stands_still(monkeypatch):
    """One who is slow is not turned out for the time in which the server stood still itself."""
    monkeypatch.setattr(limits, "CATCH_UP_SECONDS", 2)
    slow = Slow()
    room.room.broadcast("one")
    await asyncio.sleep(0.1)
    asyncio.get_running_loop().call_later(1, slow.writable.set)  # as the network does meanwhile
    time.sleep(3)  # this is the subject
    async with asyncio.timeout(seconds(5)):
        await slow.person.task
    assert (slow.heard, slow.closed) == (["one"], [])


def test_vanished_clients(server):
    """Ten who vanish in the middle of a talk keep nobody from hearing the rest, and their leaving."""
    names = [f"ghost {number}" for number in range(10)]
    with joined(server, *names[:5], "Ann", *names[5:], "Ben") as clients:
        ann, ben = clients.pop(5), clients.pop()
        tell(ann, "message", text="before")
        for ghost in clients:
            vanish(ghost.socket)
        for number in range(15):
            tell(ann, "message", text=str(number))
        everything = [
            *says_of("Ann", ["before", *map(str, range(15))]),
            *({"type": "left", "name": n} for n in names),
        ]
        for ws in (ann, ben):
            heard = [told(ws) for _ in everything]
            assert sorted(map(str, heard)) == sorted(map(str, everything))
            assert [message for message in heard if message["type"] == "message"] == everything[:16]
    assert unusual(server) == []


def says_of(name, texts):
    return [says(name, text) for text in texts]


def test_who_joins_during_a_broadcast(server):
    """Thirty who join while two talk get the welcome first, and then miss nothing that the others hear."""
    names = [f"guest {number}" for number in range(30)]
    with joined(server, "Ann", "Ben") as (ann, ben), ExitStack() as stack:
        guests = [stack.enter_context(connect(url_of(server), proxy=None, max_queue=None)) for _ in names]
        for number, (name, guest) in enumerate(zip(names, guests, strict=True)):
            tell(guest, "join", name=name)
            tell((ann, ben)[number % 2], "message", text=str(number))
        welcomes = [told(guest) for guest in guests]  # no order holds between connections: all are in now
        tell(ann, "message", text="last")
        all_heard = told_until(ann, text="last")
        assert told_until(ben, text="last") == all_heard
        told_of = [message["name"] for message in all_heard if message["type"] == "joined"]
        assert sorted(told_of) == sorted(names)
        for name, guest, welcome in zip(names, guests, welcomes, strict=True):
            heard = told_until(guest, text="last")
            assert welcome["type"] == "welcome"
            mine = all_heard.index({"type": "joined", "name": name})
            assert heard == all_heard[mine:]
            assert sorted(welcome["people"]) == sorted(["Ann", "Ben", *told_of[: told_of.index(name) + 1]])
    assert unusual(server) == []


def test_rate_limit(server):
    """The 21st message in a second ends the connection of its sender with 1008, and nobody else's."""
    with joined(server, "Ann", "Ben") as (ann, ben):
        for number in range(20):
            ann.send(json.dumps({"type": "message", "text": str(number)}))
        heard = [told(ben) for _ in range(20)]
        assert heard == [*says_of("Ann", map(str, range(19))), {"type": "left", "name": "Ann"}]
        told_until_closed(ann)
        assert (ann.close_code, ann.close_reason) == (1008, "too many messages")
        tell(ben, "message", text="alone")
        assert told(ben) == says("Ben", "alone")
    assert unusual(server) == []


@pytest.mark.parametrize("error", [RuntimeError, KeyError, TypeError, json.JSONDecodeError])
@pytest.mark.parametrize("where", ["join", "publish", "broadcast", "leave"])
def test_bug(server, monkeypatch, error, where):
    """Whoever meets a bug of the room is told no more than 1011; the log has it, and the others go on."""

    def bug(*args, **fields):
        raise json.JSONDecodeError("a bug", "", 0) if error is json.JSONDecodeError else error("a bug")

    with joined(server, "Ben") as [ben], connect(url_of(server), proxy=None) as ann:
        if where != "join":
            tell(ann, "join", name="Ann")
            told_until(ann, type="joined")
        with monkeypatch.context() as planted:
            planted.setattr(room.room, where, bug)
            if where == "leave":
                ann.send(b"bytes")  # her turning out fails too
            else:
                tell(ann, "join", name="Ann") if where == "join" else tell(ann, "message", text="hello")
            heard = told_until_closed(ann)
        assert (ann.close_code, ann.close_reason) == (1011, "an error of the server")
        assert [message["type"] for message in heard] == []
        tell(ben, "message", text="still there?")
        assert told_until(ben, type="message")[-1] == says("Ben", "still there?")
    [line] = unusual(server)
    assert line.startswith(("json.decoder." if error is json.JSONDecodeError else "") + error.__name__)
    assert "a bug" in line


def test_binary(server):
    """A binary message ends the connection with 1003, and the others are told that one has left."""
    with joined(server, "Ann", "Ben") as (ann, ben):
        ann.send(b"\x00")
        assert told(ben) == {"type": "left", "name": "Ann"}
        with pytest.raises(ConnectionClosed):
            told(ann)
        assert (ann.close_code, ann.close_reason) == (1003, "text only")
    assert unusual(server) == []


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_another_origin(server, origin):
    """A page of another origin is refused."""
    with pytest.raises(InvalidStatus, match="403"), connect(url_of(server), origin=origin, proxy=None):
        pass


def test_test_client():
    """The room works in Starlette's TestClient too, where nothing is said twice."""
    with TestClient(app) as client, client.websocket_connect("/room/ws") as ws:
        ws.send_json({"type": "join", "name": "Ann"})
        ws.send_json({"type": "message", "text": "hello"})
        assert [ws.receive_json()["type"] for _ in range(3)] == ["welcome", "joined", "message"]
        ws.send_json({"type": "message", "text": "bye"})
        assert ws.receive_json() == says("Ann", "bye")
