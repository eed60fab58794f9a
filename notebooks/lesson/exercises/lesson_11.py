"""The exercises of lesson 11, a room."""

import asyncio
import gc
import json
import sys
import time
import weakref
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from itertools import zip_longest

from fastapi import WebSocketDisconnect
from pydantic import PydanticUserError, TypeAdapter, ValidationError
from websockets.asyncio.client import connect as async_connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from ..bottle import BottleError, start_server
from ..bottle.server import unprinted
from ..bottle.simulation import simulate_here
from ..checks import NotYet, StillRunning, exercise, feedback_on_error, limited, unawaited
from ..patience import patient
from ..reading import among, several
from ..serving import background_server, empty_room
from ..talk import FORGOTTEN, must_be_app, must_have_endpoint, talk


def watched(app, errors, sends, sleeps):
    """Return the app as one that notes what its endpoints raise, and refers to the send of each.

    Whoever keeps a socket keeps its send. It also notes each time.sleep() in the thread of the event loop.
    """

    def profile(frame, event, function):
        if event == "c_call" and function is time.sleep:
            sleeps.append(frame.f_lineno)

    async def watching(scope, receive, send):
        async def own_send(message):
            await send(message)

        if scope["type"] != "websocket":
            return await app(scope, receive, send)
        sys.setprofile(profile)
        number = len(sends)
        sends.append(weakref.ref(own_send))
        try:
            await app(scope, receive, own_send)
        except Exception as error:
            errors[number] = error
            raise

    return watching


async def heard_by(people):
    """Return what each of them hears next: a text, or None."""
    heard = {}
    for name, ws in people.items():
        try:
            heard[name] = await asyncio.wait_for(ws.recv(), timeout=1)
        except (TimeoutError, ConnectionClosed):
            heard[name] = None
    return heard


async def four_people(network, app):
    """Return what each of four heard at each word that Ann said, and the code with which she was closed.

    Ben leaves before "one". Dan leaves while "three" is on its way, and in a bottle where each packet takes
    as long as any other, that comes first, and his close at the same moment.
    """
    heard, people = {}, {}
    await start_server(network, app)
    async with AsyncExitStack() as stack:
        stack.enter_context(unprinted())
        for name in ["Ann", "Ben", "Cleo", "Dan"]:
            client = async_connect("ws://server/ws", proxy=None, close_timeout=1)
            people[name] = await stack.enter_async_context(client)
        for word in ["hello", "one", "two", "three"]:
            if word == "one":
                await people.pop("Ben").close()
            try:
                await people["Ann"].send(word)
            except ConnectionClosed:
                break
            if word == "three":
                await people.pop("Dan").close()
            heard[word] = await heard_by(people)
            if set(heard[word].values()) != {word}:
                break
        if listed(heard.get("hello", {}), "hello") == "Ann heard it":  # does whoever came last reach all?
            await people["Dan"].send("last")
            heard["last"] = await heard_by(people)
        return heard, people["Ann"].close_code


def listed(heard, word):
    """Say who heard a word, and who something else."""
    names = [name for name, text in heard.items() if text == word]
    others = [f'{name} heard "{text}"' for name, text in heard.items() if text not in (word, None)]
    return ", and ".join([f"{' and '.join(names) or 'nobody'} heard it", *others])


MEANINGS = {  # what is said after Ben has left, and who hears it
    ("one", "Ann and Dan heard it"): "Cleo did not hear it. When Ben is removed from the list that is gone "
    "through, those behind move up, and the loop passes one.",
    ("one", "Ann heard it"): "Ann alone heard it. One who has gone must not end the loop for the rest.",
}


