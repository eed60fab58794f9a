"""The room's log in a file of SQLite: other servers, a full disk, damage, and kill -9."""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest
from websockets.exceptions import ConnectionClosed

from app import limits
from app.room import Room
from app.sqlite_log import SqliteLog
from environment import ROOT
from tests.app.rooms import join, serve_room, tell, texts_of, told
from tests.conftest import posix, unusual
from tests.deadlines import seconds
from tests.programs import chat

USED = r"{}, where the room keeps its messages, cannot be used: another server uses it\.\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "room.sqlite"


@contextmanager
def opened(path):
    """A room whose log is in a file."""
    room = Room()
    room.log = SqliteLog(str(path), room)
    with closing(room.log.database):
        yield room


async def keep(room, texts, first_id=0):
    for id, text in enumerate(texts, first_id):
        await room.log.append(f'{{"name": "Ann", "text": "{text}"}}', id)


def texts_in(room):
    return [text.partition('"text": "')[2].partition('"')[0] for _, text in room.history.messages]


def ended(program):
    """Return the exit code of a program, and all it said."""
    code = program.process.wait(timeout=seconds(20))
    return code, program.said()


def test_two_servers_of_one_file(path):
    """A second server of a file says so in one sentence and ends with exit code 1; the first goes on."""
    with chat(ROOM_FILE=str(path), NATS_URL="") as one, join(one, "Ann") as ann:
        tell(ann, "before")
        other = chat(ROOM_FILE=str(path), NATS_URL="")
        code, words = ended(other)
        assert (code, bool(re.fullmatch(USED.format(re.escape(str(path))), words))) == (1, True), words
        tell(ann, "after")
        told(ann, text="after")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: path.mkdir(), "unable to open database file"),
        (lambda path: path.parent.rmdir(), "unable to open database file"),
        (lambda path: other_database(path), "no such column: number"),
        (
            lambda path: path.write_bytes(b"no database" * 1000),
            "[Errno",
        ),  # that name is too long with the date
    ],
    ids=["a folder", "no folder", "another database", "damaged, and not to be renamed"],
)
def test_file_that_cannot_be_used(tmp_path, make, reason):
    """Where the file cannot be used, that is one sentence with the reason, and nothing is set aside."""
    path = tmp_path / "folder" / f"{'room' * 60}.db"
    path.parent.mkdir()
    make(path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ConnectionError) as raised, opened(path):
        pass
    said = f"{path}, where the room keeps its messages, cannot be used: {reason}"
    assert str(raised.value).startswith(said)
    assert [one for one in sorted(tmp_path.rglob("*")) if one in before] == before


def other_database(path):
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE log (what)")


# With files of at most 64 KiB; what is said is told only when it is kept.
FULL = """
import asyncio, resource, sys
from app.messages import Away
from app.room import Room
from app.sqlite_log import SqliteLog

async def main():
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, resource.RLIM_INFINITY))
    room = Room()
    log = SqliteLog(sys.argv[1], room)
    for number in range(1000):
        message = '{"name": "Ann", "text": "' + f"{number:04}" * 100 + '"}'
        try:
            await log.append(message, number)
        except Away as away:
            print(away)
            break
    try:
        await log.append(message, number)
    except Away:
        print("still")
    print(len(room.history.messages) - number, "told without being kept")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    print(await log.append(message, number) == number + 1, len(room.history.messages) == number + 1)

asyncio.run(main())
"""


@posix
def test_full_disk(path):
    """While the disk is full nothing is kept or told, and one may ask again; then it goes on by itself."""
    done = subprocess.run([sys.executable, "-c", FULL, path], cwd=ROOT, capture_output=True, text=True)
    reason, *rest = done.stdout.splitlines()
    assert re.fullmatch(
        "the room cannot keep anything now: (database or disk is full|disk I/O error)", reason
    )
    assert (rest, done.stderr) == (["still", "0 told without being kept", "True True"], "")
    with opened(path) as room:
        assert texts_in(room) == [f"{number:04}" * 100 for number in range(len(texts_in(room)))]


def test_log_that_cannot_keep(path):
    """People are told so, and may ask again; nobody hears what is not kept; then all goes on by itself."""
    with serve_room(ROOM_FILE=path) as server, join(server, "Ann") as ann:
        database = server.room.log.database
        server.room.log.database = closed = sqlite3.connect(":memory:")
        closed.close()
        tell(ann, "hello", id=1)
        error = told(ann, type="error")
        assert error["reason"].startswith("the room cannot keep anything now: ")
        assert (error["again"], texts_of(ann)) == (True, [])
        server.room.log.database = database
        ann.send(error["request"])
        assert told(ann, type="kept")["number"] == 1
        assert texts_of(ann) == ["hello"]
        assert unusual(server) == []


