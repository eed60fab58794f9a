"""The exercises of lesson 18, answers that come word by word."""

import asyncio
import inspect
import threading
from contextlib import suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from ..checks import NotYet, exercise, feedback_on_error, limited
from ..feedback import look_of
from ..patience import patient
from ..reading import among, must_be_function, several
from ..serving import background_server
from ..talk import WAIT

SOON = 0.5  # seconds until the work has ended, on a quiet machine
WORDS = ["one", "two", "three", "four"]


class Work:
    """Words from an asynchronous generator, and what became of it and of the function that sends them."""

    def __init__(self):
        self.ended, self.returned, self.error = threading.Event(), threading.Event(), None

    async def words(self):
        try:
            for word in WORDS:
                await asyncio.sleep(0.05)
                yield word
            await asyncio.sleep(3600)  # a long thought
        finally:
            self.ended.set()


@exercise(
    "18.1",
    todo="hand the function answer_while_there to check().",
    hints=[
        "Which line of the endpoint of this lesson learns that the client has left?",
        "Let the words go out in a task of their own. Meanwhile the function listens, and then it cancels.",
        "speaking = asyncio.create_task(speak()), then async for _ in websocket.iter_text(): pass, and then "
        "speaking.cancel()",
    ],
)
def stop_when_they_leave(function):
    function = must_be_function(function, "websocket", "words")
    if not inspect.iscoroutinefunction(inspect.unwrap(function)):
        raise NotYet("the function has to wait for words and for the client, so it begins with: async def")
    work, app = Work(), FastAPI()

    @app.websocket("/ws")
    async def endpoint(websocket: WebSocket):
        await websocket.accept()
        asyncio.get_running_loop().set_exception_handler(lambda *said: None)  # for a task that is left alone
        try:
            await until_left(function(websocket, work.words()))
        except Exception as error:
            work.error = error
        finally:
            work.returned.set()

    with background_server(app) as server:
        got, early = words_got(server.ws_url, work)
        left_in_time = work.ended.wait(patient(SOON))
        returned = work.returned.is_set()
    if work.error:
        raise NotYet(feedback_on_error(work.error))
    if got != WORDS:
        raise NotYet(why_not_all(got, early))
    if not left_in_time and returned:
        raise NotYet(
            "the client left, your function came to its end, and the task with the words went on. Cancel it."
        )
    if not left_in_time:
        raise NotYet(
            f"all {len(WORDS)} words came. Then the client left, and {SOON} s later the generator still "
            "worked. While the words are sent, does anything in your function receive until the client "
            "leaves, and cancel the work then?"
        )
    return (
        f"all {len(WORDS)} words came, also behind a text of the client; it left, and the work ended at once."
    )


async def until_left(answer):
    """Await an answer; that the client leaves, as it should, is no error, in a task group neither."""
    try:
        await answer
    except* WebSocketDisconnect:
        pass


def words_got(url, work):
    """Return the words that come to a client, and whether the function ended before the client left.

    The client says something behind the first word.
    """
    got = []
    with connect(url, proxy=None, close_timeout=0.2) as ws:
        with suppress(ConnectionClosed, TimeoutError):
            while len(got) < len(WORDS):
                got.append(ws.recv(timeout=patient(WAIT)))
                if len(got) == 1:
                    ws.send("thanks")
        return got, work.returned.is_set()


def why_not_all(got, returned):
    if got != WORDS[: len(got)]:
        return f"the words {', '.join(WORDS)} were to come, and {look_of(got)} came."
    count = f"{len(got)} of {len(WORDS)} words came"
    if got and not returned:
        return (
            f"{count}, the client said something behind the first one, and then nothing more came. Does what "
            "it says end the words, or does something wait until it says more?"
        )
    if not returned:
        return (
            f"{count}, and then nothing more. Where does the function wait? What a task raises stays in it, "
            "until somebody awaits the task."
        )
    if got:
        return (
            f"{count}, then the client said something, and the function came to its end. A client that says "
            "something is still there: receive in a loop."
        )
    return (
        f"{count}: your function came to its end before the first one, and the connection with it. What does "
        "it wait for?"
    )


