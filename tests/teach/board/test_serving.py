"""The board and its learners, over real sockets."""

import json
import signal
from contextlib import closing

import pytest
from fastapi.testclient import TestClient
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from notebooks.teach.board.board import Board
from notebooks.teach.board.serving import app_of
from tests.conftest import posix
from tests.deadlines import seconds, until
from tests.teach.board.boards import BoardProgram, learner_of

HOSTILE = ["", "[]", "{", "null", '{"type": "join"}', '{"type": "news", "text": "x"}', "[" * 60_000]


@pytest.fixture(scope="module")
def one_board():
    """A board that keeps nothing."""
    with BoardProgram("--port", "0") as board:
        yield board


def watch(board, **query):
    """Open the socket of the instructor's page."""
    more = "".join(f"&{name}={value}" for name, value in query.items())
    token = board.page.partition("#")[2]
    return connect(board.url(token, "watch") + more, proxy=None, open_timeout=seconds(10))


def heard(ws, kind):
    """Return the next text of a kind."""
    while (message := json.loads(ws.recv(timeout=seconds(10))))["type"] != kind:
        pass
    return message


def row_of(board, name):
    """Return the row that a new page gets of a learner."""
    with watch(board) as ws:
        return next(row for row in heard(ws, "state")["rows"] if row["name"] == name)


def test_an_event_counts_once(one_board):
    """An event that is sent again, on another connection too, is answered and counts once."""
    with learner_of(one_board, "Ann") as ann:
        ann.event(1, "04.1", "tried")
        ann.event(1, "04.1", "tried")
    with learner_of(one_board, "Ann", ann.learner) as again:
        again.event(1, "04.1", "tried")
        again.event(2, "04.1", "hint")
    assert row_of(one_board, "Ann")["exercises"]["04.1"][::2] == [1, 1]


def test_names_differ(one_board):
    """Who asks for another's name gets a number, keeps it on coming back, and may choose a name later."""
    with learner_of(one_board, "blue heron"), learner_of(one_board, "Blue Heron") as second:
        assert second.name == "Blue Heron 2"
        with learner_of(one_board, "Blue Heron", second.learner) as again:
            assert again.name == "Blue Heron 2"
        with learner_of(one_board, "Zoe", second.learner) as renamed:
            assert renamed.name == "Zoe"


def test_tokens(one_board):
    """Each side refuses another token than its own in the handshake, and so is a page of another origin."""
    pages = one_board.page.partition("#")[2]
    for path, token in [("share", "no"), ("share", pages), ("watch", one_board.token), ("watch", "")]:
        with pytest.raises(InvalidStatus, match="403"):
            connect(one_board.url(token, path), proxy=None)
    with pytest.raises(InvalidStatus, match="403"):
        connect(one_board.url(), proxy=None, origin="http://elsewhere.example")


def test_news(one_board):
    """News reaches who is here, once, and who comes later; a learner sends none."""
    with learner_of(one_board, "Ann") as ann, watch(one_board) as page:
        page.send(json.dumps({"type": "news", "text": "print(1)", "cell": True}))
        news = ann.hears()
        assert (news["type"], news["text"], news["cell"]) == ("news", "print(1)", True)
        assert ann.ask(type="news", text="from a learner")["type"] == "error"
        page.send(json.dumps({"type": "news", "text": "x" * 5001}))
        assert heard(page, "error")["again"] is False
    with learner_of(one_board, "Bob") as late:
        assert late.hears() == news
        assert late.ask(type="join", learner=late.learner, name="Bob", news=0)["type"] == "welcome"
        assert late.ask(type="join", learner=late.learner, name="Bob")["type"] == "welcome"


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:9])
def test_hostile_texts(one_board, text):
    """What is no text of a learner is refused, and the connection lives."""
    with learner_of(one_board, "Ann") as ann:
        for _ in range(20 if len(text) < 100 else 1):
            ann.ws.send(text)
            answer = ann.hears()
            while answer["type"] == "news":
                answer = ann.hears()
            assert (answer["type"], answer["again"]) == ("error", False), answer
        assert ann.ask(type="join", learner=ann.learner, name="Ann")["type"] == "welcome"


@pytest.mark.parametrize(("text", "code"), [("x" * 70_000, 1009), (b"\0", 1003)], ids=["huge", "bytes"])
def test_cut_off(one_board, text, code):
    """A text that is too long ends the connection, and so do bytes."""
    with connect(one_board.url(), proxy=None) as ws:
        ws.send(text)
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(timeout=seconds(10))
        assert closed.value.rcvd.code == code


def test_events_of_no_exercise(one_board):
    """An event with a wrong time, exercise or kind is refused; one before joining too."""
    event = {"type": "event", "id": 9, "exercise": "04.1", "what": "tried", "at": "2026-11-27T09:00:00Z"}
    with learner_of(one_board, "Eve") as eve, connect(one_board.url(), proxy=None) as stranger:
        eve.hears()  # the news
        for wrong in [{"at": "soon"}, {"exercise": "<b>"}, {"what": "won"}, {"id": -1}]:
            assert eve.ask(**{**event, **wrong})["type"] == "error"
        stranger.send(json.dumps(event))
        assert json.loads(stranger.recv(timeout=seconds(10)))["reason"] == "join first"


@posix
def test_ctrl_c():
    """Ctrl-C ends the board with 0 and a sentence, while a learner and a page are connected."""
    with BoardProgram("--port", "0", "--host", "0.0.0.0") as board:
        board.address = board.page.split("/")[2]
        assert "0.0.0.0 means: every machine that reaches this one" in board.said
        with learner_of(board, "Ann"), watch(board):
            assert board.end(signal.SIGINT) == (0, "The board has ended, and forgotten all.\n")


@pytest.mark.parametrize(("path", "side"), [("share", "kernels"), ("watch", "pages")])
def test_who_leaves(path, side):
    """Nobody is told of what comes after they have left, on either side."""
    board = Board(":memory:")
    board.address, audience = "127.0.0.1:1", getattr(board, side)
    with closing(board.log.database), TestClient(app_of(board)) as client:
        client.portal.call(board.open, 0)
        with client.websocket_connect(f"/{path}?token={board.links[side]}") as ws:
            if side == "kernels":
                ws.send_json({"type": "join", "learner": "a" * 32, "name": "Ann"})
            assert ws.receive_json()["type"] == "welcome"
            until(lambda: audience.people, "person")
        until(lambda: not audience.people, "leaving")
