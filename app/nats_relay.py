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
        self.heard = {}  # server -> number of the last text from it; who was heard last is the last one

    def subscribe(self, on_text, on_notice):
        """Have `on_text` called with each text, and `on_notice` with what people are to know."""
        self.on_text, self.on_notice = on_text, on_notice

    async def publish(self, text):
        """Publish for all servers; for this one alone where NATS is away, or does not take the text."""
        self.number += 1
        self.unheard.append((self.number, text))
        if self.connection is None:
            self.deliver_unheard()
            return
        try:
            await self.connection.publish("room", self.numbered(self.number, text))
        except Error as error:
            self.on_refusal(error) if self.connection.is_connected else self.deliver_unheard()

    def numbered(self, number, text):
        return f"{self.id} {number} {text}".encode()

    async def on_message(self, message):
        server, number, text = message.data.decode().split(" ", 2)
        last, number = self.heard.pop(server, 0), int(number)
        self.heard[server] = max(last, number)
        if len(self.heard) > limits.NATS_SERVERS:
            del self.heard[next(iter(self.heard))]
        if server == self.id and number > self.number:
            log.error("Somebody else publishes in the name of this server, which takes another name.")
            self.deliver_unheard()
            self.id = uuid4().hex
        elif number > last:  # else it is late, and others were heard since
            while server == self.id and self.unheard and self.unheard[0][0] <= number:
                self.unheard.popleft()
            self.deliver(text)

    def deliver(self, text):
        try:
            self.on_text(text)
        except Exception:  # of what anybody may publish
            log.exception("A text was not delivered.")

    def deliver_unheard(self):
        """Deliver here what NATS has not brought back, and never mind if it does so later."""
        self.heard[self.id] = self.number
        while self.unheard:
            self.deliver(self.unheard.popleft()[1])

    async def on_error(self, error):
        """Take what nats-py reports: a refusal, or a text that is none of the room's."""
        if not isinstance(error, OSError | Error):
            log.error("A text from NATS was not understood.", exc_info=error)
            return
        self.error = error
        if "permissions violation" in str(error).lower():
            if self.connection:  # else connected() says it
                self.on_refusal(error)
            if "subscription" in str(error).lower():
                self.gone.set()

    def on_refusal(self, error):
        log.error("NATS refuses what the room asks for: %s", error)
        self.deliver_unheard()

    async def connected(self):
        """Return a connection that hears the room; ConnectionError, with one sentence: there is none."""
        connection, self.error, reason = Client(), None, ""
        self.gone = gone = asyncio.Event()

        async def on_lost():
            gone.set()

        try:
            async with asyncio.timeout(limits.NATS_CONNECT_SECONDS):
                options = {"error_cb": self.on_error, "disconnected_cb": on_lost}
                options |= {"pending_size": 0}  # so publish() never waits
                try:
                    await connection.connect(self.urls, **options)
                except Exception as error:  # nats-py raises whatever it stumbles over in what is no NATS
                    raise ConnectionError(error) from error
                self.error = None  # another server of the list may have been away
                self.subscription = await connection.subscribe("room", cb=self.on_message)
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

    async def look_after(self):
        """Look after the connection. Where it is lost, say so, and get another one."""
        while True:
            try:
                if self.connection:
                    await self.until_lost()
                    lost, self.connection = self.connection, None
                    self.deliver_unheard()
                    self.notify(LOST)
                    await self.give_up(lost)
                await asyncio.sleep(limits.NATS_PAUSE_SECONDS)
                with suppress(ConnectionError):
                    self.connection = await self.connected()
                    self.notify(BACK)
            except Exception:
                log.exception("The connection to the other servers has a fault, and is looked after again.")
                await asyncio.sleep(limits.NATS_PAUSE_SECONDS)

    async def until_lost(self):
        """Wait until the connection is gone, or NATS does not answer."""
        waiting = [asyncio.create_task(wait) for wait in (self.gone.wait(), self.no_answer())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()

    async def no_answer(self):
        """Ask NATS again and again whether it is there; end when it does not answer."""
        while self.connection.is_connected:
            await asyncio.sleep(0.2)
            asking = asyncio.create_task(self.connection.flush(10 * limits.NATS_ANSWER_SECONDS))
            for _ in range(
                limits.NATS_ANSWER_SECONDS
            ):  # of the time that this server stands still itself, one second counts
                if not asking.done():
                    await asyncio.wait([asking], timeout=1)
            if not asking.done() or asking.exception():
                asking.cancel()
                return

    def notify(self, text):
        log.warning(text)
        self.on_notice(text)

    async def give_up(self, connection):
        """Close a connection, or leave that to itself where it waits for a NATS that stands still."""
        if connection.is_connected or connection.is_connecting or connection.is_reconnecting:
            if self.subscription:
                with suppress(Error):
                    await self.subscription.unsubscribe()  # its task ends also where close() fails
            self.closing = asyncio.gather(connection.close(), return_exceptions=True)
            await asyncio.wait([self.closing], timeout=limits.NATS_CLOSE_SECONDS)

    async def connect(self):
        """Connect, if it is not connected; ConnectionError, with one sentence: it cannot be done."""
        if self.connection is None:
            self.unheard.clear()  # of an earlier time
            self.connection = await self.connected()

    async def __aenter__(self):
        await self.connect()
        self.keeper = asyncio.create_task(self.look_after())

    async def __aexit__(self, *error):
        self.keeper.cancel()
        if self.connection:
            await self.give_up(self.connection)
            self.connection = None
