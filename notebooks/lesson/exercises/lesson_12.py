"""The exercises of lesson 12, a room that keeps what was said."""

import json
import sqlite3
from contextlib import ExitStack, closing

from websockets.sync.client import connect

from ..checks import NotYet, exercise, limited
from ..feedback import look_of
from ..patience import patient
from ..reading import must_be_function, must_run, several
from ..serving import background_server, empty_room

SAID = [(1, "one"), (2, "two"), (4, "four"), (5, "five")]
LATER = [(2001, "a"), (2002, "b"), (2003, "c")]
READERS = [  # a list, a number, and what that is a case of
    (SAID, 1, "the number after it is there"),
    (SAID, 2, "number 3 is a hole, and 4 follows"),
    (SAID, 3, "number 3 is a hole, and 4 follows on it as well"),
    (SAID, 0, "who has nothing yet begins with the first one"),
    (SAID, -1, "-1 is before all of them"),
    (SAID, 5, "who has the last one has everything, and gets None"),
    (SAID, 9, "nothing follows on 9, so that gives None"),
    ([], 0, "nothing follows in an empty list, so that gives None"),
    (LATER, 2001, "the first 2,000 messages are dropped, and this one follows"),
]


@exercise(
    "12.1",
    todo="hand the function next_after to check().",
    hints=[
        "Which pairs of the list may be the answer, and which of these is it?",
        "Go through the list from its beginning. The first pair whose number is greater is the one.",
        "In the loop, for pair in messages: if pair[0] > number, then return pair",
    ],
)
def what_follows(next_after):
    next_after = must_be_function(next_after, "messages", "number")
    must_run(next_after)
    for messages, number, case in READERS:
        there = list(messages)
        expected = next((pair for pair in messages if pair[0] > number), None)
        asked = f"next_after({messages}, {number})"
        try:
            found = limited(next_after, there, number)
        except (IndexError, StopIteration) as error:
            raise NotYet(
                f"{asked} raised {type(error).__name__}, expected {expected}: {case}. What you look in "
                "is too short there, or empty."
            ) from None
        if there != messages:
            raise NotYet(
                f"after {asked} the list is {there}. The list is everybody's: read it, and leave it as it is."
            )
        if found != expected and not (isinstance(found, list) and tuple(found) == expected):
            advice = advice_on_pair(found, expected, messages, number)
            raise NotYet(f"{asked} returned {look_of(found)}, expected {expected}: {case}.{advice}")
    return f"{len(READERS)} readers were tried, with holes, at the end, and where old messages are dropped."


def advice_on_pair(found, expected, messages, number):
    """Return what an answer of next_after() that is wrong means, where that is plain."""
    after = [pair for pair in messages if pair[0] > number]
    if found is None and number == 1:
        return " Nothing was returned. Print shows it to you, return gives it to who called."
    if found is None and expected and expected[0] > number + 1:
        return " The number that follows may be any greater one, so that number alone cannot be looked for."
    if isinstance(found, tuple) and found and found[0] == number:
        return " Who has that number would be told it again, without an end."
    if found and messages[number : number + 1] == [found]:
        return f" That is the pair at place {number}: where some are missing, a number is not a place."
    if not expected:
        return ""
    if found == expected[1]:
        return " That is the text alone, and the reader needs its number as well."
    if found == expected[0]:
        return " That is the number alone, and the reader wants the text as well."
    if found == after:
        return " Of all that follow, the first one is asked for, and alone."
    if found == after[-1]:
        return " That is the last of those that follow. Whoever reads on from there has missed the others."
    return ""


TABLE = "CREATE TABLE log (number INTEGER PRIMARY KEY AUTOINCREMENT, id UNIQUE, message)"
HELLO = ("Ann 1", "hello")
KEPT = [  # an id and a message, and what that is a case of
    (*HELLO, "the first message"),
    ("Ann 2", "are you there?", "another message of hers"),
    (*HELLO, "the first message, a second time"),
    ("Ben 1", "hello", "Ben's message, with a text that Ann has said"),
    (*HELLO, "the first message, a third time"),
    ("O'Neil 1", "it's me", "a message with an apostrophe in it"),
    ("Ann 1", "hello!", "another text under an id that is kept"),
]


@exercise(
    "12.2",
    todo="hand the function keep to check().",
    hints=[
        "What does the sentence do with an id that is there already, and which number has that row?",
        "INSERT, from above, leaves a row that is there as it is. Then ask the table for the number.",
        'The question: (number,) = database.execute("SELECT number FROM log WHERE id = …", (id,)).fetchone()',
    ],
)
def once_under_its_id(keep):
    keep = must_be_function(keep, "database", "id", "message")
    must_run(keep)
    with closing(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)) as database:
        database.execute(TABLE)
        for id, message, case in KEPT:
            before, asked = rows(database), f"keep(database, {id!r}, {message!r}), {case}"
            try:
                number = limited(keep, database, id, message)
            except (sqlite3.Error, TypeError) as error:
                advice = advice_on_error(error, id, id in before)
                if not advice:
                    raise
                raise NotYet(f"{asked}, raised {type(error).__name__}: {error}. {advice}") from None
            judge(asked, number, id, message, before, rows(database))
        count = len(rows(database))
    return f"{len(KEPT)} messages were handed over, {count} are kept, and each has one number."


