"""The exercises of lesson 13, measuring."""

import inspect
from itertools import pairwise

from ..checks import NotYet, exercise, limited
from . import and_then, from_here, instead


class Machine:
    """A make-believe machine: its figures need no clock, and are the same each time.

    The first figure of each measure named in `cold` is cold, the machine slows down as it goes, and one
    figure is wrong by a factor.
    """

    def __init__(self, drift=1.0, bad=None, factor=1000, cold=("one", "other")):
        self.drift, self.bad, self.factor, self.cold, self.calls = drift, bad, factor, cold, []

    def make_measure(self, name, figure):
        def one():
            cold = 20 if name in self.cold and name not in self.calls else 1
            self.calls.append(name)
            bad = self.factor if self.calls.count(name) == self.bad and name == "one" else 1
            return figure * cold * bad * self.drift ** len(self.calls)

        return one


def tried_on(function, rounds, **machine):
    """Return what the function makes of 60 and 120, and the order of its calls."""
    there = Machine(**machine)
    result = limited(function, there.make_measure("one", 60.0), there.make_measure("other", 120.0), rounds)
    return result, there.calls


@exercise(
    "13.1",
    todo="hand the function ratio to check().",
    hints=[
        "In which order should one() and other() be called, so that a slow minute hits both?",
        "Call both once and forget the result; then one loop, in which each is called once in a round.",
        "In the loop: ones.append(one()) and others.append(other()); "
        "at the end: return median(ones) / median(others)",
    ],
    mistakes={
        "forget that figure": instead(("    one(), other()\n", "")),
        "The mean moves with each figure": instead(
            ("median(ones) / median(others)", "mean(ones) / mean(others)")
        ),
        "Put one above the line": instead(("median(ones) / median(others)", "median(others) / median(ones)")),
        "A difference depends on the machine": instead(
            ("median(ones) / median(others)", "median(ones) - median(others)")
        ),
        "ratio returned None. Return a number": instead(("return ", "")),
        "Let the loop go round as often as rounds says": instead(("range(rounds)", "range(5)")),
        "The figures of the warm-up are in the lists": instead(
            ("    one(), other()\n", ""), ("ones, others = [], []", "ones, others = [one()], [other()]")
        ),
        "6 calls of one() and 6 of other()": from_here(
            "    ones, others",
            "    ones = [one() for _ in range(rounds)]\n    others = [other() for _ in range(rounds)]\n"
            "    return median(ones) / median(others)\n",
        ),
        "A call needs brackets: one()": instead(("ones.append(one())", "ones.append(one)")),
        "one() was called 11 times and other() 1": instead(
            ("others.append(other())", "others.append(one())")
        ),
        "ratio(one, other) is there": instead((", rounds=5", "")),
        "of type float, and it needs the function itself": and_then("ratio = ratio(lambda: 1, lambda: 2)"),
        "The smallest one proves as little": instead(
            ("median(ones) / median(others)", "min(ones) / min(others)")
        ),
        "A return in the loop ends it": instead(("    return median", "        return median")),
        "5 rounds made 50 calls": instead(
            ("    one(), other()\n", "    for _ in range(20):\n        one(), other()\n")
        ),
        "each round calls both twice": instead(
            ("    one(), other()\n", ""),
            ("        ones.append", "        one(), other()\n        ones.append"),
        ),
    },
)
def ratio(function):
    if not callable(function):
        raise NotYet(
            f"check() got something of type {type(function).__name__}, and it needs the function itself, "
            "without brackets after its name."
        )
    if len(inspect.signature(function).parameters) != 3:
        raise NotYet(f"ratio{inspect.signature(function)} is there; it has to take one, other and rounds.")
    try:
        result, calls = tried_on(function, 5)
    except TypeError as error:
        if "function" in str(error):
            raise NotYet(
                "the list holds the functions, and not their figures. A call needs brackets: one()."
            ) from None
        raise
    if "other" not in calls or "one" not in calls:
        raise NotYet(f"only {calls[0] if calls else 'nothing'} was called. Both have to be measured.")
    if not isinstance(result, int | float):
        raise NotYet(f"one() gave 60 and other() gave 120, and ratio returned {result!r}. Return a number.")
    most = max(calls.count("one"), calls.count("other"))
    if most < 5:
        raise NotYet(
            f"with 5 rounds no measure was called more than {most} times. A return in the loop ends it in "
            "its first round: where does yours stand?"
        )
    if calls.count("one") != calls.count("other"):
        raise NotYet(
            f"with 5 rounds one() was called {calls.count('one')} times and other() {calls.count('other')}. "
            "Each round needs a call of each, and so does warming up: which of the two does each line call?"
        )
    runs = 1 + sum(before != after for before, after in pairwise(calls))
    if runs <= 4:
        raise NotYet(
            f"{calls.count('one')} calls of one() and {calls.count('other')} of other() came in {runs} "
            "blocks. If the machine is slow for a minute, it hits one of them only: let them take turns, in "
            "one loop."
        )
    _, longer = tried_on(function, 9)
    if len(longer) - len(calls) == 16:
        raise NotYet(
            f"5 rounds made {len(calls)} calls, expected 12: each round calls both twice. Once is enough for "
            "warming up, before the loop."
        )
    if len(longer) - len(calls) != 8:
        raise NotYet(
            f"with 5 rounds there were {len(calls)} calls, and with 9 there were {len(longer)}, expected 8 "
            "more. Let the loop go round as often as rounds says."
        )
    if result > 1.5:
        raise NotYet(
            f"one() gave 60 and other() gave 120, and ratio returned {result:g}, expected 0.5: "
            "how many times the figure of one is that of other. Put one above the line."
        )
    if result < 0:
        raise NotYet(f"ratio returned {result:g}. A difference depends on the machine: divide.")
    if len(calls) > 12:
        raise NotYet(f"5 rounds made {len(calls)} calls, expected 12: one call of each is enough to warm up.")
    if len(calls) < 12:
        raise NotYet(
            f"5 rounds made {len(calls)} calls in all, expected 12: the first figure of each is cold, so "
            "call each once more before the loop, and forget that figure."
        )
    single, _ = tried_on(function, 1, cold=["one"])
    if not 0.49 < single < 0.51:
        raise NotYet(
            f"with one round, where the first figure of one() is cold, ratio returned {single:g}, expected "
            "0.5. The figures of the warm-up are in the lists: forget them."
        )
    spoilt, _ = tried_on(function, 5, bad=4)
    if not 0.4 < spoilt < 0.6:
        raise NotYet(
            f"one figure of five was a thousand times too big, and ratio went from 0.5 to {spoilt:g}. "
            "The mean moves with each figure: which value in the middle does not?"
        )
    spoilt, _ = tried_on(function, 5, bad=4, factor=0.001)
    if not 0.4 < spoilt < 0.6:
        raise NotYet(
            f"one figure of five was a thousand times too small, and ratio went from 0.5 to {spoilt:g}. "
            "The smallest one proves as little as the largest: which value in the middle does not move?"
        )
    drifting, _ = tried_on(function, 9, drift=1.05)
    if not 0.4 < drifting < 0.6 or not 0.49 < result < 0.51:
        raise NotYet(
            f"60 and 120 made {result:g}, and on a machine that gets slower {drifting:g}; expected 0.5 and "
            "about 0.5. Look at which figures go into the two medians."
        )
    return "cold starts, a machine that gets slower and one bad moment did not spoil the ratio."


