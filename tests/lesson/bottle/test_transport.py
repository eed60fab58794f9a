"""What asyncio tells two protocols over TCP, it tells them in a bottle, and each packet comes in its time."""

import asyncio

import pytest

from lesson.bottle import simulate
from lesson.bottle.network import Network
from tests.deadlines import seconds
from tests.lesson.bottle.two_networks import Record

MUCH = 10**7  # bytes, more than the buffers of TCP take


class Side(asyncio.Protocol):
    """One end of a connection that notes what its transport calls."""

    def __init__(self, record, party, on_start):
        self.record, self.party, self.on_start, self.received = record, party, on_start, 0
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        self.on_start(transport)

    def data_received(self, data):
        self.received += len(data)
        if data == b"fail":
            raise KeyError("a bug of a protocol")

    def pause_writing(self):
        self.record.note(self.party, "pause")

    def resume_writing(self):
        self.record.note(self.party, "resume")

    def eof_received(self):
        self.record.note(self.party, "end", "all" if self.received == MUCH else "not all")

    def connection_lost(self, error):
        self.record.note(self.party, "lost", type(error).__name__)
        self.ended.set_result(None)


TRANSPORTS = {  # what a server does as soon as somebody has connected, and what the client does
    "close at once": (lambda transport: transport.close(), lambda _: None),
    "close behind much": (
        lambda transport: (transport.write(b"x" * MUCH), transport.close()),
        lambda _: None,
    ),
    "abort behind a close": (
        lambda transport: (transport.write(b"x" * MUCH), transport.close(), transport.abort()),
        lambda _: None,
    ),
    "end, and let the other close": (lambda transport: transport.write_eof(), lambda _: None),
    "say something after the end": (
        lambda transport: (transport.close(), transport.write(b"too late")),
        lambda _: None,
    ),
    "a bug": (lambda _: None, lambda transport: transport.write(b"fail")),
}


async def between_two(record, kind):
    """Note what two protocols are told."""
    loop, on_start = asyncio.get_running_loop(), TRANSPORTS[kind]
    loop.set_exception_handler(lambda loop, said: record.note("loop", type(said["exception"]).__name__))
    far = Side(record, "server", on_start[0])
    server = await loop.create_server(lambda: far, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1] if server.sockets else 0
    _, near = await loop.create_connection(lambda: Side(record, "client", on_start[1]), "127.0.0.1", port)
    async with asyncio.timeout(seconds(5)):
        await asyncio.gather(near.ended, far.ended)
    server.close()
    return record


@pytest.mark.parametrize("kind", TRANSPORTS)
async def test_conformance_of_transports(kind):
    """What asyncio tells two protocols over TCP, it tells them in a bottle."""
    told = await between_two(Record(), kind)
    for seed in range(3):
        bottled = simulate(lambda network: between_two(Record(), kind), seed)
        assert bottled.error is None, bottled.error
        assert bottled.result == told, f"seed {seed}"


async def ten_packets(network):
    """Send ten packets, each before the one before has come."""
    record, far = Record(), []

    def send(transport):
        for number in range(10):
            network.call_later(number / 200, transport.write, b"%d" % number)
        network.call_later(1, transport.close)

    await network.create_server(
        lambda: far.append(Side(record, "server", lambda _: None)) or far[0], "server"
    )
    await network.create_connection(lambda: Side(record, "client", send), "server")
    await asyncio.sleep(2)
    return network.time()


def test_delays():
    """Each packet comes when it is due, and not before the one in front of it; the clock goes right."""
    for seed in range(10):
        bottled, delays = simulate(ten_packets, seed), Network(seed)
        connecting, due = delays.delay(), 0
        arrived = [event for event in bottled.trace if event.what == "arrived"]
        assert [event.data for event in arrived] == [b"%d" % number for number in range(10)]
        for number, event in enumerate(arrived):
            assert event.sent == pytest.approx(connecting + number / 200)
            due = max(due, event.sent + delays.delay())
            assert event.time == pytest.approx(due)
        assert bottled.result == pytest.approx(connecting + 2)
