"""The exercises of lesson 08, failures and their mending."""

import inspect
import linecache
import sys
import threading
import time
import traceback
from collections import Counter
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from ..checks import NotYet, exercise, limited
from ..talk import FORGOTTEN, must_be_app, talk, usual
from . import and_then, from_here, instead


@contextmanager
def watched_loops():
    """Collect for how many seconds each line of a learner's code kept an event loop for itself."""
    seconds, over = Counter(), threading.Event()
    kernel = threading.main_thread().ident  # its loop runs the check itself

    def watch():
        last, when = None, time.monotonic()
        while not over.wait(0.02):
            now, line = time.monotonic(), None
            for thread, frame in sys._current_frames().items():
                stack = [(inner.f_code, number) for inner, number in traceback.walk_stack(frame)]
                own = [(code, number) for code, number in stack if "ipykernel_" in code.co_filename]
                # uvloop's own functions show no frame, but what starts any loop does
                in_a_loop = any(Path(code.co_filename).match("asyncio/runners.py") for code, _ in stack)
                if thread != kernel and own and in_a_loop:
                    code, number = own[0]  # the innermost
                    line = code.co_name, linecache.getline(code.co_filename, number).strip()
            if line == last and line is not None:
                seconds[line] += now - when
            last, when = line, now

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield seconds
    finally:
        over.set()
        watcher.join()


def dictated(app):
    """Return a Talk of one message with the app, the lines that kept its loop, and the longest pause."""
    must_be_app(app)
    times = []

    async def timed(scope, receive, send):
        async def timed_receive():
            message = await receive()
            times.append(time.monotonic())
            return message

        async def timed_send(message):
            times.append(time.monotonic())
            await send(message)

        await app(scope, timed_receive, timed_send)

    with watched_loops() as seconds:
        seen = talk(timed, ["ab"])
    kept = [place for place, total in seconds.items() if total > 0.15]
    return seen, kept, max((after - before for before, after in pairwise(times)), default=0)


def same(function):
    """Return whether this is `spell` as the exercise gives it: a plain function with its names and values."""
    code = getattr(function, "__code__", None)
    return (
        code is not None
        and not inspect.iscoroutinefunction(function)
        and code.co_names == ("time", "sleep", "join", "upper")
        and code.co_consts[-2:] == (0.3, "-")
    )


