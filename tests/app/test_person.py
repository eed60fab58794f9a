"""People who are too slow for the room, over real sockets, and at moments that no socket can hit."""

import asyncio
import json
import socket
import tracemalloc
from contextlib import ExitStack, contextmanager

import pytest

from app import limits
from app.person import Person
from app.presence import Presence
from app.room import Room
from lesson.bottle import simulate
from tests.app.rooms import join, say_all, serve_room, tell, texts_of, told, told_until_closed
from tests.conftest import unusual
from tests.deadlines import seconds, until

LONG = "\N{SLIGHTLY SMILING FACE}" * 990  # 12 KB of JSON


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(limits, "MESSAGES_PER_SECOND", 10_000)
    monkeypatch.setattr(limits, "CATCH_UP_SECONDS", 120)  # a busy machine needs more than 10 for what is said
    with serve_room() as server:
        yield server


@contextmanager
def lazy(server, name):
    """Somebody in the room who has little space for what is not read."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(("127.0.0.1", server.port))
        with join(server, name, sock=sock, max_queue=1, close_timeout=0.1) as ws:
            yield ws


def say_long(ws, numbers):
    say_all(ws, [f"{number} {LONG}" for number in numbers])


def numbers(ws):
    return [int(text.split()[0]) for text in texts_of(ws) if text.endswith(LONG)]


def test_slow_one_catches_up(server):
    """One who reads again in time has missed nothing, and then keeps up; the others had all at once."""
    with lazy(server, "Lazy") as slow, join(server, "Ann") as ann:
        say_long(ann, range(500))
        assert server.room.people["Lazy"].task
        assert numbers(ann) == list(range(500))
        told(slow, text=f"499 {LONG}")
        assert numbers(slow) == list(range(500))
        until(lambda: server.room.people["Lazy"].task is None, "end of that task")
        tell(ann, "and one")
        assert told(slow, type="message")["text"] == "and one"
    assert unusual(server) == []


def test_slow_one_hears_who_came_and_left(server):
    """One who was behind while people came and left is told who is here, once it has read the rest."""
    with lazy(server, "Lazy") as slow, join(server, "Ann") as ann:
        say_long(ann, range(500))
        with join(server, "Ben"):
            told(ann, type="joined", name="Ben")
        told(ann, type="left", name="Ben")
        with join(server, "Cleo"):
            assert told(slow, type="welcome")["people"] == ["Lazy", "Ann", "Cleo"]
            assert numbers(slow) == list(range(500))


def test_memory_of_slow_ones_is_constant(server, monkeypatch):
    """Five who do not read cost no more memory the more is said; then they hear of the gap, and the rest."""
    monkeypatch.setattr(limits, "KEPT_MESSAGES", 10)
    with ExitStack() as stack, join(server, "Ann") as ann:
        slow = [stack.enter_context(lazy(server, f"Lazy {number}")) for number in range(5)]
        say_long(ann, range(500))
        ann.heard.clear()
        tracemalloc.start()
        try:
            say_long(ann, range(500, 600))
            ann.heard.clear()
            before, _ = tracemalloc.get_traced_memory()
            for number in range(600, 900):
                say_long(ann, [number])
                ann.heard.clear()
            grown = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
        assert grown < 100 * len(LONG)  # a backlog would be 300 times as much, or for each of them so
        for ws in slow:
            told(ws, text=f"899 {LONG}")
            heard = texts_of(ws, "gap")
            assert heard.count("gap") == 1
            place = heard.index("gap")
            assert [int(text.split()[0]) for text in heard[:place]] == list(range(place))
            rest = [int(text.split()[0]) for text in heard[place + 1 :]]
            assert rest == list(range(rest[0], 900))
            assert place < rest[0] <= 890


def test_too_slow(server, monkeypatch):
    """One to whom nothing can be sent for CATCH_UP_SECONDS is turned out with 1013, and the others go on."""
    monkeypatch.setattr(limits, "CATCH_UP_SECONDS", 1)
    with lazy(server, "Lazy") as slow, join(server, "Ann") as ann:
        say_long(ann, range(500))
        while "left" not in texts_of(ann, "left"):  # which may have come while Ann spoke
            told(ann)
        tell(ann, "after")
        told(ann, text="after")
        told_until_closed(slow)
        assert (slow.close_code, slow.close_reason) == (1013, "too slow")
        assert numbers(slow) == list(range(len(numbers(slow))))
        assert len(numbers(slow)) < 500
    assert unusual(server) == []


class Log:
    """A log whose messages come when a test says so."""

    async def append(self, message, id):
        return 0


class Socket:
    """A socket to which nothing can be sent while a test says so; one at a time, as with uvicorn."""

    def __init__(self):
        self.writable, self.heard, self.closed = asyncio.Event(), [], []

    async def send_text(self, text):
        await self.writable.wait()
        message = json.loads(text)
        self.heard.append(message.get("text") or message["type"])

    async def close(self, *code):
        self.closed.append(code)


def alone(read=0):
    """Return a room, and the socket of somebody in it, to whom nothing can be sent yet."""
    room, socket = Room(), Socket()
    room.presence, room.log = Presence(room), Log()
    room.begin("log")
    person = room.people["Ann"] = Person("Ann", socket, room, read)
    return room, socket, person


def put_in(room, *numbers):
    for number in numbers:
        room.on_message(number, json.dumps({"name": "Ben", "text": str(number)}))


async def caught_up(person):
    async with asyncio.timeout(seconds(5)):
        while person.task and not person.task.done():
            await asyncio.wait([person.task])


async def test_nothing_overtakes():
    """What is kept at the moment when a slow one can be sent to again comes after what was kept before."""
    room, socket, person = alone()
    put_in(room, 1, 2)
    await asyncio.sleep(0)
    socket.writable.set()
    put_in(room, 3)
    await caught_up(person)
    put_in(room, 4)
    assert person.task is None
    assert socket.heard == ["1", "2", "3", "welcome", "4"]


async def test_news_while_the_list_is_on_its_way():
    """Who comes while the list of people is on its way is in the next list."""
    room, socket, person = alone()
    await asyncio.sleep(0)
    room.broadcast('{"type": "joined", "name": "Ben"}')
    socket.writable.set()
    await caught_up(person)
    assert socket.heard == ["welcome", "welcome"]


async def test_another_log_begins_while_a_message_is_on_its_way():
    """Numbers of the log of before do not count in the new one, nor does that of what was being sent."""
    room, socket, person = alone()
    put_in(room, *range(1, 6))
    await asyncio.sleep(0)
    room.begin("another log")
    socket.writable.set()
    put_in(room, 1, 2)
    await caught_up(person)
    assert socket.heard == ["1", "gap", "1", "2", "welcome"]


async def test_another_log_begins():
    """Who keeps up is told of the gap when another log begins, and which log that is."""
    room, socket, person = alone()
    socket.writable.set()
    await caught_up(person)
    room.begin("another log", dropped=4)
    await caught_up(person)
    put_in(room, 5)
    assert socket.heard == ["welcome", "gap", "welcome", "5"]


async def server_stands_still(network):
    room, socket, person = alone()
    put_in(room, 1)
    await asyncio.sleep(0.1)
    network.call_later(1, socket.writable.set)  # as the network does meanwhile
    network.now += limits.CATCH_UP_SECONDS + 1  # a call that blocks the loop
    await caught_up(person)
    assert (socket.heard, socket.closed) == (["1", "welcome"], [])


def test_server_that_stands_still():
    """One who is slow is not turned out for the time in which the server stood still itself."""
    assert simulate(server_stands_still).error is None


@pytest.mark.parametrize("bug", [RuntimeError, KeyError, ValueError])
@pytest.mark.parametrize("where", ["welcome", "history.next_after"])
def test_bug(server, monkeypatch, where, bug):
    """A bug that a slow one meets is logged with its traceback and told as 1011, and the others go on."""
    with join(server, "Ann") as ann:
        with monkeypatch.context() as planted:
            owner = server.room.history if "." in where else server.room
            planted.setattr(owner, where.split(".")[-1], lambda *args: (_ for _ in ()).throw(bug("a bug")))
            with pytest.raises(Exception, match="1011"), join(server, "Ben"):
                pass
        told(ann, type="left", name="Ben")
        with join(server, "Ben") as ben:
            tell(ann, "still there?")
            told(ben, text="still there?")
    [line] = unusual(server)
    assert line.startswith(bug.__name__)
    assert "a bug" in line
