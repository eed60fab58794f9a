"""What lesson 08 shows with servers of its own is so with nginx, and with `uvicorn --reload`, too."""

import sys

import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from app.background import BackgroundServer
from app.main import app
from tests.conftest import ask, posix
from tests.deadlines import seconds, until
from tests.ports import free_port
from tests.programs import Program, nginx

LOCATION = """
    location / {{
        proxy_pass http://127.0.0.1:{};
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $http_connection;
        proxy_read_timeout 1s;
    }}
"""
NEWS = """
import asyncio
from fastapi import FastAPI, WebSocket

app = FastAPI()

@app.websocket("/ws")
async def wait_for_news(websocket: WebSocket):
    await websocket.accept()
    await websocket.send_text("version 1")
    await asyncio.Event().wait()
"""


@pytest.mark.parametrize("interval", [None, 0.2])
def test_nginx_cuts_what_is_silent(tmp_path, interval):
    """nginx cuts a connection that is silent for its proxy_read_timeout; the server's pings are a cure."""
    port = free_port()
    with (
        BackgroundServer(app, port=0, ws_ping_interval=interval) as server,
        nginx(tmp_path, f"server {{ listen 127.0.0.1:{port}; {LOCATION.format(server.port)} }}", port),
        connect(f"ws://127.0.0.1:{port}/ws", proxy=None, ping_interval=None) as ws,
    ):
        assert ask(ws, "hello") == "Message text was: hello"
        if interval is None:
            with pytest.raises(ConnectionClosed):
                ws.recv(timeout=seconds(10))
            assert ws.close_code == 1006
        else:
            with pytest.raises(TimeoutError):
                ws.recv(timeout=2)
            assert ask(ws, "still there?") == "Message text was: still there?"


def reloading(folder, *options):
    """Return a uvicorn that starts its app anew when its file changes."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "news:app", "--app-dir", folder, "--reload-dir", folder]
    program = Program("startup complete", *command, "--reload", "--port", port, *options)
    program.ws_url = f"ws://127.0.0.1:{port}/ws"
    return program


def end_all(program):
    """End a program with those that it has started, which would not end by themselves."""
    for child in psutil.Process(program.process.pid).children(recursive=True):
        child.kill()


@posix
def test_reload_waits_for_an_open_socket(tmp_path):
    """With --reload alone an open socket keeps the old app; with a limit the new one comes."""
    (tmp_path / "news.py").write_text(NEWS)
    limited = "--timeout-graceful-shutdown", "1"
    with reloading(tmp_path) as endless, reloading(tmp_path, *limited) as short:
        with connect(endless.ws_url, proxy=None) as one, connect(short.ws_url, proxy=None) as other:
            (tmp_path / "news.py").write_text(NEWS.replace("version 1", "version 2"))
            for ws in [one, other]:
                assert ws.recv(timeout=seconds(10)) == "version 1"
                with pytest.raises(ConnectionClosed):
                    ws.recv(timeout=seconds(10))
                assert ws.close_code == 1012
        until(lambda: short.said().count("startup complete") == 2, "new app", 20)
        with connect(short.ws_url, proxy=None) as ws:
            assert ws.recv(timeout=seconds(10)) == "version 2"
        assert endless.said().splitlines()[-1].endswith("(CTRL+C to force quit)")
        end_all(endless)
        end_all(short)
