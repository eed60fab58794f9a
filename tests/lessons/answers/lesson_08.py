"""What the tests hand in to the exercises of lesson 08: wrong answers and right ones."""

from tests.lessons.answers import Answers, from_here, instead

IN_A_THREAD = "asyncio.to_thread(spell, message)"
CAPPED, DRAWN = "min(30, 0.5 * 2**attempt)", "random.uniform(longest / 2, longest)"

ANSWERS = {}

ANSWERS["08.1"] = Answers(
    mistakes={
        "It is in spell, which the endpoint calls in the loop": instead(
            ("await " + IN_A_THREAD, "spell(message)")
        ),
        "during the line\n    time.sleep(0.3)\nAwait": instead(("await asyncio.sleep", "time.sleep")),
        "during the line\n    while time.monotonic() < end:": instead(
            (
                "        await asyncio.sleep(0.3)\n",
                "        end = time.monotonic() + 0.3\n        while time.monotonic() < end:\n"
                "            pass\n",
            )
        ),
        "await time.sleep(0.3)\nWhat await got": instead(("await asyncio.sleep", "await time.sleep")),
        "sleep() was called without await": instead(("await asyncio.sleep", "asyncio.sleep")),
        "The result of a coroutine": instead(("await asyncio.to_thread", "asyncio.to_thread")),
        "A thread takes the function": instead(("(spell, message)", "(spell(message))")),
        "less time than the pause and spell take together": instead(
            ("        await asyncio.sleep(0.3)\n", "")
        ),
        "was answered with 'ab'": instead(("await " + IN_A_THREAD, "message")),
        "spell was changed": instead(
            ("def spell(word):\n    time.sleep", "async def spell(word):\n    await asyncio.sleep"),
            (IN_A_THREAD, "spell(message)"),
        ),
        "spell was never called": instead(
            ("await " + IN_A_THREAD, "'-'.join(message.upper())"),
            ("asyncio.sleep(0.3)", "asyncio.sleep(0.6)"),
        ),
    },
    right=[
        instead(
            (
                "asyncio.to_thread(spell, message)",
                "asyncio.get_running_loop().run_in_executor(None, spell, message)",
            )
        ),
        instead(("asyncio.sleep(0.3)", "asyncio.to_thread(time.sleep, 0.3)")),
        instead(
            ("await asyncio.sleep(0.3)", "word = await asyncio.to_thread(lambda: spell(message))"),
            (
                "await websocket.send_text(await asyncio.to_thread(spell, message))",
                "await asyncio.sleep(0.3)\n        await websocket.send_text(word)",
            ),
        ),
    ],
)

ANSWERS["08.2"] = Answers(
    mistakes={
        "the function calls seed()": instead(("    longest", "    random.seed(attempt)\n    longest")),
        "cap it, before the half is taken of it": instead((CAPPED, "0.5 * 2**attempt")),
        "were all 0.5 s": instead((DRAWN, "longest")),
        "The lower end has to be half": instead(("longest / 2, longest", "0, longest")),
        "were between 0.50 and 0.75 s": instead(("longest / 2, longest", "longest, 1.5 * longest")),
        "First cap the full time, then draw": instead(
            (CAPPED, "0.5 * 2**attempt"),
            (DRAWN, "min(30, random.uniform(longest / 2, longest))"),
        ),
        "where 2 * 0 is 0": instead(("2**attempt", "2 * attempt")),
        "min() takes the smaller of two": instead(("min", "max")),
        "do not depend on the attempt": "def steady_pause(attempt):\n    return random.uniform(15, 30)\n",
        "only 2 different": instead(("uniform(longest / 2, longest)", "choice([longest / 2, longest])")),
        "0.5 times what it is to be": instead(("2**attempt", "2 ** (attempt - 1)")),
        "draws for attempt 5 were between 15": instead((CAPPED, "0.5 * 2**attempt if attempt < 5 else 30")),
        "attempt 6 gave None": instead(("    return", "    if longest < 30:\n        return")),
        "the function calls sleep()": from_here(
            "    return", "    time.sleep(random.uniform(longest / 2, longest))\n"
        ),
    },
    right=[
        "steady_pause = lambda attempt: min(30, 0.5 * 2**attempt) * random.uniform(0.5, 1)",
        instead((DRAWN, "longest / 2 + random.random() * longest / 2")),
        instead(
            ("longest = min(30, 0.5 * 2**attempt)", "longest = 0.5 * 2**attempt if attempt < 6 else 30"),
            ("return ", "half = longest / 2\n    return half + "),
            ("(longest / 2, longest)", "(0, half)"),
        ),
    ],
)

ANSWERS["08.3"] = Answers(
    mistakes={
        'for report 1 you said "blocked"': 'causes = ["blocked", "raises", "accept", "vanished", "busy"]',
        'for report 3 you said "raises"': 'causes = ["busy", "raises", "raises", "vanished", "blocked"]',
        "'slow' is none of the words": 'causes = ["busy", "raises", "accept", "vanished", "slow"]',
        "number 4 has no answer yet": 'causes = ["busy", "raises", "accept", ..., "blocked"]',
        "braces make a set": 'causes = {"busy", "raises", "accept", "vanished", "blocked"}',
    },
    right=[
        'causes = ("busy", "raises", "accept", "vanished", "blocked")',
        'causes = ["Busy", "Raises", "Accept", "Vanished", "Blocked"]',
        'causes = "busy, raises, accept, vanished, blocked"',
    ],
)
