"""Serve an ASGI app beside the cells: start it, swap it and stop it."""

import atexit
from collections import deque

from app import limits, logs
from app.in_time import end_in_time, start_in_time
from app.ports import changing, leave_place, take_place
from app.server_thread import ServerThread


class BackgroundServer:
    """Serve `app` on 127.0.0.1. Port 0 is any free one; without a port it is 8000, or else any free one."""

    def __init__(self, app, port=None, **settings):
        self.app, self.requested, self.port = app, port, None
        self.settings = {**logs.SETTINGS, "timeout_graceful_shutdown": limits.GRACE_SECONDS, **settings}
        self.key = id(self) if port == 0 else port  # port 0 is one more server, and replaces none
        self.lines, self.uvicorn = deque(maxlen=limits.LOG_LINES), ServerThread(self)  # which runs once

    @property
    def running(self):
        return self.uvicorn.running

    def start(self):
        """Return self, serving; RuntimeError with the reason: no port, no thread, or not in time."""
        with changing:
            if not self.running:
                ports, self.uvicorn = take_place(self), ServerThread(self)
                try:
                    self.port = self.uvicorn.listen(ports)
                    self.url, self.ws_url = f"http://127.0.0.1:{self.port}/", f"ws://127.0.0.1:{self.port}/ws"
                    start_in_time(self.uvicorn)
                    atexit.register(self.stop)  # a kernel that ends lets the app clean up
                except BaseException:  # a Ctrl-C, too
                    leave_place(self)
                    self.uvicorn.give_up()
                    raise
        return self

    def swap(self, app):
        """Give new connections to `app`; open sockets keep the old one, and no lifespan is run."""
        self.app = app

    def logs(self):
        """Return the log lines since the last call; of a traceback, its last line."""
        return [self.lines.popleft() for _ in range(len(self.lines))]

    def stop(self):
        """Close open sockets with code 1012 and end; RuntimeError: it is still busy after some seconds."""
        with changing:
            atexit.unregister(self.stop)
            leave_place(self)
            end_in_time(self.uvicorn)

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        self.stop()
