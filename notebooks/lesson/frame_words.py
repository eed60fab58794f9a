"""What the bytes on a wire say, in words."""

from websockets.exceptions import WebSocketException
from websockets.frames import Close, Frame, Opcode
from websockets.streams import StreamReader

SHOWN = 24  # characters of a text


def words(data):
    """Return what was sent at once, such as '"hello"' or 'close 1000': a line of HTTP, or whole frames."""
    if data[:4] in {b"GET ", b"HTTP"}:
        return data.split(b"\r\n")[0].decode(errors="replace").removesuffix(" HTTP/1.1")
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
    return ", ".join([say(frame) for frame in said] + ([words(rest)] if rest else []))


def say(frame):
    match frame.opcode:
        case Opcode.TEXT:
            text = bytes(frame.data).decode(errors="replace")
            return f'"{text}"' if len(text) <= SHOWN else f'"{text[:SHOWN]}…"'
        case Opcode.CLOSE:
            close = Close.parse(frame.data)
            return f"close {int(close.code)} {close.reason}".rstrip()
        case other:
            return other.name.lower()
