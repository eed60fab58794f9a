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
        self.name, self.websocket, self.room = name, websocket, room
        self.read, self.has_list = read, False  # the number of the last message sent; who is here
        self.task = asyncio.create_task(self.catch_up())  # None: this one keeps up

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
        with suppress(*GONE):
            while True:
                number, text = self.room.history.next_after(self.read) or (self.read, "")
                if self.has_list and not text:
                    self.task = None
                    return
                self.has_list = self.has_list or not text
                if not await self.sent(text or self.room.welcome()):
                    break
                self.read = number
        await self.turn_out()

    async def sent(self, text):
        for _ in range(limits.CATCH_UP_SECONDS):  # while this server stands still, one of them counts
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    return await self.websocket.send_text(text) is None
        return False

    async def turn_out(self, reason="too slow"):
        """Let this person leave the room at once, and say why, which has to wait as well."""
        await self.room.leave(self)
        with suppress(*GONE):
            await self.websocket.close(1013, reason)
