"""Whispers: to one person, at whatever server, and kept nowhere."""

import asyncio
import json
from contextlib import contextmanager, suppress

import nats as nats_py
import pytest

from app import limits
from app.messages import Message, Refused, Whisper
from app.presence import Presence
from app.room import Room
from app.whispers import whisper
from tests.app.rooms import (
    either_log,
    join,
    nats,
    new_place,
    serve_room,
    tell,
    told,
    two_servers,
    visit,
)
from tests.app.test_person import lazy, say_long
from tests.conftest import unusual
from tests.deadlines import until

__all__ = ["either_log", "nats"]  # fixtures


@contextmanager
def three_people(place):
    """Ann at one server, Ben and Cleo at the other one, if the log may have two."""
    with (
        two_servers(place) as (one, other),
        join(one, "Ann") as ann,
        join(other, "Ben") as ben,
        join(other, "Cleo") as cleo,
    ):
        told(ann, type="joined", name="Cleo")
        yield ann, ben, cleo, other


def test_whisper_reaches_one(either_log):
    """Its person hears it, and who whispers; nobody else does, now or later, and it is in no log."""
    with three_people(either_log) as (ann, ben, cleo, other):
        tell(ann, type="whisper", to="Ben", text="psst", id=7)
        heard = {"type": "whisper", "name": "Ann", "to": "Ben", "text": "psst", "id": 7}
        assert told(ben, type="whisper") == told(ann, type="whisper") == heard
        tell(ann, "to all")
        told(cleo, text="to all")
        assert not [one for one in cleo.heard if one["type"] == "whisper"]
        with join(other, "Ben's heir") as heir:
            assert [one["type"] for one in heir.heard] == ["message", "welcome"]
        kept = [json.loads(text) for _, text in other.room.history.messages]
        assert [one["text"] for one in kept] == ["to all"]
    assert unusual(other) == []


def test_nobody_to_whisper_to(either_log):
    """Who is not here hears nothing, and who whispers is told; who has not joined may not whisper."""
    with three_people(either_log) as (ann, ben, _, other):
        tell(ann, type="whisper", to="Zoe", text="psst", id=8)
        error = told(ann, type="error")
        assert (error["reason"], error["again"]) == ("Zoe is not here", False)
        ben.close()
        told(ann, type="left", name="Ben")
        tell(ann, type="whisper", to="Ben", text="psst")
        assert told(ann, type="error")["reason"] == "Ben is not here"
        with visit(other) as ws:
            tell(ws, type="whisper", to="Ann", text="psst")
            assert told(ws, type="error")["reason"] == "join first"


@pytest.mark.parametrize("elsewhere", [False, True])
def test_one_who_does_not_keep_up(monkeypatch, nats, elsewhere):
    """A whisper to one who is behind is refused, and not told in the middle of what was said before."""
    monkeypatch.setattr(limits, "MESSAGES_PER_SECOND", 10_000)
    monkeypatch.setattr(limits, "CATCH_UP_SECONDS", 120)
    place = new_place("stream", None, nats) if elsewhere else {}
    with serve_room(**place) as one, serve_room(**place) as other:
        other = other if elsewhere else one
        with lazy(other, "Lazy") as slow, join(one, "Ann") as ann:
            if not elsewhere:
                say_long(ann, range(500))
            else:
                with join(other, "Ben") as ben:
                    say_long(ben, range(500))
            assert other.room.people["Lazy"].task
            tell(ann, type="whisper", to="Lazy", text="psst")
            assert told(ann, type="error")["reason"] == "Lazy does not keep up now"
            told(slow, type="message", name="Ann" if not elsewhere else "Ben")
            until(lambda: slow.recv(timeout=30) and other.room.people["Lazy"].task is None, "its end", 60)
            tell(ann, type="whisper", to="Lazy", text="now")
            assert told(slow, type="whisper")["text"] == "now"


def test_room_alone_says_who_is_here():
    """whisper() asks nobody to tell one who is not in the room's list, whoever that would be."""

    async def ask():
        room = Room()
        room.presence = Presence(room)
        await whisper(room, "Ann", Whisper(type="whisper", to="Ann", text="psst"))

    with pytest.raises(Refused, match="Ann is not here"):
        asyncio.run(ask())


def heard_back(nats, place, subject, data):
    """Say something on NATS that comes from no server, and return the answers to it."""

    async def ask():
        async with await nats_py.connect(nats.url) as client:
            inbox = await client.subscribe("answers")
            await client.publish(f"room-{place['ROOM_NAME']}.{subject}", data, reply="answers")
            with suppress(nats_py.errors.TimeoutError):
                return [(await inbox.next_msg(timeout=0.5)).data]
        return []

    return asyncio.run(ask())


def test_whisper_of_no_server(nats):
    """What comes as a whisper and is none is noted and left out; one of a person who is here is answered."""
    place = new_place("stream", None, nats)
    good = {"type": "whisper", "to": "Ben", "text": "psst", "name": "Ann"}
    with serve_room(**place) as server, join(server, "Ben") as ben:
        for data in [b"{", b'{"type": "whisper", "to": "Ben", "text": "psst"}']:
            assert heard_back(nats, place, "whispers", data) == []
        assert heard_back(nats, place, "whispers", json.dumps(good | {"to": "Zoe"}).encode()) == []
        assert heard_back(nats, place, "whispers", json.dumps(good).encode()) == [b"heard"]
        assert told(ben, type="whisper") == good
        assert unusual(server) == ["What came as a whisper is none, and is left out."] * 2


def test_server_that_does_not_answer(nats, monkeypatch):
    """Where the server of that person says nothing, who whispers is asked to send it again."""
    monkeypatch.setattr(limits, "NATS_ANSWER_SECONDS", 0.3)
    place = new_place("stream", None, nats)
    with serve_room(**place) as server, join(server, "Ann") as ann:
        heard_back(nats, place, "here", json.dumps({"server": "frozen", "people": ["Zoe"]}).encode())
        told(ann, type="joined", name="Zoe")
        tell(ann, type="whisper", to="Zoe", text="psst")
        error = told(ann, type="error")
        assert (error["reason"], error["again"]) == ("the server of that person does not answer", True)


def test_name_of_the_room(either_log):
    """Nobody may be called as the room is, in whatever letters; others may say what they like."""
    with two_servers(either_log) as (one, _), visit(one) as ws:
        for name in ["The room", "the ROOM", "  The room "]:
            tell(ws, type="join", name=name)
            assert told(ws, type="error")["reason"] == f"nobody but the room has the name {name.strip()}"
        tell(ws, type="join", name="The roommate")
        assert told(ws, type="welcome")["people"] == ["The roommate"]
        with pytest.raises(ValueError, match="text"):
            Message(type="message")
