"""What the bytes on a wire say, in words."""

import json
from contextlib import suppress

from websockets.exceptions import WebSocketException
from websockets.frames import Close, Frame, Opcode
from websockets.streams import StreamReader

SHOWN = 24  # characters of a text


def frames_in_words(data):
    """Return what was sent at once: '"hello"' or 'close 1000' of frames, of HTTP a line or the body."""
    if len(data) < 100 and data.isascii() and data.decode().isprintable():  # or a piece of a long frame
        return shortened(data.decode())
    if data[:4] in {b"GET ", b"HTTP"}:
        return data.split(b"\r\n")[0].decode(errors="replace").replace("HTTP/1.1", "").strip()
    reader, said = StreamReader(), []
    reader.feed_data(data)
    try:
        while reader.buffer:
            next(Frame.parse(reader.read_exact, mask=data[1] > 127))
            return f"{len(data):,} bytes"  # it waits for the rest
    except StopIteration as end:
        said.append(end.value)
    except (WebSocketException, IndexError):
        return f"{len(data):,} bytes"
    rest = bytes(reader.buffer)
    return ", ".join([frame_in_words(frame) for frame in said] + ([frames_in_words(rest)] if rest else []))


def frame_in_words(frame):
    match frame.opcode:
        case Opcode.TEXT:
            return text_in_words(bytes(frame.data).decode(errors="replace"))
        case Opcode.CLOSE:
            close = Close.parse(frame.data)
            return f"close {int(close.code)} {close.reason}".rstrip()
        case other:
            return other.name.lower()


def text_in_words(text):
    """Return a text in quotes, or, of a message of the room, its type, its number and what is in it."""
    with suppress(ValueError, KeyError, TypeError):
        message = json.loads(text)
        said = [shortened(message[key]) for key in ("number", "text", "name", "reason") if message.get(key)]
        said += [f"after {message['after']}"] if message.get("after") else []
        return " ".join([message["type"], *said[:2]])
    return f'"{shortened(text)}"'


def shortened(text):
    return str(text) if len(str(text)) <= SHOWN else f"{str(text)[:SHOWN]}…"
