"""What people may say to the room, and which names they may have."""

import json
import unicodedata

import pytest

from app.messages import Refused, read

HIDDEN = {
    "zero-width space": "An\u200bn",
    "zero-width joiner between letters": "An\u200dn",
    "zero-width non-joiner between letters": "An\u200cn",
    "word joiner": "Ann\u2060",
    "byte order mark": "\ufeffAnn",
    "soft hyphen": "An\xadn",
    "to the left from here": "Ann\u202e",
    "to the left apart": "\u2067Ann\u2069",
    "mark from right to left": "Ann\u200f",
    "NUL": "Ann\0",
    "line break": "An\nn",
    "tab": "An\tn",
    "line separator": "An\u2028n",
    "delete": "Ann\x7f",
    "half of a pair": "Ann\ud800",
    "letter that is not shown": "Ann\u115f",
    "space that is not to be broken": "An\xa0n",
    "ideographic space": "An\u3000n",
    "two spaces": "An  n",
    "full width": "\uff21nn",
    "ligature": "\ufb01n",
    "superscript": "Ann\xb2",
    "decomposed": unicodedata.normalize("NFD", "Zoë"),
    "compatible with another": "\u212bsa",
}
SHOWN = [
    "Ann",
    "ann",
    "Zoë",
    "Nuño O'Brien-Smith",
    "李小龙",
    "さくら",
    "한국",
    "Дмитрий",
    "Ελένη",
    "محمد",
    "שרה",
    "आरती",
    "สมชาย",
    "🙂",
    "P2 (guest)",
    "x" * 30,
]


def to_join(name):
    return json.dumps({"type": "join", "name": name})


@pytest.mark.parametrize("name", HIDDEN.values(), ids=HIDDEN)
def test_name_that_hides_something(name):
    """A name with what cannot be seen, or be told from other characters, is refused, with a reason."""
    with pytest.raises(Refused) as raised:
        read(to_join(name))
    reason = str(raised.value)
    assert reason.startswith(("a name cannot have ", "write that name as ", "Invalid JSON"))
    assert reason.isprintable()


@pytest.mark.parametrize("name", SHOWN)
def test_name_as_people_have_them(name):
    """Names of several scripts, and of pictures, are taken as they are, but for the spaces around them."""
    assert read(to_join(f"  {name} ")).name == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [("", "at least 1 character"), ("  ", "at least 1"), ("x" * 31, "at most 30"), (5, "string")],
)
def test_name_of_a_wrong_length(name, reason):
    """A name that is empty, too long or no text is refused, with a reason."""
    with pytest.raises(Refused, match=reason):
        read(to_join(name))
