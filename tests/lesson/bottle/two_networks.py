"""What scenarios need that run over TCP and in a bottle."""

import asyncio
import time
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import connect

from lesson.bottle import simulate, start_server
from tests.deadlines import seconds
from tests.lesson.bottle.wire import Wire


class Tcp:
    """What a scenario uses of a bottle's network, over the sockets of this machine."""

    def __init__(self, faulty):
        self.servers, self.faulty = [], faulty

    def create_task(self, coroutine, name):
        return asyncio.create_task(coroutine, name=name)

    async def start(self, app, **settings):
        settings = {"log_config": None, "ws": "websockets-sansio", "timeout_graceful_shutdown": 1, **settings}
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, **settings))
        self.servers.append((server, asyncio.create_task(server.serve())))
        while not server.started:
            await asyncio.sleep(0.01)
        self.port = server.servers[0].sockets[0].getsockname()[1]
        if self.faulty:
            self.faults = Wire(self.port)
            self.port = await self.faults.start()
        return server

    def url(self):
        return f"ws://127.0.0.1:{self.port}/ws"

    async def stop(self):
        for server, task in self.servers:
            server.should_exit = True
            await task


class Bottled:
    def __init__(self, network):
        self.network = self.faults = network

    def create_task(self, coroutine, name):
        return self.network.create_task(coroutine, name=name)

    async def start(self, app, **settings):
        return await start_server(self.network, app, **settings)

    def url(self):
        return "ws://server/ws"


class Record(dict):
    """What each party saw, in its order; nothing is said of the order between two of them."""

    def note(self, party, *what):
        self.setdefault(party, []).append(what)


def scripted_app(record):
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
            record.note(party, "message", len(text), text[:20])
            if text.startswith("close"):
                await websocket.close(4001, "enough")
            elif text == "later":
                await asyncio.sleep(0.2)
                await websocket.send_text(text)
            elif text.startswith("flood"):
                for number in range(40):
                    await websocket.send_text(f"{number} " + "x" * 500_000)
                record.note(party, "has sent all")
            else:
                await websocket.send_text(text)
        record.note(party, "disconnect", event.get("code"), event.get("reason"))

    return app


@asynccontextmanager
async def connected(net, record, name, **options):
    """Connect, and note how the connection ended."""
    options = {
        "proxy": None,
        "compression": None,  # which would make long texts short
        "user_agent_header": None,  # which names the Python
        **options,
    }
    asyncio.current_task().set_name(name)  # by which a bottle knows the client
    async with connect(f"{net.url()}?name={name}", **options) as ws:
        record.note(name, "connected")
        yield ws
    record.note(name, "closed", ws.close_code, ws.close_reason)


async def receive(record, name, ws, count):
    for _ in range(count):
        text = await ws.recv()
        record.note(name, "heard", len(text), text[:20])


async def greet(record, name, client):
    await client.send("hello")
    await receive(record, name, client, 1)


async def seen_by_endpoint(record, count):
    """Wait until the endpoint of Ann has seen so much."""
    while len(record.get("endpoint of Ann", [])) < count:
        await asyncio.sleep(0.01)


async def recorded(net, scenario, patience=20):
    """Return the record of a scenario, and how many seconds it took."""
    record = Record()
    net.server = await net.start(scripted_app(record), ws_ping_interval=patience, ws_ping_timeout=patience)
    began = time.monotonic()
    async with asyncio.timeout(seconds(20)):
        await scenario(net, record)
    return record, time.monotonic() - began


def bottled(scenario, **patience):
    return lambda network: recorded(Bottled(network), scenario, **patience)


async def runs_as_over_tcp(scenario, seeds, faulty=False, **patience):
    """Return the Runs of a scenario in a bottle in which each party saw the same as over TCP."""
    net = Tcp(faulty)
    try:
        told, _ = await recorded(net, scenario, **patience)
    finally:
        await net.stop()
    runs = []
    for seed in [0, *range(seeds)]:
        run = simulate(bottled(scenario, **patience), seed)
        assert run.error is None, run.error
        assert run.result[0] == told, f"seed {seed}"
        runs.append(run)
    assert runs[0].trace == runs[1].trace, "the same seed is the same run"
    times, others = ([event.time for event in run.trace] for run in runs[1:3])
    assert times != others, "and another seed another one"
    return runs
