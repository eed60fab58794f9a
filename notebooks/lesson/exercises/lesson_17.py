"""The exercises of lesson 17, to speak from anywhere."""

import asyncio
import inspect
import json
from contextlib import suppress
from functools import partial
from importlib import import_module

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from ..bottle import BottleError, start_server
from ..bottle.simulation import simulate_here
from ..checks import NotYet, exercise, feedback_on_error, limited, unawaited
from ..feedback import look_of
from ..reading import among, must_be_function, several
from ..talk import FORGOTTEN

VISITS = [["one", "two"], ["three", "four"], ["five"]]  # what lies in the mailbox when Ann comes
LATER = "later"  # what is put there while she is in


class Desk:
    """A server with the learner's desk, and one mailbox for all visits of Ann."""

    def __init__(self, desk):
        self.desk, self.mailbox, self.app = desk, asyncio.Queue(), FastAPI()
        self.running, self.errors, self.heard, self.taken = 0, [], [], []
        self.app.websocket("/ws")(self.endpoint)

    async def endpoint(self, websocket: WebSocket):
        await websocket.accept()
        self.running += 1
        try:
            if inspect.isawaitable(waiting := self.desk(websocket, self.mailbox)):
                await waiting
        except Exception as error:
            self.errors.append(error)
        finally:
            self.running -= 1

    async def visit(self, texts):
        """Let Ann come, say something, hear these texts and one that comes later, and leave."""
        heard = []
        asyncio.get_running_loop().call_later(1, self.mailbox.put_nowait, LATER)
        async with connect("ws://server/ws", proxy=None, close_timeout=1) as ann:
            with suppress(TimeoutError, ConnectionClosed):
                await ann.send("I am back.")
                async with asyncio.timeout(2):
                    while len(heard) <= len(texts):
                        heard.append(await ann.recv())
                await ann.send("Bye.")
        await asyncio.sleep(1)
        return heard


async def ann_comes_back(network, desk):
    """Return the Desk, with what Ann heard at each visit, and what was taken while she was away."""
    here = Desk(desk)
    await start_server(network, here.app)
    for texts in VISITS:
        here.still = here.running
        for text in texts:
            here.mailbox.put_nowait(text)
        await asyncio.sleep(1)
        here.taken.append(len(texts) - here.mailbox.qsize())
        if here.taken[-1]:
            break
        here.heard.append(await here.visit(texts))
        if here.heard[-1] != [*texts, LATER] or here.errors:
            break
    return here


@exercise(
    "17.1",
    todo="hand the function desk to check().",
    hints=[
        "When Ann has left, listen ends with an error, and gather hands it on. What does speak do then?",
        "Something has to cancel speak when listen ends. Look for what did that in the function both.",
        "async with asyncio.TaskGroup() as tasks: and in it two lines with tasks.create_task(…). Around it "
        "stands try, and except* WebSocketDisconnect: below.",
    ],
)
def ann_is_back(desk):
    must_be_function(desk, "websocket", "mailbox")
    with unawaited() as forgotten:
        run = limited(simulate_here, partial(ann_comes_back, desk=desk), 0, range(1000))
    if isinstance(run.error, BottleError):
        raise NotYet(str(run.error))
    if forgotten:
        raise NotYet(FORGOTTEN.format(forgotten[0]))
    if isinstance(run.error, WebSocketDisconnect):
        raise NotYet(
            "Ann left, a task ended with WebSocketDisconnect, and nobody took that error: Python logs it as "
            "never retrieved. Cancel the task that speaks when she leaves, and await the one that "
            "listens, with the error caught; a task group with except* does both."
        )
    if run.error:
        raise run.error
    here, number = run.result, len(run.result.heard)
    if here.taken[-1] and here.still:
        raise NotYet(
            f"Ann left, {so_many(here.taken[-1])} put into her mailbox, and taken out while she was away. "
            "The desk of her visit still ran a second after she had left: something in it has to "
            "receive, and end it when she leaves."
        )
    if here.taken[-1]:
        raise NotYet(
            f"Ann left, {so_many(here.taken[-1])} put into her mailbox, and taken out while she was away, "
            "though the desk had ended: a task that it had started still ran. Cancel it when the other one "
            "ends."
        )
    if here.errors:
        raise NotYet(f"Ann left, and {why_it_ended(here.errors[0])}")
    if here.heard[-1] != [*VISITS[number - 1], LATER]:
        heard = look_of(here.heard[-1]) if here.heard[-1] else "nothing"
        raise NotYet(
            f"at visit {number} {' and '.join(VISITS[number - 1])} lay in her mailbox, and {LATER} "
            f"was put there a second after. Ann said something, listened for 2 s, and heard {heard}. Both "
            "have to run at the same time, for as long as she is there."
        )
    return "Ann came three times, heard each text that had waited, and nothing was taken while she was away."


def so_many(count):
    return "a text was" if count == 1 else f"{count} texts were"


def why_it_ended(error):
    """Return what an error says with which the desk ended."""
    kinds = {type(one).__name__ for one in getattr(error, "exceptions", [])}
    if kinds == {"WebSocketDisconnect"}:
        return (
            "the desk ended with an exception group that has WebSocketDisconnect in it. except* takes that "
            "out, and except without the star does not."
        )
    if type(error).__name__ == "WebSocketDisconnect":
        return "the desk ended with WebSocketDisconnect. Her leaving is no error: catch it there."
    return feedback_on_error(error)