WORDS = {  # the cure -> what it would cure
    "warm up": "that helps where the first of several figures is cold",
    "take turns": "that helps where two things were measured at different times",
    "median": "that helps where a few figures spoil the mean",
    "same machine": "that helps where the two figures come from different places",
    "more clients": "that helps where those who measure are busier than what they measure",
    "p99": "that tells of the slow ones, and nobody here asked how slow they are",
}
RIGHT = ["take turns", "warm up", "median", "same machine", "more clients"]


@exercise(
    "13.2",
    todo="put a word in the place of each of the three dots.",
    hints=[
        "What differs between the two figures of a report, apart from what was to be compared?",
        "Report 1 has two times of day, 2 has a first answer, 3 a backup, 4 two machines, 5 busy clients.",
        'It begins with "take turns" and ends with "more clients".',
    ],
    mistakes={
        'for report 1 you said "warm up"': instead(('"take turns", "warm up"', '"warm up", "take turns"')),
        'for report 2 you said "median"': instead(('"warm up", "median"', '"median", "warm up"')),
        'for report 3 you said "p99"': instead(("median", "p99")),
        'for report 4 you said "more clients"': instead(
            ('"same machine", "more clients"', '"more clients", "same machine"')
        ),
        'for report 5 you said "p99"': instead(("more clients", "p99")),
        "'mean' is none of the words": instead(("median", "mean")),
        "report 2 has no cure yet": instead(('"warm up"', "...")),
        "your list has 2 entries": 'cures = ["take turns", "warm up"]',
        "a list of five words": 'cures = "median"',
    },
)
def cures(answer):
    if not isinstance(answer, list | tuple):
        raise NotYet("the answer is a list of five words, in the order of the reports.")
    if len(answer) != len(RIGHT):
        raise NotYet(f"there are five reports, and your list has {len(answer)} entries.")
    if ... in answer:
        raise NotYet(f"report {answer.index(...) + 1} has no cure yet.")
    for number, (word, right) in enumerate(zip(answer, RIGHT, strict=True), start=1):
        if not isinstance(word, str) or word not in WORDS:
            raise NotYet(f"{word!r} is none of the words: {', '.join(WORDS)}.")
        if (number, word) == (2, "median"):
            raise NotYet(
                'for report 2 you said "median". It would hide that figure, but here one knows which it is, '
                "and why. Read which of the ten answers took so long."
            )
        if word != right:
            raise NotYet(f'for report {number} you said "{word}": {WORDS[word]}. Read that report again.')
    return "each report has its cure, and the ways to be wrong have names now."
