"""Whose a name is, in a real bucket of NATS, also at moments that no client can hit."""

import asyncio
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from nats.aio.client import Client

from app import limits
from app.messages import Away
from app.owners import Owners
from tests.app.rooms import nats
from tests.programs import nats_server

__all__ = ["nats"]  # a fixture


def alive(server):
    return True


def dead(server):
    return False


@asynccontextmanager
async def two_owners(nats):
    """The names of two servers, and their connection to NATS."""
    client, bucket, both = Client(), uuid4().hex, (Owners("one"), Owners("two"))
    await client.connect(nats.url)
    for owners in both:
        await owners.follow(client.jetstream(), bucket)
    yield *both, client
    await client.close()


def let_happen(owners, act, before=False):
    """Let something happen once, after a look at a name's server, or before it."""
    look = owners.bucket.get

    async def get(key):
        owners.bucket.get = look
        if before:
            await act()
            return await look(key)
        found = await look(key)
        await act()
        return found

    owners.bucket.get = get


async def test_names(nats):
    """The first one gets a name; another one when the first gives it back, or is dead."""
    async with two_owners(nats) as (one, two, _):
        assert await one.take("Ann", alive)
        assert not await two.take("Ann", alive)
        assert await two.take("Ann", dead)
        assert (await one.is_lost("Ann"), await two.is_lost("Ann")) == (True, False)
        await one.give_back({"Ann", "nobody's"})  # neither is its own
        assert one.to_free == set()
        assert not await one.take("Ann", alive)
        await two.give_back({"Ann"})
        assert await one.take("Ann", alive)


async def test_name_that_is_taken_again(nats):
    """A name that was to be freed is not, once somebody here has it again."""
    async with two_owners(nats) as (one, two, _):
        one.to_free.add("Ann")
        assert await one.take("Ann", alive)
        await one.give_back(set(one.to_free))
        assert not await two.take("Ann", alive)
        begun, go_on, update = asyncio.Event(), asyncio.Event(), one.bucket.update

        async def update_late(*args, **options):
            begun.set()
            await go_on.wait()
            return await update(*args, **options)

        one.bucket.update = update_late
        taken = None

        async def take():
            nonlocal taken
            taken = asyncio.create_task(one.take("Ann", dead))
            await begun.wait()

        let_happen(one, take)
        await one.give_back({"Ann"})
        go_on.set()
        assert await taken
        assert not await two.take("Ann", alive)


async def test_name_that_another_one_takes_meanwhile(nats):
    """A server that was taken for dead frees no name of another; of two that want it, one gets it."""
    async with two_owners(nats) as (one, two, _):
        assert await one.take("Ann", alive)
        let_happen(one, lambda: two.take("Ann", dead))
        await one.give_back({"Ann"})
        assert one.to_free == set()
        assert not await one.take("Ann", alive)
        let_happen(one, lambda: two.take("Ann", dead))
        assert not await one.take("Ann", dead)
        assert not await two.is_lost("Ann")
        let_happen(one, lambda: two.give_back({"Ann"}), before=True)
        assert not await one.take("Ann", alive)  # until it asks again
        assert await one.take("Ann", alive)


@pytest.mark.parametrize("away", ["stands still", "has gone"])
async def test_names_without_nats(tmp_path, monkeypatch, away):
    """Without NATS one is told so, and takes nobody for another; what could not be freed is freed later."""
    monkeypatch.setattr(limits, "NATS_ANSWER_SECONDS", 0.5)
    with nats_server(tmp_path) as nats:
        async with two_owners(nats) as (one, two, client):
            assert await one.take("Ann", alive)
            if away == "has gone":
                await client.close()
            else:
                nats.freeze()
            with pytest.raises(Away, match="the names of the room cannot be reached") as raised:
                await one.take("Ben", alive)
            assert (type(raised.value.__cause__) is TimeoutError) == (away == "stands still")  # of our limit
            await one.give_back({"Ann"})
            assert one.to_free == {"Ann", "Ben"}
            if away == "has gone":
                assert not await one.is_lost("Ann")
                return
            nats.wake()
            await one.give_back(set(one.to_free))
            assert one.to_free == set()
            assert await two.take("Ann", alive)
            assert await two.take("Ben", alive)
