"""The room keeps its promise however connections break, in a bottle, over many seeds."""

import asyncio
import json

from app import main, room_endpoint
from app.hardened import SETTINGS
from app.presence import Presence
from app.room import Room
from app.sqlite_log import SqliteLog
from lesson.bottle import simulate, start_server
from lesson.exercises.lesson_14 import NAMES, TEXTS, Client


async def take_with_care(client, message, ws):
    """Do with a message what exercise 14.2 asks for, also where the server still has the old connection."""
    match message:
        case {"type": "welcome"}:
            for id, text in client.outbox.items():
                await ws.send(json.dumps({"type": "message", "id": id, "text": text}))
        case {"type": "message"}:
            client.log, client.after = message["log"], message["number"]
            client.heard.append(message["text"])
        case {"type": "kept"}:
            client.outbox.pop(message["id"], None)
        case {"type": "error"}:
            await asyncio.sleep(1)
            await client.join(ws)


async def break_connections(network):
    """Break them at random moments: at once for both sides, or so that nobody notices for long."""
    for _ in range(4):
        await asyncio.sleep(network.random.uniform(0, 0.3))
        name = network.random.choice(NAMES)
        if network.random.random() < 0.7:
            network.reset(name)
        else:
            network.cut(name)
            await asyncio.sleep(network.random.uniform(0, 50))
            network.mend(name)


async def conversation(network):
    """Three people say three texts each, while their connections break; return what each heard."""
    network.longest = 600  # virtual seconds, for a cut that nobody notices can last 50
    room_endpoint.room = room = Room()
    room.presence, room.log = Presence(room), SqliteLog(":memory:", room)
    await start_server(network, main.app, **SETTINGS)
    clients = [Client(name, take_with_care) for name in NAMES]
    for client in clients:
        network.create_task(client.live(), name=client.name)
    await network.create_task(break_connections(network), name="who cuts")
    while any(client.outbox or len(client.heard) < 9 for client in clients):
        await asyncio.sleep(0.5)
    await asyncio.sleep(2)  # in which anything that is said twice comes
    room.log.database.close()
    return [client.heard for client in clients]


def test_complete_and_in_one_order(monkeypatch):
    """Everybody hears each text once, and all hear them in one order."""
    monkeypatch.setattr(room_endpoint, "room", None)
    said = sorted(text for texts in TEXTS.values() for text in texts)
    for seed in range(100):
        bottled = simulate(conversation, seed)
        assert bottled.error is None, f"seed {seed}: {bottled.error!r}"
        first, *others = bottled.result
        assert others == [first, first], f"seed {seed}"
        assert sorted(first) == said, f"seed {seed}"
