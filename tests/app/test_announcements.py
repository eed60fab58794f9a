"""The route by which programs speak to the room."""

from contextlib import contextmanager

import httpx2
import pytest

from app import limits
from tests.app.rooms import either_log, join, nats, serve_room, told, two_servers
from tests.deadlines import seconds

__all__ = ["either_log", "nats"]  # fixtures

KEY = "a key that nobody guesses"


@contextmanager
def with_key(server, key=KEY):
    """An HTTP client that has the key."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with httpx2.Client(base_url=server.url, headers=headers, trust_env=False, timeout=seconds(10)) as client:
        yield client


def posted(client, text="The library closes.", **options):
    return client.post("room/announcements", content=text, **options)


@pytest.fixture
def server():
    with serve_room(ANNOUNCE_KEY=KEY) as server:
        yield server


def test_everybody_hears_it(either_log):
    """All at all servers hear it under the name of the room, and who comes later; under an id once."""
    with two_servers(either_log | {"ANNOUNCE_KEY": KEY}) as (one, other), join(other, "Ann") as ann:
        with with_key(one) as first, with_key(other) as second:
            number = posted(first, params={"id": 7}).json()["number"]
            assert posted(second, params={"id": 7}).json()["number"] == number
            last = posted(second, "Good night, Zoë.").json()["number"]
        heard = [told(ann, type="message") for _ in range(2)]
        assert [(one["number"], one["name"]) for one in heard] == [(number, "The room"), (last, "The room")]
        assert [one["text"] for one in heard] == ["The library closes.", "Good night, Zoë."]
        with join(one, "Ben") as ben:
            assert [one.get("text") for one in ben.heard] == ["The library closes.", "Good night, Zoë.", None]


@pytest.mark.parametrize(("key", "status"), [("", 401), ("swordfish", 403), (KEY + "s", 403)])
def test_without_the_key(server, key, status):
    """Who lacks the key is refused, and nobody hears the text."""
    with with_key(server, key) as client:
        assert posted(client).status_code == status
    assert server.room.history.messages == []


@pytest.mark.parametrize(
    ("text", "options", "status"),
    [
        ("", {}, 422),
        ("x" * (limits.TEXT_CHARACTERS + 1), {}, 422),
        ("hello", {"params": {"id": -1}}, 422),
        ("hello", {"params": {"id": "one"}}, 422),
        ("x" * (limits.FORM_BYTES + 1), {}, 413),
        ("\N{SLIGHTLY SMILING FACE}" * limits.TEXT_CHARACTERS, {}, 200),
    ],
)
def test_text(server, text, options, status):
    """What is no message of the room is refused, and what is one is said, to the last letter."""
    with with_key(server) as client:
        assert posted(client, text, **options).status_code == status
    assert len(server.room.history.messages) == (status == 200)


def test_log_that_cannot_keep_it(server):
    """A program is told to ask again where the room can keep nothing."""
    server.room.log.database.close()
    with with_key(server) as client:
        answer = posted(client)
    assert (answer.status_code, answer.json()["detail"][:22]) == (503, "the room cannot keep a")


def test_no_route_without_a_key():
    """Where the server has no key, there is no such route, whatever key one has."""
    with serve_room() as server, with_key(server) as client:
        assert posted(client).status_code == 404
