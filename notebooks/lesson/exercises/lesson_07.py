"""The exercises of lesson 07, the bytes of a WebSocket."""

import operator
import re
from collections.abc import Iterable, Set
from contextlib import suppress

from websockets.frames import Frame, Opcode

from ..checks import NotYet, exercise, limited
from ..feedback import look_of
from ..reading import must_be_function, must_run, one, several

PAYLOAD, MASK = b"bcw", bytes([1, 2, 3, 4])
SIGNS = {"+": operator.add, "-": operator.sub, "|": operator.or_, "&": operator.and_}

LENGTHS = [0, 5, 125, 126, 127, 300, 65_535, 65_536, 1_000_000]
CODES = [1006, 1011, 1012, 1003, 1008]


@exercise(
    "07.1",
    todo="put the text, in quotation marks, in the place of the three dots.",
    hints=[
        "Which of the nine bytes are the mask, and which are the payload?",
        "The mask is 01 02 03 04, the payload 62 63 77. Combine the first with the first, and so on, with ^.",
        "0x62 ^ 0x01 is 0x63, the letter c. All three pairs come from: zip(recorded[6:], recorded[2:6])",
    ],
)
def text(answer):
    if answer == b"U\x99V":
        raise NotYet("you used MASK, that of this lesson. The recorded frame carries its own: 01 02 03 04.")
    if answer in (b"cat", "b'cat'"):
        raise NotYet(f"{answer} shows bytes. A text frame carries UTF-8: decode() makes text of them.")
    if isinstance(answer, bytes):
        answer = answer.decode("latin-1")  # wrong bytes need not be text
    if isinstance(answer, Iterable) and not isinstance(answer, str | Set):
        answer = several(answer, None, "letters")
        answer = "".join(answer) if all(isinstance(letter, str) for letter in answer) else answer
    answer = one(answer)
    if answer == "cat":
        return "you read a masked frame, as a server does with each one it gets."
    if {*numbers_of(answer)} & {(99, 97, 116), (0x636174,)}:
        raise NotYet(f"{answer!r} are the right bytes, as numbers. Each of them is a letter: chr() makes it.")
    if not isinstance(answer, str):
        raise NotYet(f"{look_of(answer)} is no text. The payload has three letters.")
    if answer == PAYLOAD.decode():
        raise NotYet('"bcw" is the payload as it was sent, with its mask on. Undo the mask with XOR.')
    if answer.lower() == "cat":
        raise NotYet(f'"{answer}" has the right letters, but all are small ones: 63 is c, and 43 would be C.')
    for sign, combine in SIGNS.items():
        if answer == "".join(map(chr, map(combine, PAYLOAD, MASK))):
            raise NotYet(f"{answer!r} is what comes with {sign} in place of ^. A mask is undone with XOR.")
    if len(answer) != 3:
        raise NotYet(
            f"{look_of(answer)} has {len(answer)} letters, and the payload three bytes: the second byte of "
            "the frame says 83, the bit MASK and the length 3. The payload begins after the mask."
        )
    at = next(at for at in range(3) if answer[at] != "cat"[at])
    raise NotYet(
        f"{answer!r} is not what the client sent: its letter {at + 1} is not what {PAYLOAD[at]:02x} ^ "
        f"{MASK[at]:02x} gives. The first byte of the payload belongs to the first byte of the mask."
    )


def numbers_of(answer):
    """Yield the numbers that an answer holds, read as decimal ones, as hex, and as bits."""
    words = re.findall(r"\w+", str(answer))
    for base in (10, 16, 2):
        with suppress(ValueError):
            yield tuple(int(word, base) for word in words)


def usual_header(length):
    """Return the bytes that the library puts before the mask."""
    return Frame(Opcode.TEXT, bytes(length)).serialize(mask=True)[
        : 2 if length < 126 else 4 if length < 65_536 else 10
    ]


@exercise(
    "07.2",
    todo="hand the function header to check().",
    hints=[
        "Three kinds of lengths need three kinds of headers. Where does one kind end?",
        'The sign stands beside MASK, where the length was; length.to_bytes(2, "big") follows.',
        'Up to 65_535: return bytes([0b1_000_0001, 0b1_0000000 + 126]) + length.to_bytes(2, "big")',
    ],
)
def header(function):
    must_be_function(function, "length")
    must_run(function)
    for length in LENGTHS:
        try:
            got = limited(function, length)
        except OverflowError as error:
            if "too big" not in str(error):
                raise
            raise NotYet(
                f"header({length}) raised OverflowError: the number does not fit into the bytes that you "
                "gave it. Two bytes hold 65535 at most, and longer payloads get eight."
            ) from None
        compare(length, got, usual_header(length))
    return f"{len(LENGTHS)} lengths from 0 to {LENGTHS[-1]:,} have the header that the library gives them."


def compare(length, got, expected):
    """Raise NotYet where a header differs from the expected one, naming the byte."""
    if got is None:
        raise NotYet(f"header({length}) returned None: for that length, no return gives bytes back.")
    if isinstance(got, str) and got.replace(" ", "") == expected.hex():
        raise NotYet(f"header({length}) returned {got!r}, the right bytes, as hex in a text. Return bytes.")
    if isinstance(got, list | tuple) and [*got] == [*expected]:
        raise NotYet(f"header({length}) returned the right numbers in a list. bytes() makes bytes of them.")
    if not isinstance(got, bytes | bytearray):
        raise NotYet(f"header({length}) returned something of type {type(got).__name__}, not bytes.")
    if got == expected:
        return
    look = got[:12].hex(" ") or "no bytes"
    what = f"header({length}) returned {look}, and {expected.hex(' ')} was expected."
    if got[:1] != expected[:1]:
        raise NotYet(f"{what} The first byte is FIN and the opcode, in every frame.")
    if len(got) > 1 and got[1] == expected[1] & 0x7F:
        raise NotYet(f"{what} The bit MASK is missing in the second byte: a client sets it in each frame.")
    if got[1:2] != expected[1:2]:
        raise NotYet(f"{what} Its second byte is the length up to 125, the sign 126 up to 65,535, else 127.")
    if got.startswith(expected):
        raise NotYet(f"header({length}) returned {look}: too long. It ends before the mask.")
    if got[2:] == expected[2:][::-1]:
        raise NotYet(f"{what} The bytes of the length are there, in the wrong order.")
    if len(got) == len(expected):
        number = int.from_bytes(got[2:])
        raise NotYet(f"{what} Behind the sign stands the number {number}, and the length is {length}.")
    raise NotYet(f"{what} After the sign 126 come 2 bytes of length, after 127 come 8.")


@exercise(
    "07.3",
    todo="put five numbers from the table into the list, one for each of the five.",
    hints=[
        "Who speaks last in each of the five: a server that can still send a close frame, or nobody?",
        "Look for these words: no close frame, waited in vain, restarting, this kind of data, my rules.",
        "The first one is 1006, and the third one 1012.",
    ],
)
def codes(answer):
    reasons = [
        "A killed process cannot say anything: the library reports that no close frame came.",
        "The server is alive and says that something went wrong on its side: it has waited too long.",
        "This server will be back. Leaving for good has another code.",
        "The data was in order, and of a kind that this endpoint does not take.",
        "Each message was small enough. There were too many, and that is a rule of this server.",
    ]
    codes = several(answer, len(CODES), "numbers")
    for number, (given, code, reason) in enumerate(zip(codes, CODES, reasons, strict=True), start=1):
        if given != code:
            raise NotYet(f"number {number} does not end with {look_of(given)}. {reason}")
    return "you can tell from a code which side spoke, and why."
