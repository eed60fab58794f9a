"""What the tests of the room share: servers with one log, and people who join, speak and hear."""

import json
import sys
from contextlib import contextmanager, suppress
from importlib import import_module
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

import app
from app.background import BackgroundServer
from app.hardened import SETTINGS
from tests.deadlines import seconds
from tests.programs import nats_server


@contextmanager
def serve_room(**environ):
    """A server with a room of its own, as in another process; it is `server.room`."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ["NATS_URL", "ROOM_NAME", "ROOM_FILE", "ACCOUNTS_FILE", "ANNOUNCE_KEY"]:
            patch.delenv(name, raising=False)
        for name, value in environ.items():
            patch.setenv(name, str(value))
        for name in ["door", "login", "room_endpoint", "announcements", "main"]:
            import_module(f"app.{name}")
            patch.delattr(app, name)
            patch.delitem(sys.modules, f"app.{name}")
        room, chat = import_module("app.room_endpoint").room, import_module("app.main").app
        door = import_module("app.door")
    server = BackgroundServer(chat, port=0, **SETTINGS)
    server.room, server.door = room, door
    try:
        with server:
            yield server
    finally:
        if "NATS_URL" not in environ:
            room.log.database.close()


@contextmanager
def two_servers(place):
    """Two servers of one log, where that may have two, or the one twice."""
    with serve_room(**place) as one:
        if "ROOM_FILE" in place:
            yield one, one
        else:
            with serve_room(**place) as other:
                yield one, other


@pytest.fixture(scope="module")
def nats(tmp_path_factory):
    with nats_server(tmp_path_factory.mktemp("nats")) as nats:
        yield nats


def new_place(kind, folder, nats=None):
    """Return the environment of servers that have one log, which is empty."""
    if kind == "file":
        return {"ROOM_FILE": folder / f"{uuid4().hex}.sqlite"}
    return {"NATS_URL": nats.url, "ROOM_NAME": uuid4().hex[:30]}


@pytest.fixture(params=["file", "stream"])
def either_log(request, tmp_path):
    """An empty log, in SQLite's file and as a stream of NATS: what is promised holds for both."""
    return new_place(request.param, tmp_path, request.param == "stream" and request.getfixturevalue("nats"))


@contextmanager
def visit(server, **options):
    """Somebody who is connected, and not in the room yet."""
    url = server.ws_url.replace("/ws", "/room/ws")
    with connect(url, proxy=None, **{"max_queue": None, **options}) as ws:
        ws.heard = []
        yield ws


@contextmanager
def join(server, name, log="", after=0, **options):
    """Somebody who is in the room; what came before the welcome is in `heard`."""
    with visit(server, **options) as ws:
        tell(ws, type="join", name=name, log=log, after=after)
        told(ws, type="welcome")
        yield ws


def tell(ws, text=None, **fields):
    """Say a text to the room, or send it anything else."""
    ws.send(json.dumps({"type": "message", "text": text} | fields if text else fields))


def told(ws, **fields):
    """Return the next message that has these fields; all up to it are in `heard`."""
    while True:
        ws.heard.append(json.loads(ws.recv(timeout=seconds(15))))
        if fields.items() <= ws.heard[-1].items():
            return ws.heard[-1]


def told_each(ws, *wanted):
    """Hear a message with each of these fields, in whatever order they come; return these messages."""
    start = len(ws.heard)
    while True:
        told(ws)
        news = ws.heard[start:]
        found = [next((one for one in news if fields.items() <= one.items()), None) for fields in wanted]
        if all(found):
            return found


def say_all(ws, texts):
    """Say some texts, each when the one before is kept and heard; return their numbers."""
    numbers = []
    for text in texts:
        tell(ws, text)
        numbers.append(told(ws, type="kept")["number"])
        texts_up_to(ws, text)  # which may come before or after that
    return numbers


def texts_up_to(ws, *texts, types=()):
    """Return what somebody has heard, as texts_of() does, once all these texts are among it."""
    while not set(texts) <= set(texts_of(ws)):
        told(ws)
    return texts_of(ws, *types)


def told_until_closed(ws):
    with suppress(ConnectionClosed):
        told(ws, type="nothing has this type")
    return ws.heard


def texts_of(ws, *types):
    """Return what somebody has heard: the texts of messages, and the types of all else that is named."""
    kinds = {"message", *types}
    return [one.get("text") or one["type"] for one in ws.heard if one["type"] in kinds]
