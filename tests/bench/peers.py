"""The servers that measure.py measures beside each other, and the clients that ask them.

`python3 -m tests.bench.peers NAME` runs one of the servers, and prints its port.
"""

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import asynccontextmanager, contextmanager, suppress

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from nats.aio.client import Client
from websockets.asyncio.server import serve
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import enable_client_permessage_deflate
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from app import limits
from app.hardened import SETTINGS
from environment import ROOT

KIT = SETTINGS  # as `python3 -m app` runs it; uvicorn takes uvloop where it is there
TUTORIAL = {"loop": "asyncio"}  # uvicorn's defaults, where nobody has installed uvloop
ROOM = {**KIT, "ws_ping_interval": None}  # of both rooms, whose many clients here answer no ping
QUESTION = "sixteen letters!"
WAIT = 10  # seconds for any answer; a loop that delivers nothing for so long stands still
MARK = b"^"  # each text in a room has one

app = FastAPI()


@app.websocket("/ws")
async def documented_echo(websocket: WebSocket):
    """Echo as FastAPI's documentation does, for the chat's own endpoint allows 20 messages a second."""
    await websocket.accept()
    with suppress(WebSocketDisconnect):
        while True:
            message = await websocket.receive_text()
            await websocket.send_text(f"Message text was: {message}")


def kit_room(log=None):
    """Return the kit's room, with its log where the environment says, or with another one."""
    from app import room_endpoint

    limits.MESSAGES_PER_SECOND = 10_000
    if log:
        room_endpoint.room.log = log(room_endpoint.room)
    app = FastAPI()
    app.include_router(room_endpoint.router)
    return app


class NoLog:
    """What only counts the messages, and keeps none."""

    def __init__(self, room):
        self.room, self.number = room, 0

    async def append(self, message, id):
        self.number += 1
        self.room.on_message(self.number, message)
        return self.number


def core_nats_room():
    """Return an app that broadcasts what it hears from core NATS, where it says all."""
    client, connections = Client(), []

    async def tell_all(message):
        for connection in connections:
            await connection.send_text(message.data.decode())

    @asynccontextmanager
    async def lifespan(app):
        await client.connect(os.environ["NATS_URL"])
        await client.subscribe("texts", cb=tell_all)
        yield
        await client.close()

    app = FastAPI(lifespan=lifespan)

    @app.websocket("/room/ws")
    async def chat(websocket: WebSocket):
        await websocket.accept()
        connections.append(websocket)
        with suppress(WebSocketDisconnect):
            while True:
                await client.publish("texts", (await websocket.receive_text()).encode())

    return app


def thousand_texts():
    """Return an app that answers a text by sending it a thousand times."""
    app = FastAPI()

    @app.websocket("/room/ws")
    async def repeat(websocket: WebSocket):
        await websocket.accept()
        with suppress(WebSocketDisconnect):
            while True:
                text = await websocket.receive_text()
                for _ in range(1000):
                    await websocket.send_text(text)

    return app


def documented_room():
    """Return an app that broadcasts as FastAPI's documentation does."""
    app, connections = FastAPI(), []

    @app.websocket("/room/ws")
    async def chat(websocket: WebSocket):
        await websocket.accept()
        connections.append(websocket)
        try:
            while True:
                text = await websocket.receive_text()
                for connection in connections:
                    await connection.send_text(text)
        except WebSocketDisconnect:
            connections.remove(websocket)

    return app


def run_uvicorn(app, listener, **settings):
    uvicorn.Server(uvicorn.Config(app, log_level="warning", **settings)).run(sockets=[listener])


def run_asyncio(start, handler, listener):
    async def main():
        async with await start(handler, sock=listener) as server:
            await server.serve_forever()

    asyncio.run(main())


async def plain_echo(ws):
    async for message in ws:
        await ws.send(f"Message text was: {message}")


async def bytes_back(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)


