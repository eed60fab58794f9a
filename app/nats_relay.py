"""The relay that goes through NATS."""

import asyncio
import logging
from collections import deque
from contextlib import suppress
from uuid import uuid4

from nats.aio.client import Client
from nats.errors import Error

from app import limits

LOST = "The connection to the other servers is lost: only people on this server hear you."
BACK = "The connection to the other servers is back."
log = logging.getLogger("uvicorn.error")


class NatsRelay:
    """All servers hear what one publishes, itself too: in its order, at most once, and nothing late."""

    def __init__(self, url):
        self.urls, self.subscription = url.split(","), None
        self.connection = None  # NATS is away
        self.id, self.number = uuid4().hex, 0  # of this server, and of the last text that it published
        self.unheard = deque()  # number and text of what it published and has not heard yet
        self.heard = {}  # server -> number of the last text that was heard from it

    def subscribe(self, deliver, notice):
        """Have `deliver` called with each text, and `notice` with what people are to know."""
        self.deliver, self.notice = deliver, notice

    async def publish(self, text):
        """Publish for all servers; for this one alone where NATS is away, or does not take the text."""
        self.number += 1
        self.unheard.append((self.number, text))
        if self.connection is None:
            self.hear_alone()
            return
        try:
            await self.connection.publish("room", self.numbered(self.number, text))
        except Error as error:
            self.refused(error) if self.connection.is_connected else self.hear_alone()

    def numbered(self, number, text):
        return f"{self.id} {number} {text}".encode()

    async def hear(self, message):
        server, number, text = message.data.decode().split(" ", 2)
        if int(number) > self.heard.get(server, 0):  # else it is late, and others were heard since
            self.heard[server] = int(number)
            while server == self.id and self.unheard and self.unheard[0][0] <= int(number):
                self.unheard.popleft()
            self.deliver(text)

    def hear_alone(self):
        """Deliver here what NATS has not brought back, and never mind if it does so later."""
        self.heard[self.id] = self.number
        while self.unheard:
            self.deliver(self.unheard.popleft()[1])

    async def failed(self, error):
        """Take what nats-py reports: a refusal, or an error of deliver(). Of the rest keep() finds out."""
        if not isinstance(error, OSError | Error):
            log.error("A text from NATS was not delivered.", exc_info=error)
            return
        self.error = error
        if "permissions violation" in str(error).lower():
            if self.connection:  # else connected() says it
                self.refused(error)
            if "subscription" in str(error).lower():
                self.gone.set()

    def refused(self, error):
        log.error("NATS refuses what the room asks for: %s", error)
        self.hear_alone()

    async def connected(self):
        """Return a connection that hears the room; ConnectionError, with one sentence: there is none."""
        connection, self.error, reason = Client(), None, ""
        self.gone = gone = asyncio.Event()

        async def lost():
            gone.set()

        try:
            async with asyncio.timeout(limits.NATS_CONNECT_SECONDS):
                callbacks = {"error_cb": self.failed, "disconnected_cb": lost}
                await connection.connect(self.urls, pending_size=0, **callbacks)  # 0: publish() never waits
                self.error = None  # another server of the list may have been away
                self.subscription = await connection.subscribe("room", cb=self.hear)
                await connection.publish("room", self.numbered(0, ""))  # to see whether it may: 0 is late
                for _ in range(2):  # the ping of the first flush can overtake the subscription
                    await connection.flush()
        except (TimeoutError, OSError, Error) as error:
            reason = f"leads to no NATS server: {str(error) or str(self.error or '') or 'no answer'}"
        else:
            reason = self.error and f"leads to a server that refuses the room: {self.error}"
        finally:
            if reason is not None:
                await self.give_up(connection)
        if reason:
            raise ConnectionError(f"NATS_URL {reason}")
        return connection

    async def keep(self):
        """Look after the connection. Where it is lost, say so, and get another one."""
        while True:
            waiting = [asyncio.create_task(wait) for wait in (self.gone.wait(), self.no_answer())]
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in waiting:
                    task.cancel()
            lost, self.connection = self.connection, None
            self.hear_alone()
            self.say(LOST)
            await self.give_up(lost)
            while self.connection is None:
                await asyncio.sleep(limits.NATS_PAUSE_SECONDS)
                with suppress(ConnectionError):
                    self.connection = await self.connected()
            self.say(BACK)

    async def no_answer(self):
        """Ask NATS again and again whether it is there; end when it does not answer."""
        with suppress(Error):
            while self.connection.is_connected:
                await asyncio.sleep(0.2)
                await self.connection.flush(limits.NATS_ANSWER_SECONDS)

    def say(self, text):
        log.warning(text)
        self.notice(text)

    async def give_up(self, connection):
        """Close a connection, or leave that to itself where it waits for a NATS that stands still."""
        if connection.is_connected or connection.is_connecting or connection.is_reconnecting:
            if self.subscription:
                with suppress(Error):
                    await self.subscription.unsubscribe()  # its task ends also where close() fails
            self.closing = asyncio.gather(connection.close(), return_exceptions=True)
            await asyncio.wait([self.closing], timeout=limits.NATS_CLOSE_SECONDS)

    async def __aenter__(self):
        """Connect; ConnectionError, with one sentence: it cannot be done."""
        self.unheard.clear()  # of an earlier time
        self.connection = await self.connected()
        self.keeper = asyncio.create_task(self.keep())

    async def __aexit__(self, *error):
        self.keeper.cancel()
        if self.connection:
            await self.give_up(self.connection)
