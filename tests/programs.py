"""Programs of their own, which can be killed, stand still and be started again."""

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import contextmanager

import psutil
import pytest

from environment import ROOT
from tests.deadlines import seconds, until
from tests.ports import free_port

NATS = shutil.which("nats-server", path=sysconfig.get_path("scripts"))


class Program:
    """A program, with all it says in a file; it is ready when it says so."""

    def __init__(self, ready, *command, **environ):
        self.command, self.environ, self.ready = command, {**os.environ, **environ}, ready
        file = tempfile.TemporaryFile("a+", encoding="utf-8")  # noqa: SIM115 - it is closed in __exit__
        self.file = file  # at whose end the program writes, wherever we read
        self.start()

    def start(self):
        self.began = self.file.seek(0, os.SEEK_END)
        self.process = subprocess.Popen(
            list(map(str, self.command)), cwd=ROOT, env=self.environ, stdout=self.file, stderr=self.file
        )

    def said(self):
        """Return what it has said since its start."""
        self.file.seek(self.began)
        return self.file.read()

    def is_ready(self):
        return self.ready in self.said()

    def start_again(self):
        self.start()
        until(self.is_ready, f"line {self.ready!r}", 20)

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=seconds(10))

    def freeze(self):
        process = psutil.Process(self.process.pid)
        process.suspend()
        until(lambda: process.status() == psutil.STATUS_STOPPED, "stop")  # which takes the system a moment

    def wake(self):
        psutil.Process(self.process.pid).resume()

    @contextmanager
    def frozen(self):
        """Let it stand still, as on a machine that has vanished."""
        self.freeze()
        try:
            yield
        finally:
            self.wake()

    def __enter__(self):
        until(lambda: self.is_ready() or self.process.poll() is not None, f"line {self.ready!r}", 20)
        assert self.is_ready(), self.said()
        return self

    def __exit__(self, *error):
        self.kill()
        self.file.close()


def nats_server(store):
    """Return a NATS of our own that keeps its streams in a folder, or has none; it starts."""
    port, options = free_port(), ["-js", "-sd", store] if store else []
    program = Program("Server is ready", NATS, "-a", "127.0.0.1", "-p", port, *options)
    program.url = f"nats://127.0.0.1:{port}"
    return program


def chat(**environ):
    """Return `python3 -m app` with these variables of its environment; it starts."""
    port = free_port()
    program = Program("until you press Ctrl-C", sys.executable, "-m", "app", "--port", port, **environ)
    program.url, program.ws_url = f"http://127.0.0.1:{port}/", f"ws://127.0.0.1:{port}/ws"
    return program


def nginx_program():
    """Return the path of nginx; a test that needs it is skipped where it is missing, but not in CI."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if program is None and os.environ.get("CI") and sys.platform == "linux":  # what .ci/run is for
        pytest.fail("CI needs nginx: install the package nginx.")
    return program or pytest.skip("nginx is not installed: install it to test the chat behind it.")


def has_listener(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def nginx(folder, http, port):
    """Run nginx in a folder, with these lines of its `http`, which listen at a port."""
    (folder / "nginx.conf").write_text(f"""
        daemon off; master_process off; pid nginx.pid;
        events {{}}
        http {{
            access_log off; client_body_temp_path a; proxy_temp_path b;
            fastcgi_temp_path c; uwsgi_temp_path d; scgi_temp_path e;
            {http}
        }}
    """)
    command = [nginx_program(), "-p", folder, "-c", "nginx.conf", "-e", "error.log"]
    process = subprocess.Popen(command)
    try:
        until(lambda: has_listener(port) or process.poll() is not None, "nginx")
        assert process.poll() is None, (folder / "error.log").read_text()
        yield
    finally:
        process.terminate()
        process.wait(timeout=seconds(10))
