"""One person in the room, who may be too slow for it."""

import asyncio
from contextlib import suppress

from app import limits
from app.endpoints import GONE


def sent_at_once(sending):
    """Run a send, and return whether it came to its end without waiting; otherwise give it up."""
    try:
        sending.send(None)  # which is what `await` does first
    except StopIteration:
        return True
    return sending.close()  # uvicorn waits before it writes, so nothing of it was sent


class Person:
    def __init__(self, name, websocket, room, read):
        self.name, self.websocket, self.room, self.task = name, websocket, room, None  # no task: keeps up
        self.read_on(read)

    def read_on(self, number):
        self.read, self.has_list = number, False  # the number of the last message told; who is here
        self.task = self.task or asyncio.create_task(self.catch_up())

    def tell(self, text, number=0):
        """Send a message, or who came or left, if this person keeps up. Nothing here waits."""
        if self.task is None and not 0 < number <= self.read:
            with suppress(*GONE):  # catch_up() finds that out as well, and turns the person out
                if sent_at_once(self.websocket.send_text(text)):
                    self.read = number or self.read
                    return
            self.task = asyncio.create_task(self.catch_up())
        self.has_list = self.has_list and number > 0

    async def catch_up(self):
        """Send what this person has not read, and then who is here. Only this task waits."""
        try:
            while (unread := self.room.history.next_after(self.read)) or not self.has_list:
                self.read, text = unread or (self.read, self.room.welcome())
                self.has_list = self.has_list or not unread
                if not await self.sent(text):
                    return await self.turn_out("too slow")
            self.task = None
        except Exception as error:  # which nobody would hear of
            asyncio.get_running_loop().call_exception_handler({"message": "A bug.", "exception": error})
            await self.turn_out("an error of the server", 1011)

    async def sent(self, text):
        for _ in range(limits.CATCH_UP_SECONDS):  # while this server stands still, one of them counts
            with suppress(TimeoutError, *GONE):  # who has gone is so each time
                async with asyncio.timeout(1):
                    return await self.websocket.send_text(text) is None

    async def turn_out(self, reason, code=1013):
        await self.room.leave(self)  # at once, for to say why has to wait as well
        with suppress(*GONE):
            await self.websocket.close(code, reason)