@exercise(
    "11.1",
    todo="make an app with an endpoint, and hand it to check().",
    hints=[
        "Which list does the loop go through, and which list does it change? Do they have to be the same?",
        "list(…) of a list makes a copy, which stays as it is whatever happens to the first one.",
        "The line of the inner loop: for ws in list(listeners):",
    ],
)
def nobody_is_left_out(app):
    must_be_app(app)
    errors, sends, sleeps = {}, [], []
    try:
        with unawaited() as forgotten:
            watching = watched(app, errors, sends, sleeps)
            run = limited(simulate_here, partial(four_people, app=watching), 0, range(1000))
    except StillRunning:
        raise NotYet(
            "the server stood still: a line of the endpoint keeps the event loop for itself. Whoever "
            "waits there has to wait with await."
        ) from None
    if isinstance(run.error, InvalidStatus):
        must_have_endpoint(app, talk(app, []))
        raise NotYet(
            f"the first client was refused with {run.error.response.status_code}. The endpoint has to "
            "begin with: await websocket.accept()"
        )
    if isinstance(run.error, BottleError):
        raise NotYet(str(run.error))
    if not run.result:
        raise run.error
    heard, closed = run.result
    if forgotten:
        raise NotYet(FORGOTTEN.format(forgotten[0]))
    if set(heard.get("last", {}).values()) == {"last"}:
        raise NotYet(
            "Ann, who came first, was heard by Ann alone, and Dan, who came last, by all four. The copy "
            "was made once, when each of them came: make it anew for each message."
        )
    raised = [error for error in errors.values() if not isinstance(error, WebSocketDisconnect)]
    hello = heard.get("hello", {})
    if set(hello.values()) != {"hello"} and raised:
        raise NotYet(f'Ann said "hello", and {feedback_on_error(raised[0])}')
    if set(hello.values()) != {"hello"}:
        raise NotYet(
            f'Ann, Ben, Cleo and Dan were there, Ann said "hello", and {listed(hello, "hello")}. Each word '
            "has to reach all four as it is, so all have to be in the list, and the loop has to go through "
            "all of it."
        )
    if 0 in errors:  # in the endpoint of Ann, who came first, and alone speaks
        when = "Dan left while Ann spoke" if "three" in heard else "Ben left, then Ann spoke"
        raise NotYet(f"{when}, and {meaning_of(errors[0])}")
    if closed and heard.get("one", {}).get("Ann") != "one":
        raise NotYet(
            'Ann said "hello", all four heard it, and her connection is closed after it: the endpoint ended. '
            "It has to receive in a loop, for as long as she is there."
        )
    for word in ["one", "two"]:
        there = listed(heard.get(word, {}), word)
        if there != "Ann and Cleo and Dan heard it":
            usual = f"{there}. Who is in the list, and who was removed from it?"
            raise NotYet(f'Ben left, then Ann said "{word}", and {MEANINGS.get((word, there), usual)}')
    if (there := listed(heard["three"], "three")) != "Ann and Cleo heard it":
        raise NotYet(
            f'Dan left while Ann said "three", and {there}. Who is in the list, and who was removed?'
        )
    if sleeps:
        raise NotYet(
            "everybody heard every word, and the endpoint called time.sleep(), which stops the server. Take "
            "it out: nothing here has to be waited for."
        )
    gc.collect()
    if sends[1]():
        raise NotYet(
            "Ben left, and the others heard every word. But the socket of Ben is still kept: remove it from "
            "the list when a send to it fails, or the list grows with everybody who ever came."
        )
    return "Ben and Dan left, one of them while Ann spoke, and who was there heard every word that Ann said."


def meaning_of(error):
    """Return what an error says that ended the endpoint of one who spoke after another had left."""
    if "changed size" in str(error):
        return (
            "the loop stopped: it changed what it was going through, and Python noticed: "
            f"{error!r}. Go through a copy: list(…)."
        )
    if "close message" in str(error):
        return (
            f"the loop tried a socket again to which a send had failed, and that raised {error!r}. Who has "
            "gone has to be removed when the first send fails."
        )
    if isinstance(error, WebSocketDisconnect):
        return (
            "WebSocketDisconnect ended her endpoint, and she is still there. Catch that exception around "
            "the send."
        )
    return feedback_on_error(error)


def asks(type, **fields):
    return json.dumps({"type": type, **fields})


