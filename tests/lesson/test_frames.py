"""show_frame() draws what RFC 6455, section 5.2, calls a frame."""

import re

import pytest
from websockets.frames import Frame, Opcode

from lesson.frames import fields, show_frame
from lesson.kernels import run_all
from lesson.lessons import KitError

HELLO = bytes.fromhex("818537fa213d7f9f4d5158")  # RFC 6455, section 5.7


def test_masked_text():
    """The masked text of the RFC has a row for each field, in the order of the bytes."""
    assert fields(HELLO) == [
        ("0", "1", "FIN", "the last frame of its message"),
        ("0", "000", "RSV1 RSV2 RSV3", "none set: no extension at work"),
        ("0", "0001", "opcode", "0x1, text"),
        ("1", "1", "MASK", "masked, so from a client"),
        ("1", "0000101", "Payload len", "5"),
        ("2-5", "37 fa 21 3d", "Masking-key", "each byte of the payload, XOR with these"),
        ("6-10", "7f 9f 4d 51 58", "Payload Data", "'Hello'"),
    ]


@pytest.mark.parametrize(
    ("length", "place", "rest"),
    [(126, "2-3", "4-129"), (65_535, "2-3", "4-65538"), (65_536, "2-9", "10-65545")],
)
def test_extended_length(length, place, rest):
    """From 126 bytes on the length stands in 2 bytes more, from 65,536 bytes on in 8."""
    *_, extended, payload = fields(Frame(Opcode.BINARY, bytes(length)).serialize(mask=False))
    assert (extended[0], extended[3]) == (place, str(length))
    assert (payload[0], payload[3]) == (rest, f"{length} bytes")


@pytest.mark.parametrize(
    ("frame", "row"),
    [
        (b"\x88\x06\x03\xe8done", ("2-7", "03 e8 64 6f 6e 65", "Payload Data", "code 1000, reason 'done'")),
        (b"\x88\x02\x03\xe8", ("2-3", "03 e8", "Payload Data", "code 1000")),
        (b"\x88\x00", ("1", "0000000", "Payload len", "0")),
        (b"\xc1\x01a", ("2", "61", "Payload Data", "compressed, 1 bytes")),
        (b"\x83\x00", ("0", "0011", "opcode", "0x3, reserved")),
        (b"\x01\x00", ("0", "0", "FIN", "more frames follow")),
        (b"\x80\x00", ("0", "0000", "opcode", "0x0, continuation")),
        (b"\xc1\x00", ("0", "100", "RSV1 RSV2 RSV3", "RSV1: compressed")),
        (b"\x81\x01\xff", ("2", "ff", "Payload Data", "'\ufffd'")),
        (b"\x82\x7d" + bytes(125), ("1", "1111101", "Payload len", "125")),
        (b"\x82\x7d" + bytes(125), ("2-126", "00 00 00 00 00 00 00 00 …", "Payload Data", "125 bytes")),
        (b"\x82\x08" + bytes(8), ("2-9", "00 00 00 00 00 00 00 00", "Payload Data", "8 bytes")),
        (b"\x88\x01\x03", ("2", "03", "Payload Data", "'\\x03'")),
        (b"\x88\x03\x03\xe8\xff", ("2-4", "03 e8 ff", "Payload Data", "code 1000, reason '\ufffd'")),
        (b"\xa1\x00", ("0", "010", "RSV1 RSV2 RSV3", "set")),
        (b"\x91\x00", ("0", "001", "RSV1 RSV2 RSV3", "set")),
        (b"\xf1\x00", ("0", "111", "RSV1 RSV2 RSV3", "set")),
        (b"\xa1\x01a", ("2", "61", "Payload Data", "'a'")),
        (b"\x89\x04ping", ("2-5", "70 69 6e 67", "Payload Data", "'ping'")),
        (b"\x8a\x04pong", ("2-5", "70 6f 6e 67", "Payload Data", "'pong'")),
        (b"\x80\x04rest", ("2-5", "72 65 73 74", "Payload Data", "'rest'")),
        (b"\x83\x04what", ("2-5", "77 68 61 74", "Payload Data", "4 bytes")),
        (bytearray(b"\x81\x01a"), ("2", "61", "Payload Data", "'a'")),
        (b"\x81\x1f" + b"a" * 31, ("2-32", "61 " * 8 + "…", "Payload Data", repr("a" * 31))),
        (b"\x81\x20" + b"a" * 32, ("2-33", "61 " * 8 + "…", "Payload Data", repr("a" * 30 + "…"))),
    ],
)
def test_fields(frame, row):
    """Close codes, reasons, reserved bits and opcodes are named."""
    assert row in fields(frame)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (HELLO[:1], "A part of the frame is missing: it has 2 bytes or more, and these are 1."),
        (HELLO[:-1], "A part of the frame is missing: it has 11 bytes or more, and these are 10."),
        (HELLO + b"x", "The frame ends after 11 of these 12 bytes: draw them one by one."),
        ("Hello", "show_frame() draws bytes, and got something of type str."),
    ],
)
def test_no_whole_frame(data, sentence):
    """What is not one whole frame is one sentence."""
    with pytest.raises(KitError, match=f"^{re.escape(sentence)}$"):
        show_frame(data)


def test_the_table_is_the_text(kit):
    """The table has a header, no markup from the payload, and the same cells as the text."""
    cell = "from lesson import show_frame; show_frame(b'\\x81\\x03<b>')"
    [[output]] = run_all([cell], cwd=kit / "notebooks")
    text, table = (output["data"][kind] for kind in ("text/plain", "text/html"))
    assert re.findall(r'<th scope="col".*?>(.*?)</th>', table) == ["byte", "as sent", "field", "meaning"]
    assert "<b>" not in table
    assert text.splitlines()[-1] == "2-4   3c 62 3e  Payload Data    '<b>'"
