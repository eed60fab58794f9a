"""show_frame() draws what RFC 6455, section 5.2, calls a frame; click_frame() lets its bits be clicked."""

import codecs
import random
import re
from functools import partial

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from websockets.exceptions import ProtocolError
from websockets.frames import Close, Frame, Opcode
from websockets.streams import StreamReader

from lesson.frames import clickable, drawn, fields, show_frame
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


def page_with(*frames):
    """Return a page in which these bytes can be clicked, whole frames or not."""
    parts = [clickable(data, "<table><tbody></tbody></table>") for data in frames]
    return f"<!doctype html><html lang=en><meta charset=utf-8><title>Frames</title>{''.join(parts)}"


@pytest.fixture
def open_hello(open_html):
    """Return the function that opens the frame of the RFC in a window of its own."""
    return partial(
        open_html,
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>A frame</title>'
        "<style>:root { color-scheme: light dark; font-family: sans-serif }</style>"
        f"<main><h1>A frame</h1>{clickable(HELLO, drawn(HELLO)[1])}</main>",
    )


def bit(page, byte, at):
    return page.locator("[role=toolbar] > div").nth(byte).get_by_role("button").nth(at)


@pytest.mark.parametrize(
    ("byte", "at", "hex", "row", "words"),
    [
        (0, 0, "01", "0 0 FIN more frames follow", "from a client: text 'Hello'; more frames follow."),
        (
            0,
            1,
            "c1",
            "0 100 RSV1 RSV2 RSV3 RSV1: compressed",
            "No valid frame: RSV1, RSV2 and RSV3 are 0 where",
        ),
        (
            0,
            6,
            "83",
            "0 0011 opcode 0x3, reserved",
            "this opcode has no meaning yet (RFC 6455, section 5.2).",
        ),
        (0, 4, "89", "0 1001 opcode 0x9, ping", "A valid frame from a client: ping 'Hello'."),
        (0, 7, "80", "0 0000 opcode 0x0, continuation", "'Hello'; valid only after a frame without FIN."),
        (1, 0, "05", "1 0 MASK not masked, so from a server", "No valid frame: a text is UTF-8"),
        (1, 7, "84", "1 0000100 Payload len 4", "text 'Hell'. The next frame begins at byte 10."),
        (1, 6, "87", "1 0000111 Payload len 7", "Not whole: 2 bytes are missing, and the receiver waits"),
        (2, 2, "17", "2-5 17 fa 21 3d Masking-key", "A valid frame from a client: text 'hellO'."),
        (
            6,
            7,
            "7e",
            "6-10 7e 9f 4d 51 58 Payload Data 'Iello'",
            "A valid frame from a client: text 'Iello'.",
        ),
    ],
)
def test_click(open_hello, byte, at, hex, row, words):
    """A click turns one bit: hex, row and sentence follow; a second one turns it back."""
    page = open_hello()
    one, output = bit(page, byte, at), page.locator("output")
    expect(output).to_have_text("A valid frame from a client: text 'Hello'.")
    was = one.get_attribute("aria-pressed")
    one.click()
    expect(one).to_have_attribute("aria-pressed", "false" if was == "true" else "true")
    expect(page.locator("[role=toolbar] code").nth(byte)).to_have_text(hex)
    rows = [" ".join(cells.split("\t")) for cells in page.locator("tbody tr").all_inner_texts()]
    assert [one for one in rows if one.startswith(row)], rows
    expect(output).to_contain_text(words)
    one.click()
    expect(output).to_have_text("A valid frame from a client: text 'Hello'.")
    expect(one).to_have_attribute("aria-pressed", was)


def test_keys(open_hello):
    """One Tab leads to the bits, arrows from one to the next, Space turns it; a button turns all back."""
    page = open_hello()
    for key in ["Tab", "ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowUp", "Space"]:
        page.keyboard.press(key)
    expect(page.locator(":focus")).to_have_accessible_name("byte 1, bit 0: MASK")
    expect(page.locator(":focus")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("output")).to_have_text("A valid frame from a client: text 'Hello'.")


