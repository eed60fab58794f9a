"""What the texts of the log come to."""

import json

from notebooks.teach.board.rows import HOURS, Rows, when


def rows_after(*events):
    """Return the rows of Ann and Bob after events: a name, an exercise, what, and at which second."""
    rows = Rows()
    for number, name in enumerate(["Ann", "Bob"], 1):
        rows.add(number, {"type": "join", "learner": name, "asked": name, "name": name})
    for number, (name, exercise, what, at) in enumerate(events, 3):
        rows.add(number, {"type": "event", "learner": name, "exercise": exercise, "what": what, "at": at})
    return rows


def test_stuck():
    """Stuck is who has tried an exercise and done nothing since, from the first such try on."""
    events = [("Ann", "04.1", "tried", 10), ("Ann", "04.1", "tried", 20), ("Ann", "04.2", "tried", 30)]
    assert rows_after(*events).of["Ann"].stuck == [10, "04.2"]
    events += [("Ann", "05.1", "done", 40)]  # another one: 04.1 and 04.2 were left
    assert rows_after(*events).of["Ann"].stuck is None
    events += [("Ann", "05.1", "tried", 50)]  # yesterday's cells are run again
    assert rows_after(*events).of["Ann"].stuck is None
    events += [("Ann", "05.2", "hint", 60), ("Ann", "05.2", "tried", 70)]
    assert rows_after(*events).of["Ann"].stuck == [70, "05.2"]


def test_only_what_changed():
    """A page is told of the exercises that changed since its last number, and of nothing else."""
    rows = rows_after(("Ann", "04.1", "tried", 10), ("Ann", "04.1", "tried", 20), ("Ann", "04.2", "done", 30))
    assert rows.next_after(5) is None
    number, text = rows.next_after(4)
    [row] = json.loads(text)["rows"]
    assert (number, row["name"], row["exercises"]) == (5, "Ann", {"04.2": [0, None, 0, 30]})
    told = json.loads(rows.next_after(-1)[1])["rows"]
    assert [(row["place"], row["name"]) for row in told] == [(0, "Ann"), (1, "Bob")]
    assert told[0]["exercises"]["04.1"] == [2, 10, 0, None]


def test_clocks():
    """What happened is not put into the future, and not years ago, by a clock that is wrong."""
    came = 1_000_000
    assert [when(at, came) for at in (came + 60, came - 60, 0)] == [came, came - 60, came - HOURS * 3600]
