"""The exercises of lesson 13, measuring."""

import ast
import math
from itertools import pairwise, product
from numbers import Real

from ..checks import NotYet, exercise, limited
from ..feedback import look_of
from ..reading import among, must_be_function, must_run, several
from ..talk import written_in


class Machine:
    """A make-believe machine: its figures need no clock, and are the same each time.

    The first figure of each measure named in `cold` is cold, the machine slows down as it goes, and one
    figure is wrong by a factor: that of the call `bad`, a name and a number.
    """

    def __init__(self, drift=1.0, bad=None, factor=1000, cold=("one", "other")):
        self.drift, self.bad, self.factor, self.cold, self.calls = drift, bad, factor, cold, []

    def make_measure(self, name, figure):
        def measure():
            cold = 20 if name in self.cold and name not in self.calls else 1
            self.calls.append(name)
            bad = self.factor if (name, self.calls.count(name)) == self.bad else 1
            return figure * cold * bad * self.drift ** len(self.calls)

        return measure


def tried_on(function, rounds, one=60.0, other=130.0, **machine):
    """Return what the function makes of two figures, and the order of its calls."""
    there = Machine(**machine)
    return function(there.make_measure("one", one), there.make_measure("other", other), rounds), there.calls


def returns_in_a_loop(function):
    """Return whether a loop in the function has a return; where Python has no source, it does not."""
    loops = [part for part in written_in(function) if isinstance(part, ast.For | ast.While)]
    return any(isinstance(part, ast.Return) for loop in loops for part in ast.walk(loop))


@exercise(
    "13.1",
    todo="hand the function ratio to check().",
    hints=[
        "In which order should one() and other() be called, so that a slow minute hits both?",
        "Call both once and forget the result; then one loop, in which each is called once in a round.",
        "In the loop: ones.append(one()) and others.append(other()); "
        "at the end: return median(ones) / median(others)",
    ],
)
def ratio(function):
    call = must_be_function(function, "one", "other", "rounds")
    must_run(function)
    try:
        result, calls = limited(tried_on, call, 5)
    except TypeError as error:
        if "'function'" in str(error):
            raise NotYet(
                f"{error}: there is a function in the place of its figure. A call needs brackets: one()."
            ) from None
        raise
    must_call_in_turns(call, calls)
    must_compare(call, result)
    return "cold starts, a machine that gets slower and one bad moment did not spoil the ratio."


def must_call_in_turns(function, calls):
    """Raise NotYet where five rounds are not one call of each to warm up, and then one of each in a round."""
    ones, others = calls.count("one"), calls.count("other")
    if not ones or not others:
        raise NotYet(f"{calls[0] if calls else 'no'}() alone was called. Both have to be measured.")
    if ones != others:
        raise NotYet(
            f"with 5 rounds one() was called {ones} times and other() {others}. "
            "Each round needs a call of each, and so does warming up: which of the two does each line call?"
        )
    more = limited(tried_on, function, 9)[1].count("one") - ones
    if ones <= 2 and not more and returns_in_a_loop(function):
        raise NotYet(
            f"with 5 rounds each was called {ones} times. A return in the loop ends it in its first round: "
            "where does yours stand?"
        )
    if not more:
        raise NotYet(
            f"with 5 rounds each was called {ones} times, and with 9 as often. Let a loop go round as often "
            "as rounds says."
        )
    runs = 1 + sum(before != after for before, after in pairwise(calls))
    if runs <= 4:
        raise NotYet(
            f"{ones} calls of one() and {others} of other() came in {runs} blocks. If the machine is slow "
            "for a minute, it hits one of them only: let them take turns, in one loop."
        )
    if (ones, more) != (6, 4):
        raise NotYet(
            f"5 rounds made {2 * ones} calls, and 9 rounds {2 * (ones + more)}, expected 12 and 20: one of "
            "each to warm up, whose figure is cold and forgotten, and then one of each in a round."
        )


def must_compare(function, result):
    """Raise NotYet where what is returned is not the ratio, or where one figure can spoil it."""
    got = f"one() gave 60 and other() gave 130, and ratio returned {look_of(result)}"
    if not isinstance(result, Real) or isinstance(result, bool):
        raise NotYet(f"{got}. Return a number.")
    right = 60 / 130
    again = limited(lambda: tried_on(function, 5, one=90.0, other=30.0))[0]
    if not math.isclose(result, right, rel_tol=0.01) or again == result:
        meanings = {
            130 / 60: "Say how many times the figure of the first parameter, one, is that of the second.",
            -70: "A difference depends on the machine: divide.",
            70: "A difference depends on the machine: divide.",
            60 / 130 * 100: "That is a percentage: leave out the 100.",
            0: "What is behind the point is lost: divide with /, and do not round.",
            again: "Let it depend on what one() and other() return.",
        }
        raise NotYet(
            f"{got}, expected {right:.4f}; of 90 and 30 it made {look_of(again)}, expected 3. "
            + meanings.get(result, "Which figures does it divide, and how?")
        )
    for factor, size in [(1000, "big"), (0.001, "small")]:
        for bad in product(["one", "other"], [2, 4, 6]):  # the first, the middle and the last of five
            spoilt = limited(lambda bad=bad, factor=factor: tried_on(function, 5, bad=bad, factor=factor))[0]
            if math.isclose(spoilt, right, rel_tol=0.2):
                continue
            mean = (4 + factor) / 5 if bad[0] == "one" else 5 / (4 + factor)
            raise NotYet(
                f"one figure of {bad[0]}() in five was a thousand times too {size}, and ratio went from "
                f"{right:.4f} to {spoilt:g}. "
                + ("The mean moves with each figure. " if math.isclose(spoilt, right * mean) else "")
                + "Which value of five does not move if another one is wrong?"
            )
    drifting = limited(lambda: tried_on(function, 9, drift=1.05))[0]
    if not math.isclose(drifting, right, rel_tol=0.2):
        raise NotYet(
            f"on a machine that gets slower with each call, ratio returned {drifting:g}, expected about "
            f"{right:.4f}. Which calls does it compare?"
        )
    single = limited(lambda: tried_on(function, 1, cold=["one"]))[0]
    if not math.isclose(single, right, rel_tol=0.01):
        raise NotYet(
            f"with one round, where the first figure of one() is cold, ratio returned {single:g}, expected "
            f"{right:.4f}. That first figure is to be forgotten: is it in your list?"
        )


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
)
def cures(answer):
    words = among(WORDS, several(answer, len(RIGHT), "words"))
    for number, (word, right) in enumerate(zip(words, RIGHT, strict=True), start=1):
        if (number, word) == (2, "median"):
            raise NotYet(
                'for report 2 you said "median". It would hide that figure, but here one knows which it is, '
                "and why. Read which of the ten answers took so long."
            )
        if word != right:
            raise NotYet(f'for report {number} you said "{word}": {WORDS[word]}. Read that report again.')
    return "each report has its cure, and the ways to be wrong have names now."
