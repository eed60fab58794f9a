"""The document of the room's messages is an AsyncAPI document, and it is true.

asyncapi.json is the schema of AsyncAPI 3.0.0 as its makers publish it, under the licence beside it.
"""

import json
import re

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from precis_i18n import get_profile

from app.asyncapi import document
from app.caretaker import notify
from app.messages import Refused, read
from tests.app.rooms import join, serve_room, tell, told, visit
from tests.app.test_fuzz import fuzz
from tests.app.test_ws_js import violations
from tests.conftest import ROOT
from tests.deadlines import until

OFFICIAL = Draft7Validator(json.loads((ROOT / "tests/app/asyncapi.json").read_text(encoding="utf-8")))
DOCUMENT = document()
NICKNAME = get_profile("NicknameCasePreserved")


def types(side):
    """Return the schema of each type of message that a side says."""
    keys = [one["$ref"].rpartition("/")[2] for one in DOCUMENT["operations"][side]["messages"]]
    messages = [DOCUMENT["components"]["messages"][key] for key in keys]
    return {message["name"]: message["payload"] for message in messages}


def validator(side, kind=None):
    """Return what checks a message of a side, of one type or of any."""
    wanted = [payload for name, payload in types(side).items() if kind in (None, name)]
    return Draft7Validator({"anyOf": wanted, "components": DOCUMENT["components"]})


FAULTS = {
    "nothing of its own": lambda it: it.pop("info"),
    "another version": lambda it: it.update(asyncapi="4.0.0"),
    "a word of its own": lambda it: it.update(sockets={}),
    "an action that is none": lambda it: it["operations"]["room"].update(action="say"),
    "a type that is none": lambda it: it["components"]["schemas"]["Gap"].update(type="nothing"),
}


def test_official_schema():
    """The document is valid by the official schema of AsyncAPI 3.0.0, and each reference leads somewhere."""
    assert [error.message for error in OFFICIAL.iter_errors(DOCUMENT)] == []
    for ref in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(DOCUMENT)):
        place = DOCUMENT
        for name in ref.split("/"):
            place = place[name]


@pytest.mark.parametrize("change", FAULTS.values(), ids=FAULTS)
def test_official_schema_refuses(change):
    """The official schema finds each fault in a copy of the document."""
    copy = document()
    change(copy)
    assert not OFFICIAL.is_valid(copy)


def is_nickname(text):
    try:
        return NICKNAME.enforce(text) == text
    except UnicodeEncodeError:
        return False


any_character = st.characters(exclude_categories=["Cs"])  # all that UTF-8 can write
letters = st.characters(categories=["L", "N", "P", "S"]).filter(is_nickname)


def made_of(schema):
    """Return a strategy for what a schema describes, where it says what the room's schemas say."""
    match schema:
        case {"$ref": ref}:
            return made_of(DOCUMENT["components"]["schemas"][ref.rpartition("/")[2]])
        case {"const": value}:
            return st.just(value)
        case {"anyOf": schemas}:
            return st.one_of(map(made_of, schemas))
        case {"type": "null"}:
            return st.none()
        case {"type": "integer", "minimum": first, "exclusiveMaximum": end}:
            return st.integers(first, end - 1)
        case {"type": "string", "format": "nickname", "minLength": least, "maxLength": most}:
            return st.text(letters, min_size=least, max_size=most).filter(is_nickname)
        case {"type": "string"}:
            return st.text(
                any_character, min_size=schema.get("minLength", 0), max_size=schema.get("maxLength")
            )
        case {"type": "object", "properties": fields, "required": needed}:
            made = {name: made_of(rules) for name, rules in fields.items()}
            optional = {name: made.pop(name) for name in fields if name not in needed}
            return st.fixed_dictionaries(made, optional=optional)
    raise AssertionError(f"nothing is made of {schema}")


