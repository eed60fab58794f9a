"""share(), news() and what check() tells the board, in a real kernel, with a board that is real as well."""

import json
import re
import sqlite3
import statistics
import threading
from contextlib import closing, contextmanager, suppress
from http import HTTPStatus
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

from lesson.kernels import run_all
from lesson.lessons import NOTEBOOKS, cells_of
from lesson.outbox import Outbox
from notebooks.teach.refresh import copy_kit
from tests.conftest import posix
from tests.deadlines import seconds, until
from tests.lesson.test_checks import FULL, kernel
from tests.ports import free_port

RIGHT, WRONG = 'check("01.2", 59)', 'check("01.2", 60)'
WATCH = """
import sys
calls = []
sys.addaudithook(lambda event, args: calls.append(event) if event in {"socket.connect", "socket.getaddrinfo",
    "socket.sendto"} and not (isinstance(args[-1], str)) else None)"""
COSTS = """
import gc, json, time
from lesson import share as _, check
from lesson.checks import report
def cost():
    began = time.perf_counter()
    report("01.2", "tried")
    return time.perf_counter() - began
display({"text/plain": json.dumps([cost() for _ in range(60)])}, raw=True)"""


class FakeBoard:
    """A server that keeps all it hears, and can be mute, send news, be stopped, and come back."""

    def __init__(self, port=0, mute=False):
        self.heard, self.requests, self.kept, self.open, self.mute = [], [], [], set(), mute
        self.seen, self.news, self.error, self.path = set(), [], None, "/share?token=T"
        self.port = port or free_port()
        self.code = f"127.0.0.1:{self.port}/T"
        self.start()

    def start(self):
        look = self.look_at
        self.server = serve(self.answer, "127.0.0.1", self.port, process_request=look, close_timeout=1)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def look_at(self, connection, request):
        self.requests.append(request)
        if request.path != self.path:
            return connection.respond(HTTPStatus.FORBIDDEN, "")

    def answer(self, ws):
        self.open.add(ws)
        try:
            for text in ws:
                message = json.loads(text)
                self.heard.append(message)
                if not self.mute:
                    self.reply(ws, message)
        except ConnectionClosed:
            pass
        finally:
            self.open.discard(ws)

    def reply(self, ws, message):
        if self.error:
            ws.send(json.dumps(self.error))
        elif message["type"] == "join":
            self.learner = message["learner"]
            ws.send(json.dumps({"type": "welcome", "name": f"{message['name']} 2"}))
            for one in self.news:
                if one["number"] > message["news"]:
                    ws.send(json.dumps(one))
        else:
            if (self.learner, message["id"]) not in self.seen:
                self.seen.add((self.learner, message["id"]))
                self.kept.append(message)
            ws.send(json.dumps({"type": "kept", "id": message["id"]}))

    def tell_all(self, number, text, cell):
        self.news.append({"type": "news", "number": number, "text": text, "cell": cell})
        for ws in list(self.open):
            with suppress(ConnectionClosed):  # share() closes the connection by which it has joined
                ws.send(json.dumps(self.news[-1]))

    def stop(self):
        """End as a program that is killed: with no close frame."""
        self.server.shutdown()
        for ws in list(self.open):
            ws.close_socket()
        self.thread.join()

    def happened(self):
        return [(one["exercise"], one["what"]) for one in self.kept]


@contextmanager
def a_board(**options):
    there = FakeBoard(**options)
    try:
        yield there
    finally:
        there.stop()


@pytest.fixture
def class_board():
    with a_board() as there:
        yield there


@pytest.fixture(scope="module")
def one_kernel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kit")
    copy_kit(folder)
    with kernel(folder) as in_kernel:
        yield folder, in_kernel


@pytest.fixture
def in_kernel(one_kernel):
    yield one_kernel[1]
    one_kernel[1]("share(None)")


@pytest.fixture
def kept_box(one_kernel):
    return Outbox(one_kernel[0] / "workspace/share.sqlite")


