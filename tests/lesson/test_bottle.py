"""The bottle says what a real network says, and the same for the same seed."""

import asyncio
import hashlib
import subprocess
import sys
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app.hardened import SETTINGS
from environment import ROOT
from lesson.bottle import BottleError, hunt, run, serve
from tests.deadlines import seconds


class Tcp:
    """What a scenario uses of a bottle's network, over the sockets of this machine."""

    def __init__(self):
        self.servers = []

    def create_task(self, coroutine, name):
        return asyncio.create_task(coroutine, name=name)

    async def serve(self, app, **settings):
        settings = {"log_config": None, "ws": "websockets-sansio", "timeout_graceful_shutdown": 1, **settings}
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, **settings))
        self.servers.append((server, asyncio.create_task(server.serve())))
        while not server.started:
            await asyncio.sleep(0.01)
        self.port = server.servers[0].sockets[0].getsockname()[1]
        return server

    def url(self):
        return f"ws://127.0.0.1:{self.port}/ws"

    async def stop(self):
        for server, task in self.servers:
            server.should_exit = True
            await task


class Bottled:
    def __init__(self, network):
        self.network = network

    def create_task(self, coroutine, name):
        return self.network.create_task(coroutine, name=name)

    async def serve(self, app, **settings):
        return await serve(self.network, app, **settings)

    def url(self):
        return "ws://server/ws"


class Story(dict):
    """What each party saw, in its order; nothing is said of the order between two of them."""

    def note(self, party, *what):
        self.setdefault(party, []).append(what)


def chat(story):
    """Return an app that does what each message asks, and notes what it sees."""
    app = FastAPI()

    @app.websocket("/ws")
    async def endpoint(websocket: WebSocket, name: str):
        party = f"endpoint of {name}"
        if name == "nobody":
            return await websocket.close(1008)
        await websocket.accept()
        while (event := await websocket.receive())["type"] == "websocket.receive":
            text = event["text"]
            story.note(party, "message", len(text), text[:20])
            if text.startswith("close"):
                await websocket.close(4001, "enough")
            elif text.startswith("flood"):
                for number in range(40):
                    await websocket.send_text(f"{number} " + "x" * 500_000)
                story.note(party, "has sent all")
            else:
                await websocket.send_text(text)
        story.note(party, "disconnect", event.get("code"), event.get("reason"))

    return app


@asynccontextmanager
async def visit(net, story, name, **options):
    """Connect, and note how the connection ended."""
    async with connect(f"{net.url()}?name={name}", proxy=None, **options) as ws:
        story.note(name, "connected")
        yield ws
    story.note(name, "closed", ws.close_code, ws.close_reason)


async def hear(story, name, ws, count):
    for _ in range(count):
        text = await ws.recv()
        story.note(name, "heard", len(text), text[:20])


async def echo(net, story):
    async with visit(net, story, "Ann") as ann:
        for text in ["one", "", "two"]:
            await ann.send(text)
        await hear(story, "Ann", ann, 3)


async def client_closes(net, story):
    async with visit(net, story, "Ann") as ann:
        await ann.send("hello")
        await hear(story, "Ann", ann, 1)
        await ann.close(4000, "bye")


async def server_closes(net, story):
    async with visit(net, story, "Ann") as ann:
        await ann.send("close, please")
        with suppress(ConnectionClosed):
            await hear(story, "Ann", ann, 1)


async def big_message(net, story):
    async with visit(net, story, "Ann") as ann:
        await ann.send("x" * 600_000)
        await hear(story, "Ann", ann, 1)


async def slow_reader(net, story):
    """The server cannot send all until the client reads."""
    async with visit(net, story, "Ann", max_queue=1) as ann:
        ann.transport.pause_reading()
        await ann.send("flood")
        async with visit(net, story, "Ben") as ben:  # whom she does not hold up
            await ben.send("hello")
            await hear(story, "Ben", ben, 1)
        story.note("Ann", "all is sent", ("has sent all",) in story["endpoint of Ann"])
        ann.transport.resume_reading()
        await hear(story, "Ann", ann, 40)


async def keepalive(net, story):
    """Who does not answer pings is closed by the server."""
    async with visit(net, story, "Ann", close_timeout=0.1) as ann:
        await ann.send("hello")
        await hear(story, "Ann", ann, 1)
        ann.transport.pause_reading()
        while len(story["endpoint of Ann"]) < 2:
            await asyncio.sleep(0.01)


async def reset(net, story):
    async with visit(net, story, "Ann") as ann:
        await ann.send("hello")
        await hear(story, "Ann", ann, 1)
        ann.transport.abort()
        while len(story["endpoint of Ann"]) < 2:
            await asyncio.sleep(0.01)


async def refused(net, story):
    try:
        async with visit(net, story, "nobody"):
            pass
    except InvalidStatus as error:
        story.note("nobody", error.response.status_code)


async def many_clients(net, story):
    async def talk(name):
        async with visit(net, story, name) as ws:
            for number in range(5):
                await ws.send(f"{name} {number}")
            await hear(story, name, ws, 5)

    await asyncio.gather(*(net.create_task(talk(f"P{number}"), f"P{number}") for number in range(20)))


async def server_ends(net, story):
    """Ctrl-C: open sockets are told 1012."""
    async with visit(net, story, "Ann") as ann:
        await ann.send("hello")
        await hear(story, "Ann", ann, 1)
        net.server.should_exit = True
        with suppress(ConnectionClosed):
            await ann.recv()


SCENARIOS = [
    *[echo, client_closes, server_closes, big_message, slow_reader, keepalive, reset],
    *[refused, many_clients, server_ends],
]


async def play(net, scenario):
    """Return the story of a scenario."""
    story = Story()
    patience = 0.2 if scenario is keepalive else 20
    net.server = await net.serve(chat(story), ws_ping_interval=patience, ws_ping_timeout=patience)
    async with asyncio.timeout(seconds(20)):
        await scenario(net, story)
    return story


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_conformance(scenario):
    """Each party sees the same in a bottle, with each of ten seeds, as over TCP."""
    net = Tcp()
    try:
        told = await play(net, scenario)
    finally:
        await net.stop()
    for seed in range(10):
        bottled = run(lambda network: play(Bottled(network), scenario), seed)
        assert bottled.error is None, bottled.error
        assert bottled.result == told, f"seed {seed}"
