"""The chat: over TestClient, over a real socket, and as the program `python3 -m app`."""

import re
import signal
import socket
import struct
import subprocess
import sys
from contextlib import contextmanager

import httpx2
import pytest
from fastapi.testclient import TestClient
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from app import limits
from app.__main__ import main
from app.main import app
from tests.conftest import (
    HANDSHAKE,
    ROOT,
    Chat,
    ask,
    ask_anew,
    knock,
    open_raw,
    port_in,
    posix,
    start,
    unusual,
    vanish,
)
from tests.deadlines import seconds

LIMIT = limits.MESSAGE_BYTES
TEXTS = ["", " ", "hello", "Grüße 你好 🙂", 'it\'s "quoted"', "<script>alert(1)</script>", "a\nb\0c"]


@pytest.fixture
def ws(server):
    with connect(server.ws_url, proxy=None, max_size=None) as ws:
        yield ws


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
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=seconds(30)
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


@pytest.mark.parametrize("text", [*TEXTS, "x" * LIMIT, "é" * (LIMIT // 2)], ids=lambda text: ascii(text[:12]))
def test_echo(ws, text):
    """A text of up to the limit in UTF-8 bytes comes back exactly, over a real socket."""
    assert ask(ws, text) == f"Message text was: {text}"


def test_one_byte_too_many(server, ws):
    """A message of one byte more than the limit is refused at its header with close code 1009."""
    ws.socket.sendall(b"\x81\xff" + struct.pack("!Q", LIMIT + 1) + b"mask")
    with pytest.raises(ConnectionClosedError):
        ws.recv(timeout=seconds(10))
    assert ws.close_code == 1009
    assert unusual(server) == []


def test_one_byte_too_many_in_fragments(server, ws):
    """Fragments that are one byte too many together are refused with close code 1009."""
    with pytest.raises(ConnectionClosedError):
        ask(ws, ["x" * LIMIT, "x"])
    assert ws.close_code == 1009
    assert unusual(server) == []


def test_no_compression(ws):
    """The server declines the compression that a client offers: a small frame could unpack to much."""
    assert "permessage-deflate" in ws.request.headers["Sec-WebSocket-Extensions"]
    assert "Sec-WebSocket-Extensions" not in ws.response.headers


def test_many_messages_keep_their_order(ws):
    """Messages sent at once are answered in the order in which they were sent."""
    for number in range(20):  # one more in the same second would be refused
        ws.send(str(number))
    assert [ws.recv(timeout=seconds(10)) for _ in range(20)] == [f"Message text was: {n}" for n in range(20)]


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
    for number in range(20):
        with connect(server.ws_url, proxy=None, close_timeout=0) as ws:
            for _ in range(number):
                ws.send("x" * 60_000)
            vanish(ws.socket)
    assert ask_anew(server.ws_url) == "Message text was: still there?"
    assert unusual(server) == []
    assert capfd.readouterr().err == ""


def test_client_that_closes_and_does_not_read(server, capfd):
    """Clients that close while answers are on their way leave no error, in the log or on the screen."""
    for _ in range(10):
        with connect(server.ws_url, proxy=None, close_timeout=0.1, max_queue=1) as ws:
            for _ in range(20):
                ws.send("x" * 60_000)
            ws.protocol.send_close(1000)
            ws.socket.sendall(b"".join(ws.protocol.data_to_send()))
            ws.socket.shutdown(socket.SHUT_WR)
    assert ask_anew(server.ws_url) == "Message text was: still there?"
    assert unusual(server) == []
    assert capfd.readouterr().err == ""


def test_vanish_during_a_refusal(server):
    """A client that sends bytes and vanishes before the answer leaves no error."""
    for _ in range(20):
        with connect(server.ws_url, proxy=None, close_timeout=0) as ws:
            ws.send(b"\0")
            vanish(ws.socket)
    assert unusual(server) == []


@contextmanager
def program(*options, **others):
    """`python3 -m app` on any free port, and the line in which it says that it listens."""
    with start("--port", "0", *options, **others) as program:
        try:
            yield program, program.stdout.readline()
        finally:
            program.kill()


def assert_ends_at_ctrl_c(program, quiet):
    program.send_signal(signal.SIGINT)
    assert program.wait(timeout=seconds(quiet)) == 0
    assert "Traceback" not in program.stderr.read()


@posix
def test_program_serves_and_ends_at_ctrl_c():
    """`python3 -m app` prints its address and, with a client connected, ends within 2 seconds."""
    with program() as (chat, said), connect(f"ws://127.0.0.1:{port_in(said)}/ws", proxy=None) as ws:
        assert ask(ws, "hello") == "Message text was: hello"
        assert_ends_at_ctrl_c(chat, 2)


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@posix
@pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")
def test_program_on_ipv6():
    """With the host ::1, `python3 -m app` prints an address that a browser takes, and answers there."""
    with program("--host", "::1") as (chat, said):
        address = re.search(r"http://\[::1\]:\d+/", said)[0]
        assert httpx2.get(address, trust_env=False, timeout=seconds(10)).status_code == 200
        with connect(address.replace("http", "ws") + "ws", proxy=None) as ws:
            assert ask(ws, "hello") == "Message text was: hello"
        assert_ends_at_ctrl_c(chat, 10)


@posix
def test_program_ends_with_a_refused_handshake():
    """Ctrl-C ends the program, without a traceback, also where a client waits that was refused."""
    request = HANDSHAKE.removesuffix(b"\r\n") + b"Cookie: " + b"a" * 9000 + b"\r\n\r\n"
    with program() as (chat, said), knock(port_in(said), request) as client:
        assert client.recv(12) == b"HTTP/1.1 431"
        assert_ends_at_ctrl_c(chat, 5)


def test_program_has_the_limits(tmp_path):
    """`python3 -m app` declines compression, and refuses one byte too many with close code 1009, as well."""
    with Chat(tmp_path / "log") as chat, connect(chat.ws_url, proxy=None, max_size=None) as ws:
        assert "Sec-WebSocket-Extensions" not in ws.response.headers
        assert ask(ws, "x" * LIMIT) == "Message text was: " + "x" * LIMIT
        with pytest.raises(ConnectionClosedError):
            ask(ws, ["x" * LIMIT, "x"])
        assert ws.close_code == 1009
        assert chat.unusual() == []


@posix
def test_program_ends_with_a_slow_reader():
    """Ctrl-C ends the program within 3 seconds also when a client does not take its answers."""
    no_rate_limit = """
import runpy
from app.guard import RateLimit
RateLimit.exceeded = lambda self, after=None: False
runpy.run_module("app", run_name="__main__")
"""
    with (
        program(command=["-c", no_rate_limit]) as (chat, said),
        open_raw(port_in(said)) as slow,
    ):
        slow.settimeout(1)
        frame = b"\x81\xfe\xff\xff\0\0\0\0" + b"x" * 0xFFFF
        with pytest.raises(TimeoutError):  # the server stops reading when its answers pile up
            slow.sendall(frame * 1000)
        assert_ends_at_ctrl_c(chat, 3)


WRONG_OPTIONS = [
    (["--port", "BUSY"], "Port BUSY is busy; stop what uses it, or run: python3 -m app --port 0"),
    (["--port", "70000"], "argument --port: invalid port value: '70000'; see: python3 -m app"),
    (["--port", "x"], "argument --port: invalid port value: 'x'; see: python3 -m app --help"),
    (["--host", "256.0.0.1"], "256.0.0.1, port 8000 cannot be listened on: "),
    (["--host", ""], "argument --host: it is empty; see: python3 -m app --help"),
    (["--host", "é..é"], "argument --host: 'é..é' is no host name; see: python3 -m app --help"),
    (["--prot", "1"], "unrecognized arguments: --prot 1; see: python3 -m app --help"),
]


@pytest.mark.parametrize(("options", "sentence"), WRONG_OPTIONS)
def test_program_says_what_is_wrong(options, sentence, monkeypatch, capsys):
    """Bad input to `python3 -m app` is one sentence, and exit code 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        arguments = [option.replace("BUSY", port) for option in options]
        monkeypatch.setattr(sys, "argv", ["app", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    said = capsys.readouterr()
    if isinstance(ended.value.code, str):  # which Python says on stderr, and exits with code 1
        ended.value.code, said = 1, said._replace(err=f"{ended.value.code}\n")
    assert (ended.value.code, said.out, said.err.count("\n")) == (1, "", 1)
    assert said.err.startswith(sentence.replace("BUSY", port))


def test_program_exits_with_code_1():
    """What is wrong with the input to `python3 -m app` stands on stderr, and nothing else."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with start("--port", port) as program:
            output, complaint = program.communicate(timeout=seconds(20))
    assert (program.returncode, output) == (1, "")
    assert complaint == f"Port {port} is busy; stop what uses it, or run: python3 -m app --port 0\n"
