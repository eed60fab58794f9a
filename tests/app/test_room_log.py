"""What the room promises, with its log in SQLite and in a stream of NATS."""

import pytest

from app import limits, room_log
from app.room import Room
from tests.app.rooms import (
    either_log,
    join,
    nats,
    say_all,
    serve_room,
    tell,
    texts_of,
    texts_up_to,
    told,
    two_servers,
)
from tests.deadlines import until

__all__ = ["either_log", "nats"]  # fixtures


@pytest.fixture
def fast(monkeypatch):
    monkeypatch.setattr(limits, "MESSAGES_PER_SECOND", 10_000)


def counted(start, end):
    return [str(number) for number in range(start, end)]


def test_numbers(either_log):
    """Everybody hears the same texts with the same numbers in one order, and a speaker is told its number."""
    with two_servers(either_log) as (one, other), join(one, "Ann") as ann, join(other, "Ben") as ben:
        speakers = {"Ann": ann, "Ben": ben}
        for number in range(18):
            for name, ws in speakers.items():
                tell(ws, f"{name} {number}", id=number)
        for ws in speakers.values():
            texts_up_to(ws, *(f"{name} 17" for name in speakers))
            if sum(one["type"] == "kept" for one in ws.heard) < 18:
                told(ws, type="kept", id=17)
        heard = [[one for one in ws.heard if one["type"] == "message"] for ws in speakers.values()]
        assert heard[0] == heard[1]
        numbers = [message["number"] for message in heard[0]]
        assert numbers == sorted(set(numbers))
        for name, ws in speakers.items():
            kept = {one["id"]: one["number"] for one in ws.heard if one["type"] == "kept"}
            assert kept == {one["id"]: one["number"] for one in heard[0] if one["name"] == name}
            assert list(kept) == list(range(18))


def test_said_again(either_log):
    """What is said again under its id is kept once: at once, after a break, elsewhere, after a restart."""

    name = "Zoë 李 🙂"

    def say_hello(ws):
        tell(ws, "hello", id=7)
        return told(ws, type="kept", id=7)["number"]

    with two_servers(either_log) as (one, other):
        with join(one, name) as ann:
            numbers = {say_hello(ann), say_hello(ann)}
        with join(one, name) as ann:
            numbers.add(say_hello(ann))
        with join(other, name) as ann:
            numbers.add(say_hello(ann))
    with serve_room(**either_log) as server:
        with join(server, name) as ann:
            numbers.add(say_hello(ann))
            assert texts_up_to(ann, "hello") == ["hello"]
        with join(server, "Ben") as ben:  # an id belongs to a name
            assert say_hello(ben) not in numbers
    assert len(numbers) == 1


@pytest.mark.parametrize("restarted", [False, True])
def test_come_back(either_log, restarted, fast):
    """Who comes back is told what came meanwhile, once, in order, and then who is here."""
    with two_servers(either_log) as (one, other):
        with join(one, "Ann") as ann, join(other, "Ben") as ben:
            say_all(ben, counted(0, 5))
            last = told(ann, text="4")
            log = ann.heard[0]["log"]
        with join(other, "Ben", log, last["number"]) as ben:
            say_all(ben, counted(5, 65))
            if not restarted:
                assert_told_on(one, log, last["number"])
    if restarted:
        with serve_room(**either_log) as server:
            assert_told_on(server, log, last["number"])


def assert_told_on(server, log, after):
    """Those who come with a number are told all after it, and newcomers the last 50; then the welcome."""
    until(lambda: len(server.room.history.messages) == 65, "last message at this server")
    for options, start in [
        ({"log": log, "after": after}, 5),
        ({}, 15),
        ({"log": log, "after": after + 60}, 65),
    ]:
        with join(server, "Ann", **options) as ann:
            assert texts_of(ann, "gap", "welcome") == [*counted(start, 65), "welcome"]
            assert {one["log"] for one in ann.heard} == {log}


@pytest.mark.parametrize("restarted", [False, True])
def test_gap(either_log, restarted, fast, monkeypatch):
    """Who asks for what is not kept any more, or comes from another log, is told of the gap, and the rest."""
    monkeypatch.setattr(limits, "KEPT_MESSAGES", 10)
    with serve_room(**either_log) as server, join(server, "Ben") as ben:
        first, *_, last = say_all(ben, counted(0, 37))
        log = ben.heard[0]["log"]
        if not restarted:
            assert_gaps(server, log, first, last)
    if restarted:
        with serve_room(**either_log) as server:
            assert_gaps(server, log, first, last)


def assert_gaps(server, log, first, last):
    for log_asked, after, is_gap in [
        (log, first, True),
        (log, 0, True),
        ("another", last, True),
        (log, last - 10, False),
        (log, last, False),
        ("", 0, False),
    ]:
        with join(server, "Ann", log_asked, after) as ann:
            heard = texts_of(ann, "gap")
        assert heard[:1] == ["gap"] * is_gap + heard[is_gap:1], (log_asked, after)
        texts = heard[is_gap:]
        assert texts == counted(37 - len(texts), 37)
        assert len(texts) == last - after if log_asked == log and not is_gap else 10 <= len(texts) <= 20


def test_ahead_of_this_server(either_log):
    """Who has more than this server has heard yet is told what is new to it, and nothing twice."""
    with serve_room(**either_log) as server, join(server, "Ben") as ben:
        [last] = say_all(ben, ["0"])
        with join(server, "Ann", ben.heard[0]["log"], last + 2) as ann:
            say_all(ben, counted(1, 5))
            told(ann, text="4")
            assert texts_of(ann) == ["3", "4"]


@pytest.mark.parametrize("name", [None, "", "two words", "x" * 31, "a.b", "é"])
def test_nats_needs_a_name_of_the_room(monkeypatch, name):
    """Where NATS is, servers of one room have to say which: rooms that share one NATS must not mix."""
    monkeypatch.setenv("NATS_URL", "nats://127.0.0.1:9")
    monkeypatch.delenv("ROOM_NAME", raising=False) if name is None else monkeypatch.setenv("ROOM_NAME", name)
    with pytest.raises(ConnectionError, match="NATS_URL needs a ROOM_NAME, the same one at all servers"):
        room_log.give_log(Room())


@pytest.mark.parametrize("value", [None, ""])
def test_no_file(monkeypatch, tmp_path, value):
    """Without variables, and with empty ones, the room is in memory, and leaves no file."""
    monkeypatch.chdir(tmp_path)
    for name in ["NATS_URL", "ROOM_FILE"]:
        monkeypatch.delenv(name, raising=False) if value is None else monkeypatch.setenv(name, value)
    room = Room()
    with room_log.give_log(room).database:
        assert room.history.next_after(0) is None
    assert list(tmp_path.iterdir()) == []
