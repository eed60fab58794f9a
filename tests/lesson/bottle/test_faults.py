"""What a scenario does to the network."""

import asyncio

from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import connect

from lesson.bottle import simulate, start_server
from tests.lesson.bottle.two_networks import cut_and_mended


def test_cut():
    bottled = simulate(cut_and_mended, 3)
    assert bottled.error is None, bottled.error
    assert bottled.result["Ann"] == [
        ("connected",),
        ("waits", True),
        ("heard", 5, "hello"),
        ("closed", 1000, ""),
    ]
    assert [event.time > 5 for event in bottled.trace if event.data.endswith(b"hello")] == [True]


def test_never_read():
    """What had come to somebody who stood still, and whose connection ended, is in the trace as such."""
    app = FastAPI()

    @app.websocket("/ws")
    async def listen(websocket: WebSocket):
        await websocket.accept()
        async for _ in websocket.iter_text():
            pass

    async def scenario(network):
        await start_server(network, app)
        async with connect("ws://server/ws", proxy=None) as ws:
            network.stall("server")
            await ws.send("hello")
            await asyncio.sleep(1)
            network.reset("server")

    bottled = simulate(scenario)
    [unread] = [event for event in bottled.trace if event.what == "never read"]
    assert (unread.source, unread.target, len(unread.data)) == ("the scenario", "server", 11)
