"""The room's log as a stream of NATS: what others put in, names at several servers, NATS away and back."""

import asyncio
import json
import re
import time
from contextlib import ExitStack, asynccontextmanager

import pytest
from nats.aio.client import Client

from app import limits, room_log
from app.caretaker import AWAY, BACK
from app.room import Room
from tests.app.rooms import (
    join,
    nats,
    new_place,
    serve_room,
    tell,
    texts_of,
    texts_up_to,
    told,
    told_each,
    told_until_closed,
    two_servers,
    visit,
)
from tests.app.test_history import WRONG
from tests.conftest import unusual
from tests.deadlines import seconds, until
from tests.programs import chat, nats_server

__all__ = ["nats"]  # a fixture


@pytest.fixture
def stream(nats):
    return new_place("stream", None, nats)


@pytest.fixture
def own_nats(tmp_path):
    """A NATS that a test may kill and freeze."""
    with nats_server(tmp_path) as nats:
        yield nats


def as_stranger(nats, act):
    """Let a client of NATS that is no server of the room do something."""

    async def acting():
        client = Client()
        await client.connect(nats.url)
        await act(client)
        await client.close()

    asyncio.run(acting())


def put(nats, stream, *messages, end="said"):
    """Put messages into a room as somebody else."""

    async def publish(client):
        for message in messages:
            await client.publish(f"room-{stream['ROOM_NAME']}.{end}", message)
        await client.flush()

    as_stranger(nats, publish)


def test_what_others_put_in(nats, stream):
    """Whatever somebody else puts into the stream or says of people: one line each, and hearing goes on."""
    wrong = [one for one in WRONG.values() if isinstance(one, bytes)]
    with two_servers(stream) as (one, other), join(one, "Ann") as ann, join(other, "Ben") as ben:
        put(nats, stream, *wrong)
        put(nats, stream, *wrong, end="here")
        tell(ann, "after")
        assert told(ben, text="after")["number"] == len(wrong) + 1
        for server in [one, other]:
            until(lambda server=server: " ".join(server.lines).count("left out") >= 2 * len(wrong), "lines")
        assert {"Ann", "Ben"} <= set(one.room.presence.names)
    for server in [one, other]:
        lines = unusual(server)
        numbers = [
            f"Number {n} of the room's log is no message, and is left out." for n in range(1, len(wrong) + 1)
        ]
        assert sorted(lines) == sorted(
            numbers + ["What came as a list of people is none, and is left out."] * len(wrong)
        )


def test_two_rooms_on_one_nats(nats, stream):
    """Rooms with other names do not mix: what is said, who is here, and whose a name is."""
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(serve_room(**new)) for new in (stream, new_place("stream", None, nats))
        )
        ann, namesake = (stack.enter_context(join(server, "Ann")) for server in (one, other))
        stack.enter_context(join(other, "Ben"))
        for ws, text in [(ann, "hello"), (namesake, "hi")]:
            tell(ws, text)
            assert texts_up_to(ws, text) == [text]
        assert one.room.presence.names == ["Ann"]


def test_one_name_at_the_same_moment(stream):
    """One name that is chosen at two servers, and twice at one, in the same moment goes to one of them."""
    with two_servers(stream) as (one, other):
        connection = one.room.presence.client
        until(lambda: one.room.presence.others.awake > limits.SILENCE_SECONDS, "end of its silence")
        assert one.room.presence.client is connection  # which is made once
        for number in range(20):
            with ExitStack() as stack:
                clients = [stack.enter_context(visit(server)) for server in (one, other, one, other)]
                for ws in clients:
                    tell(ws, type="join", name=f"Ann {number}")
                answers = [told(ws) for ws in clients]
                assert sorted(answer["type"] for answer in answers) == ["error"] * 3 + ["welcome"], answers
                reasons = {answer["reason"] for answer in answers if answer["type"] == "error"}
                assert reasons == {f"the name Ann {number} is taken"}


def test_who_is_here(stream):
    """People at two servers know of each other, and a name is free again at the other one, too."""
    with two_servers(stream) as (one, other), join(one, "Ann") as ann:
        with join(other, "Ben") as ben:
            told(ann, type="joined", name="Ben")
            assert "Ann" in ben.heard[-1]["people"] or told(ben, name="Ann")
        told(ann, type="left", name="Ben")
        try_to_join(one, "Ben")  # the other server gives a name back after it has told of it
        told(ann, type="joined", name="Ben")


