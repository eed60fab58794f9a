"""Answers that say the same in another form are read the same; others get a sentence."""

import pytest

from lesson.checks import NotYet
from lesson.feedback import advice_on, look_of
from lesson.reading import among, difference, must_be_function, must_run, one, several


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
    {"port": 2, "loop": 1, "app": 3},
    "loop port app",
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
        (["loop", "port"], r"the answer is a list of 3 words, and yours has 2: \['loop', 'port'\]"),
        (["loop", ..., "app"], r"number 2 has no answer yet\."),
        (["loop", "door", "app"], r"'door' is none of the words: loop, port, app\."),
        (["loop", 2, "app"], r"number 2, 2, is no text\. The words, in quotes: loop, port, app\."),
        (["loop", Shy(), "app"], r"number 2, something of type Shy, is no text\."),
        ("loop port", r"'loop port' is no list\."),
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


@pytest.mark.parametrize(
    "answer",
    [7, lambda a: a, lambda a, b, c: a, lambda *, x, y: x, lambda b, a: a - b, lambda b, c=1, a=2: b],
)
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
    """A long value is cut, one that cannot show itself named by its type; where it lies is left out."""
    assert (look_of("a" * 99), look_of(Shy())) == (f"'{'a' * 75} …", "something of type Shy")
    assert look_of([object()]) == "[<object object>]"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("hello, Ann", " Large and small letters differ."),
        ("Hello,  Ann", " The spaces differ."),
        ("Hello Ann", " It lacks ','."),
        ("<Hello, Ann>", " It has '<' and '>' too much."),
        ("Hello, Bob", " It has 'Bob' in the place of 'Ann'."),
        ("", " It lacks 'Hello, Ann'."),
        ("Hollo, Any", ""),
    ],
)
def test_difference(given, sentence):
    """Where texts differ in one way, it is named; else nothing is said."""
    assert difference(given, "Hello, Ann") == sentence


@pytest.mark.parametrize(
    ("error", "line", "advice"),
    [
        (
            AttributeError("'builtin_function_or_method' object has no attribute 'encode'"),
            "",
            "Round brackets",
        ),
        (AttributeError("'int' object has no attribute 'encode'"), "", "str() makes one of a number"),
        (TypeError("string indices must be integers, not 'str'"), "websocket.send('a')", "by send_text()"),
        (TypeError("string indices must be integers, not 'str'"), "text['a']", "of the kind that is wanted"),
        (NameError("name 'a' is not defined"), "print(a)", "Read the name and the line"),
        (KeyError("a"), "print(all['a'])", "Read the name and the line"),
        (SystemExit(), "sys.exit()", "ends the program"),
    ],
)
def test_advice_on_an_error(error, line, advice):
    """The sentence goes by what the error says, and for some by the line that raised it."""
    assert advice in advice_on(error, line)
