"""The room and its endpoint: many clients over real sockets."""

import json
from contextlib import ExitStack

import pytest
from starlette.testclient import TestClient
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from app import main
from tests.app.rooms import join, serve_room, tell, texts_of, texts_up_to, told, told_until_closed, visit
from tests.conftest import unusual, vanish
from tests.deadlines import until


@pytest.fixture
def server():
    with serve_room() as server:
        yield server


def test_join_talk_leave(server):
    """A welcome says who is here; then each change and each message comes to all, the speaker included."""
    with join(server, "Ann") as ann, join(server, "  Ben ") as ben:
        assert [one["people"] for one in ann.heard + ben.heard] == [["Ann"], ["Ann", "Ben"]]
        assert told(ann) == {"type": "joined", "name": "Ben"}
        log = ann.heard[0]["log"]
        tell(ben, "hello", id=5)
        message = {"type": "message", "log": log, "number": 1, "name": "Ben", "text": "hello", "id": 5}
        assert [told(ann), told(ben)] == [message, message]
        assert told(ben) == {"type": "kept", "id": 5, "number": 1}
        tell(ann, "hello")
        del message["id"]
        assert [told(ann), told(ben)] == [message | {"name": "Ann", "number": 2}] * 2
        assert told(ann) == {"type": "kept", "id": None, "number": 2}
        ben.close()
        assert told(ann) == {"type": "left", "name": "Ben"}
    assert unusual(server) == []
    assert server.room.people == {}


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
        ('{"type": "join", "name": "Eve", "after": -1}', "greater than or equal to 0"),
        ('{"type": "join", "name": "Eve", "after": 9007199254740992}', "less than 9007199254740992"),
        ('{"type": "join", "name": "Eve", "log": 5}', "valid string"),
        ('{"type": "join", "name": "Eve"}', "joined already, as Ann"),
        ('{"type": "join", "name": "Ann"}', "joined already, as Ann"),
    ],
    ids=lambda text: ascii(text[:40]),
)
def test_invalid_message(server, text, reason):
    """An invalid message is answered with the reason, the others hear nothing of it, and all goes on."""
    with join(server, "Ann") as ann, join(server, "Ben") as ben:
        told(ann, type="joined")
        ann.send(text)
        error = told(ann)
        assert (error["type"], error["request"], error["again"]) == ("error", text, False)
        assert reason in error["reason"]
        tell(ann, "x" * 1000)
        assert [told(ws)["text"] for ws in (ann, ben)] == ["x" * 1000] * 2
    assert unusual(server) == []


@pytest.mark.parametrize("name", ["Ann", " Ann ", "", "x" * 31, "An\u200bn"])
def test_name_that_cannot_be(server, name):
    """A taken, empty, long or hidden name is refused; one may try another, and hears nothing until then."""
    with join(server, "Ann") as ann, visit(server) as other:
        tell(other, type="join", name=name)
        error = told(other)
        assert (error["type"], error["again"]) == ("error", False)
        tell(ann, "hello")
        told(ann, text="hello")
        tell(other, "hello")
        assert told(other)["reason"] == "join first"
        tell(other, type="join", name="x" * 30)
        assert told(other, type="welcome")["people"] == ["Ann", "x" * 30]
    assert unusual(server) == []


@pytest.mark.parametrize(
    "gone", [lambda ws: ws.close(), lambda ws: vanish(ws.socket)], ids=["left", "vanished"]
)
def test_name_is_free_again(server, gone):
    """Who has left, or vanished, leaves the name to others."""
    with join(server, "Ann") as ann:
        with join(server, "Ben") as ben:
            gone(ben)
            told(ann, type="left", name="Ben")
        with join(server, "Ben"):
            told(ann, type="joined", name="Ben")
    assert unusual(server) == []


def test_who_was_turned_out(server):
    """One who has been turned out cannot speak, and takes nobody along who has the name now."""
    with join(server, "Ann") as ann, join(server, "Ben") as ben:
        del server.room.people["Ann"]
        tell(ann, "hello")
        error = told(ann, type="error")
        assert (error["reason"], error["again"]) == ("join first", True)  # not a reason to drop what was said
        server.room.presence.names.remove("Ann")
        with join(server, "Ann") as again:
            ann.close()
            tell(ben, "still there?")
            told(again, text="still there?")
            assert "left" not in texts_of(again, "left")
    assert unusual(server) == []


def test_same_order_for_all(server):
    """Ten people who speak at the same time all hear the same order, which keeps each one's own."""
    with ExitStack() as stack:
        clients = {str(name): stack.enter_context(join(server, str(name))) for name in range(10)}
        for number in range(18):
            for name, ws in clients.items():
                tell(ws, f"{name} {number}")
        for ws in clients.values():
            texts_up_to(ws, *(f"{name} 17" for name in clients))
        first, *others = [texts_of(ws) for ws in clients.values()]
    assert others == [first] * 9
    assert len(first) == 180
    for name in clients:
        assert [text for text in first if text.startswith(name)] == [
            f"{name} {number}" for number in range(18)
        ]


