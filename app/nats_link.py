"""The connection of a room to NATS."""

import asyncio
import logging

from nats.aio.client import Client
from nats.errors import Error

from app import limits
from app.caretaker import look_after
from app.nats_presence import NatsPresence
from app.stream_log import StreamLog

logger = logging.getLogger("uvicorn.error")


class NatsLink:
    def __init__(self, url, name, room):
        self.urls, self.room, self.client = url.split(","), room, None  # None: NATS is away
        room.log, room.presence = StreamLog(name, room), NatsPresence(name, room)
        self.error = ""  # what NATS has reported last

    async def connect(self):
        """Be connected, and have heard all that was said; ConnectionError, with one sentence: why not."""
        if self.client:
            return
        client = Client()
        try:
            async with asyncio.timeout(limits.NATS_CONNECT_SECONDS):
                options = {"allow_reconnect": False, "pending_size": 0, "error_cb": self.on_error}
                await client.connect(self.urls, **options)
                await self.room.presence.follow(client)
                await self.room.log.follow(client.jetstream())
        except Exception as error:  # nats-py raises whatever it stumbles over in what is no NATS
            self.drop(client)
            reason = str(error) or self.error or "no answer"
            raise ConnectionError(f"NATS_URL leads to no NATS with JetStream: {reason}") from error
        self.client = client

    async def on_error(self, error):
        self.error = str(error) or self.error
        if self.client:  # otherwise connect() tells of it
            bug = not isinstance(error, (OSError, Error))  # of what is called with a message
            logger.error("NATS: %s", self.error, exc_info=error if bug else None)

    def drop(self, client):
        """Be without NATS, and do not wait for its goodbye: it may stand still."""
        self.client = self.room.log.stream = None
        self.closing = asyncio.create_task(client.close())

    async def __aenter__(self):
        await self.connect()
        self.task = asyncio.create_task(look_after(self))

    async def __aexit__(self, *error):
        self.task.cancel()
        if self.client:
            self.drop(self.client)
            await asyncio.wait([self.closing], timeout=limits.NATS_CONNECT_SECONDS)