@exercise(
    "08.1",
    todo="hand the app dictation to check().",
    hints=[
        "Which two lines take their time without an await?",
        "A pause of your own is await asyncio.sleep(...); somebody else's slow function goes to a thread.",
        "The word comes from: await asyncio.to_thread(spell, message)",
    ],
    mistakes={
        "It is in spell, which the endpoint calls in the loop": instead(
            ("await asyncio.to_thread(spell, message)", "spell(message)")
        ),
        "asyncio.sleep() for a pause": instead(("await asyncio.sleep", "time.sleep")),
        "before await gets to see its None": instead(("await asyncio.sleep", "await time.sleep")),
        "sleep() was called without await": instead(("await asyncio.sleep", "asyncio.sleep")),
        "send_text() got a coroutine": instead(("await asyncio.to_thread", "asyncio.to_thread")),
        "to_thread() got what spell had returned": instead(
            ("to_thread(spell, message)", "to_thread(spell(message))")
        ),
        "less time than the pause and spell take together": instead(
            ("        await asyncio.sleep(0.3)\n", "")
        ),
        "was answered with 'ab'": instead(("await asyncio.to_thread(spell, message)", "message")),
        "spell gives a text, and a text cannot be awaited": instead(
            ("asyncio.to_thread(spell, message)", "spell(message)")
        ),
        "before it had accepted it": instead(("    await websocket.accept()\n", "")),
        "the endpoint is a plain function": instead(
            ("async def", "def"), ("await ", ""), ("async for", "for")
        ),
        "spell was changed": instead(
            ("def spell(word):\n    time.sleep", "async def spell(word):\n    await asyncio.sleep"),
            ("asyncio.to_thread(spell, message)", "spell(message)"),
        ),
        "of type function, and it needs the app": and_then("dictation = dictate"),
    },
)
def dictation(app):
    seen, kept, pause = dictated(app)
    error = str(seen.errors[-1]) if seen.errors else ""
    if "NoneType" in error:
        raise NotYet(
            "time.sleep() has slept before await gets to see its None, so the loop stood still. The pause "
            "that can be awaited is asyncio.sleep()."
        )
    if "object str can't" in error or "'str' object can't be awaited" in error:
        raise NotYet(
            "spell gives a text, and a text cannot be awaited. asyncio.to_thread(spell, message) makes of "
            "the call something that can."
        )
    if "not callable" in error:
        raise NotYet(
            "to_thread() got what spell had returned, so spell ran in the loop. Hand it the function and, "
            "after a comma, what the function is to get."
        )
    if "coroutine" in error:
        raise NotYet(
            "send_text() got a coroutine in place of a text. A coroutine gives its result to an await: write "
            "await in front of asyncio.to_thread(...)."
        )
    if seen.unawaited and inspect.iscoroutinefunction(seen.endpoint):
        raise NotYet(FORGOTTEN.format(seen.unawaited[0]))
    usual(app, seen, 1)
    if seen.answers != ["A-B"]:
        raise NotYet(f'"ab" was answered with {seen.answers[0]!r}, expected "A-B": send what spell returns.')
    _, kept_again, pause_again = dictated(app)  # for a busy machine may be late, at another line
    for name, line in filter(kept_again.__contains__, kept):  # the first of them
        raise NotYet(
            f"the answer is right, but nobody else was served during the line\n    {line}\n"
            + (
                "It is in spell, which the endpoint calls in the loop: hand spell to a thread."
                if name == "spell"
                else "Await there something that gives the loop back: asyncio.sleep() for a pause, "
                "asyncio.to_thread() for a slow function."
            )
        )
    if min(pause, pause_again) < 0.55:
        raise NotYet(
            "the answer came in less time than the pause and spell take together. Both stay; only how the "
            "endpoint waits for them is to change."
        )
    if not same(getattr(seen.endpoint, "__globals__", {}).get("spell")):
        raise NotYet(
            "spell was changed, and it belongs to somebody else. Leave it as it was, and hand it to a thread."
        )
    return "the pause and spell took their time, and the event loop was free for others."


