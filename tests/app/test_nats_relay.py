"""One room on several servers: the relays, and real processes with a real NATS between them."""

import asyncio
import gc
import itertools
import json
import random
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections import defaultdict
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from pydantic import ValidationError
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect

from app import limits, nats_relay
from app import room as room_module
from app.nats_relay import BACK, LOST, NatsRelay
from app.presence import Presence
from app.relay import LocalRelay, relay
from app.room import Room
from environment import ROOT
from notebooks.teach.refresh import write_chat
from tests.conftest import Chat, ask_anew, posix, start
from tests.deadlines import seconds, until

NATS_SERVER = shutil.which("nats-server", path=sysconfig.get_path("scripts"))
GUESTS, SPEAKERS, WORDS = 100, 5, 6  # of the long test; WORDS each, before and after
LESSON_13 = ROOT / "notebooks" / "13_more_machines.ipynb"


class Nats:
    """A nats-server of our own, on any free port, and on the same one after each further start()."""

    def __init__(self, folder, *options):
        self.log, self.port = (folder / "nats.log").open("w+", encoding="utf-8"), -1
        self.url, self.options = None, options

    def start(self):
        self.log.truncate(0)
        command = [NATS_SERVER, "-a", "127.0.0.1", "-p", str(self.port), *self.options]
        self.program = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        until(lambda: "Server is ready" in self.said(), "NATS")
        self.port = re.search(r"connections on 127\.0\.0\.1:(\d+)", self.said())[1]
        self.url = f"nats://127.0.0.1:{self.port}"

    def end(self, how=subprocess.Popen.terminate):
        how(self.program)
        self.program.wait(timeout=seconds(30))  # it may have much to hand on first

    def said(self):
        return Path(self.log.name).read_text(encoding="utf-8")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        try:
            self.end()
        finally:
            self.program.kill()
            self.log.close()


@contextmanager
def frozen(what):
    """Let the program of a NATS or of a chat stand still, as on a machine that has vanished."""
    program = psutil.Process(what.program.pid)
    program.suspend()
    try:
        yield
    finally:
        program.resume()


@pytest.fixture
def nats(tmp_path):
    with Nats(tmp_path) as nats:
        yield nats


@pytest.fixture
def two(tmp_path, nats, monkeypatch):
    """Two servers of one room."""
    monkeypatch.setenv("NATS_URL", nats.url)
    with Chat(tmp_path / "one") as one, Chat(tmp_path / "two") as other:
        for chat in [one, other]:
            ask_anew(chat.ws_url)  # once it answers, it is connected to NATS
            chat.unusual()
        yield one, other


class Server:
    """What a server is to its relay: texts that are delivered, and notices."""

    def __init__(self, url=None):
        self.relay = NatsRelay(url) if url else relay()
        self.texts, self.notices = [], []
        self.relay.subscribe(self.texts.append, self.notices.append)

    async def publish(self, *texts):
        for text in texts:
            await self.relay.publish(text)

    async def __aenter__(self):
        await self.relay.__aenter__()
        return self

    async def __aexit__(self, *error):
        await self.relay.__aexit__(*error)


@asynccontextmanager
async def stranger(nats):
    """A client of NATS that is no server of the room."""
    client = nats_relay.Client()
    await client.connect(nats.url)
    yield client
    await client.close()


async def comes_true(condition, quiet=10):
    """Wait until the condition holds; fail after seconds(quiet)."""
    deadline = time.monotonic() + seconds(quiet)
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        await asyncio.sleep(0.01)


def texts_of(name, count=200):
    return [f"{name} {number} é" for number in range(count)]


@pytest.mark.parametrize("url", [None, ""])
async def test_relay_in_process(monkeypatch, url):
    """Without NATS_URL, and where it is empty, a server hears what it publishes, at once and in order."""
    monkeypatch.delenv("NATS_URL", raising=False) if url is None else monkeypatch.setenv("NATS_URL", url)
    async with Server() as one:
        await one.publish(*texts_of("one"))
    assert isinstance(one.relay, LocalRelay)
    assert (one.texts, one.notices) == (texts_of("one"), [])


