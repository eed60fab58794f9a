"""The kit serves a learner's app, whatever is imported as `app`, and in the place of the one before."""

import socket
from contextlib import suppress

import httpx2
import pytest
from fastapi import FastAPI, WebSocket
from fastapi.testclient import TestClient
from playwright.sync_api import expect

from app.main import app
from lesson import serving
from lesson.lessons import KitError
from tests.conftest import assert_echo
from tests.deadlines import seconds


def test_learners_modules_are_left_alone():
    """The kit's own server runs on the kit's own modules; after it `app` is the learner's again."""
    import app.protocol

    app.limits.MESSAGE_BYTES, before = 1, app.limits.MESSAGE_BYTES  # as a learner may have it
    try:
        mine = serving.of_the_app()
        serving.kits_own.cache_clear()
        used = serving.kits_own("app.protocol")
        assert serving.of_the_app() == mine
        assert before == used.limits.MESSAGE_BYTES
        assert used.Protocol is not app.protocol.Protocol
    finally:
        app.limits.MESSAGE_BYTES = before


def test_empty_room(tmp_path, monkeypatch):
    """An exercise's room knows nothing of what a server of the kit keeps, and adds nothing to it."""
    monkeypatch.setenv("ROOM_FILE", str(tmp_path / "room.sqlite"))
    with serving.background_server(serving.empty_room()):
        assert list(tmp_path.iterdir()) == []


def app_with_words(words):
    """Return an app whose page says these words."""
    greeter = FastAPI()
    greeter.add_api_route("/", lambda: words)
    return greeter


def first_words(server):
    return httpx2.get(server.url, trust_env=False, timeout=seconds(10)).json()


def test_next_app_takes_the_place():
    """The next app has the port of the one before, which is served no more, and one server runs."""
    first = serving.server_of(app_with_words("one"))
    try:
        assert first_words(first) == "one"
        second = serving.server_of(app_with_words("two"))
        assert (second.port, first_words(second)) == (first.port, "two")
        assert not first.running
    finally:
        serving.server_of(app).stop()
    assert not second.running


def test_open_page_comes_back(browser):
    """A page that is open when its app is shown again goes on, with the endpoint of the new app."""
    page, errors = browser.new_page(), []
    page.on("pageerror", lambda error: errors.append(error))
    server = serving.server_of(app)
    try:
        page.goto(server.url)
        assert_echo(page)
        other = FastAPI()

        @other.websocket("/ws")
        async def say_new(websocket: WebSocket):
            await websocket.accept()
            await websocket.send_text("new")
            await websocket.receive_text()

        other.mount("/", app)
        serving.server_of(other)
        expect(page.locator("#messages li").last).to_have_text("new")
        assert errors == []
    finally:
        serving.server_of(app).stop()
        page.close()


def test_port_is_taken():
    """Where something else has port 8000, the app is served on another one."""
    with suppress(OSError), socket.create_server(("127.0.0.1", 8000)):  # else it is taken already
        server = serving.server_of(app_with_words("here"))
        try:
            assert server.port != 8000
            assert first_words(server) == "here"
        finally:
            server.stop()


def test_server_is_itself():
    """A server that runs is served already."""
    with serving.background_server(app_with_words("mine")) as server:
        assert serving.server_of(server) is server
    with pytest.raises(KitError, match=r"This server does not run\. Run the cell that starts it"):
        serving.server_of(server)


def take_for_the_app():
    """A route of a learner, who takes it for the app."""


@pytest.mark.parametrize("other", [None, "app", take_for_the_app, FastAPI, 8000, TestClient(FastAPI())])
def test_neither_app_nor_server(other):
    """What is neither gets one sentence, which names its type."""
    with pytest.raises(KitError, match=f"something of type {type(other).__name__}, and it needs an app"):
        serving.server_of(other)


def test_app_that_does_not_start():
    """An app whose lifespan fails is said to be the reason."""

    async def lifespan(app):
        raise RuntimeError("no database")
        yield

    with pytest.raises(KitError, match=r"The server did not start\. .*no database"):
        serving.server_of(FastAPI(lifespan=lifespan))
