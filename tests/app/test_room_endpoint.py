"""What the room and the hardened server promise, in a bottle, over many seeds."""

import asyncio
import json
from contextlib import suppress

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from app import main, room_endpoint
from app.hardened import SETTINGS
from app.room import Room
from app.room_log import give_log
from lesson.bottle import run, serve

NAMES, TEXTS = ["Ann", "Ben", "Cleo"], 5


class Client:
    """Somebody who comes back after each break, with the last number, and sends again what is not kept."""

    def __init__(self, name):
        self.name, self.log, self.after, self.heard = name, "", 0, []
        self.outbox = {number: f"{name} {number}" for number in range(TEXTS)}

    async def live(self):
        async for ws in connect("ws://server/room/ws", proxy=None):
            with suppress(ConnectionClosed):
                await self.join(ws)
                async for text in ws:
                    await self.take(json.loads(text), ws)

    async def join(self, ws):
        await tell(ws, type="join", name=self.name, log=self.log, after=self.after)

    async def take(self, message, ws):
        match message:
            case {"type": "welcome"}:
                for id, text in self.outbox.items():
                    await tell(ws, type="message", id=id, text=text)
            case {"type": "message"}:
                self.log, self.after = message["log"], message["number"]
                self.heard.append(message["text"])
            case {"type": "kept"}:
                self.outbox.pop(message["id"], None)
            case {"type": "error"}:  # the server has not noticed yet that the connection of before is gone
                await asyncio.sleep(1)
                await self.join(ws)


async def tell(ws, **message):
    await ws.send(json.dumps(message))


async def break_in(network):
    """Break connections at random moments: at once for both sides, or so that nobody notices for long."""
    for _ in range(6):
        await asyncio.sleep(network.random.uniform(0, 0.4))
        name = network.random.choice(NAMES)
        if network.random.random() < 0.7:
            network.reset(name)
        else:
            network.cut(name)
            await asyncio.sleep(network.random.uniform(0, 50))
            network.mend(name)


async def talk(network):
    """Three people say five texts each, while their connections break; return what each heard."""
    network.longest = 600  # virtual seconds, for a cut that nobody notices can last 50
    room_endpoint.room = Room()
    log = give_log(room_endpoint.room)
    await serve(network, main.app, **SETTINGS)
    clients = [Client(name) for name in NAMES]
    for client in clients:
        network.create_task(client.live(), name=client.name)
    await network.create_task(break_in(network), name="who cuts")
    while any(client.outbox or len(client.heard) < len(NAMES) * TEXTS for client in clients):
        await asyncio.sleep(0.1)
    await asyncio.sleep(5)  # in which anything that is said twice comes
    log.database.close()
    return [client.heard for client in clients]


@pytest.fixture(autouse=True)
def own_room(monkeypatch):
    monkeypatch.setattr(room_endpoint, "room", None)
    for name in ["NATS_URL", "ROOM_FILE"]:
        monkeypatch.delenv(name, raising=False)


def test_complete_and_in_one_order():
    """Whatever breaks: everybody hears each text once, all in one order, which keeps each one's own."""
    for seed in range(100):
        bottled = run(talk, seed)
        assert bottled.error is None, f"seed {seed}: {bottled.error!r}"
        first, *others = bottled.result
        assert others == [first, first], f"seed {seed}"
        assert sorted(first) == sorted(f"{name} {number}" for name in NAMES for number in range(TEXTS)), (
            f"seed {seed}"
        )
