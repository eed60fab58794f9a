"""The exercises of lesson 08, failures and their mending."""

import asyncio
import inspect
import linecache
import re
import sys
import threading
import time
import traceback
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from itertools import pairwise
from numbers import Real

from fastapi import WebSocketDisconnect

from ..checks import NotYet, exercise, feedback_on_error, limited
from ..feedback import look_of
from ..reading import among, must_be_function, must_run, several
from ..talk import Talk, must_be_app, talk, usual

TURN = 0.02  # seconds from one look at the loop to the next
ATTEMPTS, DRAWS = [0, 3, 5, 6, 10], 1000  # the cap lies between 5 and 6
STILL = 0.25  # seconds without a turn; the pause and spell take 0.3 each


@dataclass
class Dictated:
    """A talk of one message, and what its loop did meanwhile."""

    seen: Talk
    spelled: int  # how often spell was called
    took: float  # seconds from the message to the answer
    kept: list  # the function and the line that kept the loop for itself
    late: float  # the longest time without a turn that no line explains: the machine was busy


def dictated(app):
    """Talk with the app, and watch whether its loop takes its turns."""
    must_be_app(app)
    times, turns, looks, spelled = [], [], [], []

    async def watched(scope, receive, send):
        async def timed_receive():
            message = await receive()
            times.append(time.monotonic())
            return message

        async def timed_send(message):
            times.append(time.monotonic())
            await send(message)

        if scope["type"] != "websocket":
            return await app(scope, receive, send)
        with watched_loop(turns, looks):
            await app(scope, timed_receive, timed_send)

    with counted_spell(spelled):
        seen = talk(watched, ["ab"])
    kept, late = [], 0
    for before, after in pairwise(turns):
        lines = Counter(line for moment, line in looks if before < moment < after)
        still = [line for line, count in lines.items() if line and count > 2]  # in the order of their time
        if still and after - before > STILL:
            kept += still
        elif (
            still or lines[None] < 3
        ):  # three looks into the loop's own code show that it was free, and waited
            late = max(late, after - before)
    took = max((after - before for before, after in pairwise(times)), default=0)
    return Dictated(seen, len(spelled), took, kept, late)


@contextmanager
def watched_loop(turns, looks):
    """Collect when this loop has a turn, and at which line of a learner's code another thread sees it."""
    thread, over = threading.get_ident(), threading.Event()

    async def take_turns():
        while True:
            turns.append(time.monotonic())
            await asyncio.sleep(TURN)

    def look():
        while not over.wait(TURN):
            stack = traceback.walk_stack(sys._current_frames()[thread])
            own = [(frame.f_code, line) for frame, line in stack if "ipykernel_" in frame.f_code.co_filename]
            places = [
                (code.co_name, linecache.getline(code.co_filename, line).strip()) for code, line in own[:1]
            ]
            looks.append((time.monotonic(), *(places or [None])))

    turning = asyncio.create_task(take_turns())
    threading.Thread(target=look, daemon=True).start()
    try:
        yield
    finally:
        over.set()
        turning.cancel()
        turns.append(time.monotonic())


@contextmanager
def counted_spell(calls):
    """Note each call of the learner's spell."""
    names = vars(sys.modules["__main__"])
    spell = names["spell"]
    names["spell"] = wraps(spell)(lambda word: calls.append(word) or spell(word))
    try:
        yield
    finally:
        names["spell"] = spell


def same(function):
    """Return whether this is `spell` as the exercise gives it: a plain function with its names and values."""
    code = getattr(function, "__code__", None)
    return (
        code is not None
        and not inspect.iscoroutinefunction(function)
        and code.co_names == ("time", "sleep", "join", "upper")
        and code.co_consts[-2:] == (0.3, "-")
    )


