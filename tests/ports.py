"""Ports that nobody has, for what takes no port 0."""

import socket


def free_port():
    """Return a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]
