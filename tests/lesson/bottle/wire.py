"""A wire over TCP that does to clients and a server what the network of a bottle does."""

import asyncio
import re
from contextlib import suppress

from tests.conftest import reset_when_closed


class Wire:
    """What stands between a server and its clients, who are known by the `name` in what they ask for."""

    def __init__(self, server_port):
        self.server_port, self.shut, self.ends = server_port, set(), {}

    async def start(self):
        listener = await asyncio.start_server(self.let_in, "127.0.0.1", 0)
        return listener.sockets[0].getsockname()[1]

    async def let_in(self, reader, writer):
        asked = await reader.readuntil(b"\r\n\r\n")
        name = re.search(rb"name=(\w+)", asked)[1].decode()
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self.server_port)
        to_server.write(asked)
        self.ends[name] = writer, to_server
        await asyncio.gather(
            self.carry(reader, to_server, (name, "server")), self.carry(from_server, writer, ("server", name))
        )
        writer.close(), to_server.close()

    async def carry(self, reader, writer, way):
        with suppress(ConnectionError):
            while data := await reader.read(2**16):
                while way in self.shut:
                    await asyncio.sleep(0.01)
                writer.write(data)
                await writer.drain()
            writer.write_eof()

    def clients(self, name):
        return self.ends if name == "server" else [name]

    def cut(self, name, *other):
        self.shut |= {way for one in self.clients(name) for way in [(one, "server"), ("server", one)]}

    def mend(self, name, *other):
        self.shut -= {way for one in self.clients(name) for way in [(one, "server"), ("server", one)]}

    def stall(self, name):
        self.shut.add(("server", name))

    def go_on(self, name):
        self.shut.discard(("server", name))

    def reset(self, name):
        for one in [*self.clients(name)]:
            for end in self.ends.pop(one):
                reset_when_closed(end.get_extra_info("socket"))
                end.transport.abort()
