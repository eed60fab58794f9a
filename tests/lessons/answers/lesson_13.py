"""What the tests hand in to the exercises of lesson 13: wrong answers and right ones."""

from tests.lessons.answers import Answers, from_here, instead

RATIO = "median(ones) / median(others)"

ANSWERS = {}

ANSWERS["13.1"] = Answers(
    mistakes={
        "5 rounds made 10 calls": instead(("    one(), other()\n", "")),
        "one figure of other() in five was a thousand times too big, and ratio went from 0.4615 to 0.002": (
            instead(("median(others)", "mean(others)"))
        ),
        "too small": instead((RATIO, "min(ones) / min(others)")),
        "of the first parameter, one": instead((RATIO, "median(others) / median(ones)")),
        "A difference depends on the machine": instead((RATIO, "median(ones) - median(others)")),
        "depend on what one() and other() return": instead((RATIO, "60 / 130")),
        "Which figures does it divide": instead((RATIO, "round(median(ones) / median(others), 1)")),
        "ratio returned None. Return a number": instead(("return ", "")),
        "Let a loop go round as often as rounds says": instead(("range(rounds)", "range(5)")),
        "is it in your list": instead(
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
        "one() alone was called": instead(("one(), other()\n", "one()\n"), ("other())", "one())")),
        "A return in the loop ends it": instead(("    return median", "        return median")),
        "5 rounds made 50 calls": instead(
            ("    one(), other()\n", "    for _ in range(20):\n        one(), other()\n")
        ),
    },
    right=[
        instead(("other, rounds", "other, *, rounds")),
        from_here("    ones, others", "    return median(one() / other() for _ in range(rounds))\n"),
        instead(
            ("    one(), other()\n", ""),
            ("(rounds)", "(rounds + 1)"),
            ("(ones)", "(ones[1:])"),
            ("(others)", "(others[1:])"),
        ),
        from_here(
            "    ones, others",
            "    found = {other: [], one: []}\n    for _ in range(rounds):\n"
            "        for measure in found:\n            found[measure].append(measure())\n"
            "    return median(found[one]) / median(found[other])\n",
        ),
    ],
)

ANSWERS["13.2"] = Answers(
    mistakes={
        'for report 2 you said "median"': instead(('"warm up", "median"', '"median", "warm up"')),
        'for report 3 you said "p99"': instead(("median", "p99")),
        "'mean' is none of the words": instead(("median", "mean")),
        "number 2 has no answer yet": instead(('"warm up"', "...")),
        "yours has 2": 'cures = ["take turns", "warm up"]',
    },
    right=[
        instead(("[", "("), ("]", ")")),
        'cures = "Take turns, warm up, median, same machine, more clients"',
        instead(
            ("take turns", "take-turns"), ("clients", "clients (in more processes)"), ('"median"', "'Median'")
        ),
    ],
)