def test_nothing_leaves_without_share(kit, class_board):
    """Before share(), and after share(None), no check opens a connection; then these texts alone."""
    with kernel(kit) as in_kernel:
        in_kernel(WATCH, RIGHT, WRONG, 'hint("01.2")', "news()")
        [calls] = in_kernel("display({'text/plain': repr(calls)}, raw=True)")
        assert calls == "[]"
        assert not (kit / "workspace/share.sqlite").exists()
        assert class_board.requests == []
        [said] = in_kernel(f'share("{class_board.code}", "blue heron")')
        assert said.startswith("You are on the board as blue heron 2.")
        in_kernel(RIGHT, WRONG, 'hint("01.2")', 'check("01.1", ...)')
        until(lambda: len(class_board.kept) == 3, "third event")
        assert class_board.happened() == [("01.2", "done"), ("01.2", "tried"), ("01.2", "hint")]
        joins = [one for one in class_board.heard if one["type"] == "join"]
        events = [one for one in class_board.heard if one["type"] == "event"]
        assert joins
        assert len(joins + events) == len(class_board.heard)
        for one in joins:
            assert one.keys() == {"type", "learner", "name", "news"}
            assert re.fullmatch("[0-9a-f]{32}", one["learner"])
        for one in events:
            assert one.keys() == {"type", "id", "exercise", "what", "at"}
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", one["at"])
        assert "User-Agent" not in class_board.requests[-1].headers
        until(lambda: class_board.open, "connection")
        [left] = in_kernel("share(None)")
        assert left.endswith("From now on nothing leaves this machine.")
        until(lambda: not class_board.open, "end of the connection")
        heard, opened = len(class_board.heard), len(class_board.requests)
        shown = "display({'text/plain': repr(calls)}, raw=True)"
        before, _, after = in_kernel(shown, RIGHT, shown)
        assert "socket.connect" in before
        assert after == before
        assert (len(class_board.heard), len(class_board.requests)) == (heard, opened)


def test_board_that_dies_and_comes_back(in_kernel, kept_box, class_board):
    """What is checked while the board is away arrives once, in order, when it is back."""
    in_kernel(f'share("{class_board.code}")', RIGHT)
    until(lambda: class_board.kept, "first event")
    class_board.stop()
    in_kernel(WRONG, RIGHT, WRONG)
    class_board.start()
    until(lambda: len(class_board.kept) == 4, "events of meanwhile", 30)
    assert [what for _, what in class_board.happened()] == ["done", "tried", "done", "tried"]
    ids = [one["id"] for one in class_board.kept]
    assert ids == sorted(ids)
    until(lambda: not kept_box.due(), "empty outbox")


def test_killed_kernels_and_forks(one_kernel, in_kernel, class_board):
    """What kernels leave that are killed, and forks, another lesson's kernel delivers: once, and in order."""
    in_kernel(f'share("{class_board.code}")')
    class_board.stop()
    fork = f"import os\nif not os.fork():\n    {WRONG}\n    os._exit(0)\nos.wait()"
    with kernel(one_kernel[0]) as run_elsewhere:  # it is killed at the end
        run_elsewhere(WRONG, fork, RIGHT)
    class_board.start()
    until(lambda: len(class_board.kept) == 3, "events of the other kernel", 30)
    assert [what for _, what in class_board.happened()] == ["tried", "tried", "done"]


@pytest.mark.parametrize("kind", ["mute", "gone"])
def test_check_does_not_wait(in_kernel, kept_box, kind):
    """To report costs milliseconds where the board is gone, or takes the connection and says nothing."""
    with a_board(mute=True) as there:
        if kind == "gone":
            there.stop()
        [said] = in_kernel(f'share("{there.code}")')
        assert "does not answer yet" in said
        [costs] = in_kernel(COSTS)
        assert statistics.median(json.loads(costs)) < seconds(0.02)
        assert len(kept_box.due()) == 60
        if kind == "gone":
            there.start()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ('share("")', "no address of a board"),
        ('share("10.0.0.1/T")', "no address of a board"),
        ('share("10.0.0.1:99999/T")', "no address of a board"),
        ('share("http://10.0.0.1:80/share?token=T")', "no address of a board"),
        ('share("CODE", "x" * 31)', "at most 30 characters"),
        ('share("CODE", "a\\0b")', r"cannot have '\x00' in it"),
        ('share("CODEX", "ann")', "does not know this code"),
    ],
)
def test_what_cannot_be(in_kernel, class_board, call, sentence):
    """A bad address, code or name is one sentence, and nothing is shared."""
    said, left = in_kernel(call.replace("CODE", class_board.code), "share(None)")
    assert sentence in said
    assert "Traceback" not in said
    assert left == "You are on no board: nothing leaves this machine."


