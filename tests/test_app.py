"""The chat: over TestClient, over a real socket, and as the program `python3 -m app`."""

import re
import signal
import socket
import struct
import subprocess
import sys

import httpx2
import pytest
from fastapi.testclient import TestClient
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from app.background import BackgroundServer
from app.main import app
from conftest import ROOT

TEXTS = ["", " ", "hello", "Grüße 你好 🙂", 'it\'s "quoted"', "<script>alert(1)</script>", "a\nb\0c"]
NORMAL = re.compile(
    r'"(GET|WebSocket) \S+( HTTP/1.1)?" (200|\[accepted\])|connection (open|closed)'
    r"|socket\.send\(\) raised exception\."  # how asyncio says that a client has gone
)


@pytest.fixture
def server():
    with BackgroundServer(app, port=0) as server:
        yield server


@pytest.fixture
def ws(server):
    with connect(server.ws_url, proxy=None, max_size=None) as ws:
        yield ws


def ask(ws, message):
    ws.send(message)
    return ws.recv(timeout=10)


def ask_anew(server):
    with connect(server.ws_url, proxy=None) as ws:
        return ask(ws, "still there?")


def unusual(server):
    """Return the lines of the server's log that a normal connection does not leave."""
    server.stop()
    lifecycle = ("Shutting down", "Waiting for", "Application shutdown complete", "Finished server")
    return [line for line in server.logs() if not NORMAL.fullmatch(line) and not line.startswith(lifecycle)]


def test_index_is_html():
    """GET / answers with the rendered template, as HTML."""
    response = TestClient(app).get("/")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.text == (ROOT / "templates" / "socket.html").read_text(encoding="utf-8").rstrip("\n")


def test_script_is_javascript():
    """GET /static/ws.js answers with the script, under a type that browsers run."""
    response = TestClient(app).get("/static/ws.js")
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.content == (ROOT / "static" / "ws.js").read_bytes()


