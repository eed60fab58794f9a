"""One person in the room, who may be too slow for it."""

import asyncio
from collections import deque
from contextlib import suppress

from fastapi import WebSocketDisconnect

from app import limits

GONE = (WebSocketDisconnect, RuntimeError)  # what a send raises when the client is not there any more


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
        try:
            async with asyncio.timeout(limits.CATCH_UP_SECONDS):
                while self.backlog:
                    await self.websocket.send_text(self.backlog.popleft())
            self.task = None
        except (TimeoutError, *GONE):
            await self.turn_out()

    async def turn_out(self):
        """Let this person leave the room at once, and say why, which has to wait as well."""
        await self.leave(self)
        with suppress(*GONE):
            await self.websocket.close(1013, "too slow")
