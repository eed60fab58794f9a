"""Serve an ASGI app from a background thread: start it, swap it and stop it from a cell."""

import asyncio
import atexit
import logging
import re
import socket
import threading
import time
from collections import deque
from contextlib import suppress

import uvicorn

servers = {}  # requested port -> its server, which the next one for that port replaces


class BackgroundServer:
    """Serve `app` on http://127.0.0.1:PORT/ until stop() or the end of the process.

    Without `port`: 8000 where it is free, else any free port. With it: that port only.
    """

    def __init__(self, app, port=None):
        self.app, self.requested, self.port, self.thread = app, port, None, None
        self.lines, self.log = deque(maxlen=1000), logging.Handler()
        self.log.emit = self.keep

    @property
    def running(self):
        return self.thread is not None and self.thread.is_alive() and self.uvicorn.started

    def start(self):
        """Return self, serving; RuntimeError: a busy port, or not serving within 10 seconds."""
        if self.running:
            return self
        previous = servers.pop(self.requested, self)
        for name in ["uvicorn.error", "uvicorn.access"]:
            logger = logging.getLogger(name)
            logger.handlers = [server.log for server in [*servers.values(), self]]
            logger.propagate, logger.level = False, logging.INFO
        if previous.running:
            self.listener = previous.listener.dup()  # nobody else gets the port in between
            previous.stop()
        else:
            self.listener = listen(
                [self.port or 8000, 8000, 0] if self.requested is None else [self.requested]
            )
        self.port = self.listener.getsockname()[1]
        self.url, self.ws_url = f"http://127.0.0.1:{self.port}/", f"ws://127.0.0.1:{self.port}/ws"
        self.uvicorn = uvicorn.Server(uvicorn.Config(self, log_config=None, timeout_graceful_shutdown=1))
        self.thread = threading.Thread(target=self.run, args=[self.listener], daemon=True)
        servers[self.requested] = self
        self.thread.start()
        deadline = time.monotonic() + 10
        while self.thread.is_alive() and not self.uvicorn.started and time.monotonic() < deadline:
            time.sleep(0.005)
        log = self.logs()
        if not self.running:
            servers.pop(self.requested)
            self.uvicorn.should_exit = True
            self.listener.close()
            raise RuntimeError(f"The server did not start. Its log ends: {' / '.join(log[-2:])}")
        atexit.register(self.stop)  # a kernel that ends lets the app clean up
        return self

    def run(self, listener):
        async def serve():
            with suppress(SystemExit):  # uvicorn exits where a lifespan fails
                await self.uvicorn.serve(sockets=[listener])

        with listener, asyncio.Runner(loop_factory=self.uvicorn.config.get_loop_factory()) as runner:
            runner.run(serve())

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)  # uvicorn serves this object, so swap() can be short

    def swap(self, app):
        """Give new connections to `app`; open sockets keep the old one, and no lifespan is run."""
        self.app = app

    def keep(self, record):
        if threading.current_thread() is self.thread:  # printed from here, it could land below any cell
            last_line = self.log.format(record).strip().split("\n")[-1]
            self.lines.append(re.sub(r"^[\d.]+:\d+ - ", "", last_line))

    def logs(self):
        """Return the log lines since the last call; of a traceback, its last line."""
        return [self.lines.popleft() for _ in range(len(self.lines))]

    def stop(self):
        """Close open sockets with code 1012 and end; RuntimeError: still busy after 5 seconds."""
        atexit.unregister(self.stop)
        if servers.get(self.requested) is self:
            del servers[self.requested]
        if self.running:
            self.uvicorn.should_exit = True
            self.thread.join(5)
        if self.running:
            raise RuntimeError("A handler or the lifespan does not end. Restart the kernel to stop it.")

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        self.stop()


def listen(ports):
    """Return a socket that listens on the first free one of `ports`; 0 stands for any."""
    for port in ports:
        with suppress(OSError):
            return socket.create_server(("127.0.0.1", port))
    raise RuntimeError(f"Port {port} is busy. Stop what uses it, or leave out the port.")
