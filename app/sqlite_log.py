"""The room's log in SQLite, for one server."""

import sqlite3
from contextlib import nullcontext

from app import limits
from app.messages import Away
from app.sqlite_file import open_or_begin

INSERT = "INSERT INTO log (id, message) VALUES (?, ?) ON CONFLICT DO NOTHING"


class SqliteLog(nullcontext):
    """What is said is kept before anybody hears it. With the path ":memory:" it is in no file."""

    def __init__(self, path, room):
        super().__init__()
        self.room = room
        self.database, log, kept = open_or_begin(path)
        room.begin(log, dropped=kept[0][0] - 1 if kept else 0)
        for number, message in kept:
            room.on_message(number, message)

    async def connect(self):
        """There is nothing to connect."""

    async def append(self, message, id):
        """Keep a message, once under its id, and return its number; Away: it cannot be kept now."""
        try:
            new = self.database.execute(INSERT, (id, message))
            if new.rowcount:
                self.room.on_message(new.lastrowid, message)
            (number,) = self.database.execute("SELECT number FROM log WHERE id = ?", (id,)).fetchone()
            self.database.execute("DELETE FROM log WHERE number <= ?", (number - limits.KEPT_MESSAGES,))
        except sqlite3.Error as error:
            raise Away(f"the room cannot keep anything now: {error}") from None
        return number