async def test_relay_over_nats(nats, monkeypatch):
    """With NATS_URL all servers hear what one publishes, each text once, and the texts of each in order."""
    monkeypatch.setenv("NATS_URL", f"{nats.url},{nats.url}")
    async with Server() as one, Server() as two, Server() as three:
        servers = {"one": one, "two": two, "three": three}
        await asyncio.gather(*(server.publish(*texts_of(name)) for name, server in servers.items()))
        await one.publish("end")  # of all that came before it, and also of what would come twice
        await comes_true(lambda: all("end" in server.texts for server in servers.values()))
    for server in servers.values():
        assert isinstance(server.relay, NatsRelay)
        assert len(server.texts) == 601
        for name in servers:
            assert [text for text in server.texts if text.startswith(f"{name} ")] == texts_of(name)


async def test_nats_away_and_back(nats, caplog):
    """While NATS is away each server has its own texts and says so; then all hear all; nothing comes late."""
    caplog.set_level("WARNING")
    async with Server(nats.url) as one, Server(nats.url) as other:
        await one.publish("1 before")
        await comes_true(lambda: "1 before" in other.texts)
        nats.end()
        await comes_true(lambda: one.notices == other.notices == [LOST])
        await one.publish("2 away, one")
        await other.publish("2 away, other")
        nats.start()
        await comes_true(lambda: one.notices == other.notices == [LOST, BACK])
        await one.publish("3 after, one")
        await other.publish("4 after, other")
        await comes_true(lambda: {"3 after, one", "4 after, other"} <= {*one.texts} & {*other.texts})
    assert one.notices == other.notices == [LOST, BACK]  # none for the end of a server itself
    assert caplog.messages == [LOST, LOST, BACK, BACK]
    for server, name in [(one, "one"), (other, "other")]:
        assert server.texts[:2] == ["1 before", f"2 away, {name}"]
        assert sorted(server.texts[2:]) == ["3 after, one", "4 after, other"]


async def test_nats_is_killed_in_the_middle_of_a_talk(nats):
    """A server hears each of its own texts once and in order, those of before all before NATS is back."""
    one, said = Server(nats.url), [f"{number}" for number in range(3000)]
    one.relay.subscribe(one.texts.append, one.texts.append)
    async with one:
        for number, text in enumerate(said):
            await one.publish(text)
            if number == 1500:
                nats.end(subprocess.Popen.kill)
            if number % 7 == 0:
                await asyncio.sleep(0)
        nats.start()
        await comes_true(lambda: BACK in one.texts)
        await one.publish("after")
        await comes_true(lambda: "after" in one.texts)
    assert [text for text in one.texts if text != LOST] == [*said, BACK, "after"]


@pytest.mark.parametrize("what", ["subscribe", "publish"])
async def test_nats_that_refuses_the_room(tmp_path, what):
    """A server that may not subscribe, or not publish, is told so when it connects: ConnectionError."""
    conf = tmp_path / "nats.conf"
    user = f'{{user: "u", password: "p", permissions: {{{what}: {{deny: ["room"]}}}}}}'
    conf.write_text(f"authorization {{users: [{user}]}}")
    with Nats(tmp_path, "-c", conf) as nats:
        one = Server(nats.url.replace("//", "//u:p@"))
        with pytest.raises(ConnectionError, match=r"refuses the room: .*permissions violation"):
            await one.relay.__aenter__()
        there = [one.raddr for one in psutil.Process().net_connections() if one.status == "ESTABLISHED"]
        assert nats.port not in [str(address.port) for address in there]