async def test_trimmed(path, monkeypatch):
    """The file has the last KEPT_MESSAGES, and what follows after a restart has the next number."""
    monkeypatch.setattr(limits, "KEPT_MESSAGES", 10)
    with opened(path) as room:
        await keep(room, range(35))
        assert room.log.database.execute("SELECT count(*), min(number) FROM log").fetchone() == (10, 26)
        room.log.database.execute("DELETE FROM log")  # as of one that was long ago
    with opened(path) as room:
        await keep(room, ["next"])
        assert room.history.messages[-1][0] == 36


async def test_file_in_which_others_have_written(path, caplog):
    """What is no message in the file is left out, with one line each; the rest is there."""
    with opened(path) as room:
        await keep(room, ["one"])
        for number, wrong in enumerate([b"\xff", 5, None, 0.5, "no JSON"]):
            room.log.database.execute(
                "INSERT INTO log (id, message) VALUES (?, ?)", (f"wrong {number}", wrong)
            )
        await keep(room, ["two"], 7)
    with opened(path) as room:
        assert texts_in(room) == ["one", "two"]
        assert [number for number, _ in room.history.messages] == [1, 7]
    assert caplog.messages == [
        f"Number {n} of the room's log is no message, and is left out." for n in range(2, 7)
    ]


def overwrite(path, start, length=4096):
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xa5" * length)


async def written(path, count=1000):
    with opened(path) as room:
        await keep(room, range(count))
        room.log.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return room.history.log


async def test_any_page_damaged(path, caplog):
    """Whatever page of the file is damaged: it is set aside, with a sentence, and the room keeps anew."""
    log = await written(path)
    good = path.read_bytes()
    for start in range(0, len(good), 4096):
        for old in path.parent.iterdir():
            old.unlink()
        path.write_bytes(good)
        overwrite(path, start)
        caplog.clear()
        with opened(path) as room:
            await keep(room, ["new"], 1000)
            if not caplog.messages:  # a page that has nothing, or only what is to be read
                pytest.fail(f"page {start // 4096} of {len(good) // 4096} was taken: {len(texts_in(room))}")
            assert (texts_in(room), room.history.log != log) == (["new"], True)
        [aside] = path.parent.glob("room.sqlite damaged *")
        assert caplog.messages == [
            f"The file of the room was damaged. It is {aside} now, and the room begins anew."
        ]


async def test_index_damaged(path, caplog):
    """Where only the index of the ids is not that of the messages any more, that is a damage as well."""
    with opened(path) as room:
        await keep(room, ["one"])
        room.log.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        schema = "SELECT rootpage FROM sqlite_schema WHERE type = 'index'"
        (page,) = room.log.database.execute(schema).fetchone()
    overwrite(path, page * 4096 - 1, 1)  # which is of the index's only entry
    with opened(path) as room:
        assert texts_in(room) == []
    assert len(caplog.messages) == 1


async def test_damaged_file_with_a_wal_of_before(path, caplog):
    """What a killed server left beside a damaged file is set aside as well, and not taken for new."""
    with opened(path) as room:
        await keep(room, range(100))
        room.log.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        await keep(room, ["last"], 100)
        wal = path.with_name("room.sqlite-wal").read_bytes()
    path.with_name("room.sqlite-wal").write_bytes(wal)
    path.write_bytes(b"this is no database " * 1000)
    with opened(path) as room:
        assert texts_in(room) == []
        await keep(room, ["new"])
    with opened(path) as room:
        assert texts_in(room) == ["new"]
    assert len(caplog.messages) == 1


def test_killed_in_the_middle_of_writing(path):
    """A server that is killed while two talk has kept all that it said it kept, in one order, and goes on."""
    kept, numbers = {}, set()
    for life in range(3):
        with chat(ROOM_FILE=str(path), NATS_URL="") as server, join(server, f"Ann {life}") as ann:
            for number in range(15):
                tell(ann, f"{life} {number}", id=number)
            for _ in range(6 + life):
                answer = told(ann, type="kept")
                kept[answer["number"]] = f"{life} {answer['id']}"
            server.process.kill()
            while True:
                try:
                    answer = told(ann, type="kept")
                    kept[answer["number"]] = f"{life} {answer['id']}"
                except ConnectionClosed:
                    break
            numbers |= {one["number"] for one in ann.heard if one["type"] == "message"}
    with serve_room(ROOM_FILE=path) as server, join(server, "Ben", server.room.history.log) as ben:
        heard = {one["number"]: one["text"] for one in ben.heard if one["type"] == "message"}
        assert kept.items() <= heard.items()
        assert numbers <= heard.keys()
        assert list(heard) == list(range(1, len(heard) + 1))
        for life in range(3):
            mine = [text for text in heard.values() if text.startswith(f"{life} ")]
            assert mine == [f"{life} {number}" for number in range(len(mine))]


def test_program_keeps_what_was_said(kit):
    """`python3 -m app` keeps what was said in workspace/room.sqlite, where nobody has chosen another file."""
    code = "from app.__main__ import room_file; print(room_file())"
    said = subprocess.check_output([sys.executable, "-c", code], cwd=kit, text=True)
    assert said == f"{kit / 'workspace' / 'room.sqlite'}\n"
    assert (kit / "workspace").is_dir()