MEANINGS = {  # what an error says here -> what it means
    r"(NoneType|str)\b.*\bawait": "What await got is no coroutine: a call beside it ended before it had its "
    "turn, or there is none. asyncio.sleep(0.3) and asyncio.to_thread(spell, message) can be awaited.",
    "not callable": "A thread takes the function and, after a comma, what the function is to get: "
    "asyncio.to_thread(spell, message).",
    "'(coroutine|.*Task|.*Future)' object has no attribute 'encode'": "The result of a coroutine, or of a "
    "task, comes with await: write await in front of it.",
}


@exercise(
    "08.1",
    todo="hand the app dictation to check().",
    hints=[
        "Which two lines take their time without an await?",
        "A pause of your own is await asyncio.sleep(...); somebody else's slow function goes to a thread.",
        "The word comes from: await asyncio.to_thread(spell, message)",
    ],
)
def dictation(app):
    must_be_app(app)
    if not same(vars(sys.modules["__main__"]).get("spell")):
        raise NotYet(
            "spell was changed, and it belongs to somebody else. Leave it as it was, and hand it to a thread."
        )
    runs = [dictated(app)]
    seen = runs[0].seen
    if seen.answers:  # a client that has left is not what this exercise is about
        seen.errors = [error for error in seen.errors if not isinstance(error, WebSocketDisconnect)]
    error = seen.errors[-1] if seen.errors else None
    for what, meaning in MEANINGS.items():
        if re.search(what, str(error)):
            raise NotYet(feedback_on_error(error, meaning))
    usual(app, seen, 1)
    if seen.answers != ["A-B"]:
        raise NotYet(f'"ab" was answered with {seen.answers[0]!r}, expected "A-B": send what spell returns.')
    while len(runs) < 5 and runs[-1].late > STILL / 2:  # a busy machine; what it hides once, it shows later
        runs.append(dictated(app))
    sure = [run for run in runs if run.late < STILL]
    for name, line in sure[-1].kept if sure else []:
        raise NotYet(
            f"the answer is right, but nobody else was served during the line\n    {line}\n"
            + (
                "It is in spell, which the endpoint calls in the loop: hand spell to a thread."
                if name == "spell"
                else "Await there something that gives the loop back: asyncio.sleep() for a pause, "
                "asyncio.to_thread() for a slow function."
            )
        )
    if not runs[0].spelled:
        raise NotYet("the answer is right, and spell was never called. Call it, and in a thread.")
    if min(run.took for run in runs) < 0.55:
        raise NotYet(
            "the answer came in less time than the pause and spell take together. Both stay; only how the "
            "endpoint waits for them is to change."
        )
    if not sure:
        raise NotYet(
            "this machine is so busy that check() cannot see whether the loop was free. Run the check again."
        )
    return "the pause and spell took their time, and the event loop was free for others."


def draws(call, attempt):
    """Return what many calls give. NotYet: one gives no number."""
    waits = []
    for _ in range(DRAWS):
        waits.append(wait := call(attempt))
        if isinstance(wait, bool) or not isinstance(wait, Real):
            raise NotYet(f"attempt {attempt} gave {look_of(wait)}. A number of seconds is to be returned.")
    return waits


