"""The exercises of lesson 11, a room."""

import json
from contextlib import ExitStack
from itertools import zip_longest
from types import ModuleType

from fastapi import FastAPI, WebSocketDisconnect
from pydantic import PydanticUserError, TypeAdapter, ValidationError
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from ..checks import NotYet, exercise, feedback_on_error, unawaited
from ..lessons import files_of_the_course
from ..patience import patient
from ..serving import background_server
from ..talk import FORGOTTEN, must_be_app, must_have_endpoint, talk
from . import instead


def watched(app, errors):
    """Return the app as one that also notes what its endpoints raise."""

    async def watching(scope, receive, send):
        try:
            await app(scope, receive, send)
        except Exception as error:
            errors.append(error)
            raise

    return watching


def hears(people, word):
    """Return the names of those who hear the word next."""
    heard, wait = [], patient(1)
    for name, ws in people.items():
        try:
            if ws.recv(timeout=wait) == word:
                heard.append(name)
        except (TimeoutError, ConnectionClosed):
            pass
    return heard


def listed(names):
    return " and ".join(names) or "nobody"


@exercise(
    "11.1",
    todo="make an app with an endpoint, and hand it to check().",
    hints=[
        "Which list does the loop go through, and which list does it change? Do they have to be the same?",
        "list(…) of a list makes a copy, which stays as it is whatever happens to the first one.",
        "The line of the inner loop: for ws in list(listeners):",
    ],
    mistakes={
        "so Ben moved to a place that it had passed": instead(("list(listeners)", "listeners")),
        'Ann said "hello", and Ben and Cleo heard it': instead(("list(listeners)", "listeners[1:]")),
        'Ann said "hello", and Ann heard it': instead(("list(listeners)", "[websocket]")),
        "it changed what it was going through, and Python noticed": instead(
            ("listeners = []", "listeners = set()"), ("append", "add"), ("list(listeners)", "listeners")
        ),
        "make it anew for each message": instead(
            ("    async for", "    everybody = list(listeners)\n    async for"),
            ("in list(listeners)", "in everybody"),
        ),
        'Ann said "hello", and nobody heard it': instead(("    listeners.append(websocket)\n", "")),
        "has to be removed when the first send fails": instead(("listeners.remove(ws)", "pass")),
        "One who has gone must not end the loop": instead(("listeners.remove(ws)", "break")),
        'Cleo said "two", and nobody heard it': instead(("listeners.remove(ws)", "listeners.clear()")),
        "Catch that exception around the send": instead(("except WebSocketDisconnect", "except KeyError")),
        "send_text() was called without await": instead(("await ws.send_text", "ws.send_text")),
        "for ws in listeners.copy:": instead(("list(listeners)", "listeners.copy")),
        "ValueError: not today": instead(
            ("    listeners.append(websocket)\n", "    raise ValueError('not today')\n")
        ),
        "the one who had gone, or the one who spoke?": instead(
            ("in list(listeners)", "in listeners"), ("listeners.remove(ws)", "listeners.remove(websocket)")
        ),
        "the first client was refused with 500": instead(("    await websocket.accept()\n", "")),
        "of type int, and it needs the app": "chat = 11",
    },
)
def nobody_is_left_out(app):
    must_be_app(app)
    errors = []
    with (
        unawaited() as forgotten,
        background_server(watched(app, errors)) as server,
        ExitStack() as stack,
    ):
        try:
            people = {
                name: stack.enter_context(connect(server.ws_url, proxy=None, close_timeout=1))
                for name in ["Ann", "Ben", "Cleo"]
            }
        except InvalidStatus as refusal:
            must_have_endpoint(app, talk(app, []))
            raise NotYet(
                f"the first client was refused with {refusal.response.status_code}. The endpoint has to "
                "begin with: await websocket.accept()"
            ) from None
        heard = {}
        for word in ["hello", "one", "two"]:
            speaker = "Ann" if word == "hello" else "Cleo"
            if word == "one":
                people.pop("Ann").close()
            try:
                people[speaker].send(word)
            except ConnectionClosed:
                break
            heard[word] = hears(people, word)
            if heard[word] != list(people):
                break
        heard.setdefault("hello", [])  # nobody: the endpoint had ended before Ann spoke
        if heard == {"hello": ["Ann"]}:  # does whoever came last reach all?
            people["Cleo"].send("last")
            heard["last"] = hears(people, "last")
    if forgotten:
        raise NotYet(FORGOTTEN.format(forgotten[0]))
    if heard.get("last") == ["Ann", "Ben", "Cleo"]:
        raise NotYet(
            "Ann, who came first, was heard by Ann alone, and Cleo, who came last, by all three. The copy "
            "was made once, when each of them came: make it anew for each message."
        )
    raised = [error for error in errors if not isinstance(error, WebSocketDisconnect)]
    if heard["hello"] != ["Ann", "Ben", "Cleo"] and raised:
        raise NotYet(f'Ann said "hello", and {feedback_on_error(raised[0])}')
    if heard["hello"] != ["Ann", "Ben", "Cleo"]:
        raise NotYet(
            f'Ann, Ben and Cleo were there, Ann said "hello", and {listed(heard["hello"])} heard it. Each '
            "word has to reach all three, so all have to be in the list, and the loop has to go through all "
            "of it."
        )
    if errors and "changed size" in str(errors[-1]):
        raise NotYet(
            'Ann left, then Cleo said "one", and the loop stopped: it changed what it was going through, and '
            f"Python noticed: {errors[-1]!r}. Go through a copy: list(…)."
        )
    if errors and isinstance(errors[-1], RuntimeError):
        raise NotYet(
            'Ann left, and Cleo said "one". At "two" the loop tried Ann again, and that raised '
            f"{errors[-1]!r}. Who has gone has to be removed when the first send fails."
        )
    if errors and isinstance(errors[-1], WebSocketDisconnect):
        raise NotYet(
            "Ann left, then Cleo spoke, and WebSocketDisconnect ended the endpoint of Cleo, who is still "
            "there. Catch that exception around the send."
        )
    if errors:
        raise NotYet(f"Ann left, then Cleo spoke, and {feedback_on_error(errors[-1])}")
    if heard["one"] == ["Cleo"]:
        raise NotYet(
            'Ann left, then Cleo said "one", and Ben did not hear it. The loop removed Ann from the list '
            "that it was going through, so Ben moved to a place that it had passed."
        )
    if heard["one"] == ["Ben"]:
        raise NotYet(
            'Ann left, then Cleo said "one", and Ben alone heard it. Who was removed from the list: the one '
            "who had gone, or the one who spoke?"
        )
    if heard["one"] != ["Ben", "Cleo"]:
        raise NotYet(
            f'Ann left, then Cleo said "one", and {listed(heard["one"])} heard it. One who has gone must not '
            "end the loop for the rest."
        )
    if heard.get("two") != ["Ben", "Cleo"]:
        raise NotYet(
            f'Cleo said "two", and {listed(heard.get("two", []))} heard it. Who was removed from the list?'
        )
    return "Ann left, and Ben and Cleo heard every word that Cleo said."


