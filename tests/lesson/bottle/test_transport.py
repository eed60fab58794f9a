"""What asyncio tells two protocols over TCP, it tells them in a bottle, and each packet comes in its time."""

import asyncio

import pytest

from lesson.bottle import simulate
from lesson.bottle.network import Network
from tests.deadlines import seconds
from tests.lesson.bottle.two_networks import Record

MUCH = 10**7  # bytes, more than the buffers of TCP take


class Side(asyncio.Protocol):
    """One end of a connection that notes what its transport calls, and stays open if there is an `on_end`."""

    def __init__(self, record, party, on_start, on_end=None):
        self.record, self.party, self.received = record, party, 0
        self.on_start, self.on_end = on_start, on_end
        self.ended = asyncio.get_running_loop().create_future()

    def note(self, *what):
        self.record.note(self.party, *what)

    def connection_made(self, transport):
        self.transport = transport
        self.on_start(transport)

    def data_received(self, data):
        self.received += len(data)
        if len(data) < 10:
            self.note(data)
        if data == b"fail":
            raise KeyError("a bug of a protocol")

    def pause_writing(self):
        self.note("pause")

    def resume_writing(self):
        self.note("resume")

    def eof_received(self):
        self.note("end", "all" if self.received == MUCH else "not all")
        if self.on_end:
            self.on_end(self.transport)
            return True

    def connection_lost(self, error):
        self.note("lost", "ConnectionError" if isinstance(error, ConnectionError) else type(error).__name__)
        self.ended.set_result(None)


def sends(*words):
    return lambda transport: transport.write(b"".join(words))


def say_much(transport):
    transport.write(b"x" * MUCH)


def close(transport):
    transport.close()


def abort(transport):
    transport.abort()
    transport.get_protocol().note("has aborted")


def pause(transport):
    transport.pause_reading()


def delayed(do):
    return lambda transport: asyncio.get_running_loop().call_later(0.3, do, transport)


def read_later(transport):
    def go_on(transport):
        transport.get_protocol().note("goes on")
        transport.resume_reading()

    transport.pause_reading()
    delayed(go_on)(transport)


def after_each_other(*steps):
    return lambda transport: [step(transport) for step in steps] and None


nothing = after_each_other()
TRANSPORTS = {  # what a server does as soon as somebody has connected, the client then, and each at the end
    "close at once": (close, nothing),
    "close behind much": (after_each_other(say_much, close), nothing),
    "abort behind a close": (after_each_other(say_much, close, abort), nothing),
    "end, and let the other close": (lambda transport: transport.write_eof(), nothing),
    "answer behind the end": (
        *(nothing, after_each_other(sends(b"ask"), lambda transport: transport.write_eof())),
        *(after_each_other(sends(b"answer"), close), None),
    ),
    "say something behind a close": (
        after_each_other(close, sends(b"too late")),
        nothing,
        None,
        delayed(close),
    ),
    "say something to who has closed": (
        *(nothing, close),
        *(after_each_other(sends(b"too late"), delayed(sends(b"and more"))), None),
    ),
    "close, and leave much unread": (
        say_much,
        after_each_other(pause, delayed(close)),
    ),
    "reset of one who does not read, and speaks": (
        after_each_other(pause, sends(b"hello"), delayed(close)),
        after_each_other(pause, sends(b"unread"), delayed(delayed(sends(b"more")))),
    ),
    "end while nobody reads": (after_each_other(sends(b"hello"), close), read_later),
    "end while nobody reads, and say nothing": (close, read_later),
    "a bug": (nothing, sends(b"fail")),
}


async def between_two(record, kind):
    """Note what two protocols are told."""
    loop = asyncio.get_running_loop()
    of_server, of_client, *ends = TRANSPORTS[kind]
    server_end, client_end = ends or (None, None)
    loop.set_exception_handler(lambda loop, said: record.note("loop", type(said["exception"]).__name__))
    far = Side(record, "server", of_server, server_end)
    server = await loop.create_server(lambda: far, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1] if server.sockets else 0
    _, near = await loop.create_connection(
        lambda: Side(record, "client", of_client, client_end), "127.0.0.1", port
    )
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

    await network.create_server(lambda: far.append(Side(record, "server", nothing)) or far[0], "server")
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
