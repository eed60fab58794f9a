"""The board: a log, what it comes to, and who is told of it."""

import asyncio
import json
import secrets
import time
from uuid import uuid4

from app.messages import Refused
from app.sqlite_log import SqliteLog

from .audience import Audience, News
from .rows import Rows, when
from .texts import LEARNERS

UPDATE_SECONDS = 0.25  # from a change to the pages: all that changes meanwhile is told at once
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another one on a projector


class Board:
    """What the board is told is in the log before anybody hears of it. For the log it is a room."""

    def __init__(self, path):
        self.rows, self.news, self.links = Rows(), News(), None
        self.pages, self.kernels = Audience(self.rows), Audience(self.news)
        self.told, self.timer = 0, None
        self.log = SqliteLog(path, self)

    def begin(self, log, dropped):
        self.rows.log = log

    def on_message(self, number, text):
        """Take in what the log has kept."""
        kept = json.loads(text)
        self.rows.add(number, kept)
        if kept["type"] == "links":
            self.links = kept
        elif kept["type"] == "news":
            news = {name: kept[name] for name in ("type", "number", "text", "cell")}
            self.news.texts.append((kept["number"], json.dumps(news)))
            self.kernels.broadcast(self.news.texts[-1][1], kept["number"])
        if self.pages.people and self.timer is None:
            self.timer = asyncio.get_running_loop().call_later(UPDATE_SECONDS, self.tell_pages)

    def tell_pages(self):
        """Tell all pages what has changed since the last time."""
        self.timer = None
        number, text = self.rows.next_after(self.told)
        self.told = number
        self.pages.broadcast(text, number)

    async def append(self, id=None, **message):
        await self.log.append(json.dumps(message), id or uuid4().hex)

    async def open(self, port):
        """Note the port; the tokens stay those of before, so that the links of before work."""
        links = {
            "type": "links",
            "kernels": "".join(secrets.choice(LETTERS) for _ in range(8)),  # which people copy by hand
            "pages": secrets.token_urlsafe(16),
        }
        await self.append(**{**links, **(self.links or {}), "port": port})

    async def join(self, asked):
        """Return the name under which the board shows a learner; Refused: it is full; Away: see append()."""
        row = self.rows.of.get(asked.learner)
        if row is None and len(self.rows.of) >= LEARNERS:
            raise Refused(f"there are {LEARNERS} learners on this board, and it takes no more")
        if row is None or row.asked != asked.name:
            name = self.rows.distinct(asked.learner, asked.name)
            await self.append(type="join", learner=asked.learner, asked=asked.name, name=name)
        return self.rows.of[asked.learner].name

    async def note(self, learner, event):
        """Keep an event, once; Away: it cannot be kept now."""
        at = when(event.at.timestamp(), time.time())
        told = {"type": "event", "learner": learner, "exercise": event.exercise, "what": event.what, "at": at}
        await self.append(f"{learner} {event.id}", **told)

    async def send_to_all(self, asked):
        """Keep a text or a cell for all; its number is a time, as a learner may know another board's."""
        last = self.news.texts[-1][0] if self.news.texts else 0
        number = max(last + 1, time.time_ns() // 1_000_000)
        await self.append(type="news", number=number, text=asked.text, cell=asked.cell)