def asks(type, **fields):
    return json.dumps({"type": type, **fields})


CASES = [  # a text, whether it is valid, and what it means if that is not so
    (asks("whisper", to="Ben", text="psst"), True, 'Is Whisper in the union, and is its type "whisper"?'),
    (asks("join", name="Ann"), True, "The union needs Join as before, with | between its members."),
    (asks("message", text="hello"), True, "The union needs Message as before, with | between its members."),
    (
        asks("whisper", to="Ben"),
        False,
        "Without a text there is nothing to whisper: do not give it a default.",
    ),
    (asks("whisper", to="", text="psst"), False, "to needs at least one character: min_length=1."),
    (asks("whisper", to="B" * 31, text="psst"), False, "to has at most 30 characters: max_length=30."),
    (asks("whisper", to="B" * 30, text="psst"), True, "A name of 30 characters is allowed."),
    (asks("whisper", to="Ben", text=""), False, "text needs at least one character: min_length=1."),
    (asks("whisper", to="Ben", text="x" * 201), False, "text has at most 200 characters: max_length=200."),
    (asks("whisper", to="Ben", text="x" * 200), True, "A text of 200 characters is allowed."),
]


@exercise(
    "11.2",
    todo="hand the adapter requests to check().",
    hints=[
        "Which line of Join limits the name, and which line of Message limits the text?",
        "A field with limits is Annotated[str, StringConstraints(…)], and a union may have three members.",
        'In requests: Annotated[Join | Message | Whisper, Field(discriminator="type")]',
    ],
    mistakes={
        "Is Whisper in the union": instead((" | Whisper", "")),
        "any of the expected tags: 'message', 'whisper'": instead(("Join | ", "")),
        "The union needs Message as before": instead(("Message | ", "")),
        "to needs at least one character": instead(
            (
                "to: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]",
                "to: str",
            )
        ),
        "to has at most 30 characters": instead(("True, min_length=1, max_length=30", "True, min_length=1")),
        "A name of 30 characters is allowed": instead(("max_length=30", "max_length=29")),
        "text needs at least one character": instead(("(min_length=1, max_length=200", "(max_length=200")),
        "text has at most 200 characters": instead(("max_length=200", "max_length=1000")),
        "A text of 200 characters is allowed": instead(("max_length=200", "max_length=199")),
        "do not give it a default": instead(("max_length=200)]", 'max_length=200)] = "psst"')),
        "any of the expected tags: 'whisper'": instead(
            (" | Whisper", ""), ("Join | Message", "Join, Message, Whisper")
        ),
        "the class wants a field name": instead(("    to: ", "    name: ")),
        "pydantic does not know one of the types": instead(('Literal["whisper"]', '"whisper"')),
        "check() needs requests": lambda solution: solution + "requests = Whisper\n",
    },
)
def third_type(adapter):
    if not isinstance(adapter, TypeAdapter):
        raise NotYet(
            "check() needs requests, the TypeAdapter that knows all three types, and got something else."
        )
    for text, valid, meaning in CASES:
        shown = text if len(text) < 80 else f"{text[:60]}… with {len(text)} letters in all"
        try:
            adapter.validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            if first["type"] == "missing" and valid:
                raise NotYet(
                    f"{shown} was refused: the class wants a field {first['loc'][-1]}, and no field of the "
                    "message has that name."
                ) from None
            if valid:
                raise NotYet(f"{shown} was refused: {first['msg']}. {meaning}") from None
        except PydanticUserError:
            raise NotYet(
                'pydantic does not know one of the types in a class. In Whisper, type is Literal["whisper"].'
            ) from None
        else:
            if not valid:
                raise NotYet(f"{shown} was taken. {meaning}")
    return (
        "ten texts were tried: whispers within the limits are taken, others get a reason, and both old types "
        "work."
    )


