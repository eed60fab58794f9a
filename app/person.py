"""One person in the room, who may be too slow for it."""

import asyncio
from collections import deque
from contextlib import suppress

from app import limits
from app.endpoints import GONE


def sent_at_once(sending):
    """Run a send, and return whether it came to its end without waiting; otherwise give it up."""
    try:
        sending.send(None)  # which is what `await` does first
    except StopIteration:
        return True
    sending.close()  # uvicorn waits before it writes, so nothing of it was sent
    return False


class Person:
    def __init__(self, name, websocket, leave):
        self.name, self.websocket, self.leave = name, websocket, leave
        self.backlog = deque()  # what a slow one has not been sent yet
        self.task = None  # what looks after a slow one; None: this one keeps up

    def tell(self, text):
        """Send a text, now or as soon as this person keeps up again. Nothing here waits."""
        with suppress(*GONE):  # catch_up() finds that out as well, and turns the person out
            if self.task is None and sent_at_once(self.websocket.send_text(text)):
                return
        self.backlog.append(text)
        if self.task is None:
            self.task = asyncio.create_task(self.catch_up())
        elif len(self.backlog) == limits.BACKLOG_TEXTS + 1:
            self.task.cancel()
            self.task = asyncio.create_task(self.turn_out())

    async def catch_up(self):
        """Send what waits. Only this task waits for this person."""
        with suppress(*GONE):
            for _ in range(limits.CATCH_UP_SECONDS):  # while this server stands still, one of them counts
                with suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await self.send_backlog()
                    self.task = None
                    return
        await self.turn_out()

    async def send_backlog(self):
        while self.backlog:
            await self.websocket.send_text(self.backlog[0])  # where it is given up, nothing of it was sent
            self.backlog.popleft()

    async def turn_out(self):
        """Let this person leave the room at once, and say why, which has to wait as well."""
        await self.leave(self)
        with suppress(*GONE):
            await self.websocket.close(1013, "too slow")