PLACES = [  # the way, and why
    ("await", "An async route runs in the loop of the server: there it is called with await."),
    ("threadsafe", "A def route runs in a thread, and has no loop: it hands the call to that of the server."),
    ("threadsafe", "The cell is in the same process, and in another thread than the loop of the server."),
    ("threadsafe", "FastAPI runs a plain def of BackgroundTasks in a thread as well."),
    ("route", "That program is another process, and cannot reach the mailboxes: it asks a route."),
    ("await", "The endpoint of any socket of this app runs in the same loop: await is all it needs."),
    (
        "route",
        "Another port is another process, with mailboxes of its own: one of its routes can reach them.",
    ),
]


@exercise(
    "17.2",
    todo='put "await", "threadsafe" or "route" in the place of each row of three dots.',
    hints=[
        "Is it the same process? If so, is it the thread of the server's loop?",
        "What begins with async def runs in the loop; what FastAPI runs and begins with def gets a thread; "
        "another program is another process.",
        'Two, three and two: ways = ["await", "threadsafe", ..., ..., "route", ..., ...]',
    ],
)
def how_it_gets_there(answer):
    values = among(["await", "threadsafe", "route"], several(answer, len(PLACES), "words"))
    for number, (value, (right, reason)) in enumerate(zip(values, PLACES, strict=True), start=1):
        if value != right:
            raise NotYet(f'number {number} is not "{value}". {reason}')
    return (
        "with await in the loop of the server, threadsafe from its other threads, by a route from elsewhere."
    )


WANTED = {"chess": 2, "hall": None, "music": 1}
TEXT = "The library closes."


def a_room(said=0):
    room = import_module("app.room").Room()
    room.presence = import_module("app.presence").Presence(room)
    room.log = import_module("app.sqlite_log").SqliteLog(":memory:", room)
    for number in range(said):
        room.log.database.execute("INSERT INTO log (message) VALUES (?)", (f"{number}",))
    return room


def said_in(room):
    """Return the name and the text of all that was said in a room."""
    texts = [json.loads(text) for _, text in room.history.messages]
    return [(text["name"], text["text"]) for text in texts]


async def answer_of(function, rooms, places):
    asked = function(rooms, places, TEXT)
    if not inspect.isawaitable(asked):
        raise NotYet("nobody can await what tell_rooms returns. Begin it with async def tell_rooms.")
    return await asked


@exercise(
    "17.3",
    todo="hand the function tell_rooms to check().",
    hints=[
        "Which line raises Away, and for which room? What is to happen with the rooms after it?",
        "A loop over the places instead of the comprehension: in it an if for places without a room, and "
        "try … except Away around the one line that says it.",
        "try: numbers[place] = await rooms[place].say(ANNOUNCER, message), and except Away: "
        "numbers[place] = None",
    ],
)
def tell_several_rooms(function):
    must_be_function(function, "rooms", "places", "text")
    rooms = {"chess": a_room(said=1), "hall": a_room(), "music": a_room(), "garden": a_room()}
    rooms["hall"].log.database.close()
    away = import_module("app.messages").Away
    with unawaited() as forgotten:
        try:
            numbers = limited(
                lambda: asyncio.run(answer_of(function, rooms, ["chess", "cellar", "hall", "music"]))
            )
        except KeyError as error:
            if error.args != ("cellar",):
                raise
            raise NotYet(
                "there is no room called cellar, and that raised a KeyError. Leave out a place that is not "
                "in rooms."
            ) from None
        except away as error:
            raise NotYet(
                f"the log of the hall could not keep it, and tell_rooms ended with Away: {error}. Catch that "
                "around the one line that says it, so that the music room is told as well."
            ) from None
    if forgotten:
        raise NotYet(FORGOTTEN.format(forgotten[0]))
    if isinstance(numbers, dict) and (
        waiting := [one for one in numbers.values() if inspect.iscoroutine(one)]
    ):
        for one in waiting:
            one.close()
        raise NotYet(FORGOTTEN.format("say"))
    for place in ["chess", "music", "garden"]:
        must_be_told(place, said_in(rooms[place]))
    if not isinstance(numbers, dict):
        raise NotYet(
            f"the rooms were told, and tell_rooms returned {look_of(numbers)}. Return the dictionary."
        )
    if numbers != WANTED:
        raise NotYet(f"the rooms were told, and tell_rooms returned {numbers}. Expected was {WANTED}.")
    return "two rooms were told, one could not keep it and got None, and a place without a room was left out."


def must_be_told(place, said):
    """Raise NotYet unless a room was told the text once, and the garden, which was not named, nothing."""
    if place == "garden" and said:
        raise NotYet("the garden was told as well, and it is not among the places.")
    if place == "garden" or said == [("The room", TEXT)]:
        return
    if not said:
        raise NotYet(f"nobody in the {place} room was told. Each place that has a room is to be told.")
    name, text = said[0]
    raise NotYet(
        f"in the {place} room {name} said {text!r}, and {len(said)} texts were said there in all. It is to "
        "be said once, as it is, by ANNOUNCER."
    )
