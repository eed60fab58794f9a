"""The exercises of lesson 09, who may come in."""

import time

from fastapi import WebSocketDisconnect

from ..checks import NotYet, exercise
from ..talk import WAIT, talk, usual
from . import instead

ORIGINS = [
    (True, "That is the page of the chat itself: same host, same port."),
    (False, "Its host is longer: it ends with evil.example, and belongs to whoever owns that."),
    (False, "A page on that machine is another origin too. Host and port have to be those of the chat."),
    (False, "null is what a page without an origin says, and that is not the page of the chat."),
    (True, "A program that is no browser sends none. The check is about pages, and lets it in."),
]


@exercise(
    "09.1",
    todo="put True or False in the place of each row of three dots.",
    hints=[
        "With what does same_origin compare the host in Origin?",
        "It is the whole host and the port. Who sends no Origin at all is not asked.",
        "Two of the five come in: comes_in = [True, ..., ..., ..., True]",
    ],
    mistakes={
        "That is the page of the chat itself": instead(
            ("[True, False, False, False, True]", "[False, False, False, False, True]")
        ),
        "it ends with evil.example": instead(
            ("[True, False, False, False, True]", "[True, True, False, False, True]")
        ),
        "A page on that machine is another origin too": instead(
            ("[True, False, False, False, True]", "[True, False, True, False, True]")
        ),
        "null is what a page without an origin says": instead(
            ("[True, False, False, False, True]", "[True, False, False, True, True]")
        ),
        "A program that is no browser sends none": instead(
            ("[True, False, False, False, True]", "[True, False, False, False, False]")
        ),
        "the list has 2 entries": instead(("[True, False, False, False, True]", "[True, False]")),
        "number 1 is 'True'": instead(
            ("[True, False, False, False, True]", '["True", False, False, False, True]')
        ),
        "True is no list": instead(("[True, False, False, False, True]", "True")),
    },
)
def comes_in(answer):
    if not isinstance(answer, list | tuple):
        raise NotYet(f"{answer!r} is no list. The answer is a list of five, each True or False.")
    if len(answer) != len(ORIGINS):
        raise NotYet(f"the list has {len(answer)} entries, and there are five origins.")
    for number, (given, (right, reason)) in enumerate(zip(answer, ORIGINS, strict=True), start=1):
        if given is ...:
            raise NotYet(f"number {number} has no answer yet.")
        if not isinstance(given, bool):
            raise NotYet(f"number {number} is {given!r}. Write True or False, without quotation marks.")
        if given is not right:
            raise NotYet(f"number {number} is not {given!r}. {reason}")
    return "the page of the chat and programs come in, other pages do not."


DEADLINE_FOR_ALL = """
cave = FastAPI()

@cave.websocket("/ws")
async def door(websocket: WebSocket):
    await websocket.accept()
    with suppress(WebSocketDisconnect):
        try:
            async with asyncio.timeout(1):
                word = await websocket.receive_text()
                if secrets.compare_digest(word.encode(), b"open sesame"):
                    await websocket.send_text("welcome")
                    async for message in websocket.iter_text():
                        await websocket.send_text(message)
        except TimeoutError:
            pass
        except KeyError:
            return await websocket.close(1003, "text only")
        await websocket.close(1008, "no entry")
"""


def slowly():
    """Yield what a friend says, the last of it when the deadline for the word is long over."""
    yield from ["open sesame", "hello"]
    time.sleep(1.2)
    yield "still here"