def ben_is_told():
    """Return the types that Ben gets from a real room, step by step as in the exercise."""
    module = ModuleType("lesson_room")
    room = files_of_the_course()["11_chat_room"]["app/room.py"]  # this lesson's; the kit's own is later
    exec(room, module.__dict__)
    app, wait = FastAPI(), patient(5)
    app.include_router(module.router)
    with background_server(app) as server, ExitStack() as stack:
        url = server.url.replace("http", "ws") + "room/ws"
        ann, ben = [stack.enter_context(connect(url, proxy=None)) for _ in range(2)]
        ann.send(asks("join", name="Ann"))
        ann.recv(timeout=wait)
        ben.send(asks("join", name="Ben"))
        ben.send(asks("message"))
        said = [json.loads(ben.recv(timeout=wait)) for _ in range(3)]
        ann.send(asks("message", text="hello"))
        ann.send("hello")
        while json.loads(ann.recv(timeout=wait))["type"] != "error":
            pass
        ann.close()
        while said[-1]["type"] != "left":
            said.append(json.loads(ben.recv(timeout=wait)))
        return [message["type"] for message in said]


@exercise(
    "11.3",
    todo='put the types into the list, such as ["welcome"], in place of the three dots.',
    hints=[
        "Who gets an error: everybody, or the one whose message it was?",
        "Look at what Ben was told above. One of his own steps brings him two messages, and one step none.",
        'Five in all: ["welcome", "joined", ..., ..., "left"]',
    ],
    mistakes={
        "Does that leave out himself?": instead(('"joined", ', "")),
        "the welcome comes first": instead(('"welcome", "joined"', '"joined", "welcome"')),
        "and he was told something": instead(('"error", ', "")),
        "Ben was told nothing. Who was?": instead(('"message", ', '"message", "error", ')),
        "Ben was told one thing more": instead((', "left"', "")),
        "place 6 is not": instead((', "left"', ', "left", "left"')),
        "place 4 is not": instead(('"message", "left"', '"left"')),
        "'closed' is no type": instead(('"left"', '"closed"')),
        "'welcome' is no list": 'ben_gets = "welcome"',
    },
)
def what_ben_gets(answer):
    if not isinstance(answer, list):
        raise NotYet(
            f"{answer!r} is no list. The answer is a list of types, in the order in which they come."
        )
    if ... in answer:
        raise NotYet("put the types, as texts, in place of the three dots.")
    really = ben_is_told()
    if unknown := [type for type in answer if type not in really]:
        raise NotYet(
            f"{unknown[0]!r} is no type that the room sends to Ben here. Look at what he was told above."
        )
    if "joined" not in answer:
        raise NotYet("in a real room Ben is told of everybody who joins. Does that leave out himself?")
    if answer[:2] == ["joined", "welcome"]:
        raise NotYet(
            "in a real room the welcome comes first, so that all later changes are changes of its list."
        )
    if "error" not in answer:
        raise NotYet("a message without a text was sent by Ben to a real room, and he was told something.")
    if answer.count("error") > 1:
        raise NotYet("Ann sent something that is no JSON, in a real room, and Ben was told nothing. Who was?")
    if "left" not in answer:
        raise NotYet("Ann closed her page, in a real room, and Ben was told one thing more.")
    if answer != really:
        place = next(n for n, (mine, his) in enumerate(zip_longest(answer, really), 1) if mine != his)
        raise NotYet(
            f"a real room told Ben {len(really)} things, and the list has {len(answer)}. The first "
            f"{place - 1} are right, and place {place} is not. Ask at each step what it brings to Ben, if "
            "anything."
        )
    return f"a real room told Ben the same: {', '.join(really)}."
