"""The file of SQLite in which a room keeps its messages."""

import logging
import os
import secrets
import sqlite3
from datetime import datetime

DAMAGED = sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB
SETUP = """
PRAGMA locking_mode = EXCLUSIVE;  -- another server could not be told of what this one keeps
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;  -- nobody waits for the disk; a power cut may take the last messages
CREATE TABLE IF NOT EXISTS log (number INTEGER PRIMARY KEY AUTOINCREMENT, id UNIQUE, message);
"""
logger = logging.getLogger("uvicorn.error")


def open_file(path):
    """Return the database, the id of its log, and what is in it; sqlite3.Error: it cannot be used."""
    database = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        database.executescript(SETUP)
        if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("it is damaged")
        (log,) = database.execute("PRAGMA user_version").fetchone()
        if log == 0:  # the file is new
            log = 1 + secrets.randbelow(2**31 - 1)
            database.execute(f"PRAGMA user_version = {log}")
        kept = database.execute("SELECT number, message FROM log ORDER BY number").fetchall()
    except sqlite3.Error:
        database.close()
        raise
    return database, str(log), kept


def open_or_begin(path):
    """Do so, after setting aside a file that is damaged; ConnectionError, with one sentence: why not."""
    try:
        try:
            return open_file(path)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", DAMAGED[0]) not in DAMAGED:
                raise
        aside = f"{path} damaged {datetime.now():%Y-%m-%d %H.%M.%S}"
        os.rename(path, aside)  # close() has left no file beside it
        logger.error("The file of the room was damaged. It is %s now, and the room begins anew.", aside)
        return open_file(path)
    except (sqlite3.Error, OSError) as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            error = "another server uses it"
        raise ConnectionError(f"{path}, where the room keeps its messages, cannot be used: {error}") from None