@exercise(
    "09.2",
    todo="make an app with an endpoint, and hand it to check().",
    hints=[
        "Two things can go wrong at a door: the word is wrong, or it never comes. Who waits for ever?",
        "asyncio.wait_for(…, timeout=1) around receive_text() raises TimeoutError when nothing comes. "
        "members_only does the rest.",
        'Not the word: await websocket.close(1008, "no entry"), and then return, so that nobody is welcomed.',
    ],
    mistakes={
        "receive_text() has no deadline of its own": instead(
            ("asyncio.wait_for(websocket.receive_text(), timeout=1)", "websocket.receive_text()"),
        ),
        '"swordfish" ended the connection with close code 1006': instead(
            ('return await websocket.close(1008, "no entry")', "return")
        ),
        '"swordfish" ended the connection with close code 1000': instead(("1008", "1000")),
        '"swordfish" was refused, and then the endpoint went on': instead(
            ("return await websocket.close(1008", "await websocket.close(1008")
        ),
        "compare the other way round": instead(("if not", "if")),
        "letter for letter": instead(('"open sesame"', '"Open Sesame"')),
        'Send "welcome" when the word is right': instead(
            ('        await websocket.send_text("welcome")\n', "")
        ),
        "Send it as it came": instead(("send_text(message)", 'send_text(f"Message text was: {message}")')),
        "'coroutine' object has no attribute 'encode'": instead(
            ("await asyncio.wait_for", "asyncio.wait_for")
        ),
        "Nobody caught it, so the connection broke": instead(("except TimeoutError", "except ValueError")),
        "a client that said nothing was welcomed": instead(('word = ""\n', 'word = "open sesame"\n')),
        "silence was refused with 1008, and then": instead(
            ('word = ""\n', 'await websocket.close(1008, "no entry")\n')
        ),
        "silence ended the connection with close code 1006": instead(('word = ""\n', "return\n")),
        "answered 1 of 2 messages": instead(("        async for", "        return\n        async for")),
        "The deadline is for the word alone": DEADLINE_FOR_ALL,
        "bytes in place of the word ended the connection with close code 1006": instead(
            ('return await websocket.close(1003, "text only")', "return")
        ),
        "bytes in place of the word ended the connection with close code 1008": instead(("1003", "1008")),
        "receive_text() raised KeyError": instead(("except KeyError", "except ValueError")),
        "a guest left before the word, and that raised WebSocketDisconnect": instead(
            ("suppress(WebSocketDisconnect)", "suppress(TypeError)")
        ),
    },
)
def door(app):
    friend = talk(app, ["open sesame", "hello"])
    if any("wait_for" in name or "receive_text" in name for name in friend.unawaited):
        raise NotYet(
            "wait_for() was called without await, so nothing was received, and what it gave is no text. "
            "Write await in front of it."
        )
    if friend.close_code == 1008:
        stranger = talk(app, ["swordfish"], then_wait=True)
        raise NotYet(
            '"open sesame" was refused with 1008, and "swordfish" came in: compare the other way round.'
            if "welcome" in stranger.answers
            else '"open sesame" was refused with 1008. That is the word which opens, letter for letter.'
        )
    if friend.answers and friend.answers[0] != "welcome":
        raise NotYet(f'"open sesame" was answered with "{friend.answers[0]}", and "welcome" was expected.')
    if friend.silent and not friend.answers:
        raise NotYet(f'"open sesame" had no answer within {WAIT} s. Send "welcome" when the word is right.')
    usual(app, friend, 2)
    if friend.answers[1] != "hello":
        raise NotYet(f'after the welcome "hello" came back as "{friend.answers[1]}". Send it as it came.')
    stranger = talk(app, ["swordfish"], then_wait=True)
    if "welcome" in stranger.answers:
        raise NotYet('"swordfish" was welcomed too. Compare the first message with the word.')
    if stranger.close_code and stranger.close_code != 1008:
        raise NotYet(
            f'"swordfish" ended the connection with close code {stranger.close_code}, and 1008 was expected: '
            "await websocket.close(1008) says that it is against the rules of this server."
        )
    must_refuse(app, stranger, '"swordfish"')
    silent = talk(app, [], then_wait=True)
    if any(isinstance(error, TimeoutError) for error in silent.errors):
        raise NotYet(
            "a client said nothing, and the deadline raised TimeoutError, as it should. Nobody caught it, so "
            "the connection broke: catch it, and close with 1008."
        )
    if silent.close_code == 1008 and silent.errors:
        raise NotYet(
            f"silence was refused with 1008, and then the endpoint went on and raised {silent.errors[0]!r}. "
            "After close() comes return."
        )
    if "welcome" in silent.answers:
        raise NotYet("a client that said nothing was welcomed. After the deadline there is no right word.")
    if silent.silent:
        raise NotYet(
            f"a client that said nothing was still connected after {WAIT} s. receive_text() has no deadline "
            "of its own: asyncio.wait_for(…, timeout=1) gives it one."
        )
    must_refuse(app, silent, "silence")
    must_refuse_bytes(talk(app, [b"open sesame"]))
    left = talk(app, [])
    must_let_go(left)
    usual(app, left, 0)
    late = talk(app, slowly())
    if late.close_code == 1008 or any(isinstance(error, TimeoutError) for error in late.errors):
        raise NotYet(
            "a friend had said the word, and was thrown out after a second all the same. The deadline is for "
            "the word alone: let it end before the loop begins."
        )
    usual(app, late, 3)
    return (
        "the word opens, and friends get their echo, late ones too. Another word and silence are refused "
        "with 1008, bytes with 1003, and a guest who left early was no error."
    )


def must_refuse_bytes(seen):
    """Raise NotYet unless bytes in place of the word were refused with 1003."""
    if any(isinstance(error, KeyError) for error in seen.errors):
        raise NotYet(
            "bytes came in place of the word, and receive_text() raised KeyError, for they have no text. "
            "Catch it, and close with 1003."
        )
    if seen.errors:
        raise NotYet(f"bytes came in place of the word, and the endpoint raised {seen.errors[-1]!r}.")
    if seen.answers:
        raise NotYet(f'bytes in place of the word were answered with "{seen.answers[0]}". Close with 1003.')
    if seen.silent:
        raise NotYet(
            f"bytes came in place of the word, and nothing happened within {WAIT} s. Close with 1003."
        )
    if seen.close_code != 1003:
        raise NotYet(
            f"bytes in place of the word ended the connection with close code {seen.close_code}, and 1003 "
            "was expected: it says that this server takes text only."
        )


def must_let_go(seen):
    """Raise NotYet if it was an error that a guest left before the word."""
    error = seen.errors[-1] if seen.errors else None
    if isinstance(error, WebSocketDisconnect) and error.code != 1006:  # which send() and close() give
        raise NotYet(
            "a guest left before the word, and that raised WebSocketDisconnect. Nobody caught it, so it "
            "stands in the log as an error: with suppress(WebSocketDisconnect) around it, it is an end."
        )
    if error:
        raise NotYet(
            f"a guest left before the word, and then the endpoint raised {type(error).__name__}. Nobody "
            "is there any more: end without sending and without close()."
        )


def must_refuse(app, seen, what):
    """Raise NotYet unless the server closed with 1008."""
    if any(
        "close message has been sent" in str(error) or "once a close" in str(error) for error in seen.errors
    ):
        raise NotYet(
            f"{what} was refused, and then the endpoint went on to send. After close() comes return."
        )
    if seen.close_code and not seen.errors and seen.close_code != 1008:
        raise NotYet(f"{what} ended the connection with close code {seen.close_code} instead of 1008.")
    if seen.close_code != 1008:
        usual(app, seen, 0)
        raise NotYet(f"{what} was not refused with 1008.")
