"""A hunt finds a seed that fails, and what has to be late for it."""

import asyncio

from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import connect

from lesson.bottle import hunt, simulate, start_server
from tests.lesson.bottle.test_faults import cut_off
from tests.lesson.bottle.two_networks import bottled


async def a_race(network):
    """Two clients speak at once, and whoever comes first is heard first: not always Ann."""
    heard = []
    app = FastAPI()

    @app.websocket("/ws")
    async def endpoint(websocket: WebSocket):
        await websocket.accept()
        heard.append(await websocket.receive_text())

    await start_server(network, app)

    async def speak(name):
        async with connect("ws://server/ws", proxy=None) as ws:
            await ws.send(name)
            await ws.wait_closed()

    await asyncio.gather(*(network.create_task(speak(name), name=name) for name in ["Ann", "Ben"]))
    assert heard == ["Ann", "Ben"]


def test_hunt(capsys):
    """The first seed that fails is found, and each packet that is still late has to be."""
    found = hunt(a_race)
    assert repr(found.error).startswith("AssertionError")
    assert simulate(a_race, found.seed, found.on_time).trace == found.trace
    late = set(range(1, found.packets + 1)) - found.on_time
    assert 0 < len(late) < found.packets
    for packet in late:
        assert simulate(a_race, found.seed, found.on_time | {packet}).error is None
    assert hunt(bottled(cut_off), seeds=3) is None
    assert "None of 3 seeds fails" in capsys.readouterr().out