async def test_frozen_nats(nats, monkeypatch):
    """A NATS that stands still is noticed when its time is up, and so is that it goes on."""
    monkeypatch.setattr(limits, "NATS_ANSWER_SECONDS", 1)
    async with Server(nats.url) as one:
        with frozen(nats):
            await comes_true(lambda: one.notices == [LOST])
            await one.publish("here")
            assert one.texts == ["here"]
        await comes_true(lambda: one.notices == [LOST, BACK])


@pytest.mark.parametrize("noticed", [False, True])
def test_end_while_nats_stands_still(nats, monkeypatch, noticed):
    """A NATS that stands still while much is said holds up neither that nor the end, noticed or not."""
    monkeypatch.setattr(limits, "NATS_ANSWER_SECONDS", 1)
    said = [f"{number} {'x' * 100_000}" for number in range(200)]

    async def talk():
        async with Server(nats.url) as one:
            stack.enter_context(frozen(nats))
            async with asyncio.timeout(seconds(5)):
                await one.publish(*said)
            if noticed:
                await comes_true(lambda: one.notices == [LOST], 20)
                assert one.texts == said
                await one.publish(*said)
            return time.monotonic()

    with ExitStack() as stack:
        said_all = asyncio.run(talk())
        assert time.monotonic() - said_all < seconds(3)


NO_NATS = [
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"INFO nonsense\r\n",
    b"INFO []\r\n",
    b"INFO {}\r\nPONG\r\n",
    b"\xff\r\n",
]


@asynccontextmanager
async def no_nats(answers, port=0):
    """Something else that answers on a port, the next time with the next answer; the port, and who asked."""
    asked = []

    async def reply(reader, writer):
        writer.write(answers[len(asked) % len(answers)])
        asked.append(writer)
        await reader.read()
        writer.close()

    async with await asyncio.start_server(reply, "127.0.0.1", port) as server:
        yield server.sockets[0].getsockname()[1], asked


