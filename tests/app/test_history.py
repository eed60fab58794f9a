"""The last messages of the room, by hand; see test_room_log.py for what people are told of them."""

import json

import pytest

from app import limits
from app.history import BEFORE_ALL, History

WRONG = {
    "nothing": b"",
    "no JSON": b"hello",
    "no UTF-8": b'{"name": "Ann", "text": "\xff"}',
    "no object": b"[]",
    "no fields": b"{}",
    "no text": b'{"name": "Ann"}',
    "no name": b'{"text": "hello"}',
    "a number for a name": b'{"name": 5, "text": "hello"}',
    "a hidden name": '{"name": "An\u200bn", "text": "hello"}'.encode(),
    "null for a text": b'{"name": "Ann", "text": null}',
    "an empty text": b'{"name": "Ann", "text": ""}',
    "half of a pair": rb'{"name": "Ann", "text": "\ud800"}',
    "a negative id": b'{"name": "Ann", "text": "hello", "id": -1}',
    "a huge id": b'{"name": "Ann", "text": "hello", "id": 1' + b"0" * 400 + b"}",
    "an id that is a fraction": b'{"name": "Ann", "text": "hello", "id": 0.5}',
    "brackets": b"[" * 100_000,
    "a megabyte": b'{"name": "Ann", "text": "' + b"x" * 1_000_000 + b'"}',
    "a number": 5,
    "NULL": None,
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_no_message(wrong, caplog):
    """What somebody else put into the log is left out, and is one line, with its number."""
    history = History("log")
    assert history.add(7, wrong) is None
    assert history.next_after(0) is None
    assert caplog.messages == ["Number 7 of the room's log is no message, and is left out."]
    assert caplog.records[0].exc_info is None


def kept(number):
    return json.dumps({"name": "Ann", "text": str(number), "more": "is left out"})


def test_what_is_told():
    """What people are told has the log and the number, and no field that others put in."""
    told = History("log").add(
        3, json.dumps({"name": "Ann", "text": "hi", "id": 1, "type": "gap", "number": 9})
    )
    assert json.loads(told) == {
        "type": "message", "log": "log", "number": 3, "name": "Ann", "text": "hi", "id": 1
    }  # fmt: skip


def test_memory_is_bounded(monkeypatch):
    """At least KEPT_MESSAGES are there, and never more than twice as many; the rest is a gap."""
    monkeypatch.setattr(limits, "KEPT_MESSAGES", 10)
    history = History("log")
    for number in range(1, 100):
        history.add(number, kept(number))
        assert min(number, 10) <= len(history.messages) <= 20
        assert history.messages[0][0] == history.dropped + 1
        assert history.next_after(number - 1)[0] == number


@pytest.mark.parametrize(
    ("number", "follows"),
    [
        (BEFORE_ALL, "gap 4"),
        (0, "gap 4"),
        (3, "gap 4"),
        (4, "5"),
        (5, "8"),
        (7, "8"),
        (8, "9"),
        (9, None),
        (99, None),
    ],
)
def test_next_after(number, follows):
    """What follows on a number: the next message, also over numbers that are no messages, or a gap."""
    history = History("log", dropped=4)
    for one in [5, 8, 9]:
        history.add(one, kept(one))
    found = history.next_after(number)
    if found:
        message = json.loads(found[1])
        found = f"gap {found[0]}" if message == {"type": "gap"} else str(message["number"])
    assert found == follows


@pytest.mark.parametrize(
    ("messages", "log", "after", "start"),
    [
        (0, "", 0, 4),
        (50, "", 0, 4),
        (51, "", 0, 5),
        (60, "", 40, 14),  # without a log a number means nothing
        (60, "log", 40, 40),
        (60, "log", 0, 0),
        (60, "log", 2**53 - 1, 2**53 - 1),
        (60, "another", 40, BEFORE_ALL),
    ],
)
def test_start(messages, log, after, start):
    """A newcomer reads the last 50, and who comes back reads on; the numbers of another log mean nothing."""
    history = History("log", dropped=4)
    for number in range(5, 5 + messages):
        history.add(number, kept(number))
    assert history.start(log, after) == start
