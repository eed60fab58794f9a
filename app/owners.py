"""Which server a name belongs to, in a key-value bucket of NATS, where the first one gets it."""

import asyncio
from contextlib import suppress

from nats.errors import Error
from nats.js.errors import BadRequestError, KeyWrongLastSequenceError, NotFoundError

from app import limits
from app.messages import Away


def key(name):
    return name.encode().hex()


class Owners:
    def __init__(self, server):
        self.server, self.to_free = server.encode(), set()  # names that may be its own, and nobody has here

    async def follow(self, stream, name):
        self.bucket = await stream.create_key_value(bucket=name)

    async def take(self, name, is_alive):
        """Return whether a name is this server's now: it was free, or its server is not alive any more."""
        self.to_free.discard(name)
        try:
            async with asyncio.timeout(limits.NATS_ANSWER_SECONDS):
                return bool(await self.claim(key(name), is_alive))
        except (BadRequestError, NotFoundError):  # another server has it, or was faster
            return False
        except (OSError, Error) as error:
            self.to_free.add(name)  # NATS may have it noted all the same
            raise Away("the names of the room cannot be reached") from error

    async def claim(self, key, is_alive):
        try:
            return await self.bucket.create(key, self.server)
        except KeyWrongLastSequenceError:
            owner = await self.bucket.get(key)
            if is_alive(owner.value.decode()):
                raise
            return await self.bucket.update(key, self.server, last=owner.revision)

    async def give_back(self, names):
        """Free names of this server; those that NATS does not take back now stay in `to_free`."""
        self.to_free |= names
        with suppress(OSError, Error):
            for name in names:
                async with asyncio.timeout(limits.NATS_ANSWER_SECONDS):
                    with suppress(BadRequestError, NotFoundError):  # it is another's by now, or nobody's
                        owner = await self.bucket.get(key(name))
                        if owner.value == self.server and name in self.to_free:
                            await self.bucket.delete(key(name), last=owner.revision)
                self.to_free.discard(name)

    async def is_lost(self, name):
        """Return whether a name of this server belongs to another by now, which took this one for dead."""
        with suppress(OSError, Error):
            return (await self.bucket.get(key(name))).value != self.server
