"""The relay that goes through NATS."""

import asyncio
import logging

from nats.aio.client import Client
from nats.errors import Error

LOST = "The connection to the other servers is lost: only people on this server hear you."
BACK = "The connection to the other servers is back."
OPTIONS = {
    "max_reconnect_attempts": -1,  # for ever
    "reconnect_time_wait": 0.5,  # seconds
    "ping_interval": 5,  # seconds; a machine that has vanished says no goodbye, but owes two pongs
    "pending_size": 0,  # no text waits for NATS to come back: some servers would hear it, some not
}
log = logging.getLogger("uvicorn.error")


class NatsRelay:
    """All servers hear what one publishes, itself too: in its order, and at most once."""

    def __init__(self, url):
        self.urls, self.connection = url.split(","), Client()
        self.error = None

    def subscribe(self, deliver, notice):
        """Have `deliver` called with each text, and `notice` with what people are to know."""
        self.deliver, self.notice = deliver, notice

    async def publish(self, text):
        """Publish for all servers; for this one where NATS is away, or does not take the text."""
        try:
            await self.connection.publish("room", text.encode())
        except Error as error:
            await self.failed(error)
            await asyncio.sleep(0)  # what came before NATS went away is heard first
            self.deliver(text)

    async def __aenter__(self):
        """Connect; ConnectionError, with one sentence: it cannot be done."""
        self.connection = Client()
        callbacks = {"disconnected_cb": self.lost, "reconnected_cb": self.back, "error_cb": self.failed}
        try:
            async with asyncio.timeout(3):
                await self.connection.connect(self.urls, **OPTIONS, **callbacks)
                self.error = None  # another server of the list may have been away
                await self.connection.subscribe("room", cb=self.hear)
                for _ in range(2):  # the ping of the first flush can overtake the subscription
                    await self.connection.flush()
        except (TimeoutError, Error) as error:
            reason = str(error) or str(self.error or "") or "no answer"
            raise ConnectionError(f"NATS_URL leads to no NATS server: {reason}") from None
        if self.error:  # it came before the answer to the second ping
            await self.__aexit__()
            raise ConnectionError(f"NATS_URL leads to a server that refuses the room: {self.error}")

    async def __aexit__(self, *error):
        await self.connection.close()

    async def hear(self, message):
        self.deliver(message.data.decode())

    async def lost(self):
        if not self.connection.is_closed:  # else it is we who leave
            log.warning(LOST)
            self.notice(LOST)

    async def back(self):
        log.warning(BACK)
        self.notice(BACK)

    async def failed(self, error):
        self.error = error
        if isinstance(error, Error) and self.connection.is_connected:
            log.error("NATS refuses what the room asks for: %s", error)
        elif not isinstance(error, OSError | Error):  # those are a NATS that is away
            log.error("A text from NATS was not delivered.", exc_info=error)
