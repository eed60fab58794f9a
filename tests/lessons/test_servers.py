"""The programs by which lessons 12 and 13 serve the chat are as safe as lesson 09 has made it."""

import subprocess
import sys

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from app import limits
from lesson.lessons import cells_of, lessons
from notebooks.teach.refresh import write_chat
from tests.deadlines import seconds
from tests.ports import free_port


@pytest.mark.parametrize("number", ["12", "13"])
def test_limits_of_a_server(tmp_path, number):
    """There is no compression, and no message of more than 64 KiB."""
    [lesson] = [lesson for lesson in lessons() if lesson.stem.startswith(number)]
    for folder in ["app", "static", "templates"]:
        (tmp_path / folder).mkdir()
    write_chat(tmp_path)
    write = "%%writefile serve.py\n"
    [program] = [text.removeprefix(write) for _, text in cells_of(lesson) if text.startswith(write)]
    (tmp_path / "serve.py").write_text(program, encoding="utf-8")
    command = [sys.executable, "serve.py", str(free_port())]  # a port that lesson 13 chooses itself
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, cwd=tmp_path, **pipes) as server:
        try:
            said = server.stdout.readline().strip()
            address = said if ":" in said else f"127.0.0.1:{command[-1]}"
            with connect(f"ws://{address}/ws", proxy=None, max_size=None) as ws:
                assert "Sec-WebSocket-Extensions" not in ws.response.headers
                ws.send(["x" * limits.MESSAGE_BYTES, "x"])
                with pytest.raises(ConnectionClosed):
                    ws.recv(timeout=seconds(10))
                assert ws.close_code == 1009
        finally:
            server.kill()
