"""uvicorn and clients in a bottle see what they see over TCP."""

import asyncio
import time
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from lesson.bottle import simulate
from tests.deadlines import seconds
from tests.lesson.bottle.two_networks import Bottled, Record, Tcp, connected, receive, scripted_app


async def echoes(net, record):
    async with connected(net, record, "Ann") as ann:
        for text in ["one", "", "two"]:
            await ann.send(text)
        await receive(record, "Ann", ann, 3)


async def greet(record, name, client):
    await client.send("hello")
    await receive(record, name, client, 1)


async def client_closes(net, record):
    async with connected(net, record, "Ann") as ann:
        await greet(record, "Ann", ann)
        await ann.close(4000, "bye")


async def server_closes(net, record):
    async with connected(net, record, "Ann") as ann:
        await ann.send("close, please")
        with suppress(ConnectionClosed):
            await receive(record, "Ann", ann, 1)


async def big_message(net, record):
    async with connected(net, record, "Ann") as ann:
        await ann.send("x" * 600_000)
        await receive(record, "Ann", ann, 1)


async def slow_reader(net, record):
    """The server cannot send all until the client reads."""
    async with connected(net, record, "Ann", max_queue=1) as ann:
        ann.transport.pause_reading()
        await ann.send("flood")
        async with connected(net, record, "Ben") as ben:  # whom she does not hold up
            await greet(record, "Ben", ben)
        record.note("Ann", "all is sent", ("has sent all",) in record["endpoint of Ann"])
        ann.transport.resume_reading()
        await receive(record, "Ann", ann, 40)


async def end_of_endpoint(record):
    while len(record["endpoint of Ann"]) < 2:
        await asyncio.sleep(0.01)


async def keepalive(net, record):
    """Who does not answer pings is closed by the server."""
    async with connected(net, record, "Ann", close_timeout=0.1) as ann:
        await greet(record, "Ann", ann)
        ann.transport.pause_reading()
        await end_of_endpoint(record)


async def connection_reset(net, record):
    async with connected(net, record, "Ann") as ann:
        await greet(record, "Ann", ann)
        ann.transport.abort()
        await end_of_endpoint(record)


async def handshake_rejected(net, record):
    try:
        async with connected(net, record, "nobody"):
            pass
    except InvalidStatus as error:
        record.note("nobody", error.response.status_code)


async def many_clients(net, record):
    async def converse(name):
        async with connected(net, record, name) as ws:
            for number in range(5):
                await ws.send(f"{name} {number}")
            await receive(record, name, ws, 5)

    await asyncio.gather(*(net.create_task(converse(f"P{number}"), f"P{number}") for number in range(10)))


async def server_ends(net, record):
    """Ctrl-C: open sockets are told 1012."""
    async with connected(net, record, "Ann") as ann:
        await greet(record, "Ann", ann)
        net.server.should_exit = True
        with suppress(ConnectionClosed):
            await ann.recv()


SCENARIOS = [
    *[echoes, client_closes, server_closes, big_message, slow_reader, keepalive, connection_reset],
    *[handshake_rejected, many_clients, server_ends],
]


async def recorded(net, scenario):
    """Return the record of a scenario, and how many seconds it took."""
    record = Record()
    patience = 0.2 if scenario is keepalive else 20
    net.server = await net.start(scripted_app(record), ws_ping_interval=patience, ws_ping_timeout=patience)
    began = time.monotonic()
    async with asyncio.timeout(seconds(20)):
        await scenario(net, record)
    return record, time.monotonic() - began


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_conformance(scenario):
    """Each party sees the same in a bottle, with each seed, as over TCP."""
    net = Tcp()
    try:
        told, _ = await recorded(net, scenario)
    finally:
        await net.stop()
    for seed in range(2 if scenario in {slow_reader, many_clients} else 5):
        bottled = simulate(lambda network: recorded(Bottled(network), scenario), seed)
        assert bottled.error is None, bottled.error
        record, took = bottled.result
        assert record == told, f"seed {seed}"
        longest = 20 if scenario is slow_reader else 5  # her 20 MB go through buffers of 64 KiB
        assert took < longest, "everybody's patience is longer, so nobody was waited for in vain"
