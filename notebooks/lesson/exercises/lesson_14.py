"""The exercises of lesson 14, the network in a bottle."""

import asyncio
import json
from collections import Counter
from contextlib import suppress
from unittest.mock import patch

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from ..bottle import BottleError, start_server
from ..bottle.simulation import simulate_here
from ..checks import NotYet, exercise, limited
from ..feedback import look_of
from ..reading import among, must_be_function, several
from ..serving import imported_anew

NAMES = ["Ann", "Ben", "Cleo"]
ORDERS = {  # of the seed 5
    "Ben Cleo Ann": "In that order they connected. A place in the list is taken a step later: which line of "
    "the endpoint takes it, and what has to arrive before that line runs?",
    "Ann Ben Cleo": "In that order the three heard the answer to their handshake. The server had let them "
    "in before, and the answers overtook each other on their ways.",
    "Cleo Ann Ben": "That was the order with the seed 1, and this is another network.",
    "Ben Ann Cleo": "Of the three arrows with GET, the one of Ben has the lowest tip: his came last.",
    "Cleo Ben Ann": "Then Ann would be the last of the list, with nobody behind her to be left out.",
}


@exercise(
    "14.1",
    todo="write the list of the three names into the cell.",
    hints=[
        "Which line of the endpoint puts somebody into the list, and what arrives before it runs?",
        "Look for the three arrows with GET, and there for the tips: there the server hears of them.",
        'The tips come to the server in this order: order = ["Ann", "Cleo", and who is left]',
    ],
)
def order_of_the_list(order):
    names = among(NAMES, several(order, 3, "names"))
    if len(set(names)) < 3:
        raise NotYet(f"{look_of(names)} has a name twice, and each of the three stands in the list once.")
    if names != ["Ann", "Cleo", "Ben"]:
        raise NotYet(f"{', '.join(names)}: {ORDERS[' '.join(names)]}")
    return (
        "Ann, Cleo, Ben. Cleo stands behind Ann, and when she is removed, Cleo moves to the place that the "
        "loop has passed."
    )


TEXTS = {"Ann": ["one", "two", "three"], "Ben": ["yes", "no", "yes"], "Cleo": ["one", "yes", "four"]}
SEEDS, CUTS = [*range(12), 133], 6  # with the last, what is right for nearly all others loses a text


class Client:
    """Somebody in a room whose connection breaks, and who does with each message what a learner says."""

    def __init__(self, name, take):
        self.name, self.log, self.after, self.heard, self.take = name, "", 0, [], take
        self.outbox = dict(enumerate(TEXTS[name]))
        self.numbers, self.error = [], None  # of what it was told; what the learner's code raised

    async def live(self):
        async for ws in connect("ws://server/room/ws", proxy=None):
            with suppress(ConnectionClosed):
                await self.join(ws)
                async for text in ws:
                    message = json.loads(text)
                    if message["type"] == "message":
                        self.numbers.append(message["number"])
                    await self.do(message, ws)

    async def join(self, ws):
        join = {"type": "join", "name": self.name, "log": self.log, "after": self.after}
        await ws.send(json.dumps(join))

    async def do(self, message, ws):
        try:
            await self.take(self, message, ws)
        except ConnectionClosed:
            raise
        except Exception as error:
            self.error = self.error or error


def meeting(take):
    """Return the scenario in which three clients speak while their connections break."""
    main = imported_anew("app.main")

    async def meet(network):
        endpoint = main.room_endpoint
        endpoint.room = type(endpoint.room)()
        with patch.dict("os.environ", ROOM_FILE="", NATS_URL=""):
            log = endpoint.give_log(endpoint.room)
        await start_server(network, main.app)
        clients = [Client(name, take) for name in NAMES]
        for client in clients:
            network.create_task(client.live(), name=client.name)
        for _ in range(CUTS):
            await asyncio.sleep(network.random.uniform(0, 0.2))
            network.reset(network.random.choice(NAMES))
        while network.time() < 15 and any(client.outbox or len(client.heard) < 9 for client in clients):
            await asyncio.sleep(0.5)
        await asyncio.sleep(1)  # in which what is told twice comes
        kept = [json.loads(text) for _, text in endpoint.room.history.messages]
        log.database.close()
        return clients, kept

    return meet


@exercise(
    "14.2",
    todo="hand the function take_safely to check().",
    hints=[
        "Up to which moment may a text get lost on its way, and who knows when that moment is over?",
        "A text stays in the outbox until the room has said, with a message of type kept, that it has it.",
        'Take clear() out, and add: elif message["type"] == "kept": del client.outbox[message["id"]]',
    ],
)
def nothing_is_lost(take):
    take = must_be_function(take, "client", "message", "ws")
    if not asyncio.iscoroutinefunction(take):
        raise NotYet("the function has to begin with async def, for it awaits what it sends.")
    meet = meeting(take)
    for seed in SEEDS:
        bottled = limited(simulate_here, meet, seed, ())
        if isinstance(bottled.error, BottleError):
            raise NotYet(f"with seed {seed}, {bottled.error}")
        if bottled.error:
            raise bottled.error
        must_have_all_texts(seed, *bottled.result)
    return (
        f"{len(SEEDS)} seeds with {CUTS} breaks each: all three heard each of the nine texts once, and "
        "all in one order."
    )


def must_have_all_texts(seed, clients, kept):
    """Raise NotYet for what a run shows."""
    for client in clients:
        if "changed size" in str(client.error):
            raise NotYet(
                "the outbox changed while a loop went through it. What is in it when the loop begins has to "
                "stay until the room says that it has it; or go through a copy, as in lesson 11."
            )
        if client.error:
            raise client.error
    said = Counter((one["name"], one["text"]) for one in kept)
    for client in clients:
        for text, count in Counter(TEXTS[client.name]).items():
            known = said[client.name, text]
            if known > count:
                raise NotYet(
                    f'with seed {seed}, the room has kept "{text}" of {client.name} {known} times, and it '
                    f"was said {'once' if count == 1 else 'twice'}. What is sent again needs the id that "
                    "it had."
                )
            if known < count and text not in client.outbox.values():
                raise NotYet(
                    f'with seed {seed}, "{text}" of {client.name} is not in the outbox any more, and the '
                    "room has not got it: the connection broke while it was on its way. Only the room knows "
                    "when it has a text."
                )
            if known < count:
                raise NotYet(
                    f'with seed {seed}, "{text}" of {client.name} is still in the outbox at the end, and '
                    "the room has not got it. At each welcome, all that is in the outbox has to be sent."
                )
    order = [one["text"] for one in kept]
    for client in clients:
        if client.heard == order:
            continue
        told = sorted(client.numbers)
        if len(client.heard) > len(order) and len(set(told)) < len(told):
            raise NotYet(
                f"with seed {seed}, {client.name} was told {look_of(told)} by their numbers, some of them "
                "again after a break: the join has to name the log and the number of the last one, so keep "
                "both, with each message."
            )
        raise NotYet(
            f"with seed {seed}, the room has {look_of(order)}, and {client.name} noted "
            f"{look_of(client.heard)}. Each message that comes has to be noted at the end of what was heard, "
            'also one with a text that was heard before: Ben says "yes" twice, and means it.'
        )
    if left := [client for client in clients if client.outbox]:
        raise NotYet(
            f"with seed {seed}, {left[0].name} still has {look_of(left[0].outbox)} in the outbox at the "
            "end, and the room has kept all of it. A text leaves the outbox when the room says so."
        )
