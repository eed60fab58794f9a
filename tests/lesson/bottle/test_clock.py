"""What the bottle cannot do, and what cannot go on in it, is said in a sentence."""

import asyncio
import re
import time

import pytest
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import connect

from lesson.bottle import BottleError, simulate, start_server


async def in_a_thread(network):
    await asyncio.to_thread(time.sleep, 1)


async def with_tls(network):
    async with connect("wss://server/ws", proxy=None):
        pass


async def with_a_socket(network):
    await network.create_server(asyncio.Protocol, sock=object())


async def goes_round(network):
    await asyncio.sleep(2)
    while True:
        await asyncio.sleep(0)


async def both_wait(network):
    async def ann():
        await asyncio.Event().wait()

    await network.create_task(ann(), name="Ann")


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (in_a_thread, "a bottle has only one"),
        (with_tls, "a bottle has no TLS"),
        (with_a_socket, "no sockets of the machine"),
        (goes_round, r"somebody goes round for ever without waiting, at 2\.0 s"),
        (
            both_wait,
            r"at 0\.0 s: Ann waits in line \d+: await asyncio\.Event\(\)\.wait\(\); the scenario waits",
        ),
    ],
)
def test_refusals(scenario, words):
    """What the bottle cannot do, it says in a sentence."""
    error = simulate(scenario).error
    assert isinstance(error, BottleError)
    assert re.search(words, str(error))


async def waits_in_vain(network):
    """A client and the server's endpoint both wait for the other to speak first."""
    app = FastAPI()

    @app.websocket("/ws")
    async def shy(websocket: WebSocket):
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())

    await start_server(network, app, ws_ping_interval=None)
    async with connect("ws://server/ws", proxy=None, ping_interval=None) as ws:
        await ws.recv()


def test_deadlock():
    """Who waits is said by name, an endpoint by that of its function, with the line."""
    said = str(simulate(waits_in_vain).error)
    assert re.search(r"; the scenario waits in line \d+: await ws\.recv\(\)", said), said
    assert re.search(r"s: shy\(\) waits in line \d+: await websocket\.send_text\(await websocket", said), said


def test_private_names():
    """The names of asyncio that the clock leans on are there."""
    for name in ["_process_events", "_write_to_self"]:
        assert hasattr(asyncio.BaseEventLoop, name), name
    assert "_selector" in asyncio.BaseEventLoop._run_once.__code__.co_names
