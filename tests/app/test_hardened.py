"""Each mend of the hardened server in a bottle, with its limits as shipped: red where it is taken out."""

import asyncio

import pytest
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from app import limits
from app.hardened import SETTINGS
from app.http_protocol import HttpProtocol
from app.protocol import Protocol
from lesson.bottle import simulate, start_server
from tests.app.raw_client import RawClient

ECHO = b"\x81\x05hello"  # from the server
HELLO = b"\x81\x85\0\0\0\0hello"
EMPTY_PING = b"\x89\x80\0\0\0\0"
PING = b"\x89\xfd\0\0\0\0" + b"x" * 125


async def early_frames(client):
    """What comes in the packet of the handshake is answered."""
    await client.knock("echo", more=HELLO)
    async with asyncio.timeout(5):
        await client.reader.readuntil(ECHO)


async def no_request(client):
    """Who asks for nothing is cut off."""
    await start_server(client.network, client.app, **client.settings)
    client.reader, _ = await asyncio.open_connection("server", 80)
    assert await client.rest(limits.REQUEST_SECONDS + 1) == b""


async def big_header(client):
    """A handshake that is refused is answered."""
    await client.knock("echo", head=b"Cookie: %s\r\n" % (b"x" * 9000))
    assert (await client.rest(5)).startswith(b"HTTP/1.1 4")


async def no_text(client):
    """A text that is no UTF-8, and a close frame at once, end the connection without an error."""
    await client.knock("echo")
    await client.reader.readuntil(b"\r\n\r\n")
    await client.send(b"\x81\x81\0\0\0\0\xff\x88\x80\0\0\0\0")
    await client.rest(5)
    assert client.network.complaints == []


async def flood_of_pings(client):
    """So many small frames end the connection."""
    await client.knock("echo", more=EMPTY_PING * (limits.FRAMES_PER_SECOND + 1))
    await client.rest(15)


async def bad_frame(client):
    """An endpoint that sends on is told that its client broke the rules."""
    await client.knock("tell")
    await client.reader.readuntil(b"\r\n\r\n")
    client.writer.write(ECHO)  # without a mask
    await asyncio.sleep(20)
    assert client.ended
    assert not client.server().server_state.connections
    assert client.network.complaints == []


async def answers_no_ping(client):
    """Who reads nothing is cut off by the keepalive, and the endpoint ends."""
    await client.knock("tell")
    client.writer.transport.pause_reading()
    await asyncio.sleep(50)
    assert client.ended
    assert not client.server().server_state.connections


async def says_goodbye_and_reads_nothing(client):
    """Who closes, and does not read what it was sent before that, is cut off."""
    await client.knock("tell")
    client.writer.transport.pause_reading()
    await client.send(b"\x88\x80\0\0\0\0")
    await asyncio.sleep(limits.CLOSE_SECONDS + 1)
    assert not client.server().server_state.connections


async def texts_wait(client):
    """Texts that the endpoint does not take are not parsed either, but for a portion."""
    await client.knock("work")
    await client.reader.readuntil(b"\r\n\r\n")
    await client.send(HELLO * 5000)
    assert client.protocol().queue.qsize() < 200


async def pongs_of_one_that_does_not_read(client):
    """Pongs that nobody fetches do not pile up, and the last one comes to who reads again."""
    await client.knock("work")
    client.writer.transport.pause_reading()
    for _ in range(2):
        await client.send(PING * 700)
    assert client.protocol().transport.get_write_buffer_size() < 80_000
    await client.send(b"\x89\x84\0\0\0\0last")
    client.writer.transport.resume_reading()
    received = b""
    while not received.endswith(b"\x8a\x04last"):
        received = received[-5:] + await client.reader.read(2**16)


OWN = WebSocketsSansIOProtocol
MENDS = {  # a scenario -> the mends that it needs, by their names, and uvicorn's own instead
    early_frames: (HttpProtocol, {"handle_websocket_upgrade": H11Protocol.handle_websocket_upgrade}),
    no_request: (HttpProtocol, {"on_deadline": lambda self: None}),
    big_header: (Protocol, {"refuse_handshake": lambda self: None}),
    no_text: (Protocol, {"handle_events": OWN.handle_events}),
    flood_of_pings: (Protocol, {"has_too_many_frames": lambda self: False}),
    bad_frame: (Protocol, {"handle_parser_exception": OWN.handle_parser_exception}),
    answers_no_ping: (Protocol, {"keepalive_timeout": OWN.keepalive_timeout}),
    says_goodbye_and_reads_nothing: (Protocol, {"wait_for_close": lambda self, data: b""}),
    texts_wait: (Protocol, {"data_received": OWN.data_received}),
    pongs_of_one_that_does_not_read: (Protocol, {"handle_ping": OWN.handle_ping}),
}


@pytest.mark.parametrize("scenario", MENDS, ids=lambda scenario: scenario.__name__)
def test_mend(scenario):
    """With all mends each seed ends well, and without this one some seed does not."""
    mended, own = MENDS[scenario]
    without = SETTINGS | {"http" if mended is HttpProtocol else "ws": type("Own", (mended,), own)}
    for seed in range(100):
        bottled = simulate(lambda network: scenario(RawClient(network, SETTINGS)), seed)
        assert bottled.error is None, f"seed {seed}: {bottled.error!r}"
    for seed in range(10):
        if simulate(lambda network: scenario(RawClient(network, without)), seed).error:
            return
    pytest.fail("no seed needs the mend")
