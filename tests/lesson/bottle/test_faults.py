"""What a scenario does to the network is what each party would see over TCP."""

import asyncio
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed

from lesson.bottle import simulate
from tests.lesson.bottle.two_networks import (
    bottled,
    connected,
    greet,
    receive,
    runs_as_over_tcp,
    seen_by_endpoint,
)


async def hears_nothing(record, name, client):
    with suppress(TimeoutError):
        async with asyncio.timeout(0.4):
            await receive(record, name, client, 1)
    record.note(name, "has waited")


async def cut_off(net, record):
    """What Ann says while she is cut off comes later, and in its order; Ben is not held up."""
    async with connected(net, record, "Ann") as ann, connected(net, record, "Ben") as ben:
        net.faults.cut("Ann", "server")
        for text in ["one", "two", "three"]:
            await ann.send(text)
        await greet(record, "Ben", ben)
        await hears_nothing(record, "Ann", ann)
        record.note("server", "has heard Ann", "endpoint of Ann" in record)
        net.faults.mend("Ann", "server")
        await receive(record, "Ann", ann, 3)


async def server_cut_off(net, record):
    """What the server says while it is cut off, and what is said to it, comes later."""
    async with connected(net, record, "Ann") as ann:
        await ann.send("later")
        await seen_by_endpoint(record, 1)
        net.faults.cut("server")
        await ann.send("and this")
        await hears_nothing(record, "Ann", ann)
        record.note("server", "has heard", len(record["endpoint of Ann"]))
        net.faults.mend("server")
        await receive(record, "Ann", ann, 2)


async def stalled(net, record):
    """Who stands still is heard, and hears everything when it goes on."""
    async with connected(net, record, "Ann") as ann:
        net.faults.stall("Ann")
        for text in ["one", "two"]:
            await ann.send(text)
        await seen_by_endpoint(record, 2)
        await hears_nothing(record, "Ann", ann)
        net.faults.go_on("Ann")
        await receive(record, "Ann", ann, 2)


async def reset_both(net, record):
    """Both ends learn at once that a connection is gone, and that nobody has closed it."""
    for party, name in [("Ann", "Ann"), ("server", "Ben")]:
        async with connected(net, record, name) as client:
            await greet(record, name, client)
            net.faults.reset(party)
            try:
                await client.recv()
            except ConnectionClosed as closed:
                record.note(name, type(closed.__cause__).__name__)
    await seen_by_endpoint(record, 2)


@pytest.mark.parametrize(
    "scenario", [cut_off, server_cut_off, stalled, reset_both], ids=lambda scenario: scenario.__name__
)
async def test_conformance_of_faults(scenario):
    """Each party sees the same in a bottle, with each seed, as over a wire that does the same to TCP."""
    for run in await runs_as_over_tcp(scenario, 5, faulty=True):
        assert run.result[1] < 5


async def stood_still(net, record):
    async with connected(net, record, "Ann") as ann:
        net.faults.stall("server")
        await ann.send("hello")
        await asyncio.sleep(1)
        net.faults.reset("server")


def test_never_read():
    """What had come to somebody who stood still, and whose connection ended, is in the trace as such."""
    run = simulate(bottled(stood_still))
    [unread] = [event for event in run.trace if event.what == "never read"]
    assert (unread.source, unread.target, len(unread.data)) == ("Ann", "server", 11)