def test_script_is_javascript_on_windows_too():
    """The script has its type on a machine that believes .js to be plain text."""
    program = (
        "import mimetypes; mimetypes.add_type('text/plain', '.js')\n"
        "from app.main import app; from fastapi.testclient import TestClient\n"
        "print(TestClient(app).get('/static/ws.js').headers['content-type'])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    assert run.stdout == "text/javascript; charset=utf-8\n", run.stderr


def test_static_route_has_its_name():
    """The folder is mounted under the name "static"."""
    assert app.url_path_for("static", path="ws.js") == "/static/ws.js"


def test_works_from_any_directory(server, tmp_path, monkeypatch):
    """The page and the script are found when the current directory is another one."""
    monkeypatch.chdir(tmp_path)
    for path in ["", "static/ws.js"]:
        assert httpx2.get(server.url + path, trust_env=False).status_code == 200


def test_echo_over_test_client():
    """The endpoint answers each text behind the same words."""
    with TestClient(app).websocket_connect("/ws") as ws:
        for text in TEXTS:
            ws.send_text(text)
            assert ws.receive_text() == f"Message text was: {text}"


@pytest.mark.parametrize("text", [*TEXTS, "x" * 2**20], ids=lambda text: ascii(text[:12]))
def test_echo(ws, text):
    """A text comes back exactly, over a real socket."""
    assert ask(ws, text) == f"Message text was: {text}"


def test_many_messages_keep_their_order(ws):
    """Messages sent at once are answered in the order in which they were sent."""
    for number in range(100):
        ws.send(str(number))
    assert [ws.recv(timeout=10) for _ in range(100)] == [f"Message text was: {n}" for n in range(100)]


def test_binary_is_refused(server, ws):
    """A binary frame is answered with close code 1003, and the log shows no error."""
    with pytest.raises(ConnectionClosedError):
        ask(ws, b"\0\1")
    assert (ws.close_code, ws.close_reason) == (1003, "text only")
    assert unusual(server) == []


def test_normal_close(server, ws):
    """A client that closes gets code 1000 back, and the log shows no error."""
    ask(ws, "hello")
    ws.close()
    assert ws.close_code == 1000
    assert unusual(server) == []


def test_vanished_client(server, capfd):
    """Clients that vanish, idle or with answers on their way, leave no error and harm nobody."""
    reset = struct.pack("ii", 1, 0)  # close() sends RST instead of a close frame and FIN
    for number in range(20):
        with connect(server.ws_url, proxy=None, close_timeout=0) as ws:
            for _ in range(number):
                ws.send("x" * 100_000)
            ws.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            ws.socket.close()
    assert ask_anew(server) == "Message text was: still there?"
    assert unusual(server) == []
    assert capfd.readouterr().err == ""


def test_client_that_closes_and_does_not_read(server, capfd):
    """Clients that close while answers are on their way leave no error, in the log or on the screen."""
    for _ in range(10):
        with connect(server.ws_url, proxy=None, close_timeout=0.1, max_queue=1) as ws:
            for _ in range(100):
                ws.send("x" * 10_000)
            ws.protocol.send_close(1000)
            ws.socket.sendall(b"".join(ws.protocol.data_to_send()))
            ws.socket.shutdown(socket.SHUT_WR)
    assert ask_anew(server) == "Message text was: still there?"
    assert unusual(server) == []
    assert capfd.readouterr().err == ""


def test_vanish_during_a_refusal(server):
    """A client that sends bytes and vanishes before the answer leaves no error."""
    for _ in range(20):
        with connect(server.ws_url, proxy=None, close_timeout=0) as ws:
            ws.send(b"\0")
            ws.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            ws.socket.close()
    assert unusual(server) == []


def start(*options):
    return subprocess.Popen(
        [sys.executable, "-m", "app", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_program_serves_and_ends_at_ctrl_c():
    """`python3 -m app` prints its address and, with a client connected, ends within 2 seconds."""
    with start("--port", "0") as program:
        try:
            url = re.search(r"http://127\.0\.0\.1:\d+/", program.stdout.readline())[0]
            with connect(url.replace("http", "ws") + "ws", proxy=None) as ws:
                assert ask(ws, "hello") == "Message text was: hello"
                program.send_signal(signal.SIGINT)
                assert program.wait(timeout=2) == 0
                assert "Traceback" not in program.stderr.read()
        finally:
            program.kill()


def test_program_ends_with_a_slow_reader():
    """Ctrl-C ends the program within 3 seconds also when a client does not take its answers."""
    with start("--port", "0") as program, socket.socket() as slow:
        try:
            port = int(re.search(r":(\d+)/", program.stdout.readline())[1])
            slow.settimeout(10)
            slow.connect(("127.0.0.1", port))
            key = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + "A" * 22 + "=="
            request = f"GET /ws HTTP/1.1\r\nHost: x\r\n{key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
            slow.sendall(request.encode())
            assert b" 101 " in slow.recv(1000)
            slow.settimeout(1)
            frame = b"\x81\xfe\xff\xff\0\0\0\0" + b"x" * 0xFFFF
            with pytest.raises(TimeoutError):  # the server stops reading when its answers pile up
                slow.sendall(frame * 1000)
            program.send_signal(signal.SIGINT)
            assert program.wait(timeout=3) == 0
        finally:
            program.kill()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--port", "BUSY"], "Port BUSY is busy; stop what uses it, or run: python3 -m app --port 0"),
        (["--port", "70000"], "argument --port: invalid port value: '70000'; see: python3 -m app"),
        (["--port", "x"], "argument --port: invalid port value: 'x'; see: python3 -m app --help"),
        (["--host", "256.0.0.1"], "256.0.0.1, port 8000 cannot be listened on: "),
        (["--host", ""], "argument --host: it is empty; see: python3 -m app --help"),
        (["--host", "é..é"], "argument --host: 'é..é' is no host name; see: python3 -m app --help"),
        (["--prot", "1"], "unrecognized arguments: --prot 1; see: python3 -m app --help"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_program_says_what_is_wrong(options, sentence):
    """Bad input to `python3 -m app` is one sentence on stderr and exit code 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with start(*(option.replace("BUSY", port) for option in options)) as program:
            output, complaint = program.communicate(timeout=20)
    assert program.returncode == 1
    assert output == ""
    assert complaint.count("\n") == 1
    assert complaint.startswith(sentence.replace("BUSY", port))