@exercise(
    "08.2",
    todo="hand the function steady_pause to check().",
    hints=[
        "What is the full time of an attempt, once it has its cap? Give that number a name first.",
        "min(30, ...) is the cap, and random.uniform(a, b) draws a number between a and b.",
        "Its last line is: return random.uniform(longest / 2, longest)",
    ],
    mistakes={
        "cap it, before the half is taken of it": instead(("min(30, 0.5 * 2**attempt)", "0.5 * 2**attempt")),
        "were all 0.5 s": instead(("random.uniform(longest / 2, longest)", "longest")),
        "The lower end has to be half": instead(("longest / 2, longest", "0, longest")),
        "No wait is longer than the full time": instead(("longest / 2, longest", "longest, 1.5 * longest")),
        "The upper end has to be the full time": instead(("longest / 2, longest", "0, longest / 2")),
        "First cap the full time, then draw": instead(
            ("min(30, 0.5 * 2**attempt)", "0.5 * 2**attempt"),
            ("random.uniform(longest / 2, longest)", "min(30, random.uniform(longest / 2, longest))"),
        ),
        "A wait that doubles is a power of two": instead(("2**attempt", "2 * attempt")),
        "min() takes the smaller of two": instead(("min", "max")),
        "attempt 1 gave None": instead(("return ", "")),
        "the function slept itself": from_here(
            "    return", "    time.sleep(random.uniform(longest / 2, longest))\n"
        ),
        "of type float, and it needs the function itself": and_then("steady_pause = steady_pause(3)"),
    },
)
def steady_pause(function):
    if not callable(function):
        raise NotYet(
            f"check() got something of type {type(function).__name__}, and it needs the function itself, "
            "without brackets after its name."
        )
    began = time.monotonic()
    first = limited(function, 1)
    if first is None and time.monotonic() - began > 0.3:
        raise NotYet("the function slept itself and returned None. It is to return the seconds.")
    if not isinstance(first, int | float):
        raise NotYet(f"attempt 1 gave {first!r}, expected a number of seconds: return it.")
    for attempt in [0, 3, 10]:
        longest = min(30, 0.5 * 2**attempt)
        waits = limited(lambda attempt=attempt: [function(attempt) for _ in range(300)])
        drawn = f"300 draws for attempt {attempt} were between {min(waits):.2f} and {max(waits):.2f} s, "
        wanted = f"expected {longest / 2:g} to {longest:g} s. "
        if max(waits) > 30 and attempt == 10:
            raise NotYet(
                drawn + wanted + "No full time is over 30 s: cap it, before the half is taken of it."
            )
        if max(waits) == 0:
            raise NotYet(
                "attempt 0 gave 0 s, expected 0.25 to 0.5 s. A wait that doubles is a power of two: "
                "2**attempt is 1, then 2, then 4."
            )
        if max(waits) == min(waits) == 30:
            raise NotYet(
                "all draws for attempt 10 were 30 s, so all clients come at the same time. First cap the "
                "full time, then draw."
            )
        if max(waits) == min(waits):
            raise NotYet(
                f"300 draws for attempt {attempt} were all {waits[0]:g} s. A thousand clients would come "
                "back together: draw with random.uniform()."
            )
        if attempt == 0 and 15 <= min(waits) <= max(waits) <= 30:
            raise NotYet(
                drawn
                + wanted
                + "These belong to the longest wait. It is for later attempts: min() takes the "
                "smaller of two numbers, and max() the larger."
            )
        if max(waits) > longest:
            raise NotYet(drawn + wanted + "No wait is longer than the full time.")
        if max(waits) < 0.75 * longest:
            raise NotYet(drawn + wanted + "The upper end has to be the full time.")
        if min(waits) < longest / 2:
            raise NotYet(drawn + wanted + "The lower end has to be half of the full time.")
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
    mistakes={
        'for report 1 you said "blocked"': 'causes = ["blocked", "raises", "accept", "vanished", "busy"]',
        'for report 2 you said "binary"': 'causes = ["busy", "binary", "accept", "vanished", "blocked"]',
        'for report 3 you said "raises"': 'causes = ["busy", "raises", "raises", "vanished", "blocked"]',
        'for report 4 you said "raises"': 'causes = ["busy", "raises", "accept", "raises", "blocked"]',
        'for report 5 you said "busy"': 'causes = ["busy", "raises", "accept", "vanished", "busy"]',
        "'slow' is none of the words": 'causes = ["busy", "raises", "accept", "vanished", "slow"]',
        "report 4 has no cause yet": 'causes = ["busy", "raises", "accept", ..., "blocked"]',
        "your list has 2 entries": 'causes = ["busy", "raises"]',
        "a list of five words": 'causes = "busy"',
    },
)
def causes_of_reports(answer):
    if not isinstance(answer, list | tuple):
        raise NotYet("the answer is a list of five words, in the order of the reports.")
    if len(answer) != len(RIGHT):
        raise NotYet(f"there are five reports, and your list has {len(answer)} entries.")
    if ... in answer:
        raise NotYet(f"report {answer.index(...) + 1} has no cause yet.")
    for number, (word, right) in enumerate(zip(answer, RIGHT, strict=True), start=1):
        if not isinstance(word, str) or word not in REPORTS:
            raise NotYet(f"{word!r} is none of the words: {', '.join(REPORTS)}.")
        if word != right:
            raise NotYet(
                f'for report {number} you said "{word}": {REPORTS[word]}. '
                "Compare that with both ends of the report."
            )
    return "all five reports have their cause, each from its two ends."