@exercise(
    "08.2",
    todo="hand the function steady_pause to check().",
    hints=[
        "What is the full time of an attempt, once it has its cap? Give that number a name first.",
        "min(30, ...) is the cap, and random.uniform(a, b) draws a number between a and b.",
        "Its last line is: return random.uniform(longest / 2, longest)",
    ],
)
def steady_pause(function):
    call = must_be_function(function, "attempt")
    must_run(function)
    if "sleep" in getattr(getattr(function, "__code__", None), "co_names", []):
        raise NotYet("the function calls sleep(). It is to return the seconds, and who calls it sleeps.")
    if "seed" in getattr(getattr(function, "__code__", None), "co_names", []):
        raise NotYet(
            "the function calls seed(), so it draws the same numbers each time, and all clients come back "
            "together. Let chance be chance."
        )
    full = {attempt: min(30, 0.5 * 2**attempt) for attempt in ATTEMPTS}
    drawn = {attempt: limited(draws, call, attempt) for attempt in full}
    ends = {attempt: (min(waits), max(waits)) for attempt, waits in drawn.items()}
    scales = [end / full[attempt] for attempt in [0, 3] for end in (2 * ends[attempt][0], ends[attempt][1])]
    alike = all(abs(end - last) < 0.05 * ends[10][1] for end, last in zip(ends[0], ends[10], strict=True))
    for attempt, (least, most) in ends.items():
        longest = full[attempt]
        said = (
            f"{DRAWS} draws for attempt {attempt} were between {least:.2f} and {most:.2f} s, expected "
            f"{longest / 2:g} to {longest:g} s. "
        )
        if most > 30 == longest:
            raise NotYet(said + "No full time is over 30 s: cap it, before the half is taken of it.")
        if most == least == 0:
            raise NotYet(
                f"attempt {attempt} gave 0 s each time, expected {longest / 2:g} to {longest:g} s, and not "
                "whole numbers alone. 2**0 is 1, where 2 * 0 is 0."
            )
        if longest == 30 and ends[10] == (30, 30):
            raise NotYet(
                "all draws for attempt 10 were 30 s, so all clients come at the same time. First cap "
                "the full time, then draw."
            )
        if most == least:
            raise NotYet(
                f"{DRAWS} draws for attempt {attempt} were all {least:g} s. A thousand clients would come "
                "back together: let random.uniform() draw anew, each time that the function is called."
            )
        if (values := len(set(drawn[attempt]))) < 10:
            raise NotYet(said + f"There were only {values} different ones. Let each number between come up.")
        if attempt == 0 and least >= 15 and most <= 30 < ends[10][1]:
            raise NotYet(
                said
                + "These belong to the longest wait. It is for later attempts: min() takes the smaller of "
                "two numbers, and max() the larger."
            )
        if attempt == 0 and alike:
            raise NotYet(said + "Those of attempt 10 lie there, too: the waits do not depend on the attempt.")
        if attempt == 0 and max(scales) < 1.06 * min(scales) and not 0.9 < scales[0] < 1.1:
            raise NotYet(
                said
                + f"Each wait is about {most / longest:.1f} times what it is to be: the first full time is "
                "0.5 s, and each later one is twice that before."
            )
        if not 0.97 * longest < most <= longest:
            raise NotYet(said + "The upper end has to be the full time.")
        if not 0.5 * longest <= least < 0.53 * longest:
            raise NotYet(said + "The lower end has to be half of the full time.")
    return "the waits double, end at 30 s, and lie at random between half and all of the full time."


REPORTS = {  # the cause -> what would have been seen
    "vanished": "then nobody is there to complain, and the log names WebSocketDisconnect",
    "binary": "then the log says KeyError: 'text'",
    "accept": "then there is no connection yet, so the client gets an HTTP status and the log names accept",
    "raises": "then the client sees 1006 and the log names the error",
    "blocked": "then everybody waits at the same time, and afterwards all goes on",
    "busy": "then one client is closed with 1011, though it is alive, and the others notice nothing",
}
RIGHT = ["busy", "raises", "accept", "vanished", "blocked"]


@exercise(
    "08.3",
    todo="put a cause in the place of each of the three dots.",
    hints=[
        "Which of the reports tell of one client, and which of all?",
        "Look at the client's code first: 1011, 1006, an HTTP status, none. Then at the name in the log.",
        'It begins with "busy" and ends with "blocked".',
    ],
)
def causes_of_reports(answer):
    words = among(REPORTS, several(answer, len(RIGHT), "words"))
    for number, (word, right) in enumerate(zip(words, RIGHT, strict=True), start=1):
        if word != right:
            raise NotYet(
                f'for report {number} you said "{word}": {REPORTS[word]}. '
                "Compare that with both ends of the report."
            )
    return "all five reports have their cause, each from its two ends."
