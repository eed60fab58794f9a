"""Who may open a socket, and how much they may ask of it."""

import logging
import time
from asyncio import CancelledError
from collections import deque

from fastapi import WebSocket, WebSocketException


async def same_origin(websocket: WebSocket):
    """Refuse the page of another origin: WebSocketException 1008, which a client sees as HTTP 403.

    A client that is no browser sends no Origin and may come in (RFC 6455, section 10.2). The own
    origin is the host that was asked for, or the one that a proxy in front was asked for.
    """
    origin = websocket.headers.get("origin")
    names = ["host", "x-forwarded-host"]
    hosts = {websocket.headers.get(name, "").split(",")[0].strip().lower() for name in names} - {""}
    if origin is not None and origin.lower().partition("://")[2] not in hosts:
        raise WebSocketException(1008, "another origin")


class RateLimit:
    """Allow `count` messages in any `seconds`."""

    def __init__(self, count, seconds):
        self.seconds, self.times = seconds, deque([float("-inf")] * count, maxlen=count)

    def exceeded(self):
        """Count one message more, and return whether it is one too many."""
        now, oldest = time.monotonic(), self.times[0]
        self.times.append(now)  # which pushes the oldest out
        return now - oldest < self.seconds


def without_noise(record):
    """Filter log records: text that is no UTF-8 is the client's mistake, and needs no traceback.

    Nor does an endpoint that was cancelled: uvicorn has said in a line of its own that it did so.
    """
    if str(record.msg).startswith("Invalid UTF-8"):
        record.exc_info = None
    return not (record.exc_info and isinstance(record.exc_info[1], CancelledError))


logging.getLogger("uvicorn.error").filters.insert(0, without_noise)  # before one that keeps the text