def test_without_its_script(open_hello):
    """Without its script it is the table, whole, and nothing that does not work."""
    page = open_hello(java_script_enabled=False)
    assert page.locator("tbody tr").count() == len(fields(HELLO))
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.locator("output")).to_be_hidden()


@pytest.mark.parametrize(("scheme", "width"), [("light", 900), ("dark", 320)])
def test_axe(open_hello, scheme, width):
    """axe finds nothing, before and after a click, and the page is no wider than the window."""
    page = open_hello(color_scheme=scheme, viewport={"width": width, "height": 700})
    for _ in range(2):
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        bit(page, 0, 4).click()


def judgement(data):
    """Return how websockets judges some bytes, and the RFC, where that is less strict or waits for more."""
    first, length, control = data[0], data[1] & 127, data[0] & 8
    size = {126: 2, 127: 8}.get(length, 0)
    extended = int.from_bytes(data[2 : 2 + size], "big")
    if first & 0x70 or (control and (first < 128 or size)):
        return "No valid frame"
    if size and len(data) >= 2 + size and not {2: 126, 8: 65_536}[size] <= extended < 1 << 63:
        return "No valid frame"
    reader = StreamReader()
    reader.feed_data(data)
    try:
        next(Frame.parse(reader.read_exact, mask=data[1] > 127))
        return "No valid frame" if control and first & 15 == 8 and length == 1 else "Not whole"
    except ProtocolError:
        return "No valid frame"
    except StopIteration as end:
        frame = end.value
    try:
        if frame.opcode is Opcode.CLOSE:
            Close.parse(frame.data)
        if frame.opcode is Opcode.TEXT:
            codecs.getincrementaldecoder("utf-8")().decode(frame.data, final=frame.fin)
    except (ProtocolError, UnicodeDecodeError):
        return "No valid frame"
    return "A valid frame"


def test_judged_as_by_websockets(browser):
    """Of 250 byte strings it says what websockets says, and of whole frames what show_frame() says."""
    chance, context = random.Random(0), browser.new_context()
    frames = []
    for _ in range(250):
        head = [chance.choice([0x80, 0, 0x80 | chance.randrange(128)]) | chance.randrange(16)]
        length = chance.choice([0, 1, 2, 3, 7, 12, 126, 127])
        more = {126: [0, chance.randrange(120, 140)], 127: [0] * 5 + [chance.randrange(3), 0, 0]}.get(
            length, []
        )
        payload = chance.choice(
            [b"\x03\xe8Hello, all", b"\x03\xed", "äöü€ and so on".encode(), chance.randbytes(12)]
        )
        frames.append(
            bytes([*head, length | chance.choice([0, 128]), *more, *payload[: chance.randrange(13)]])
        )
    page = context.new_page()
    page.set_content(page_with(*frames))
    said = page.locator("output").all_inner_texts()
    cells = "[...row.cells].map((cell) => cell.textContent)"
    tables = page.evaluate(
        f"[...document.querySelectorAll('tbody')].map((body) => [...body.rows].map((row) => {cells}))"
    )
    context.close()
    verdicts = [judgement(data) for data in frames]
    assert {*verdicts} == {"A valid frame", "Not whole", "No valid frame"}
    for data, words, expected, table in zip(frames, said, verdicts, tables, strict=True):
        assert words.startswith(expected), (data.hex(" "), words)
        try:
            rows = fields(data)
        except KitError:
            continue
        assert [row[:3] for row in map(tuple, table)] == [row[:3] for row in rows]
        assert [row[3] for row in table[:-1]] == [row[3] for row in rows[:-1]]
        if rows[-1][3].isascii() and "\\" not in rows[-1][3]:
            assert table[-1][3] == rows[-1][3]