@asynccontextmanager
async def linked(stream):
    """A room that is joined with NATS, and has nobody in it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in stream.items():
            patch.setenv(name, value)
        room = Room()
        link = room_log.give_log(room)
    await link.connect()
    yield room
    link.drop(link.client)
    await link.closing


async def test_server_that_begins(nats, stream):
    """A server that begins has heard all that is kept, by whichever of its NATS's addresses works."""
    many = [json.dumps({"name": "Ben", "text": str(number)}).encode() for number in range(1000)]
    async with linked(stream) as room, asyncio.timeout(seconds(20)):
        await asyncio.to_thread(put, nats, stream, *many)
        while room.log.last < 1000:  # NATS has them before the stream has
            await asyncio.sleep(0.01)
    async with linked(stream | {"NATS_URL": f"nats://127.0.0.1:9,{nats.url}"}) as room:
        assert len(room.history.messages) == 1000


async def test_message_that_comes_twice(stream):
    """What also an earlier connection brings is told once."""
    async with linked(stream) as room:
        await room.log.follow(room.log.stream)
        numbers = [await room.log.append('{"name": "Ann", "text": "hello"}', str(id)) for id in range(10)]
        async with asyncio.timeout(seconds(10)):
            while room.log.last < numbers[-1]:
                await asyncio.sleep(0.01)
        assert [number for number, _ in room.history.messages] == numbers == list(range(1, 11))


async def test_stream_that_is_emptied(stream):
    """Where nothing is left of a stream, its numbers go on; ids are known for as long as the limit says."""
    async with linked(stream) as room:
        for id in range(3):
            await room.log.append('{"name": "Ann", "text": "hello"}', str(id))
        await room.log.stream.purge_stream(room.log.name)
        config = (await room.log.stream.stream_info(room.log.name)).config
        assert (config.duplicate_window, config.max_msgs) == (limits.SENT_AGAIN_SECONDS, limits.KEPT_MESSAGES)
    async with linked(stream) as room:
        assert (room.log.last, room.history.dropped, room.history.start("", 0)) == (3, 3, 3)


def try_to_join(server, name):
    """Return the connection of somebody who asks for a name until it is free."""
    with visit(server) as ws:
        tell(ws, type="join", name=name)
        while told(ws)["type"] == "error":
            time.sleep(0.1)  # as a page does
            tell(ws, type="join", name=name)
        return [one.get("reason") for one in ws.heard[:-1]]


def test_name_of_a_dead_server(stream):
    """The people of a killed server have left within seconds, and then their names are free."""
    with serve_room(**stream) as one, join(one, "Ann") as ann:
        with chat(**stream) as dead, join(dead, "Ben"):
            told(ann, type="joined", name="Ben")
            dead.kill()
            began = time.monotonic()
            reasons = try_to_join(one, "Ben")
            assert set(reasons) == {"the name Ben is taken"}
            told(ann, type="left", name="Ben")
        assert time.monotonic() - began < seconds(limits.SILENCE_SECONDS + 2 * limits.BEAT_SECONDS + 2)


def test_server_that_was_taken_for_dead(stream):
    """Who got a name meanwhile keeps it when its server of before wakes; the people there had not left."""
    with ExitStack() as stack:
        one, still = (stack.enter_context(server) for server in (serve_room(**stream), chat(**stream)))
        people = [(one, "Ann"), (still, "Ben"), (still, "Cleo")]
        ann, ben, cleo = (stack.enter_context(join(*person)) for person in people)
        told(ann, type="joined", name="Cleo")
        with still.frozen():
            told(ann, type="left", name="Cleo")
            again = stack.enter_context(join(one, "Ben"))
        told(ann, type="joined", name="Cleo")
        tell(again, "hello")
        for ws in [ann, cleo]:
            told(ws, text="hello")
        told_until_closed(ben)
        assert (ben.close_code, ben.close_reason) == (1013, "this name is at another server")


def test_name_that_was_asked_for_while_nats_stood_still(own_nats, tmp_path):
    """A name that was refused because NATS did not answer is free, also at another server."""
    stream = new_place("stream", None, own_nats)
    with two_servers(stream) as (one, other), visit(one) as ann:
        with own_nats.frozen():
            tell(ann, type="join", name="Ann")
            error = told(ann)
            assert (error["again"], error["reason"]) == (True, "the names of the room cannot be reached")
        until(lambda: one.room.log.stream and other.room.log.stream, "NATS", 30)
        try_to_join(other, "Ann")
        assert set(unusual(one)) <= {AWAY, BACK}


