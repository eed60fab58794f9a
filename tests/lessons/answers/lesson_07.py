"""What the tests hand in to the exercises of lesson 07: wrong answers and right ones."""

from tests.lessons.answers import Answers, and_then, from_here, instead

ANSWERS = {}

ANSWERS["07.1"] = Answers(
    mistakes={
        "with its mask on": 'text = "bcw"',
        "b'cat' shows bytes": instead((".decode()", "")),
        "has 4 letters": instead(("recorded[6:]", "recorded[2:]")),
        "its letter 1 is not what 62 ^ 01 gives": instead(("recorded[2:6]", "recorded[3:6]")),
        "its letter 3 is not what 77 ^ 03 gives": 'text = "car"',
        "with + in place of ^": instead(("^", "+")),
        "with | in place of ^": instead(("^", "|")),
        "[99, 97, 116] are the right bytes": "text = [99, 97, 116]",
        "'0x63 0x61 0x74' are the right bytes": 'text = "0x63 0x61 0x74"',
        "'ca' has 2 letters": 'text = "ca"',
        "you used MASK, that of this lesson": 'text = masked(bytes.fromhex("62 63 77"))',
        '"CAT" has the right letters': 'text = "CAT"',
        "99 is no text": "text = 0x62 ^ 0x01",
    },
    right=['text = ["cat"]', 'text = " cat"', 'text = "".join(map(chr, [0x62 ^ 1, 0x63 ^ 2, 0x77 ^ 3]))'],
)

ANSWERS["07.2"] = Answers(
    mistakes={
        "returned 81 fd 00 7e": instead(("+ 126", "+ 125")),
        "The bit MASK is missing": instead(("0b1_0000000 + 126", "126")),
        "in the wrong order": instead(('length.to_bytes(2, "big")', 'length.to_bytes(2, "little")')),
        "returned 81 fe, and": instead(("length <= 125", "length <= 127")),
        "raised OverflowError": instead(("length <= 65_535", "length <= 65_536")),
        "returned 81 ff 00 01 00 00, and": instead(("to_bytes(8,", "to_bytes(4,")),
        "header(65536) returned None": from_here("    return bytes([0b1_000_0001, 0b1_0000000 + 127])", ""),
        "header(126) returned None": from_here("    if length <= 65_535", ""),
        "runs none of its lines": instead(("return", "yield")),
        "the number 0, and the length is 126": instead(
            ('length.to_bytes(2, "big")', '(length - 126).to_bytes(2, "big")')
        ),
        "as hex in a text": from_here("        return", "        return f'81 {128 + length:02x}'\n"),
        "the right numbers in a list": instead(
            ("return bytes([0b1_000_0001, 0b1_0000000 + length])", "return [0b1_000_0001, 128 + length]")
        ),
        "header(65536) returned ff 00": instead(("0b1_000_0001, 0b1_0000000 + 127", "0b1_0000000 + 127")),
        "it has to take length": instead(("(length)", "()")),
        "too long. It ends before the mask": instead(
            ('length.to_bytes(2, "big")', 'length.to_bytes(2, "big") + MASK')
        ),
        "of type bytes, and it needs the function itself": and_then("header = header(5)"),
    },
    right=[
        "import struct\n\ndef header(length):\n"
        "    if length < 126:\n        return struct.pack('!BB', 0x81, 0x80 | length)\n"
        "    if length < 2**16:\n        return struct.pack('!BBH', 0x81, 0xFE, length)\n"
        "    return struct.pack('!BBQ', 0x81, 0xFF, length)\n",
        "header = lambda n: (b'\\x81' + bytes([128 + n]) if n < 126 else "
        "b'\\x81\\xfe' + n.to_bytes(2) if n < 65536 else b'\\x81\\xff' + n.to_bytes(8))",
        lambda solution: solution.replace("return bytes(", "return bytearray("),
    ],
)

ANSWERS["07.3"] = Answers(
    mistakes={
        "number 1 does not end with 1001": instead(("1006", "1001")),
        "it has waited too long": instead(("1011", "1002")),
        "Leaving for good has another code": instead(("1012", "1001")),
        "of a kind that this endpoint does not take": instead(("1003", "1007")),
        "There were too many": instead(("1008", "1009")),
        "number 1 does not end with 1008": "codes = [1008, 1003, 1012, 1011, 1006]",
        "1006 is no list": "codes = 1006",
        "braces make a set": "codes = {1006, 1011, 1012, 1003, 1008}",
        "number 1 has no answer yet": instead(("1006", "...")),
    },
    right=[
        instead(("[", "("), ("]", ")")),
        'codes = ["1006", "1011", "1012", "1003", "1008"]',
        'codes = "1006, 1011, 1012, 1003, 1008"',
        "codes = (code for code in [1006, 1011, 1012, 1003, 1008])",
    ],
)
