"""A chat in a bottle, and a client that sends any bytes."""

import asyncio
from contextlib import suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from app.hardened import SETTINGS
from lesson.bottle import simulate, start_server
from tests.conftest import HANDSHAKE


def in_bottle(scenario, client=None):
    """Return a test of `scenario(client)` with the chat as shipped: it ends well with each of ten seeds."""

    def test():
        for seed in range(10):
            run = simulate(lambda network: scenario((client or RawClient)(network, SETTINGS)), seed)
            assert run.error is None, f"seed {seed}: {run.error!r}"

    test.__doc__ = scenario.__doc__
    return test


class RawClient:
    """A chat in a bottle, whose endpoint does what the path says, and a raw client in it."""

    def __init__(self, network, settings):
        self.network, self.settings, self.ended = network, settings, None
        self.app = FastAPI()

        @self.app.websocket("/{kind}")
        async def endpoint(websocket: WebSocket, kind: str):
            await websocket.accept()
            try:
                await getattr(self, kind)(websocket)
            except WebSocketDisconnect:
                self.ended = network.time()

    async def echo(self, websocket):
        while True:
            await websocket.send_text(await websocket.receive_text())

    async def tell(self, websocket):
        while True:
            await websocket.send_text("x" * 60_000)
            await asyncio.sleep(0.01)

    async def bytes_close(self, websocket):
        await websocket.receive()
        await websocket.close(1003, "text only")

    async def work(self, websocket):
        with suppress(asyncio.CancelledError):  # at the end of the server
            await asyncio.sleep(100)

    async def open(self):
        await start_server(self.network, self.app, **self.settings)
        self.reader, self.writer = await asyncio.open_connection("server", 80)

    async def knock(self, kind, more=b"", head=b""):
        """Open a connection, ask for that endpoint, and send something more in the same packet."""
        await self.open()
        self.writer.write(HANDSHAKE.replace(b"/ws ", b"/%s " % kind.encode(), 1)[:-2] + head + b"\r\n" + more)

    async def send(self, data):
        self.writer.write(data)
        await asyncio.sleep(1)

    async def rest(self, within):
        """Return all that the server sends until it ends the connection."""
        said = b""
        async with asyncio.timeout(within):
            with suppress(ConnectionResetError):  # it has not read all of what it ends
                while part := await self.reader.read(2**16):
                    said += part
        return said

    async def send_until_cut_off(self, data):
        """Send the same each second until the server ends the connection; return how many seconds it took."""
        began = self.network.time()
        while not self.reader.at_eof():
            await self.send(data)
        return self.network.time() - began

    def server(self):
        [server] = self.network.servers
        return server

    def protocol(self):
        [protocol] = self.server().server_state.connections
        return protocol