def rows(database):
    """Return the table: {id: (number, message)}."""
    return {id: (number, message) for number, id, message in database.execute("SELECT * FROM log")}


def advice_on_error(error, id, is_there):
    """Return what an error means that keep() raised, where that is plain."""
    if isinstance(error, sqlite3.IntegrityError) and is_there:
        return "The id is there already, and that is no fault here: ON CONFLICT DO NOTHING says so."
    if isinstance(error, sqlite3.OperationalError) and "'" in id:
        return (
            "Where a value is put into the sentence by hand, SQLite takes it for a part of the sentence. "
            "Write a question mark, and hand the value over beside it."
        )
    if isinstance(error, TypeError) and "NoneType" in str(error):
        return "Here fetchone() returned None, so there was no such row: was the message put in before?"
    return ""


def judge(asked, number, id, message, before, after):
    """Raise NotYet where keep() returned something wrong, or left the table as it should not be."""
    if number is None:
        raise NotYet(f"{asked}: keep returned None. Return the number.")
    if isinstance(number, tuple | list):
        raise NotYet(
            f"{asked}: keep returned {look_of(number)}. fetchone() returns a row, also where it has one "
            "value: take that out of it."
        )
    if id not in after:
        raise NotYet(f"after {asked}, it is not in the table under its id: {look_of(after)}.")
    if id in before and before[id][0] != after[id][0]:
        raise NotYet(
            f"{asked}: the row with number {before[id][0]} was replaced by a new one with number "
            f"{after[id][0]}. People who have the first one would be told it again."
        )
    if id in before and before[id] != after[id]:
        raise NotYet(
            f"{asked}: the message was {before[id][1]!r} and is {after[id][1]!r}. What is kept has to "
            "stay as it was, for people have heard it."
        )
    if number != after[id][0]:
        advice = ""
        if number in {there for there, text in before.values() if text == message} and id not in before:
            advice = " Two people may say the same, so it is the id that says which message it is."
        elif number == max(there for there, _ in after.values()):
            advice = " That is the number of the row that was put in last, and now none was."
        raise NotYet(f"{asked}: keep returned {look_of(number)}, expected {after[id][0]}.{advice}")


FOUR = [  # who comes in, what they say that they have, and what is true of a wrong answer
    ("Ben", "this log", 7, "What he has he is not told again, and of what came after it he is told all."),
    ("Cleo", "", 0, "Who is new gets the last 50 messages; of ten, that is all of them."),
    ("Dan", "this log", 10, "He has everything."),
    (
        "Eve",
        "another log",
        3,
        "A number of another log means nothing here: she is told of a gap, and then all.",
    ),
]


def told_before_welcome():
    """Return how many messages a real room with ten of them tells each of the four before the welcome."""
    wait, counts = patient(5), []
    with background_server(empty_room()) as server, ExitStack() as stack:
        url = server.url.replace("http", "ws") + "room/ws"

        def join(**known):
            """Return a new client, the welcome, and how many messages came before it."""
            ws, said = stack.enter_context(connect(url, proxy=None)), []
            ws.send(json.dumps({"type": "join", **known}))
            while not said or said[-1]["type"] != "welcome":
                said.append(json.loads(ws.recv(timeout=wait)))
            return ws, said[-1], len(said) - 1

        ann, welcome, _ = join(name="Ann")
        for number in range(10):
            ann.send(json.dumps({"type": "message", "text": str(number)}))
            while json.loads(ann.recv(timeout=wait))["type"] != "kept":
                pass
        for name, log, after, _ in FOUR:
            counts.append(join(name=name, log=welcome["log"] if log == "this log" else log, after=after)[2])
    return counts


@exercise(
    "12.3",
    todo="put four numbers into the list, in place of the dots.",
    hints=[
        "Which of the four has a number that means something in this log, and which of them has none?",
        "Ask history.start() where each begins, as above, and count what follows. A gap counts as one.",
        "Two of them: [3, ..., ..., 11]",
    ],
)
def who_is_told_what(answer):
    counts = several(answer, len(FOUR), "numbers")
    really = told_before_welcome()
    for place, (count, right, (name, *_, reason)) in enumerate(zip(counts, really, FOUR, strict=True), 1):
        if count != right:
            raise NotYet(f"number {place}, for {name}, is not {look_of(count)}, in a real room. {reason}")
    return f"a real room with ten messages told them as many: {', '.join(map(str, really))}."
