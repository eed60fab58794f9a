"""Who is logged in, and for how long."""

import asyncio
import hashlib
import secrets
import time

from app import limits


class Session:
    """From a log-in to its end: its owner logs out, or the time is over."""

    def __init__(self, name):
        self.name, self.over = name, asyncio.Event()
        self.ends = time.monotonic() + limits.SESSION_SECONDS

    def lasts(self):
        return not self.over.is_set() and time.monotonic() < self.ends

    async def end(self):
        """Wait for the end, and return its reason."""
        try:
            async with asyncio.timeout(self.ends - time.monotonic()):
                await self.over.wait()
            return "logged out"
        except TimeoutError:
            return "the time is over"


def key_of(id):
    return hashlib.sha256(id.encode()).hexdigest()  # what a look-up takes longer for tells nothing of the id


class Sessions:
    """They are in memory: when the server is started again, everybody logs in again."""

    def __init__(self):
        self.open = {}  # key -> Session, the oldest first

    def begin(self, name):
        """Return the id of a new session, which nobody but its owner's browser is told."""
        for key in [key for key, session in self.open.items() if not session.lasts()]:
            del self.open[key]
        id = secrets.token_urlsafe()
        self.open[key_of(id)] = Session(name)
        return id

    def find(self, key):
        session = self.open.get(key)
        return session if session and session.lasts() else None

    def finish(self, key):
        if session := self.open.pop(key, None):
            session.over.set()