def test_nats_is_killed(own_nats):
    """Without NATS nothing is kept or told, people are told so, and may say it again; then all goes on."""
    stream = new_place("stream", None, own_nats)
    with two_servers(stream) as (one, other), join(one, "Ann") as ann, join(other, "Ben") as ben:
        tell(ann, "before", id=0)
        told(ben, text="before")
        own_nats.kill()
        tell(ann, "at once", id=9)  # before a server has noticed
        error, _ = told_each(ann, {"type": "error"}, {"type": "notice", "text": AWAY})
        assert error["again"]
        told(ben, type="notice", text=AWAY)
        tell(ann, "away", id=1)
        error = told(ann, type="error")
        assert (error["reason"], error["again"]) == ("the room's log cannot be reached", True)
        with visit(one) as ws:
            tell(ws, type="join", name="Cleo")
            assert told(ws)["again"]
        own_nats.start_again()
        told(ann, type="notice", text=BACK)
        told(ben, type="notice", text=BACK)
        assert texts_of(ben) == ["before"]
        ann.send(error["request"])
        told(ann, type="kept", id=1)
        for ws in [ann, ben]:
            assert texts_up_to(ws, "away") == ["before", "away"]
        with join(one, "Cleo", ann.heard[0]["log"]) as cleo:
            assert texts_of(cleo, "gap") == ["before", "away"]
        assert [line for line in unusual(one) if line in (AWAY, BACK)] == [AWAY, BACK]


def test_nats_stands_still(own_nats):
    """What is said while NATS stands still may be kept; said again under its id, it is kept once."""
    stream = new_place("stream", None, own_nats)
    with two_servers(stream) as (one, other), join(one, "Ann") as ann, join(other, "Ben") as ben:
        told(ann, type="joined", name="Ben")
        connection = one.room.presence.client
        with own_nats.frozen():
            tell(ann, "hello", id=1)
            error, _ = told_each(ann, {"type": "error"}, {"type": "notice", "text": AWAY})
            assert (error["reason"], error["again"]) == ("the room's log does not answer", True)
        told(ann, type="notice", text=BACK)
        ann.send(error["request"])
        told(ann, type="kept")
        tell(ann, "after", id=2)
        for ws in [ann, ben]:
            assert texts_up_to(ws, "after") == ["hello", "after"]
        assert connection.is_closed


def test_consumer_that_is_deleted(nats, stream):
    """Where somebody deletes what a server hears by, it hears again by itself, and has missed nothing."""

    async def delete(client):
        streams, name = client.jetstream(), f"room-{stream['ROOM_NAME']}"
        for consumer in await streams.consumers_info(name):
            await streams.delete_consumer(name, consumer.name)

    with serve_room(**stream) as server, join(server, "Ann") as ann:
        as_stranger(nats, delete)
        for number in range(5):
            tell(ann, str(number))
        assert texts_up_to(ann, "4") == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("made_anew", [False, True])
def test_stream_that_is_deleted(own_nats, made_anew):
    """A stream that somebody deletes is made anew, by itself; people are told of the gap, and go on."""
    stream = new_place("stream", None, own_nats)

    async def delete(client):
        streams, name = client.jetstream(), f"room-{stream['ROOM_NAME']}"
        config = (await streams.stream_info(name)).config
        await streams.delete_stream(name)
        if made_anew:  # by another server, before these have noticed
            await streams.add_stream(config)

    with two_servers(stream) as (one, other), join(one, "Ann") as ann, join(other, "Ben") as ben:
        for number in range(5):
            tell(ann, str(number))
            told(ann, type="kept")
        told(ben, text="4")
        log = ann.heard[0]["log"]
        as_stranger(own_nats, delete)
        told(ann, type="gap")
        told(ben, type="gap")
        tell(ann, "anew", id=5)
        while told(ann)["type"] != "kept":  # the room may not have its log yet
            if ann.heard[-1]["type"] == "error":
                time.sleep(0.1)
                tell(ann, "anew", id=5)
        message = told(ben, text="anew")
        assert message["number"] == 1
        assert message["log"] != log
        with join(one, "Cleo", log, 5) as cleo:
            assert texts_of(cleo, "gap") == ["gap", "anew"]


def test_stream_that_has_dropped_what_a_server_did_not_hear(own_nats):
    """A server that was away while more was said than is kept tells its people of the gap, and the rest."""
    stream = new_place("stream", None, own_nats)
    last = limits.KEPT_MESSAGES + 100
    with chat(**stream) as server, join(server, "Ann") as ann:
        tell(ann, "0")
        told(ann, type="kept")
        with server.frozen():
            own_nats.kill()
            own_nats.start_again()
            many = [
                json.dumps({"name": "Ben", "text": str(number)}).encode() for number in range(1, last + 1)
            ]
            put(own_nats, stream, *many)
        told(ann, text=str(last))
        heard = texts_of(ann, "gap")
        assert heard == ["0", "gap", *map(str, range(101, last + 1))]
        try_to_join(server, "Ben")  # the names may be back later than the log
        for name, after, missing in [("Cleo", 100, ["gap"]), ("Dan", 101, [])]:  # text 101 has number 102
            with join(server, name, ann.heard[0]["log"], after) as ws:
                assert texts_of(ws, "gap")[:2] == [*missing, "101", "102"][:2]


