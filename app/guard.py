"""Who may open a socket, and how much they may ask of it."""

import time
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

    def exceeded(self, after=None):
        """Count one message more, and return whether it is one too many.

        One that may have waited here since `after` counts from then on, as early as the limit allows.
        """
        now = time.monotonic()
        sent = max(self.times[0] + self.seconds, now if after is None else after)
        self.times.append(min(sent, now))  # which pushes the oldest out
        return sent > now
