"""The exercises of lesson 09, who may come in."""

import inspect
import time

from fastapi import WebSocketDisconnect

from ..checks import NotYet, exercise, feedback_on_error
from ..feedback import look_of
from ..reading import must_be_true_or_false
from ..serving import background_server
from ..talk import FORGOTTEN, WAIT, Talk, converse, talk, usual

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
)
def comes_in(answer):
    must_be_true_or_false(answer, ORIGINS)
    return "the page of the chat and programs come in, other pages do not."


NEAR = {  # what is not the word
    "open sesame!": "a longer text that begins with the word",
    "please open sesame": "a longer text that ends with the word",
    "open": "a part of the word",
    "sesame": "a part of the word",
    "OPEN SESAME": "the word in other letters",
    " open sesame": "the word behind a space",
    "closesesame": "another text of the same length",
    "": "the empty text",
}

CODES = {1003: "this server takes text only", 1008: "it is against the rules of this server"}


def slowly(waited):
    """Yield what a slow friend says, the last of it when the deadline for the word is long over."""
    began = time.monotonic()
    time.sleep(0.6)
    waited.append(time.monotonic() - began)
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
)
def door(app):
    said = ["open sesame", "hello", "again"]
    friend = talk(app, said)
    if friend.unawaited and inspect.iscoroutinefunction(friend.endpoint):
        raise NotYet(FORGOTTEN.format(friend.unawaited[0]))
    if friend.close_code == 1008 and not friend.answers:
        stranger = talk(app, ["swordfish"], then_wait=True)
        raise NotYet(
            '"open sesame" was refused with 1008, and '
            + (
                '"swordfish" came in: compare the other way round.'
                if "welcome" in stranger.answers
                else "it is the word which opens. With what is it compared, letter for letter, and how long "
                "does the endpoint wait for it?"
            )
        )
    if friend.answers and friend.answers[0] != "welcome":
        raise NotYet(
            f'"open sesame" was answered with {look_of(friend.answers[0])}, and "welcome" was expected.'
        )
    usual(app, friend, 3)
    for text, answer in zip(said[1:], friend.answers[1:], strict=True):
        if answer != text:
            raise NotYet(f"after the welcome {text!r} came back as {look_of(answer)}. Send it as it came.")
    stranger = talk(app, ["swordfish"], then_wait=True)
    if "welcome" in stranger.answers:
        raise NotYet('"swordfish" was welcomed too. Compare the first message with the word.')
    must_refuse(stranger, 1008, '"swordfish"')
    silent = talk(app, [], then_wait=True)
    if any(isinstance(error, TimeoutError) for error in silent.errors):
        raise NotYet(
            "a client said nothing, and the deadline raised TimeoutError, as it should. Nobody caught it, so "
            "the connection broke: catch it, and close with 1008."
        )
    if silent.silent:
        raise NotYet(
            f"a client said nothing, and after {WAIT} s nothing had ended the wait for the word. "
            "asyncio.wait_for(…, timeout=1) around receive_text() ends it after one."
        )
    must_refuse(silent, 1008, "silence")
    bytes_came = talk(app, [b"open sesame"])
    if any(isinstance(error, KeyError) for error in bytes_came.errors):
        raise NotYet(
            "bytes came in place of the word, and receive_text() raised KeyError, for they have no text. "
            "Catch it, and close with 1003."
        )
    must_refuse(bytes_came, 1003, "bytes in place of the word")
    left = talk(app, [])
    must_let_go(left)
    usual(app, left, 0)
    must_refuse_near(app)
    for _ in range(3):  # once more where the machine was too busy for a word in time
        waited = []
        late = talk(app, slowly(waited))
        if late.answers:
            break
    if late.close_code == 1008 and not late.answers and waited[0] < 0.9:
        raise NotYet(
            f"a friend said the word after {waited[0]:.1f} s, and was thrown out before a second was over. "
            "timeout=1 gives each a second."
        )
    if late.answers and (
        late.close_code == 1008 or any(isinstance(error, TimeoutError) for error in late.errors)
    ):
        raise NotYet(
            "a friend had said the word, and was thrown out after a pause of 1.2 s all the same. The "
            "deadline is for the word alone: let it end before the loop begins."
        )
    usual(app, late, 3)
    return (
        "the word opens, and friends get their echo, late ones too. Another word and silence are refused "
        "with 1008, bytes with 1003, and a guest who left early was no error."
    )


def must_refuse_near(app):
    """Raise NotYet if texts that are not the word come in, or are refused in another way."""
    with background_server(app) as server:
        for text, what in NEAR.items():
            seen = converse(server.ws_url, [text], Talk())
            if seen.answers:
                raise NotYet(
                    f"{text!r} was welcomed too, {what}. Only the whole word opens, letter for letter."
                )
    umlaut = talk(app, ["öffne Sesam"])
    if "non-ASCII" in str(umlaut.errors):
        raise NotYet(
            "'öffne Sesam' ended with an error, for secrets.compare_digest() takes texts of ASCII only, and "
            "anybody may send others. It takes all bytes: word.encode()"
        )
    must_refuse(umlaut, 1008, "'öffne Sesam'")


def must_let_go(seen):
    """Raise NotYet if it was an error that a guest left before the word."""
    error = seen.errors[-1] if seen.errors else seen.left
    if isinstance(error, WebSocketDisconnect) and error.code != 1006:  # which send() and close() give
        raise NotYet(
            "a guest left before the word, and that raised WebSocketDisconnect. Nobody caught it, so it "
            "stands in the log as an error: with suppress(WebSocketDisconnect) around it, it is an end."
        )
    if isinstance(error, WebSocketDisconnect | RuntimeError):
        raise NotYet(
            f"a guest left before the word, and then the endpoint raised {type(error).__name__}. Nobody "
            "is there any more: end without sending and without close()."
        )


def must_refuse(seen, code, what):
    """Raise NotYet unless the server closed with this code, and did nothing else."""
    if seen.answers:
        raise NotYet(
            f"after {what} came {look_of(seen.answers[0])}. Close with {code}, before anything is sent."
        )
    if seen.errors and seen.close_code == code:
        error = feedback_on_error(seen.errors[-1], "After close() comes return.")
        raise NotYet(f"after {what} the endpoint closed with {code}, as it should, and went on: {error}")
    if seen.errors:
        raise NotYet(f"after {what} {feedback_on_error(seen.errors[-1])}")
    if seen.silent:
        raise NotYet(
            f"after {what} the connection still stood for {WAIT} s. Close it with {code}, and return."
        )
    if seen.close_code != code:
        raise NotYet(
            f"after {what} the connection ended with close code {seen.close_code}, and {code} was expected: "
            f"{CODES[code]}."
        )
