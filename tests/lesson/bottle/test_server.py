"""uvicorn and clients in a bottle see what they see over TCP."""

import asyncio
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from lesson.bottle.network import JITTER, LATENCY
from tests.lesson.bottle.two_networks import connected, greet, receive, runs_as_over_tcp, seen_by_endpoint


async def echoes(net, record):
    async with connected(net, record, "Ann") as ann:
        for text in ["one", "", "two"]:
            await ann.send(text)
        await receive(record, "Ann", ann, 3)


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


async def keepalive(net, record):
    """Who does not answer pings is closed by the server."""
    async with connected(net, record, "Ann", close_timeout=0.1) as ann:
        await greet(record, "Ann", ann)
        ann.transport.pause_reading()
        await seen_by_endpoint(record, 2)


async def connection_reset(net, record):
    async with connected(net, record, "Ann") as ann:
        await greet(record, "Ann", ann)
        ann.transport.abort()
        await seen_by_endpoint(record, 2)


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
    """Ctrl-C: open sockets are told 1012, and nobody is let in any more."""

    async def stay(name):
        async with connected(net, record, name) as ws:
            await greet(record, name, ws)
            here.release()
            with suppress(ConnectionClosed):
                await ws.recv()

    here, names = asyncio.Semaphore(0), [f"P{number}" for number in range(8)]
    everybody = [net.create_task(stay(name), name) for name in names]
    for _ in names:
        await here.acquire()
    net.server.should_exit = True
    await asyncio.gather(*everybody)
    try:
        async with connected(net, record, "Ann"):
            pass
    except OSError as error:
        record.note("Ann", type(error).__name__)


WAITING = [big_message, slow_reader, keepalive]  # in which packets wait for their reader
SCENARIOS = [
    *[echoes, client_closes, server_closes, connection_reset, handshake_rejected, many_clients, server_ends],
    *WAITING,
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_conformance(scenario):
    """Each party sees the same in a bottle, with each seed, as over TCP; and each packet comes in time."""
    patience = {"patience": 0.2} if scenario is keepalive else {}
    seeds = 2 if scenario in {slow_reader, many_clients} else 5
    for run in await runs_as_over_tcp(scenario, seeds, **patience):
        longest = 20 if scenario is slow_reader else 5  # her 20 MB go through buffers of 64 KiB
        assert run.result[1] < longest, "everybody's patience is longer, so nobody was waited for in vain"
        for event in run.trace:
            if event.what == "arrived" and scenario not in WAITING:
                assert LATENCY <= event.time - event.sent <= LATENCY + JITTER
