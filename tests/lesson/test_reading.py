"""Answers that say the same in another form are read the same; others get a sentence."""

import pytest

from lesson.checks import NotYet
from lesson.feedback import look_of
from lesson.reading import among, must_be_function, must_run, one, several


class Shy:
    def __repr__(self):
        raise ValueError("no")


@pytest.mark.parametrize("answer", [59, "59", " 59 ", [59], ("59",), 59.0, "59.0", b"59", [[59]]])
def test_one_number(answer):
    assert one(answer) == 59
    assert isinstance(one(answer), int)


@pytest.mark.parametrize("answer", [58, "fifty-nine", [59, 59], None, 59.5, "[59, 1]", {}, "{{59}}"])
def test_another_value(answer):
    assert one(answer) != 59


FORMS = [
    ["loop", "port", "app"],
    ("loop", "port", "app"),
    (word for word in ["loop", "port", "app"]),
    "loop, port, app",
    '["loop", "port", "app"]',
    {1: "loop", 2: "port", 3: "app"},
    [" Loop", ["port"], "APP"],
    "loop; port; app",
    "\nloop\nport\napp\n",
    ["loop (of events)", "po-rt", "app."],
]


@pytest.mark.parametrize("answer", FORMS, ids=lambda form: type(form).__name__)
def test_several_words(answer):
    assert among(["loop", "port", "app"], several(answer, 3, "words")) == ["loop", "port", "app"]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("loop", r"'loop' is no list\. The answer is a list of 3 words\."),
        (3, r"3 is no list\."),
        (Shy(), r"something of type Shy is no list\."),
        ({"loop", "port", "app"}, r"braces make a set, which has no order\."),
        (["loop", "port"], r"the answer is a list of 3 words, and yours has 2\."),
        (["loop", ..., "app"], r"number 2 has no answer yet\."),
        (["loop", "door", "app"], r"'door' is none of the words: loop, port, app\."),
        (["loop", 2, "app"], r"2 is none of the words: loop, port, app\."),
    ],
)
def test_no_such_words(answer, sentence):
    with pytest.raises(NotYet, match=sentence):
        among(["loop", "port", "app"], several(answer, 3, "words"))


@pytest.mark.parametrize(
    "function", [lambda a, b: a - b, lambda a, *, b: a - b, lambda *, b, a: a - b, lambda *values: -1]
)
def test_function_that_takes_values(function):
    assert must_be_function(function, "a", "b")(2, 3) == -1


@pytest.mark.parametrize("answer", [7, lambda a: a, lambda a, b, c: a, lambda *, x, y: x])
def test_no_such_function(answer):
    with pytest.raises(NotYet):
        must_be_function(answer, "a", "b")


async def later():
    pass


async def later_each():
    yield


def each():
    yield


@pytest.mark.parametrize("function", [later, later_each, each])
def test_function_that_does_not_run(function):
    with pytest.raises(NotYet, match="runs none of its lines"):
        must_run(function)


def test_look_of_a_value():
    """A long value is cut, and one that cannot show itself is named by its type."""
    assert (look_of("a" * 99), look_of(Shy())) == (f"'{'a' * 75} …", "something of type Shy")
