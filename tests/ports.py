"""Ports that nobody has, for what takes no port 0, or has to have its port again."""

import secrets
import socket
from contextlib import suppress

FIRST, LAST = 20_000, 32_767  # below those that systems hand out by themselves, also while one is down


def free_port():
    """Return a port that was free a moment ago."""
    while True:
        port = FIRST + secrets.randbelow(LAST - FIRST + 1)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