async def test_something_else_on_the_port_of_nats(nats, monkeypatch):
    """While something else answers on NATS's port, a server goes on looking, and finds NATS afterwards."""
    monkeypatch.setattr(limits, "NATS_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(limits, "NATS_CONNECT_SECONDS", 1)
    async with Server(nats.url) as one:
        nats.end()
        await comes_true(lambda: one.notices == [LOST])
        async with no_nats(NO_NATS, int(nats.port)) as (_, asked):
            await comes_true(lambda: len(asked) > len(NO_NATS), 30)
        nats.start()
        await comes_true(lambda: one.notices == [LOST, BACK], 30)
        await one.publish("back")
        await comes_true(lambda: one.texts == ["back"])


WRONG = [
    b"",
    b"x",
    b"a b c",
    b"\xff 1 x",
    b"a 1 5",
    b"a 2 []",
    b'a 3 {"type": "people"}',
    b'a 4 {"type": "people", "server": 5, "people": []}',
    b'a 5 {"type": "people", "server": "a", "people": 7}',
    b'a 6 {"type": "people", "server": "a", "people": [[]]}',
]


async def test_texts_with_wrong_types(nats, monkeypatch, caplog):
    """Texts that are none of the room's are logged; then and without NATS, the room goes on."""
    relay = NatsRelay(nats.url)
    one, told = Room(relay), []
    monkeypatch.setattr(one, "broadcast", lambda text: told.append(json.loads(text).get("text")))
    one.people["Ann"] = None
    async with relay:
        async with stranger(nats) as forger:
            for wrong in WRONG:
                await forger.publish("room", wrong)
            await forger.flush()
            await one.publish_people()
            await one.publish(type="message", text="after")
            await comes_true(lambda: "after" in told)
        assert one.presence.names == ["Ann"]
        nats.end()
        await comes_true(lambda: LOST in told)
        await one.publish_people()
        await one.publish(type="message", text="alone")
        assert "alone" in told
        nats.start()
        await comes_true(lambda: BACK in told, 30)
    assert len([record for record in caplog.records if record.exc_info]) == len(WRONG)


def test_server_that_stands_still_does_not_blame_others(two):
    """The people of a server that has stood still are not told that others have left, who have not."""
    still, other = two
    with Guest(still, "Ann") as ann, Guest(other, "Ben") as ben:
        assert ann.told("joined")["name"] == "Ben"
        with frozen(still):
            assert ben.told("left")["name"] == "Ann"  # as from a dead server
        assert ben.told("joined")["name"] == "Ann"
        ben.tell(type="message", text="hello")
        assert ann.told("message")["text"] == "hello"


async def test_beat_goes_on(monkeypatch):
    """A list of people that could not be published is logged, and the next one comes all the same."""
    monkeypatch.setattr(limits, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(room_module, "room", Room(LocalRelay()))
    log, published = [], []

    async def publish_people():
        published.append("people")
        if len(published) == 1:
            raise KeyError("a bug")

    monkeypatch.setattr(room_module.room, "publish_people", publish_people)
    monkeypatch.setattr(room_module.log, "exception", log.append)
    async with room_module.lifespan(None):
        await comes_true(lambda: len(published) > 1)
    assert log == ["The list of the people here was not published."]


NOWHERE = "leads to no NATS server"


@pytest.mark.parametrize(
    ("url", "answer", "reason"),
    [
        ("nats://127.0.0.1:9", b"", "(Connect call failed|Connection refused)"),
        ("nats://127.0.0.1:port", b"", "invalid connect url"),
        ("nats://", b"", "invalid hostname"),
        ("nonsense", b"", "[Nn]ame"),
        ("127.0.0.1:PORT", b"", "no answer"),
        *(("127.0.0.1:PORT", answer, "") for answer in NO_NATS),
    ],
)
def test_nats_url_that_leads_nowhere(url, answer, reason, monkeypatch, caplog):
    """Where NATS_URL leads to no NATS when a server starts, that is one sentence, and nothing in the log."""
    monkeypatch.setattr(limits, "NATS_CONNECT_SECONDS", 1)

    async def connect_there():
        async with no_nats([answer]) as (port, _):
            with pytest.raises(ConnectionError, match=f"^NATS_URL {NOWHERE}: .*{reason}") as raised:
                await NatsRelay(url.replace("PORT", str(port))).connect()
            assert "\n" not in str(raised.value)

    asyncio.run(connect_there())
    gc.collect()  # of which asyncio would say what nobody has fetched
    assert caplog.messages == []


def test_program_says_that_there_is_no_nats(monkeypatch):
    """`python3 -m app` says in one line that NATS_URL leads to no server, and exits with code 1."""
    monkeypatch.setenv("NATS_URL", "nats://127.0.0.1:9")
    with start("--port", "0") as program:
        try:
            out, errors = program.communicate(timeout=seconds(20))
        finally:
            program.kill()
    assert (program.returncode, out) == (1, "")
    assert re.fullmatch(rf"NATS_URL {NOWHERE}: .*; start one there, or leave out NATS_URL\n", errors)


def test_presence():
    """The lists of all servers together say who is here; a server that is silent is forgotten."""
    presence = Presence()

    def news(server, *people):
        return presence.on_people({"type": "people", "server": server, "people": people})

    assert news("one", "Ann", "Ben") == (["Ann", "Ben"], [])
    assert news("two", "Cleo", "Ann") == (["Cleo"], [])
    assert presence.names == ["Ann", "Ben", "Cleo"]
    assert news("one", "Ben") == ([], [])  # Ann is still here, at the other one
    assert news("two", "Cleo") == ([], ["Ann"])
    assert presence.names == ["Ben", "Cleo"]
    presence.awake += limits.SILENCE_SECONDS
    assert news("one", "Ben") == ([], [])
    presence.awake += limits.BEAT_SECONDS
    assert news("one", "Ben") == ([], ["Cleo"])
    assert news("two", "Cleo") == (["Cleo"], [])


@pytest.mark.parametrize(
    "wrong",
    [{}, {"server": 5, "people": []}, {"server": "two", "people": 7}, {"server": "two", "people": [[]]}],
)
def test_list_with_wrong_types(wrong):
    """A list that is none changes nothing of who is here."""
    presence = Presence()
    presence.on_people({"server": "one", "people": ["Ann"]})
    with pytest.raises(ValidationError):
        presence.on_people(wrong)
    assert presence.on_people({"server": "one", "people": ["Ann", "Ben"]}) == (["Ben"], [])


def test_many_come_at_once():
    """Up to NEWS_PEOPLE who come or leave at once are told one by one; of more all get one new list."""
    room, told = Room(LocalRelay()), []
    room.broadcast = told.append
    many = [f"guest {number}" for number in range(limits.NEWS_PEOPLE)]
    for names in [["Ann"], ["Ann", *many], ["Ann"], ["Ann", "Ben", *many]]:
        room.on_text(json.dumps({"type": "people", "server": "other", "people": names}))
    assert [json.loads(text) for text in told] == [
        {"type": "joined", "name": "Ann"},
        *({"type": "joined", "name": name} for name in many),
        *({"type": "left", "name": name} for name in many),
        {"type": "welcome", "people": ["Ann", "Ben", *many]},
    ]


class Guest:
    """Somebody with a plain client, who notes all that the room says."""

    def __init__(self, chat, name):
        self.ws = ExitStack().enter_context(connect(f"ws://127.0.0.1:{chat.port}/room/ws", proxy=None))
        self.tell(type="join", name=name)
        self.people = set(self.told("welcome")["people"])
        while (joined := self.told("joined")["name"]) != name:  # somebody at the other server, a moment ago
            self.people.add(joined)

    def tell(self, **message):
        self.ws.send(json.dumps(message))

    def told(self, *kinds):
        """Return the next message, which has to be of one of these kinds."""
        message = json.loads(self.ws.recv(timeout=seconds(10)))
        assert message["type"] in kinds, message
        return message

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.ws.close()


def test_room_on_two_servers(two):
    """People at two servers hear each other, know who is here, and cannot have the same name."""
    one, other = two
    with Guest(one, "Ann") as ann:
        with Guest(other, "Ben") as ben:
            assert ben.people == {"Ann", "Ben"}
            assert ann.told("joined") == {"type": "joined", "name": "Ben"}
            ann.tell(type="message", text="hello")
            for guest in [ann, ben]:
                assert guest.told("message") == {"type": "message", "name": "Ann", "text": "hello"}
            with connect(f"ws://127.0.0.1:{other.port}/room/ws", proxy=None) as ws:
                ws.send('{"type": "join", "name": "Ann"}')
                answer = json.loads(
                    ws.recv(timeout=seconds(limits.BEAT_SECONDS + limits.SILENCE_SECONDS + 10))
                )
                assert answer["reason"] == "the name Ann is taken"
        assert ann.told("left") == {"type": "left", "name": "Ben"}
    assert [*one.unusual(), *other.unusual()] == []


def test_room_without_and_with_nats_again(two, nats):
    """The people are told that NATS is away, and who cannot be reached; then that it is back, and who is."""
    with Guest(two[0], "Ann") as ann, Guest(two[1], "Ben") as ben:
        assert ann.told("joined")["name"] == "Ben"
        nats.end()
        for guest in [ann, ben]:
            assert guest.told("notice")["text"] == LOST
        assert ann.told("left")["name"] == "Ben"
        assert ben.told("left")["name"] == "Ann"
        ann.tell(type="message", text="alone?")
        assert ann.told("message")["text"] == "alone?"
        nats.start()
        for guest, name in [(ann, "Ben"), (ben, "Ann")]:
            news = [guest.told("notice", "joined") for _ in range(2)]
            assert {"type": "notice", "text": BACK} in news
            assert {"type": "joined", "name": name} in news
        ann.tell(type="message", text="together")
        for guest in [ann, ben]:
            assert guest.told("message")["text"] == "together"


@pytest.mark.parametrize(
    ("end", "soon"),
    [
        pytest.param(lambda program: program.send_signal(signal.SIGINT), 2, marks=posix, id="stopped"),
        pytest.param(
            subprocess.Popen.kill, 2 * limits.BEAT_SECONDS + limits.SILENCE_SECONDS + 2, id="killed"
        ),
    ],
)
def test_server_that_ends_takes_its_people_along(two, end, soon):
    """The others hear that its people left: soon where it was stopped, within seconds where it was killed.

    The name is free then, and whoever asks for it before that waits for it.
    """
    one, other = two
    with Guest(one, "Ann") as ann, Guest(other, "Ben"):
        assert ann.told("joined")["name"] == "Ben"
        end(other.program)
        other.program.wait(timeout=seconds(10))
        began = time.monotonic()
        with Guest(one, "Ben") as again:
            assert ann.told("left")["name"] == "Ben"
            assert ann.told("joined")["name"] == "Ben"
            assert again.people == {"Ann", "Ben"}
        assert time.monotonic() - began < seconds(soon)
    assert one.unusual() == []


def test_lesson_13_starts_what_it_teaches(tmp_path):
    """The servers that lesson 13 starts have the limits of lesson 09: no compression, 64 KiB a message."""
    sources = [cell["source"] for cell in json.loads(LESSON_13.read_text(encoding="utf-8"))["cells"]]
    [path, program] = next(
        "".join(source).removeprefix("%%writefile ").split("\n", 1)
        for source in sources
        if "".join(source).startswith("%%writefile serve.py")
    )
    for folder in ["app", "static", "templates"]:
        (tmp_path / folder).mkdir()
    write_chat(tmp_path)
    (tmp_path / path).write_text(program, encoding="utf-8")
    assert any(f'SERVER = [sys.executable, "{path}"]' in "".join(source) for source in sources)
    with subprocess.Popen(
        [sys.executable, path], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            address = server.stdout.readline().strip()
            with connect(f"ws://{address}/ws", proxy=None, max_size=None) as ws:
                assert "Sec-WebSocket-Extensions" not in ws.response.headers
                ws.send(["x" * limits.MESSAGE_BYTES, "x"])
                with pytest.raises(ConnectionClosed):
                    ws.recv(timeout=seconds(10))
                assert ws.close_code == 1009
        finally:
            server.kill()


class Walker:
    """Somebody who has the addresses of both servers, and comes back by itself; a speaker counts aloud."""

    def __init__(self, name, ports):
        self.name, self.ports = name, itertools.cycle(ports)
        self.here, self.people, self.stays, self.told = asyncio.Event(), set(), [], 0
        self.said, self.speaks, self.heard_itself = (0, -1), True, asyncio.Event()

    async def live(self):
        attempt = 0
        while True:
            port = next(self.ports)
            try:
                url = f"ws://127.0.0.1:{port}/room/ws"
                async with connect_async(url, proxy=None, compression=None) as self.ws:
                    await self.ws.send(json.dumps({"type": "join", "name": self.name}))
                    await self.listen(port)
            except (OSError, WebSocketException):
                pass
            if self.here.is_set():  # the connection is lost, and that is how one is told
                self.told, attempt = self.told + 1, 0
                self.here.clear()
            await asyncio.sleep(random.uniform(0.1, min(2, 0.2 * 2**attempt)))
            attempt += 1

    async def listen(self, port):
        async for text in self.ws:
            message = json.loads(text)
            match message["type"]:
                case "message":
                    self.stays[-1][1].append((message["name"], message["text"]))
                    if message["name"] == self.name:
                        self.heard_itself.set()
                case "welcome":
                    if not self.here.is_set():
                        self.stays.append((port, []))
                    self.people = set(message["people"])
                    self.here.set()
                case "joined":
                    self.people.add(message["name"])
                case "left":
                    self.people.discard(message["name"])
                case "error":
                    return  # the name is taken, by this one at a server that has been killed

    async def speak(self):
        """Say "stay number", the stay being how often one has joined, and the numbers 0, 1, 2 in each.

        The next one is said when the last one has come back, so nobody is spoken to faster than it hears.
        """
        while self.speaks:
            await self.here.wait()
            stay, number = self.said
            self.said = (stay, number + 1) if stay == len(self.stays) else (len(self.stays), 0)
            self.heard_itself.clear()
            try:
                await self.ws.send(json.dumps({"type": "message", "text": "{} {}".format(*self.said)}))
            except ConnectionClosed:
                self.said = stay, number
            with suppress(TimeoutError):  # it was lost with the connection
                async with asyncio.timeout(seconds(5)):
                    await self.heard_itself.wait()
            await asyncio.sleep(0.06)  # a person may say 20 texts a second


def numbers(heard):
    """Return what was heard as {(name, stay): [number, …]}."""
    lists = defaultdict(list)
    for name, text in heard:
        stay, number = map(int, text.split())
        lists[name, stay].append(number)
    return lists


async def test_hundred_people_and_a_killed_server(two):
    """A hundred people at two servers talk; in the middle one server is killed.

    Those at the other hear every number of everybody, once and in order, before and after. The rest
    are told by the end of their connection, and come back by themselves.
    """
    killed, other = two
    ports = [killed.port, other.port]
    people = [Walker(f"guest {number}", ports[:: 1 - 2 * (number % 2)]) for number in range(GUESTS)]
    lives = [asyncio.create_task(one.live()) for one in people]
    await comes_true(lambda: all(len(one.people) == GUESTS for one in people), 60)
    rest, stayed = people[::2], people[1::2]
    speakers = people[:SPEAKERS]
    speeches = [asyncio.create_task(one.speak()) for one in speakers]
    await comes_true(lambda: all(one.said >= (1, WORDS) for one in speakers), 60)
    killed.program.kill()
    await comes_true(lambda: all(one.told for one in rest), 30)
    await comes_true(lambda: all(one.here.is_set() for one in people), 60)
    await comes_true(lambda: all(len(one.people) == GUESTS for one in people), 30)
    goal = [(len(one.stays), one.said[1] + WORDS if one in stayed else WORDS) for one in speakers]
    await comes_true(lambda: all(one.said >= end for one, end in zip(speakers, goal, strict=True)), 60)
    for one in speakers:
        one.speaks = False
    await asyncio.gather(*speeches)
    last = {one.name: len(one.stays) for one in speakers}
    words = {(one.name, "{} {}".format(*one.said)) for one in speakers}
    for one in people:
        await comes_true(lambda one=one: words <= {*one.stays[-1][1]}, 30)
    for life in lives:
        life.cancel()
    await asyncio.wait(lives)
    for one in stayed:
        assert one.told == 0
        [(port, heard)] = one.stays
        assert port == other.port
        lists = numbers(heard)
        for stay in lists.items():
            assert stay[1] == list(range(len(stay[1]))), (one.name, stay)  # none missing, none twice
        assert lists == numbers(stayed[0].stays[0][1])
        for name, stays in last.items():
            assert len(lists[name, stays]) >= 3, (name, lists)
    for one in rest:
        assert one.told == 1
        (port, before), (again, after) = one.stays
        assert (port, again) == (killed.port, other.port)
        for stay in numbers(before).values():
            assert stay == list(range(len(stay)))
        for stay in numbers(after).values():
            assert stay == list(range(stay[0], stay[-1] + 1))
        assert set(before) <= set(stayed[0].stays[0][1])  # what a killed server told, the other one told too
    assert other.unusual() == []
