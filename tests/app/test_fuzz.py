"""Anything at all, sent to `python3 -m app`: what it answers, what it logs, and that it goes on.

The examples are the same in each run, so that a red test is a change's fault and not bad luck. To look
for new ones, 20,000 a test: FUZZ=20000 python3 -m tests tests/app/test_fuzz.py --timeout 0
"""

import os
import re
import socket
import tempfile
from contextlib import suppress
from itertools import cycle, pairwise, takewhile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed, ConnectionClosedError
from websockets.frames import Close, Opcode
from websockets.protocol import State
from websockets.sync.client import connect
from websockets.uri import parse_uri

from app import limits
from tests.conftest import HANDSHAKE, Chat, ask, ask_anew, open_raw
from tests.deadlines import seconds

LIMIT = limits.MESSAGE_BYTES
EXAMPLES = int(os.environ.get("FUZZ", 0))
home = tempfile.TemporaryDirectory()  # other tests copy the kit's folder, and may not find one in it
set_hypothesis_home_dir(home.name)
fuzz = settings(
    max_examples=EXAMPLES or 100,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,  # a busy machine is no defect
    suppress_health_check=[HealthCheck.too_slow],
)

BAD_TEXT = "Invalid UTF-8 sequence received from client."


@pytest.fixture(scope="module")
def chat(tmp_path_factory):
    """The chat, with a client that is connected all the time."""
    log = tmp_path_factory.mktemp("fuzz") / "log"
    with Chat(log) as chat, connect(chat.ws_url, proxy=None) as bystander:
        yield chat
        assert ask(bystander, "and I?") == "Message text was: and I?"
        assert chat.unusual() == []


def healthy(chat):
    """Assert that the chat answers a new client; return what is unusual in its log."""
    assert ask_anew(chat.ws_url) == "Message text was: still there?"
    return chat.unusual()


