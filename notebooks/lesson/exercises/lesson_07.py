"""The exercises of lesson 07, the bytes of a WebSocket."""

from websockets.frames import Frame, Opcode

from ..checks import NotYet, exercise, limited
from . import and_then, from_here, instead

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
    mistakes={
        "with its mask on": 'text = "bcw"',
        "b'cat' are bytes": instead((".decode()", "")),
        "The payload begins after the mask": instead(("recorded[6:]", "recorded[2:]")),
        "The first byte of the payload belongs to the first byte of the mask": instead(
            ("recorded[2:6]", "recorded[3:6]")
        ),
        "you used MASK, that of this lesson": 'text = masked(bytes.fromhex("62 63 77"))',
        '"Cat" has the right letters': 'text = "Cat"',
        '"CAT" has the right letters': 'text = "CAT"',
        "6513012 is no text": "text = 0x636174",
    },
)
def text(answer):
    if answer == b"U\x99V":
        raise NotYet("you used MASK, that of this lesson. The recorded frame carries its own: 01 02 03 04.")
    if answer == b"cat":
        raise NotYet(f"{answer!r} are bytes. A text frame carries UTF-8: decode() makes text of them.")
    if isinstance(answer, bytes):
        answer = answer.decode("latin-1")  # wrong bytes need not be text
    if not isinstance(answer, str):
        raise NotYet(f"{answer!r} is no text. The payload has three letters.")
    if answer.strip() == "cat" != answer:
        raise NotYet(f"{answer!r} has a space too many: the payload has three bytes.")
    if answer == "bcw":
        raise NotYet('"bcw" is the payload as it was sent, with its mask on. Undo the mask with XOR.')
    if len(answer) > 3:
        raise NotYet(
            f"{answer!r} is longer than the payload, which has three bytes: the second byte of the frame "
            "says 83, and that is the bit MASK and the length 3. The payload begins after the mask."
        )
    if answer.lower() == "cat" != answer:
        raise NotYet(f'"{answer}" has the right letters, but all are small ones: 63 is c, and 43 would be C.')
    if answer != "cat":
        raise NotYet(
            f"the mask gives {answer!r} with what you combined. The first byte of the payload belongs to "
            "the first byte of the mask, the second to the second."
        )
    return "you read a masked frame, as a server does with each one it gets."


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
    mistakes={
        "returned 81 fd 00 7e": instead(("+ 126", "+ 125")),
        "The bit MASK is missing": instead(("0b1_0000000 + 126", "126")),
        "in the wrong order": instead(('length.to_bytes(2, "big")', 'length.to_bytes(2, "little")')),
        "returned 81 fe, and": instead(("length <= 125", "length <= 127")),
        "raised OverflowError": instead(("length <= 65_535", "length <= 65_536")),
        "header(65535) returned 81 ff": instead(("length <= 65_535", "length < 65_535")),
        "returned 81 ff 00 01 00 00, and": instead(("to_bytes(8,", "to_bytes(4,")),
        "returned 81 ff, and": instead((' + length.to_bytes(8, "big")', "")),
        "has no return of its own": from_here("    return bytes([0b1_000_0001, 0b1_0000000 + 127])", ""),
        "The first byte is FIN and the opcode": instead(
            ("0b1_000_0001, 0b1_0000000 + 127", "0b1_0000000 + 127")
        ),
        "too long. It ends before the mask": instead(
            ('length.to_bytes(2, "big")', 'length.to_bytes(2, "big") + MASK')
        ),
        "of type bytes, and it needs the function itself": and_then("header = header(5)"),
    },
)
def header(function):
    if not callable(function):
        raise NotYet(
            f"check() got something of type {type(function).__name__}, and it needs the function itself, "
            "without brackets after its name."
        )
    for length in LENGTHS:
        try:
            got = limited(function, length)
        except OverflowError:
            raise NotYet(
                f"header({length}) raised OverflowError: the number does not fit into the bytes that you "
                "gave it. Two bytes hold 65535 at most, and longer payloads get eight."
            ) from None
        compare(length, got, usual_header(length))
    return f"{len(LENGTHS)} lengths from 0 to {LENGTHS[-1]:,} have the header that the library gives them."


def compare(length, got, expected):
    """Raise NotYet where a header differs from the expected one, naming the byte."""
    if got is None:
        raise NotYet(f"header({length}) returned nothing. That length has no return of its own yet.")
    if not isinstance(got, bytes):
        raise NotYet(f"header({length}) returned something of type {type(got).__name__}, not bytes.")
    if got == expected:
        return
    what = f"header({length}) returned {got[:12].hex(' ')}, and {expected.hex(' ')} was expected."
    if got[:1] != expected[:1]:
        raise NotYet(f"{what} The first byte is FIN and the opcode, in every frame.")
    if len(got) > 1 and got[1] == expected[1] & 0x7F:
        raise NotYet(f"{what} The bit MASK is missing in the second byte: a client sets it in each frame.")
    if got[1:2] != expected[1:2]:
        raise NotYet(f"{what} Its second byte is the length up to 125, the sign 126 up to 65,535, else 127.")
    if got.startswith(expected):
        raise NotYet(f"header({length}) returned {got[:12].hex(' ')}: too long. It ends before the mask.")
    if got[2:] == expected[2:][::-1]:
        raise NotYet(f"{what} The bytes of the length are there, in the wrong order.")
    raise NotYet(f"{what} After the sign 126 come 2 bytes of length, after 127 come 8.")


@exercise(
    "07.3",
    todo="put five numbers from the table into the list, one for each of the five.",
    hints=[
        "Who speaks last in each of the five: a server that can still send a close frame, or nobody?",
        "Look for these words: no close frame, waited in vain, restarting, this kind of data, my rules.",
        "The first one is 1006, and the third one 1012.",
    ],
    mistakes={
        "the library reports that no close frame came": instead(("1006", "1001")),
        "it has waited too long": instead(("1011", "1002")),
        "Leaving for good has another code": instead(("1012", "1001")),
        "of a kind that this endpoint does not take": instead(("1003", "1007")),
        "There were too many": instead(("1008", "1009")),
        "1006 is no list": "codes = 1006",
        "number 1 is the text '1006'": instead(("1006", '"1006"')),
        "the list has 3 numbers": "codes = [1006, 1011, 1012]",
    },
)
def codes(answer):
    reasons = [
        "A killed process cannot say anything: the library reports that no close frame came.",
        "The server is alive and says that something went wrong on its side: it has waited too long.",
        "This server will be back. Leaving for good has another code.",
        "The data was in order, and of a kind that this endpoint does not take.",
        "Each message was small enough. There were too many, and that is a rule of this server.",
    ]
    if not isinstance(answer, list | tuple):
        raise NotYet(f"{answer!r} is no list. The answer is a list of five numbers.")
    if len(answer) != len(CODES):
        raise NotYet(f"the list has {len(answer)} numbers, and five things happen.")
    for number, (given, code, reason) in enumerate(zip(answer, CODES, reasons, strict=True), start=1):
        if given is ...:
            raise NotYet(f"number {number} has no code yet.")
        if isinstance(given, str):
            raise NotYet(f"number {number} is the text {given!r}. Write the code without quotation marks.")
        if given != code:
            raise NotYet(f"number {number} does not end with {given}. {reason}")
    return "you can tell from a code which side spoke, and why."
