"""The thread that takes to the board what is in the outbox, and brings the news into it."""

import json
import logging
import sqlite3
import time
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from websockets.client import backoff
from websockets.exceptions import InvalidHandshake, InvalidStatus, WebSocketException
from websockets.sync.client import connect

from .lessons import KitError

POLL_SECONDS = 0.5  # from one look into the outbox, which other kernels fill as well, to the next
PAUSES = {"initial_delay": 1, "min_delay": 1, "max_delay": 30, "factor": 2}  # seconds; the first by chance
OPEN_SECONDS = 5
ANSWER_SECONDS = 10
CLOSE_SECONDS = 1
MOST_BYTES = 2**16  # of one message of the board
ANOTHER_CODE = "The board has another code now, so you are not on it any more. Join it again: share(…)"
FAILURES = OSError, WebSocketException, ValueError, RecursionError  # the last of brackets in brackets in …
SILENT = logging.Logger("share", logging.CRITICAL + 1)  # what happens here belongs below no cell


class Declined(Exception):
    """The board does not take it; the text says why, and `again` whether to try again."""

    def __init__(self, reason, again=False):
        super().__init__(reason)
        self.again = again


def deliver_all(outbox):
    """Go on until nothing is shared any more; what fails is tried again, each time after a longer pause."""
    pauses = backoff(**PAUSES)
    with suppress(sqlite3.Error):  # the next check says so, and begins anew
        while learner := outbox.member():
            try:
                with on_board(learner, outbox.number_of_last_news()) as (ws, _):
                    pauses = backoff(**PAUSES)
                    while outbox.member() == learner:
                        exchange(ws, outbox)
            except Declined as error:
                if not error.again:
                    return outbox.leave(str(error))
                time.sleep(next(pauses))
            except FAILURES as error:
                if has_another_code(error):
                    return outbox.leave(ANOTHER_CODE)
                time.sleep(next(pauses))


def has_another_code(error):
    """Return whether a board has refused the code, as one does that was started anew."""
    return isinstance(error, InvalidStatus) and error.response.status_code == 403


def first_word(learner, last_news):
    """Return the name that the board gives a learner, a KitError if it declines, or None if it is away."""
    place = urlsplit(learner.url).netloc
    try:
        with on_board(learner, last_news) as (_, name):
            return name
    except Declined as error:
        return None if error.again else KitError(f"The board at {place} declines: {error}")
    except InvalidStatus as error:
        if has_another_code(error):
            return KitError(
                f"The board at {place} does not know this code. Copy it again, to its last letter."
            )
        if error.response.status_code < 500:  # a proxy says 500 and more of a board that is away
            return KitError(f"What answers at {place} is no board. Copy the address again.")
    except (InvalidHandshake, ValueError, RecursionError):
        return KitError(f"What answers at {place} is no board. Copy the address again.")
    except FAILURES:
        pass
    return None


@contextmanager
def on_board(learner, last_news):
    """Give a connection to the board, and the name that the learner has there.

    Declined: by the board. One of FAILURES: the board is not there, does not answer, or is none.
    """
    options = {"open_timeout": OPEN_SECONDS, "close_timeout": CLOSE_SECONDS, "max_size": MOST_BYTES}
    # no proxy, for the board is on the network of the room; no user agent, for nobody has agreed to send it
    with connect(learner.url, proxy=None, user_agent_header=None, logger=SILENT, **options) as ws:
        say_to(ws, "join", learner=learner.id, name=learner.name, news=last_news)
        match hear_from(ws, ANSWER_SECONDS):
            case {"type": "welcome", "name": str(name)}:
                yield ws, name
            case _:
                raise ValueError("no welcome")


def exchange(ws, outbox):
    """Send what is due, and wait until the board has it; then hear for a moment what else it has to say."""
    waits_for = set()
    for event in outbox.due():
        say_to(ws, "event", **event)
        waits_for.add(event["id"])
    until = time.monotonic() + ANSWER_SECONDS
    while waits_for:
        waits_for.discard(take_in(ws, outbox, until - time.monotonic()))
    with suppress(TimeoutError):
        take_in(ws, outbox, POLL_SECONDS)


def take_in(ws, outbox, seconds):
    """Take in one message of the board, and return the id of the event that it keeps, or None."""
    match hear_from(ws, max(seconds, 0)):
        case {"type": "kept", "id": int(id)}:
            outbox.forget(id)
            return id
        case {"type": "news", "number": int(number), "text": str(text), "cell": bool(cell)}:
            outbox.add_news(number, text, cell)
    return None


def say_to(ws, type, **message):
    ws.send(json.dumps({"type": type, **message}))


def hear_from(ws, seconds):
    """Return the board's next message; TimeoutError: none came. Declined: it says that it does not go on."""
    message = json.loads(ws.recv(timeout=seconds))
    match message:
        case {"type": "error", "reason": str(reason), "again": bool(again)}:
            raise Declined(reason, again)
    return message