CASES = [  # a text, and what it means if it is taken; None: it has to be taken
    (asks("whisper", to="Ben", text="psst"), None),
    (asks("join", name="Ann"), None),
    (asks("message", text="hello"), None),
    (asks("whisper", to="Ben"), "Without a text there is nothing to whisper: do not give it a default."),
    (asks("whisper", text="psst"), "Without to nobody knows whom it is for: do not give it a default."),
    (asks("whisper", to="Ben", text=None), "The type of text is a str with limits, alone."),
    (asks("whisper", to="Ben", text=5), "The type of text is a str with limits, alone."),
    (asks("whisper", to=None, text="psst"), "The type of to is a str with limits, alone."),
    (asks("whisper", to="", text="psst"), "to needs at least one character: min_length=1."),
    (asks("whisper", to="B" * 31, text="psst"), "to has at most 30 characters: max_length=30."),
    (asks("whisper", to="B" * 30, text="psst"), None),
    (asks("whisper", to="Ben", text=""), "text needs at least one character: min_length=1."),
    (asks("whisper", to="Ben", text="x" * 201), "text has at most 200 characters: max_length=200."),
    (asks("whisper", to="Ben", text="x" * 200), None),
    (asks("whisper", to="B", text="x"), None),
    (asks("shout", to="Ben", text="psst"), 'In Whisper, type is Literal["whisper"], and nothing else.'),
    (json.dumps({"to": "Ben", "text": "psst"}), 'It has no type: Field(discriminator="type") asks for one.'),
    (asks("join", name=""), "Join is to stay as it was, with its limits."),
    (asks("join", name="A" * 31), "Join is to stay as it was, with its limits."),
    (asks("message", text=""), "Message is to stay as it was, with its limits."),
    (asks("message", text="x" * 1000), None),
]


@exercise(
    "11.2",
    todo="hand the adapter requests to check().",
    hints=[
        "Which line of Join limits the name, and which line of Message limits the text?",
        "A field with limits is Annotated[str, StringConstraints(…)], and a union may have three members.",
        'In requests: Annotated[Join | Message | Whisper, Field(discriminator="type")]',
    ],
)
def third_type(adapter):
    if not isinstance(adapter, TypeAdapter):
        raise NotYet(
            "check() needs requests, the TypeAdapter that knows all three types, and got something of type "
            f"{type(adapter).__name__}."
        )
    for text, if_taken in CASES:
        shown = text if len(text) < 80 else f"{text[:60]}… with {len(text)} letters in all"
        try:
            adapter.validate_json(text)
        except ValidationError as error:
            if not if_taken:
                raise NotYet(f"{shown} was refused: {refusal(error.errors(), text)}") from None
        except (PydanticUserError, TypeError) as error:  # where a limit does not go with its type
            raise NotYet(
                f"pydantic says: {str(error).splitlines()[0]}. Look at the types in Whisper."
            ) from None
        else:
            if if_taken:
                raise NotYet(f"{shown} was taken. {if_taken}")
    return (
        f"{len(CASES)} texts were tried: whispers within the limits are taken, others get a reason, and both "
        "old types work."
    )


def refusal(errors, text):
    """Return in words why pydantic refuses a text that is to be taken."""
    name = json.loads(text)["type"].title()
    of_class = [error for error in errors if str(*error["loc"][:1]).title() == name]  # in a union of several
    error = (of_class or errors)[0]
    if error["type"] == "missing":
        return f"the class wants a field called {error['loc'][-1]}, and the text has none of that name."
    if error["type"] == "union_tag_invalid" or error["loc"] == ("type",):
        where = "" if name == "Whisper" else ", with | between it and the others"
        return f"{error['msg']}. The union needs {name}{where}, and in {name} type is this word."
    field = f"{error['loc'][-1]}: " if error["loc"] else ""
    return f"{field}{error['msg']}."


def ben_is_told():
    """Return the types that Ben gets from a real room, step by step as in the exercise."""
    wait = patient(5)
    with background_server(empty_room()) as server, ExitStack() as stack:
        url = server.url.replace("http", "ws") + "room/ws"
        ann, ben = [stack.enter_context(connect(url, proxy=None)) for _ in range(2)]
        ann.send(asks("join", name="Ann"))
        ann.recv(timeout=wait)
        ben.send(asks("join", name="Ben"))
        said = [json.loads(ben.recv(timeout=wait))]  # only then he hears all that comes and goes
        ben.send(asks("message"))
        said.append(json.loads(ben.recv(timeout=wait)))
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
        "Look at what Ben was told above. One step brings him nothing, each of the others one message.",
        'Four in all: ["welcome", ..., ..., "left"]',
    ],
)
def what_ben_gets(answer):
    answer = several(answer, None, "types, in the order in which they come")
    answer = among(["error", "joined", "left", "message", "welcome"], answer)
    really = ben_is_told()
    if "joined" in answer:
        raise NotYet(
            "in a real room Ben was not told that he joined himself: the welcome has his name already. And "
            "Ann had joined before he came."
        )
    if "welcome" in answer[1:]:
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
