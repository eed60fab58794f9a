"""One run of uvicorn, in a thread of its own, for a BackgroundServer."""

import asyncio
import os
import threading
from contextlib import suppress

import uvicorn

from app import logs
from app.goodbye import PartingServer
from app.ports import first_free


class ServerThread(PartingServer):
    def __init__(self, background):
        super().__init__(None)  # its Config comes in the thread
        self.background, self.listener, self.ended, self.process = background, None, False, os.getpid()
        self.thread = threading.Thread(target=self.serve_in_thread, daemon=True)

    def listen(self, ports):
        """Take the first of the ports that can be had, and return it; RuntimeError: none can."""
        self.listener = first_free(ports)
        return self.listener.getsockname()[1]

    def serve_in_thread(self):
        """Make all of it here: a Ctrl-C in a cell could leave a lock of logging held for good."""
        logs.here.lines = self.background.lines
        try:
            logs.install_filters()
            with self.listener:
                self.config = uvicorn.Config(self, **self.background.settings)
                with asyncio.Runner(loop_factory=self.config.get_loop_factory()) as runner:
                    runner.run(self.serve_until_exit())
        except Exception as error:  # which printed could land below any cell
            self.background.lines.append(f"{type(error).__name__}: {error}")
        finally:
            self.ended = True

    async def __call__(self, scope, receive, send):
        await self.background.app(scope, receive, send)  # the one of this moment, so swap() can be short

    async def serve_until_exit(self):
        with suppress(SystemExit):  # by which uvicorn says that the app failed at its start
            await self.serve([self.listener])

    @property
    def alive(self):
        """Whether it runs here; is_alive() of a thread can be wrong after a Ctrl-C, before Python 3.13."""
        begun = self.thread.ident is not None
        return begun and not self.ended and self.process == os.getpid()  # and not in a forked child

    @property
    def running(self):
        return self.alive and self.started and not self.should_exit

    def give_up(self):
        self.should_exit = True
        if self.listener and self.thread.ident is None:  # a thread that runs closes it
            self.listener.close()