@st.composite
def with_one_change(draw):
    """A message with one thing changed: a field left out or added, or its value another one."""
    message = dict(draw(st.one_of(made_of(schema) for schema in types("client").values())))
    field = draw(st.sampled_from(sorted({*message, "id", "after", "more"})))
    if field in message and draw(st.booleans()):
        del message[field]
    else:
        others = [None, True, 5.5, -1, 2**53, "", "word", "5", "join", "x" * 31, "x" * 1001, [], {}]
        message[field] = draw(st.sampled_from(others))
    return message


@pytest.fixture(scope="module")
def server():
    with serve_room() as server:
        yield server


def next_of(ws, *wanted):
    """Return the next message of one of these types."""
    while told(ws)["type"] not in wanted:
        pass
    return ws.heard[-1]


@fuzz
@given(made_of(types("client")["join"]), st.lists(made_of(types("client")["message"]), max_size=3))
def test_room_takes_what_the_document_describes(server, asked, messages):
    """Whatever a client says that the document describes, the room takes."""
    with visit(server) as ws:
        ws.send(json.dumps(asked))
        assert next_of(ws, "welcome", "error")["type"] == "welcome"
        for message in messages:
            ws.send(json.dumps(message))
            assert next_of(ws, "kept", "error")["type"] == "kept"
    until(lambda: not server.room.people, "end of the visit")


@fuzz
@given(with_one_change().filter(lambda message: not validator("client").is_valid(message)))
def test_room_refuses_what_the_document_does_not_describe(server, message):
    """What the document does not describe is refused with a reason; the next message is taken."""
    with pytest.raises(Refused):
        read(json.dumps(message))
    with join(server, "Ann") as ws:
        ws.send(json.dumps(message))
        refusal = next_of(ws, "error", "kept")
        assert (refusal["type"], refusal["again"]) == ("error", False)
        assert refusal["reason"].isprintable()
        tell(ws, "still there")
        assert next_of(ws, "error", "kept")["type"] == "kept"
    until(lambda: not server.room.people, "end of the visit")


@fuzz
@given(with_one_change())
def test_room_and_document_agree(message):
    """A changed message is taken where the document describes it, and only there."""
    try:
        read(json.dumps(message))
        taken = True
    except Refused:
        taken = False
    assert taken == validator("client").is_valid(message)


def test_what_the_room_says():
    """The document describes all that the room says, and the page knows each of these types."""
    with serve_room() as server, join(server, "Ann") as ann:
        with join(server, "Ben", log="another") as ben:
            tell(ben, "hello", id=1)
            told(ben, type="kept")
            tell(ann, type="whisper", to="Ben", text="psst", id=2)
            told(ben, type="whisper")
            tell(ben, type="join", name="Ben")
            told(ben, type="error")
        told(ann, type="left")
        notify(server.room, "a notice")
        told(ann, type="notice")
        with join(server, "Cleo", log="another") as cleo:
            messages = [*ann.heard, *ben.heard, *cleo.heard]
    for message in messages:
        assert validator("room", message["type"]).is_valid(message), message
        for name in message.keys() - {"id"}:
            less = {key: value for key, value in message.items() if key != name}
            assert not validator("room", message["type"]).is_valid(less), less
    handlers = (ROOT / "static/room_messages.js").read_text(encoding="utf-8").partition("const on = {")[2]
    assert sorted(types("room")) == sorted(re.findall(r"(?m)^  (\w+)[(:]", handlers))
    assert {message["type"] for message in messages} == set(types("room"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe(window, server, scheme):
    """The page of the messages names each of them with its fields; axe finds no violation."""
    window.emulate_media(color_scheme=scheme)
    text = window.goto(f"{server.url}messages").text()
    html5lib.HTMLParser(strict=True).parse(text)
    assert violations(window) == []
    assert window.get_by_role("heading", level=3).all_inner_texts() == [*types("client"), *types("room")]
    fields = [
        name
        for schema in [*types("client").values(), *types("room").values()]
        for name in DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
        if name != "type"
    ]
    assert window.locator("li > code:first-child").all_inner_texts() == fields
    window.get_by_role("link", name="the AsyncAPI document").click()
    assert json.loads(window.locator("body").inner_text()) == DOCUMENT
