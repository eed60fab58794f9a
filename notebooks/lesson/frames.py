"""Draw a WebSocket frame as a table, its bits named as in RFC 6455, section 5.2, and let them be clicked."""

import html
import json
from pathlib import Path

from IPython.display import display
from websockets.frames import CTRL_OPCODES, EXTERNAL_CLOSE_CODES, Opcode

from .lessons import KitError

HEAD = ("byte", "as sent", "field", "meaning")
SHOWN = 8  # bytes of the payload
FIN = ("more frames follow", "the last frame of its message")
MASK = ("not masked, so from a server", "masked, so from a client")
SIGN = "{}: see the next field"  # in the place of a length
KEY = "each byte of the payload, XOR with these"
SCRIPT = Path(__file__).with_name("frames.js")
STYLE = Path(__file__).with_name("frames.css")


def show_frame(data):
    """Show a frame with a row for each field, as a table and as text; KitError: not one whole frame."""
    text, table = drawn(data)
    display({"text/plain": text, "text/html": table}, raw=True)


def click_frame(data):
    """Show a frame, each bit of which is a button: its hex, its fields and its meaning follow.

    Without its script it is what show_frame() shows. KitError: not one whole frame.
    """
    text, table = drawn(data)
    display({"text/plain": text, "text/html": clickable(data, table)}, raw=True)


def clickable(data, table):
    """Return the table with a place for the bits, and what the script needs to fill both."""
    words = {"FIN": FIN, "MASK": MASK, "sign": SIGN, "key": KEY, "codes": [*map(int, EXTERNAL_CLOSE_CODES)]}
    words["RSV"] = [reserved_bits(bits) for bits in range(8)]
    words["opcode"] = [name_of_opcode(opcode) for opcode in range(16)]
    given = html.escape(json.dumps({"bytes": [*data], "words": words, "shown": SHOWN}))
    return (
        f'<figure class="frame" role="group" aria-label="A frame" data-frame="{given}">'
        f"<style>{STYLE.read_text('utf-8')}</style>"
        '<div role="toolbar" aria-label="The bits: arrow keys go from one to the next" '
        'data-lm-suppress-shortcuts="true" hidden></div><p hidden><output aria-live="polite"></output> '
        f'<button type="button">As it was</button></p><div class="fields">{table}</div>'
        f"<script>({SCRIPT.read_text('utf-8')})(document.currentScript)</script></figure>"
    )


def drawn(data):
    """Return the fields of a frame as text, and as a table."""
    rows = fields(data)
    widths = [max(len(row[column]) for row in [HEAD, *rows]) for column in range(len(HEAD))]
    text = "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [HEAD, *rows]
    )
    head = "".join(f'<th scope="col" style="text-align: left">{name}</th>' for name in HEAD)
    body = "".join(
        "<tr>" + "".join(f'<td style="text-align: left">{html.escape(cell)}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    return text, f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def fields(data):
    """Return the fields of a frame in the order of their bytes; KitError: not one whole frame."""
    if not isinstance(data, bytes | bytearray):
        raise KitError(f"show_frame() draws bytes, and got something of type {type(data).__name__}.")
    at_least(data, 2)
    first, second = data[:2]
    masked, length, end = second >> 7, second & 0x7F, 2
    rows = [
        ("0", f"{first >> 7}", "FIN", FIN[first >> 7]),
        ("0", f"{first >> 4 & 7:03b}", "RSV1 RSV2 RSV3", reserved_bits(first >> 4 & 7)),
        ("0", f"{first & 15:04b}", "opcode", name_of_opcode(first & 15)),
        ("1", f"{masked}", "MASK", MASK[masked]),
        ("1", f"{length:07b}", "Payload len", f"{length}" if length < 126 else SIGN.format(length)),
    ]
    if length > 125:
        start, end = 2, 4 if length == 126 else 10
        length = int.from_bytes(at_least(data, end)[start:end], "big")
        rows.append((f"2-{end - 1}", data[start:end].hex(" "), "Extended payload length", f"{length}"))
    mask = b"\0\0\0\0"
    if masked:
        start, end = end, end + 4
        mask = at_least(data, end)[start:end]
        rows.append((f"{start}-{end - 1}", mask.hex(" "), "Masking-key", KEY))
    payload = at_least(data, end + length)[end : end + length]
    if len(data) > end + length:
        raise KitError(
            f"The frame ends after {end + length} of these {len(data)} bytes: draw them one by one."
        )
    if payload:
        place = f"{end}-{end + length - 1}" if length > 1 else f"{end}"
        more = " …" if length > SHOWN else ""
        plain = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        rows.append((place, payload[:SHOWN].hex(" ") + more, "Payload Data", text_of_payload(first, plain)))
    return rows


def at_least(data, length):
    """Return data; KitError: it is shorter than `length` bytes, so a part of the frame is missing."""
    if len(data) < length:
        raise KitError(
            f"A part of the frame is missing: it has {length} bytes or more, and these are {len(data)}."
        )
    return data


def reserved_bits(bits):
    return "none set: no extension at work" if bits == 0 else "RSV1: compressed" if bits == 4 else "set"


def name_of_opcode(opcode):
    try:
        return f"{opcode:#x}, {Opcode(opcode).name.replace('CONT', 'CONTINUATION').lower()}"
    except ValueError:
        return f"{opcode:#x}, reserved"


def text_of_payload(first, plain):
    """Return what the payload says, as far as its first byte lets it be read alone."""
    opcode = first & 15
    if first >> 6 & 1:
        return f"compressed, {len(plain)} bytes"
    if opcode == Opcode.CLOSE and len(plain) > 1:
        reason = plain[2:].decode(errors="replace")
        return f"code {int.from_bytes(plain[:2], 'big')}" + (f", reason {reason!r}" if reason else "")
    if opcode in {Opcode.TEXT, Opcode.CONT, *CTRL_OPCODES}:
        text = plain.decode(errors="replace")
        return repr(text if len(text) < 32 else text[:30] + "…")
    return f"{len(plain)} bytes"
