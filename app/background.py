"""Serve an ASGI app from a background thread: start it, swap it and stop it from a cell."""

import asyncio
import atexit
import errno
import os
import socket
import threading
import time
from collections import deque
from contextlib import suppress

import uvicorn

from app import limits, logs
from app.protocol import SETTINGS

servers = {}  # requested port -> its server, which the next one for that port replaces
changing = threading.RLock()  # held by the one thread that starts or stops a server


class BackgroundServer:
    """Serve `app` on http://127.0.0.1:PORT/ until stop() or the end of the process.

    Without `port`: 8000 where it is free, else any free port. With it: that port only, where
    0 stands for any free one. `settings` are those of uvicorn, and come before its limits.
    """

    def __init__(self, app, port=None, **settings):
        self.app, self.requested, self.port = app, port, None
        usual = {"log_config": None, "log_level": "info", **SETTINGS}
        self.settings = {**usual, **settings}
        self.key = id(self) if port == 0 else port  # port 0 is one more server, and replaces none
        self.lines = deque(maxlen=limits.LOG_LINES)
        self.listener = self.thread = self.uvicorn = None  # until start(), and new with each

    @property
    def running(self):
        return self.alive and self.uvicorn.started and not self.uvicorn.should_exit

    @property
    def alive(self):
        """Whether a thread serves here; is_alive() of one can be wrong after a Ctrl-C, before Python 3.13."""
        begun = self.thread is not None and self.thread.ident is not None
        return begun and not self.uvicorn.ended and self.process == os.getpid()  # and not in a forked child

    def start(self):
        """Return self, serving; RuntimeError with a reason: no port, no thread, or not in START_SECONDS."""
        with changing:
            if not self.running:
                previous = servers.get(self.key, self)
                previous.stop()
                self.thread = None  # of the run before
                wanted = [8000, 0] if self.requested is None else [self.requested]
                self.listener = first_free([previous.port, *wanted] if previous.port else wanted)
                try:
                    self.start_thread()
                finally:
                    if not self.running:  # too late, failed, or the cell was interrupted
                        self.give_up()
        return self

    def start_thread(self):
        self.port = self.listener.getsockname()[1]
        self.url, self.ws_url = f"http://127.0.0.1:{self.port}/", f"ws://127.0.0.1:{self.port}/ws"
        self.uvicorn = uvicorn.Server(None)  # its Config comes in the thread
        self.uvicorn.ended, self.process = False, os.getpid()
        run = self.uvicorn, self.listener
        self.thread = threading.Thread(target=self.serve_in_thread, args=run, daemon=True)
        servers[self.key] = self
        try:
            self.thread.start()
        except RuntimeError as error:
            raise RuntimeError(f"The server did not start: {error}.") from None
        true_within(lambda: self.uvicorn.started or self.uvicorn.ended, limits.START_SECONDS)
        log = self.logs()
        if not self.running:
            raise RuntimeError(f"The server did not start. Its log ends: {' / '.join(log[-2:])}")
        atexit.register(self.stop)  # a kernel that ends lets the app clean up

    def give_up(self):
        if servers.get(self.key) is self:
            del servers[self.key]
        if self.uvicorn:
            self.uvicorn.should_exit = True
        if self.listener and not (self.thread and self.thread.ident):  # a thread that runs closes it
            self.listener.close()

    def serve_in_thread(self, server, listener):
        """Serve. Here and not in start(), where a Ctrl-C could leave a lock of logging held for good."""
        logs.here.lines = self.lines

        async def serve():
            with suppress(SystemExit):  # uvicorn exits where a lifespan fails
                await server.serve(sockets=[listener])

        try:
            logs.install_filters()
            server.config = uvicorn.Config(self, **self.settings)
            loop_factory = server.config.get_loop_factory()
            with listener, asyncio.Runner(loop_factory=loop_factory) as runner:
                runner.run(serve())
        except Exception as error:  # which printed could land below any cell; start() says it
            self.lines.append(f"{type(error).__name__}: {error}")
        finally:
            server.ended = True

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)  # uvicorn serves this object, so swap() can be short

    def swap(self, app):
        """Give new connections to `app`; open sockets keep the old one, and no lifespan is run."""
        self.app = app

    def logs(self):
        """Return the log lines since the last call; of a traceback, its last line."""
        return [self.lines.popleft() for _ in range(len(self.lines))]

    def stop(self):
        """Close open sockets with code 1012 and end; RuntimeError: still busy after STOP_SECONDS."""
        with changing:
            atexit.unregister(self.stop)
            self.give_up()
            if self.alive:
                if not true_within(lambda: not self.alive, limits.STOP_SECONDS):
                    why = "A handler or the lifespan does not end. Restart the kernel to stop it."
                    raise RuntimeError(why)
                self.thread.join()

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        self.stop()


def true_within(condition, seconds):
    """Return condition(), once it is true or the seconds are over; a Ctrl-C leaves nothing half done here."""
    deadline = time.monotonic() + seconds
    while not (result := condition()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return result


def first_free(ports):
    """Return a socket that listens on the first of `ports` that can be had; 0 stands for any."""
    for port in ports:
        try:
            return socket.create_server(("127.0.0.1", port))
        except OSError as error:
            number, reason = error.errno, error.strerror.partition(" (")[0]  # Python adds what it tried
    if number == errno.EADDRINUSE:
        raise RuntimeError(f"Port {port} is busy. Stop what uses it, or leave out the port.")
    raise RuntimeError(f"No server can listen on {f'port {port}' if port else 'any port'}: {reason}.")
