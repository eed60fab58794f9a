"""Where the room's messages are kept: in NATS if NATS_URL is set, else in ROOM_FILE, or in no file at all."""

import os
import re


def give_log(room):
    """Give a room its log, and return what is to be connected; ConnectionError: why it cannot be."""
    if not (url := os.environ.get("NATS_URL")):
        from app.presence import Presence
        from app.sqlite_log import SqliteLog

        room.presence, room.log = Presence(room), SqliteLog(os.environ.get("ROOM_FILE") or ":memory:", room)
        return room.log
    from app.nats_link import NatsLink  # here, for that import takes a quarter of a second

    name = os.environ.get("ROOM_NAME", "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,30}", name):
        raise ConnectionError(
            "NATS_URL needs a ROOM_NAME, the same one at all servers of the room: up to 30 letters and digits"
        )
    return NatsLink(url, f"room-{name}", room)