def test_board_that_declines(in_kernel, kept_box, class_board):
    """What the board says for good ends it, in share() and later, with its reason and no other attempt."""
    class_board.error = {"type": "error", "reason": "the board is full", "again": False}
    [said] = in_kernel(f'share("{class_board.code}")')
    assert said == f"The board at 127.0.0.1:{class_board.port} declines: the board is full"
    class_board.error = None
    in_kernel(f'share("{class_board.code}")')
    class_board.error = {"type": "error", "reason": "<b>goodbye</b>", "again": False}
    [first] = in_kernel(WRONG)
    until(lambda: kept_box.member() is None, "end")
    shown, left = in_kernel(WRONG, "share(None)")
    told = [it.endswith("From the board:\n<b>goodbye</b>") for it in (first, shown)]
    assert sorted(told) == [False, True]  # in the first already, where the board was quick
    assert left.startswith("You are on no board")


def test_board_that_was_started_anew(in_kernel, kept_box, class_board):
    """A board that refuses the code later ends it too; the one joined next is told of what comes then."""
    in_kernel(f'share("{class_board.code}")')
    class_board.stop()
    class_board.path = "/share?token=NEW"
    in_kernel(WRONG)
    class_board.start()
    until(lambda: kept_box.member() is None, "end")
    said, *_ = in_kernel("news()", f'share("{class_board.code[:-1]}NEW")', RIGHT)
    assert said.endswith("Join it again: share(…)")
    until(lambda: class_board.happened() == [("01.2", "done")], "event")


def test_untouched_stub(in_kernel, class_board):
    """After Run All, a stub that has code in it counts as tried once the learner has changed it."""
    in_kernel(f'share("{class_board.code}")')
    stub = next(
        above
        for (_, above), (_, cell) in pairwise(cells_of(NOTEBOOKS / "04_echo_endpoint.ipynb"))
        if 'check("04.1"' in cell
    )
    changed = f"{stub}\n# mine"
    in_kernel("from fastapi import FastAPI, WebSocket", 'begin("04_echo_endpoint")')
    in_kernel(stub, 'check("04.1", shout)', changed, 'check("04.1", shout)')
    in_kernel(RIGHT)
    until(lambda: ("01.2", "done") in class_board.happened(), "event")
    assert class_board.happened() == [("04.1", "tried"), ("01.2", "done")]


def test_news(in_kernel, kept_box, class_board, open_html):
    """News show once, in the next check, as text or as a cell to copy; news() shows the last again."""
    in_kernel(f'share("{class_board.code}")')
    until(lambda: class_board.open, "connection")
    class_board.tell_all(7, "<b>Look</b> at 04", False)
    class_board.tell_all(8, "x = 1\nprint('<i>')", True)
    until(lambda: kept_box.number_of_last_news() == 8, "news")
    first, second, again = in_kernel(WRONG, WRONG, "news()")
    told = (
        "From your instructor:\n<b>Look</b> at 04\nFrom your instructor, a cell to copy:\nx = 1\nprint('<i>')"
    )
    assert first.split("\n", 1)[0].startswith("01.2 not yet")
    assert told in first
    assert "instructor" not in second
    assert again == told.partition("04\n")[2]
    with closing(sqlite3.connect(kept_box.file)) as database, database:
        database.execute("UPDATE news SET seen = FALSE")
    [outputs] = run_all(["from lesson import news; news()"], cwd=kept_box.file.parent.parent / "notebooks")
    pages = [output["data"]["text/html"] for output in outputs]
    html = f"<html lang=en><title>x</title><main><h1>x</h1>{''.join(pages)}</main></html>"
    for scheme in ["light", "dark"]:
        window = open_html(html, color_scheme=scheme, viewport={"width": 320, "height": 600})
        assert Axe().run(window).response["violations"] == []
        assert window.locator("b, i").count() == 0
        assert window.locator("code").inner_text() == "x = 1\nprint('<i>')"
        assert window.evaluate("document.documentElement.scrollWidth") <= 320


@posix
def test_workspace_that_cannot_be_written(kit, class_board):
    """One sentence says so, in share() and in a check; the answer is checked all the same."""
    with kernel(kit) as in_kernel:
        joined = in_kernel(f'share("{class_board.code}")')
        assert joined[0].startswith("You are on the board")
        _, said, refused = in_kernel(FULL, RIGHT, f'share("{class_board.code}", "ann")')
    assert "01.2 done: " in said
    assert "so the board cannot be told of this." in said
    assert "cannot be written" in refused
    assert "Traceback" not in said + refused


def test_damaged_outbox(in_kernel, kept_box, class_board):
    """A file that is no database is put aside, with one sentence, and joining begins anew."""
    kept_box.file.parent.mkdir(exist_ok=True)
    kept_box.file.write_bytes(b"no database" * 500)
    said, joined = in_kernel(WRONG, f'share("{class_board.code}")')
    assert "workspace/share.sqlite was damaged" in said
    assert joined.startswith("You are on the board")
