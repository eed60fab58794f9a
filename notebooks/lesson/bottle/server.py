"""uvicorn in a bottle, as it is."""

import asyncio
import logging
import threading
from contextlib import contextmanager

import uvicorn


class InOrder(dict):
    """A set that goes through its members in their order, and not by their addresses."""

    def add(self, one):
        self[one] = None

    def discard(self, one):
        self.pop(one, None)

    remove = dict.__delitem__


async def start_server(network, app, host="server", **settings):
    """Start uvicorn with an app at a host of the network, and return the server once it listens."""
    settings = {
        "log_config": None,
        "timeout_graceful_shutdown": 1,
        "http": "h11",
        "ws": "websockets-sansio",
        "ws_per_message_deflate": False,  # so that frames can be read
        **settings,
    }
    server = uvicorn.Server(uvicorn.Config(app, host=host, port=80, **settings))
    server.server_state.connections = InOrder()  # who is closed first when it ends
    network.servers[server] = network.create_task(server.serve(), name=host)
    while not server.started:
        await asyncio.sleep(0.01)
    return server


@contextmanager
def unprinted(up_to=logging.CRITICAL):
    """Let nothing be printed of what uvicorn logs in this thread up to a level, or of all."""
    here = threading.get_ident()

    def passes(record):
        return record.thread != here or record.levelno > up_to

    loggers = [logging.getLogger(name) for name in ("uvicorn.error", "uvicorn.access")]
    for logger in loggers:
        logger.addFilter(passes)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(passes)