@exercise(
    "18.2",
    todo="hand the generator in_pieces to check().",
    hints=[
        "Seven words in pieces of five: where are the last two when the loop has ended?",
        "What stands behind the loop, and not in it, runs when there are no more words.",
        'if piece: and below it yield "".join(piece), both behind the loop',
    ],
)
def in_pieces(function):
    function = must_be_function(function, "words", "size")
    if not inspect.isasyncgenfunction(inspect.unwrap(function)):
        raise NotYet(
            "the pieces come over time, so it stays an asynchronous generator: async def, and yield."
        )
    for count, size in [(7, 5), (10, 5), (3, 5), (0, 5), (4, 1)]:
        pieces, when = limited(asyncio.run, pieces_of(function, count, size))
        whole = [f" w{number}" for number in range(1, count + 1)]
        wanted = ["".join(whole[start : start + size]) for start in range(0, count, size)]
        if pieces != wanted:
            raise NotYet(what_is_wrong(pieces, wanted, f"{count} words in pieces of {size}"))
        if size <= count and when[0] != size:
            raise NotYet(
                f"the first piece of {size} words came when {when[0]} had been taken. Nobody wants to wait "
                "for that: a piece goes out when it is full."
            )
    return "7, 10, 3 and no words in pieces of 5, and 4 one by one: none was lost, and none was empty."


async def pieces_of(function, count, size):
    """Return the pieces, and how many words had been taken when each came."""
    taken, pieces, when = 0, [], []

    async def words():
        nonlocal taken
        for number in range(1, count + 1):
            taken += 1
            yield f" w{number}"

    async for piece in function(words(), size):
        pieces.append(piece)
        when.append(taken)
        if len(pieces) > 2 * count + 2:  # it does not end
            break
    return pieces, when


def what_is_wrong(pieces, wanted, tried):
    if any(not isinstance(piece, str) for piece in pieces):
        odd = next(piece for piece in pieces if not isinstance(piece, str))
        return f'{tried}: {look_of(odd)} came, which is no text. "".join() makes one.'
    text, whole = "".join(pieces), "".join(wanted)
    if "" in pieces:
        return f"{tried}: an empty piece came. Is there something left to send when the loop has ended?"
    if whole.startswith(text) and text != whole:
        return f"{tried}: {look_of(whole[len(text) :])} never came. What is left over when the words end?"
    if text == whole:
        return f"{tried}: nothing is lost, but the pieces were {look_of(pieces)}, expected {look_of(wanted)}."
    return f"{tried}: {look_of(pieces)} came, expected {look_of(wanted)}."


CASES = [
    (
        "SSE",
        "Only the server has something to say, again and again: one answer is too few, a socket is too much.",
    ),
    ("HTTP", "The answer is there, whole, in a fifth of a second. There is nothing to stream."),
    ("socket", "Both speak, often and at any time. SSE goes in one direction."),
    ("SSE", "A browser comes back by itself over SSE, and says which word was the last."),
    (
        "socket",
        "Sound goes up as bytes while text comes down: both directions at once, and an event is text.",
    ),
]


@exercise(
    "18.3",
    todo='put "HTTP", "SSE" or "socket" in the place of each row of three dots.',
    hints=[
        "Of each case ask: who speaks, how often, and is half an answer of use?",
        "Where only the server speaks, a socket is more than is needed. Where the answer is there at once, "
        "so is SSE.",
        'One of the five is "HTTP", and two are "socket".',
    ],
)
def least_that_is_enough(answer):
    values = among(
        ["HTTP", "SSE", "socket"], several(answer, len(CASES), 'words, each "HTTP", "SSE" or "socket"')
    )
    for number, (value, (right, reason)) in enumerate(zip(values, CASES, strict=True), start=1):
        if value != right:
            raise NotYet(f'number {number} is not "{value}". {reason}')
    return "one is an answer that comes at once, in two only the server speaks, and in two both do."