@pytest.mark.parametrize("bug", [RuntimeError, KeyError])
def test_bug(stream, monkeypatch, bug):
    """A bug in what is called with a message is in the log, with its traceback, and the next one is heard."""
    with serve_room(**stream) as server, join(server, "Ann") as ann:
        with monkeypatch.context() as planted:
            planted.setattr(server.room.history, "add", lambda *args: (_ for _ in ()).throw(bug("a bug")))
            tell(ann, "hello")
            told(ann, type="kept")
            until(lambda: "a bug" in "".join(server.lines), "line in the log")
        tell(ann, "after")
        told(ann, text="after")
    [line] = unusual(server)
    assert line.startswith(f"{bug.__name__}: ")  # the last one of its traceback


def test_bug_of_the_caretaker(stream, monkeypatch):
    """A bug in what is done each second is in the log, with its traceback, and a second later all goes on."""
    with serve_room(**stream) as server:
        presence = server.room.presence
        with monkeypatch.context() as planted:
            planted.setattr(presence, "announce", lambda: (_ for _ in ()).throw(RuntimeError("a bug")))
            until(lambda: "a bug" in "".join(server.lines), "line in the log")
        awake = presence.others.awake
        until(lambda: presence.others.awake > awake + limits.BEAT_SECONDS, "next beat")
    lines = unusual(server)
    assert lines
    assert set(lines) == {"RuntimeError: a bug"}


NO_NATS = [
    b"",
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"INFO nonsense\r\n",
    b"INFO []\r\n",
    b"INFO {}\r\nPONG\r\n",
    b"\xff\r\n",
]


@asynccontextmanager
async def something_else(answer):
    """Something that is no NATS, and answers; its port."""

    async def reply(reader, writer):
        writer.write(answer)
        await reader.read()
        writer.close()

    async with await asyncio.start_server(reply, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("url", "answer", "reason"),
    [
        ("nats://127.0.0.1:9", b"", "(Connect call failed|Connection refused)"),
        ("nats://127.0.0.1:port", b"", "invalid connect url"),
        ("nats://", b"", "invalid hostname"),
        ("nonsense", b"", "[Nn]ame"),
        *(("127.0.0.1:PORT", answer, ".+") for answer in NO_NATS),
    ],
)
async def test_url_that_leads_nowhere(monkeypatch, url, answer, reason):
    """Where NATS_URL leads to no NATS when a server starts, that is one sentence."""
    monkeypatch.setattr(limits, "NATS_CONNECT_SECONDS", 1)
    monkeypatch.setenv("ROOM_NAME", "room")
    async with something_else(answer) as port:
        monkeypatch.setenv("NATS_URL", url.replace("PORT", str(port)))
        link = room_log.give_log(Room())
        with pytest.raises(
            ConnectionError, match=f"^NATS_URL leads to no NATS with JetStream: .*{reason}"
        ) as raised:
            await link.connect()
        assert "\n" not in str(raised.value)
        await asyncio.wait([link.closing])


SENTENCES = {
    "nobody": ("NATS_URL leads to no NATS with JetStream: .*; start one there, or leave out NATS_URL", {}),
    "no JetStream": (
        "NATS_URL leads to no NATS with JetStream: .*; start one there, or leave out NATS_URL",
        {},
    ),
    "no name": ("NATS_URL needs a ROOM_NAME, the same one at all servers of the room: .*", {"ROOM_NAME": ""}),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_program_that_cannot_start(nats, case):
    """`python3 -m app` says in one sentence what is wrong with its NATS, and ends with exit code 1."""
    sentence, more = SENTENCES[case]
    with ExitStack() as stack:
        url = {"nobody": "nats://127.0.0.1:9", "no name": nats.url}.get(case)
        if case == "no JetStream":
            url = stack.enter_context(nats_server(None)).url
        program = chat(**{"NATS_URL": url, "ROOM_NAME": "room", **more})
        code = program.process.wait(timeout=seconds(30))
        *noise, words = program.said().splitlines()
    assert (code, bool(re.fullmatch(rf"{sentence}\.?", words)), noise) == (1, True, []), program.said()