SERVERS = {
    "kit": lambda listener: run_uvicorn(app, listener, **KIT),
    "tutorial": lambda listener: run_uvicorn(app, listener, **TUTORIAL),
    "websockets": lambda listener: run_asyncio(serve, plain_echo, listener),
    "TCP": lambda listener: run_asyncio(asyncio.start_server, bytes_back, listener),
    "room": lambda listener: run_uvicorn(kit_room(), listener, **ROOM),
    "room without a log": lambda listener: run_uvicorn(kit_room(NoLog), listener, **ROOM),
    "core NATS room": lambda listener: run_uvicorn(core_nats_room(), listener, **ROOM),
    "thousand texts": lambda listener: run_uvicorn(thousand_texts(), listener, **ROOM),
    "documented room": lambda listener: run_uvicorn(documented_room(), listener, **ROOM),
}


def listening_socket():
    """Return a socket that listens on any free port, and its number."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    return listener, listener.getsockname()[1]


def run_server(name):
    """Serve, and print the port; a client of a room that does not read shall be felt soon."""
    listener, port = listening_socket()
    if "room" in name:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
    print(port, flush=True)
    SERVERS[name](listener)


@contextmanager
def started_program(command, **options):
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT, **options}
    with subprocess.Popen(command, **quiet) as program:
        try:
            yield program
        finally:
            program.kill()


@contextmanager
def served(name, **environ):
    """Run a server in a process of its own; give its port and the process."""
    command, environ = [sys.executable, "-m", "tests.bench.peers", name], {**os.environ, **environ}
    with started_program(command, stdout=subprocess.PIPE, env=environ) as program:
        yield int(program.stdout.readline()), program


class SocketClient:
    """A client that costs little, so that a time is mostly the server's: a socket, and no event loop.

    Its protocol is that of `websockets`, and offers compression as that does.
    """

    def __init__(self, port, path="/ws"):
        uri = parse_uri(f"ws://127.0.0.1:{port}{path}")
        self.protocol = ClientProtocol(uri, extensions=enable_client_permessage_deflate(None))
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT)
        self.protocol.send_request(self.protocol.connect())
        self.await_texts(1)

    def send_texts(self, *texts):
        for text in texts:
            self.protocol.send_text(text.encode())
        self.socket.sendall(b"".join(self.protocol.data_to_send()))

    def await_texts(self, number):
        self.socket.sendall(b"".join(self.protocol.data_to_send()))
        while number > 0:
            self.protocol.receive_data(self.received())
            number -= len(self.protocol.events_received())
        assert self.protocol.state is OPEN

    def received(self):
        data = self.socket.recv(65536)
        assert data, "the server has closed the connection"
        return data

    def round_trips(self, number=1):
        self.send_texts(*[QUESTION] * number)
        self.await_texts(number)

    def await_marks(self, number):
        """Wait for so many texts with a mark, and do not take them apart."""
        while number > 0:
            number -= self.received().count(MARK)


class SocketStream:
    """The same without a protocol: bytes there, the same bytes back."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT)

    def round_trips(self, number=1):
        self.socket.sendall(QUESTION.encode() * number)
        self.socket.recv(len(QUESTION) * number, socket.MSG_WAITALL)


LEAST = 0.035  # seconds that a client waits at the longest where nothing else goes on
FLOODS = {  # what a client sends once, and then without end: empty frames with an empty mask
    "pings": (b"", b"\x89\x80\0\0\0\0"),
    "pongs": (b"", b"\x8a\x80\0\0\0\0"),
    "empty pieces": (b"\x01\x80\0\0\0\0", b"\0\x80\0\0\0\0"),
    "texts": (b"", b"\x81\x80\0\0\0\0"),
}


@contextmanager
def flooded(port, kind):
    """Have a client flood a server, and come back where it is cut off; a close it ignores."""
    over, (first, frame) = threading.Event(), FLOODS[kind]

    def flood():
        while not over.is_set():
            with suppress(OSError, AssertionError), SocketClient(port).socket as client:  # the server may end
                client.settimeout(1)
                client.sendall(first)
                while not over.is_set():
                    client.sendall(frame * 100_000)

    flooding = threading.Thread(target=flood)
    flooding.start()
    try:
        yield
    finally:
        over.set()
        flooding.join()


def longest_wait(ws, seconds):
    """Return the longest time that a client, who asks again and again, waits for a pong."""
    longest, deadline = 0, time.monotonic() + seconds
    while time.monotonic() < deadline:
        began = time.monotonic()
        ws.ping().wait(timeout=60)
        longest = max(longest, time.monotonic() - began)
        time.sleep(0.02)
    return longest


if __name__ == "__main__":
    run_server(sys.argv[1])