texts = st.text(max_size=200)
long_texts = st.builds(
    lambda text, times: text * min(times, LIMIT // len(text.encode())),
    st.text(min_size=1, max_size=20),
    st.integers(1, LIMIT),
)


@fuzz
@given(texts | long_texts)
def test_any_text(chat, text):
    """Any text within the limit comes back exactly."""
    with connect(chat.ws_url, proxy=None) as ws:
        assert ask(ws, text) == f"Message text was: {text}"
    assert healthy(chat) == []


@fuzz
@given(texts, st.lists(st.integers(0, 200), max_size=8))
def test_any_fragments(chat, text, cuts):
    """A text in any fragments, also empty ones and ones that cut a character, comes back whole."""
    data = text.encode()
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    with connect(chat.ws_url, proxy=None) as ws:
        ws.send([data[start:end] for start, end in pairwise(edges)], text=True)
        assert ws.recv(timeout=seconds(10)) == f"Message text was: {text}"
    assert healthy(chat) == []


@fuzz
@given(st.lists(st.text(max_size=20) | st.binary(max_size=20), max_size=20))
def test_any_mix(chat, messages):
    """Texts are answered up to the first bytes, which are answered with close code 1003."""
    texts = list(takewhile(lambda message: isinstance(message, str), messages))
    with connect(chat.ws_url, proxy=None) as ws:
        with suppress(ConnectionClosed):  # by the answer to the first bytes
            for message in messages:
                ws.send(message)
        assert [ws.recv(timeout=seconds(10)) for _ in texts] == [
            f"Message text was: {text}" for text in texts
        ]
        if texts != messages:
            with pytest.raises(ConnectionClosedError):
                ws.recv(timeout=seconds(10))
    assert ws.close_code == (1000 if texts == messages else 1003)
    assert healthy(chat) == []


def is_no_text(data):
    return data.decode(errors="replace").encode() != data


@fuzz
@given(st.binary(min_size=1, max_size=50).filter(is_no_text))
def test_any_text_that_is_no_utf_8(chat, data):
    """A text frame that is no UTF-8 is answered with close code 1007, and is one line in the log."""
    with connect(chat.ws_url, proxy=None) as ws:
        ws.send(data, text=True)
        with pytest.raises(ConnectionClosedError):
            ws.recv(timeout=seconds(10))
    assert ws.close_code == 1007
    assert healthy(chat) == [BAD_TEXT]


def frame(opcode, payload=b"", fin=True, rsv=0, mask=b"mask", form=0, length=None):
    """Return a frame, or what looks like one: `form` may be too long, and `length` untrue."""
    length = len(payload) if length is None else length
    form = max(form, 0 if length < 126 else 1 if length < 2**16 else 2)
    head = [fin << 7 | rsv << 4 | opcode, (mask is not None) << 7 | [length, 126, 127][form]]
    if mask is not None:
        payload = mask + bytes(byte ^ key for byte, key in zip(payload, cycle(mask), strict=False))
    return bytes(head) + length.to_bytes(8)[[8, 6, 0][form] :] + payload


def mostly(usual, others):
    return st.integers(0, 9).flatmap(lambda number: others if number == 9 else st.just(usual))


closes = st.builds(
    lambda code, reason: code.to_bytes(2) + reason,
    st.integers(0, 5100),
    st.text(max_size=30).map(str.encode) | st.binary(max_size=130),
)
frames = st.builds(
    frame,
    st.sampled_from(Opcode) | st.integers(0, 15),
    st.text(max_size=40).map(str.encode) | st.binary(max_size=130) | closes,
    fin=st.booleans() | st.just(True),
    rsv=mostly(0, st.integers(1, 7)),
    mask=mostly(b"mask", st.none()),
    form=st.integers(0, 2),
    length=mostly(None, st.integers(0, 200) | st.integers(0, 2**64 - 1) | st.just(LIMIT + 1)),
)


def answer_to(client, segments):
    """Send each of the segments, then the end; return what came back until the server ended too."""
    answer = b""
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with suppress(OSError):  # from a server that has heard enough
        for segment in segments:
            client.sendall(segment)
        client.shutdown(socket.SHUT_WR)
    with suppress(ConnectionError):
        while part := client.recv(2**16):
            answer += part
    return answer


def parsed(answer):
    """Return the frames that a server sent; fail where a client would find fault with one."""
    client = ClientProtocol(parse_uri("ws://127.0.0.1/"), state=State.OPEN, max_size=None)
    client.receive_data(answer)
    assert client.parser_exc is None, answer
    return client.events_received()


@fuzz
@given(st.lists(frames, min_size=1, max_size=8), st.none() | st.integers(0, 300), st.booleans())
def test_any_frames(chat, frames, cut, at_once):
    """Any frames, true or false ones, cut off or not, get proper frames for an answer, and no traceback."""
    segments = [b"".join(frames)[:cut]] if at_once or cut is not None else frames
    with open_raw(chat.port) as client:
        answers = parsed(answer_to(client, segments))
    assert {answer.opcode for answer in answers} <= {Opcode.TEXT, Opcode.PONG, Opcode.CLOSE}
    for answer in answers:
        assert answer.opcode is not Opcode.TEXT or answer.data.startswith(b"Message text was: ")
    assert set(healthy(chat)) <= {BAD_TEXT}


changes = st.lists(
    st.tuples(
        st.integers(0, len(HANDSHAKE)),
        st.integers(0, 30),
        st.sampled_from([b"", b"\r\n", b"\r\nOrigin: null\r\n", b"\r\nContent-Length: 5\r\n", b"\xff"])
        | st.binary(max_size=20),
    ),
    min_size=1,
    max_size=4,
)


def changed(data, changes):
    for start, deleted, inserted in changes:
        data = data[:start] + inserted + data[start + deleted :]
    return data


EXPECTED = re.compile(
    r'".* HTTP/\d\.\d" [24]\d\d .*|"WebSocket .*" (\[accepted\]|403)|connection rejected \(4\d\d .*\)'
    r"|Invalid HTTP request received\.|Unsupported upgrade request\.|HTTP response sent \(4\d\d .*\)"
)


@fuzz
@given(st.binary(max_size=300) | changes.map(lambda changes: changed(HANDSHAKE, changes)))
def test_any_handshake(chat, data):
    """Any bytes in place of a handshake get a proper answer or none, and no traceback."""
    with socket.create_connection(("127.0.0.1", chat.port), timeout=seconds(10)) as client:
        answer = answer_to(client, [data])
    assert re.match(rb"HTTP/1\.1 (101|2\d\d|4\d\d) |$", answer), answer
    assert [line for line in healthy(chat) if not EXPECTED.fullmatch(line)] == []


@pytest.mark.parametrize(
    ("segment", "code"),
    [
        (frame(Opcode.TEXT, b"hello") + frame(Opcode.TEXT, b"\xff"), 1007),
        (frame(Opcode.BINARY, b"hello") + frame(Opcode.TEXT, b"\xff"), 1007),
        (frame(Opcode.TEXT, b"\xff") + frame(Opcode.CLOSE, b"\x03\xe8"), 1000),
    ],
    ids=["after a text", "after bytes", "before a close"],
)
def test_text_that_is_no_utf_8_in_company(chat, segment, code):
    """Text that is no UTF-8, in one packet with another frame, is one line in the log too."""
    chat.news()
    with open_raw(chat.port) as client:
        answers = parsed(answer_to(client, [segment]))
    assert ask_anew(chat.ws_url) == "Message text was: still there?"
    assert chat.unusual() == [BAD_TEXT]
    assert Close.parse(answers[-1].data).code == code


def test_the_server_ends_what_it_has_closed(chat):
    """After text that is no UTF-8 and a close, in one packet, the server ends a connection that we do not."""
    with open_raw(chat.port) as client:
        client.sendall(frame(Opcode.TEXT, b"\xff") + frame(Opcode.CLOSE, b"\x03\xe8"))
        assert client.makefile("rb").read() == b"\x88\x02\x03\xe8"
    assert healthy(chat) == [BAD_TEXT]
