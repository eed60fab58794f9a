"""What is to reach the board of the class, and what came from it: one file for all kernels of a learner."""

import os
import sqlite3
import threading
from collections import namedtuple
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from uuid import uuid4

WAIT_SECONDS = 2  # for another kernel, which takes a millisecond
AT_ONCE = 100  # events that are sent before the first of them is known to be kept
OF_THE_BOARD = 0  # the number of what a board says of itself; what an instructor sends has higher ones
TABLES = [
    "CREATE TABLE IF NOT EXISTS learner (learner, name, url)",  # one row; without url nothing is shared
    "CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY AUTOINCREMENT, exercise, what, at)",
    "CREATE TABLE IF NOT EXISTS news (number INTEGER PRIMARY KEY, text, cell, seen DEFAULT FALSE)",
]
MEMBER = "SELECT learner, name, url FROM learner WHERE url NOT NULL"
in_use = threading.Lock()
if hasattr(os, "register_at_fork"):  # else a child could have SQLite's own locks from a thread that it lacks
    free = in_use.release
    os.register_at_fork(before=in_use.acquire, after_in_parent=free, after_in_child=free)

Learner = namedtuple("Learner", "id name url")
Told = namedtuple("Told", "number text cell")


class Outbox:
    """A file of SQLite. Each call is one transaction; sqlite3.Error: the file cannot be read or written.

    A kernel that is killed loses nothing that a call has kept. A machine without power may lose the last
    seconds, as no call waits for the disk.
    """

    def __init__(self, file):
        self.file = file

    @contextmanager
    def opened(self, begin="BEGIN IMMEDIATE"):
        # anew each time: a fork must not go on with what its parent has opened
        with in_use, closing(sqlite3.connect(self.file, WAIT_SECONDS, isolation_level=None)) as database:
            database.execute("PRAGMA synchronous = OFF")
            database.execute(begin)
            with database:
                for table in TABLES:
                    database.execute(table)
                yield database

    def learner(self):
        """Return who learns here; the id is made at the first call, and stays."""
        with self.opened() as database:
            make = "INSERT INTO learner (learner) SELECT ? WHERE NOT EXISTS (SELECT * FROM learner)"
            database.execute(make, [uuid4().hex])
            return Learner(*database.execute("SELECT learner, name, url FROM learner").fetchone())

    def member(self):
        """Return who learns here, or None where nothing is shared."""
        with self.opened("BEGIN") as database:
            row = database.execute(MEMBER).fetchone()
        return row and Learner(*row)

    def join(self, name, url):
        """Let what comes from now on go to a board, under a name."""
        with self.opened() as database:
            database.execute("UPDATE learner SET name = ?, url = ?", [name, url])
            database.execute("DELETE FROM news WHERE number = ?", [OF_THE_BOARD])

    def leave(self, reason=None):
        """Share no more, and forget what the board has not got; a board's reason comes as news."""
        with self.opened() as database:
            database.execute("UPDATE learner SET url = NULL")
            database.execute("DELETE FROM events")
            if reason:
                row = [OF_THE_BOARD, reason]
                database.execute("INSERT OR REPLACE INTO news (number, text) VALUES (?, ?)", row)

    def put(self, exercise, what):
        """Keep an event until the board has it; return whether there is a board."""
        row = [exercise, what, datetime.now(UTC).isoformat(timespec="seconds")]
        with self.opened() as database:
            new = f"INSERT INTO events (exercise, what, at) SELECT ?, ?, ? WHERE EXISTS ({MEMBER})"
            return database.execute(new, row).rowcount > 0

    def due(self):
        """Return the first events that the board has not got, in their order."""
        with self.opened("BEGIN") as database:
            database.row_factory = sqlite3.Row
            first = "SELECT id, exercise, what, at FROM events ORDER BY id LIMIT ?"
            return [dict(row) for row in database.execute(first, [AT_ONCE])]

    def forget(self, id):
        """Take an event out, which the board keeps now."""
        with self.opened() as database:
            database.execute("DELETE FROM events WHERE id = ?", [id])

    def number_of_last_news(self):
        with self.opened("BEGIN") as database:
            return database.execute("SELECT coalesce(max(number), 0) FROM news").fetchone()[0]

    def add_news(self, *news):
        """Keep news until they have been seen; the same number is the same news."""
        with self.opened() as database:
            database.execute("INSERT OR IGNORE INTO news (number, text, cell) VALUES (?, ?, ?)", news)

    def take_news(self):
        """Return the news that have not been seen, which count as seen now."""
        with self.opened() as database:
            unseen = "SELECT number, text, cell FROM news WHERE NOT seen ORDER BY number"
            news = [Told(*row) for row in database.execute(unseen)]
            database.execute("UPDATE news SET seen = TRUE WHERE NOT seen")
        return news

    def last_news(self):
        """Return the last news in a list, or an empty one."""
        with self.opened("BEGIN") as database:
            last = "SELECT number, text, cell FROM news ORDER BY number DESC LIMIT 1"
            return [Told(*row) for row in database.execute(last)]
