"""Who is in the room, at one server and at several."""

import json

import pytest

from app import limits
from app.presence import Presence
from app.room import Room
from app.server_lists import ServerLists


def shown(*lists):
    """Return what the people of a room are told when one list after the other is shown."""
    room, told = Room(), []
    room.presence, room.broadcast = Presence(room), lambda text: told.append(json.loads(text))
    for names in lists:
        room.presence.show(names)
    return [f"{one['type']} {one.get('name') or len(one['people'])}" for one in told]


MANY = [f"guest {number}" for number in range(limits.NEWS_PEOPLE)]


@pytest.mark.parametrize(
    ("lists", "told"),
    [
        ([["Ann"], ["Ann"]], ["joined Ann"]),
        ([["Ann"], ["Ben", "Ann"], ["Ben"]], ["joined Ann", "joined Ben", "left Ann"]),
        ([["Ann"], ["Ben"]], ["joined Ann", "joined Ben", "left Ann"]),
        ([MANY, []], [f"{what} {name}" for what in ("joined", "left") for name in MANY]),
        ([["Ann", *MANY], []], ["welcome 11", "welcome 0"]),
    ],
)
def test_show(lists, told):
    """Up to NEWS_PEOPLE who come or leave at once are told one by one; of more all get one new list."""
    assert shown(*lists) == told


def list_of(server, *people):
    return json.dumps({"server": server, "people": people})


def test_lists_of_other_servers():
    """The lists of the others together say who is there; a server that is silent is forgotten."""
    lists = ServerLists()
    assert lists.take(list_of("one", "Ann", "Ben")) == ["Ann", "Ben"]
    lists.take(list_of("two", "Cleo"))
    assert lists.names() == ["Ann", "Ben", "Cleo"]
    lists.take(list_of("one", "Ben"))
    assert lists.names() == ["Ben", "Cleo"]
    assert lists.take(lists.own_list(["Dan"])) == []  # it comes back to its sender as well
    lists.awake += limits.SILENCE_SECONDS
    lists.take(list_of("one", "Ben"))
    assert lists.names() == ["Ben", "Cleo"]
    lists.awake += limits.BEAT_SECONDS
    assert lists.names() == ["Ben"]
    assert (lists.is_alive("one"), lists.is_alive("two")) == (True, False)


def test_server_that_is_new_takes_nobody_for_dead():
    """A server that has only begun has not heard of all others yet, and takes none of their names."""
    lists = ServerLists()
    assert lists.is_alive("one")
    assert not lists.is_alive(lists.own)  # who comes back has the name that it has not given back yet
    lists.awake += limits.SILENCE_SECONDS
    assert not lists.is_alive("one")


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"server": "one"}',
        b'{"server": 5, "people": []}',
        b'{"server": "one", "people": 7}',
        b'{"server": "one", "people": [[]]}',
        b'{"server": "one", "people": ["Ann", ""]}',
        '{"server": "one", "people": ["An\u200bn"]}'.encode(),
        b"[" * 100_000,
    ],
    ids=lambda wrong: wrong[:40].decode("ascii", "replace"),
)
def test_list_that_is_none(wrong, caplog):
    """What is no list changes nothing of who is here, and is one line in the log."""
    lists = ServerLists()
    lists.take(list_of("one", "Ann"))
    assert lists.take(wrong) == []
    assert lists.names() == ["Ann"]
    assert caplog.messages == ["What came as a list of people is none, and is left out."]