def test_vanished_clients(server):
    """Ten who vanish in the middle of a talk keep nobody from hearing the rest, and their leaving."""
    with ExitStack() as stack, join(server, "Ann") as ann, join(server, "Ben") as ben:
        ghosts = [stack.enter_context(join(server, f"ghost {number}")) for number in range(10)]
        tell(ann, "before")
        for ghost in ghosts:
            vanish(ghost.socket)
        for number in range(15):
            tell(ann, str(number))
        for ws in (ann, ben):
            while sum(one["type"] == "left" for one in ws.heard) < 10:
                told(ws, type="left")
            assert texts_up_to(ws, "14") == ["before", *map(str, range(15))]
            assert sorted(one["name"] for one in ws.heard if one["type"] == "left") == sorted(
                f"ghost {number}" for number in range(10)
            )
    assert unusual(server) == []


def test_who_joins_during_a_talk(server):
    """Thirty who join while two talk hear everything once and in order, and are told of all who are here."""
    names = [f"guest {number}" for number in range(30)]
    with ExitStack() as stack, join(server, "Ann") as ann, join(server, "Ben") as ben:
        guests = [stack.enter_context(visit(server)) for _ in names]
        for number, (name, guest) in enumerate(zip(names, guests, strict=True)):
            tell(guest, type="join", name=name)
            tell((ann, ben)[number % 2], str(number))
        until(lambda: len(server.room.people) == 32, "all thirty")
        tell(ann, "last")
        told(ann, text="last")
        for guest in guests:
            told(guest, text="last")
            assert texts_of(guest) == texts_of(ann)
        everybody = {"Ann", "Ben", *names}
        for guest in guests:
            people = set()
            for one in guest.heard:  # a list, and then who comes
                people = set(one["people"]) if one["type"] == "welcome" else people
                people |= {one["name"]} if one["type"] == "joined" else set()
            assert people == everybody
    assert unusual(server) == []


def test_rate_limit(server):
    """The 21st message in a second ends the connection of its sender with 1008, and nobody else's."""
    with join(server, "Ann") as ann, join(server, "Ben") as ben:
        for number in range(20):  # and the join
            tell(ann, str(number))
        told(ben, type="left", name="Ann")
        assert texts_of(ben) == [str(number) for number in range(19)]
        told_until_closed(ann)
        assert (ann.close_code, ann.close_reason) == (1008, "too many messages")
        tell(ben, "alone")
        told(ben, text="alone")
    assert unusual(server) == []


@pytest.mark.parametrize("bug", [RuntimeError, KeyError, ValueError])
@pytest.mark.parametrize(
    "where", ["join", "say", "broadcast", "history.add", "log.append", "presence.take", "leave"]
)
def test_bug(server, monkeypatch, bug, where):
    """Whoever meets a bug of the room is told no more than 1011; the log has it, and the others go on."""

    def broken(*args, **fields):
        raise bug("a bug")

    *parts, name = where.split(".")
    with join(server, "Ben") as ben, visit(server) as ann:
        if where not in {"join", "presence.take"}:
            tell(ann, type="join", name="Ann")
            told(ann, type="welcome")
        with monkeypatch.context() as planted:
            planted.setattr(getattr(server.room, parts[0]) if parts else server.room, name, broken)
            if where == "leave":
                ann.send(b"bytes")  # her turning out fails too
            elif where in {"join", "presence.take"}:
                tell(ann, type="join", name="Ann")
            else:
                tell(ann, "hello")
            told_until_closed(ann)
        assert (ann.close_code, ann.close_reason) == (1011, "an error of the server")
        assert "hello" not in texts_of(ann)
        tell(ben, "still there?")
        told(ben, text="still there?")
    [line] = unusual(server)
    assert line.startswith(bug.__name__)
    assert "a bug" in line


def test_binary(server):
    """A binary message ends the connection with 1003, and the others are told that one has left."""
    with join(server, "Ann") as ann, join(server, "Ben") as ben:
        ann.send(b"\x00")
        assert told(ben) == {"type": "left", "name": "Ann"}
        told_until_closed(ann)
        assert (ann.close_code, ann.close_reason) == (1003, "text only")
    assert unusual(server) == []


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_another_origin(server, origin):
    """A page of another origin is refused."""
    url = server.ws_url.replace("/ws", "/room/ws")
    with pytest.raises(InvalidStatus, match="403"), connect(url, origin=origin, proxy=None):
        pass


def test_test_client():
    """The room works in Starlette's TestClient too, where nothing is said twice."""
    with TestClient(main.app) as client, client.websocket_connect("/room/ws") as ws:
        ws.send_json({"type": "join", "name": "Ann"})
        assert ws.receive_json()["type"] == "welcome"
        for text in ["hello", "bye"]:
            ws.send_json({"type": "message", "text": text})
            answers = [ws.receive_json() for _ in range(2)]
            assert sorted(answer["type"] for answer in answers) == ["kept", "message"]
            assert [answer["text"] for answer in answers if answer["type"] == "message"] == [text]
