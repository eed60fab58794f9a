"""What scenarios need that run over TCP and in a bottle."""

import asyncio
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import connect

from lesson.bottle import start_server


class Tcp:
    """What a scenario uses of a bottle's network, over the sockets of this machine."""

    def __init__(self):
        self.servers = []

    def create_task(self, coroutine, name):
        return asyncio.create_task(coroutine, name=name)

    async def start(self, app, **settings):
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
    options = {"proxy": None, "compression": None, **options}  # which would make long texts short
    async with connect(f"{net.url()}?name={name}", **options) as ws:
        record.note(name, "connected")
        yield ws
    record.note(name, "closed", ws.close_code, ws.close_reason)


async def receive(record, name, ws, count):
    for _ in range(count):
        text = await ws.recv()
        record.note(name, "heard", len(text), text[:20])


async def cut_and_mended(network):
    """Ann's words are lost nowhere while the network is cut; they come when it is mended."""
    record = Record()
    net = Bottled(network)
    await net.start(scripted_app(record))
    async with connected(net, record, "Ann", user_agent_header=None) as ann:
        network.cut("the scenario", "server")
        await ann.send("hello")
        await asyncio.sleep(5)
        record.note("Ann", "waits", network.time() > 5)
        network.mend("the scenario", "server")
        await receive(record, "Ann", ann, 1)
    return record
