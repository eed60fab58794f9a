"""The exercises of lesson 12, a room on many servers."""

import asyncio
import inspect
import math
import re
import shutil
import subprocess
import sysconfig
import time
from contextlib import contextmanager
from numbers import Integral, Real
from tempfile import TemporaryFile

import nats

from ..checks import NotYet, exercise, feedback_on_error, limited, unawaited
from ..feedback import look_of
from ..patience import patient
from ..reading import must_be_function
from ..talk import FORGOTTEN


@contextmanager
def broker():
    """Run a nats-server on any free port, and give its address."""
    command = [shutil.which("nats-server", path=sysconfig.get_path("scripts")), "-a", "127.0.0.1", "-p", "-1"]
    with TemporaryFile("a+") as log, subprocess.Popen(command, stdout=log, stderr=log) as program:
        try:
            deadline, port = time.monotonic() + patient(10), None
            while port is None:
                if time.monotonic() > deadline:
                    raise NotYet("the check could not start its NATS server. Run the check once more.")
                time.sleep(0.01)
                log.seek(0)
                port = re.search(r"connections on 127\.0\.0\.1:(\d+)", log.read())
            yield f"nats://127.0.0.1:{port[1]}"
        finally:
            program.kill()


def must_be_awaitable(result, name):
    if not inspect.isawaitable(result):
        raise NotYet(
            f"nobody can await what {name} returns, as the room does: begin it with async def {name}."
        )
    return result


async def conversation(relay, url):
    """Let two relays publish two texts each, and then both the same one, the first of them twice.

    Return what each delivered, what went wrong, and how many texts went to NATS and came from it.
    """
    delivered, errors = [[], []], []

    async def on_error(error):
        errors.append(error)

    async with (
        await nats.connect(url, error_cb=on_error) as first,
        await nats.connect(url, error_cb=on_error) as second,
    ):
        relays = [relay(first), relay(second)]
        for one, texts, connection in zip(relays, delivered, [first, second], strict=True):
            await must_be_awaitable(one.subscribe(texts.append), "subscribe")
            for _ in range(2):  # the ping of the first flush can overtake the subscription
                await connection.flush()
        for number in [1, 2]:
            for one, name in zip(relays, ["first", "second"], strict=True):
                await must_be_awaitable(one.publish(f"{name} {number}"), "publish")
        for one in [relays[0], *relays]:
            await one.publish("the same")
        for connection in [first, second] * 2:  # twice, for a ping can overtake a text too
            await connection.flush()
        await asyncio.sleep(0.2)  # in which a text that comes twice comes the second time
        went, came = (first.stats[way] + second.stats[way] for way in ["out_msgs", "in_msgs"])
    return *delivered, errors, went, came


@exercise(
    "12.1",
    todo="hand the class EagerRelay to check().",
    hints=[
        "On how many ways does a text of Ann's come to the deliver of her own server?",
        "NATS hands a text to all who have subscribed, and the server that published it has subscribed too.",
        "publish needs one line: await self.connection.publish(...).",
    ],
)
def eager_relay(relay):
    if not inspect.isclass(relay):
        raise NotYet(
            f"check() got something of type {type(relay).__name__}, and it needs the class EagerRelay, "
            "without brackets after its name."
        )
    for name in ["subscribe", "publish"]:
        if not callable(getattr(relay, name, None)):
            raise NotYet(f"the class has no method {name} any more. The room calls it.")
    with broker() as url, unawaited() as forgotten:
        try:
            first, second, errors, went, came = limited(lambda: asyncio.run(conversation(relay, url)))
        except nats.errors.InvalidCallbackTypeError:
            errors = [nats.errors.Error("nats: must use coroutine for subscriptions")]
        except nats.errors.Error as error:
            errors = [error]
    if forgotten:
        raise NotYet(FORGOTTEN.format(forgotten[0]))
    if any("coroutine" in str(error) for error in errors):
        raise NotYet("NATS wants to await on_message, so it begins with async def.")
    if errors:
        raise NotYet(f"a text came from NATS, and {feedback_on_error(errors[0])}")
    if any(not isinstance(text, str) for text in first + second):
        raise NotYet("deliver got bytes. NATS carries bytes, and the room wants text: decode() makes it.")
    own, others = [[text for text in first if text.startswith(name)] for name in ["first", "second"]]
    heard = f'the first server said "first 1" and "first 2". It delivered {len(own)} such texts itself, and '
    heard += f"the second one {sum(text.startswith('first') for text in second)}. "
    if len(own) > 2 and sum(text.startswith("first") for text in second) > 2:
        raise NotYet(heard + "How often is each text published, and how often is the subject subscribed to?")
    if len(own) > 2:
        raise NotYet(heard + "Its own people hear twice: once at once, and once when NATS hands it back.")
    if not went:
        raise NotYet(heard + "No text went to NATS, and there is no other way to the other servers.")
    if not came:
        raise NotYet(heard + "NATS got all texts, under a subject to which nobody had subscribed.")
    if not first and not second:
        raise NotYet(heard + "NATS handed over all texts, and none was delivered: look at on_message.")
    same = [texts.count("the same") for texts in (first, second)]
    different = [sorted(text for text in texts if text != "the same") for texts in (first, second)]
    if different == [["first 1", "first 2", "second 1", "second 2"]] * 2:
        if own != ["first 1", "first 2"] or others != ["second 1", "second 2"]:
            raise NotYet("each text came once, but not in the order in which its server said it.")
        if same != [3, 3]:
            raise NotYet(
                'the first server said "the same" twice, and the second once, which makes three texts for '
                f"everybody. The first one delivered {same[0]}, and the second {same[1]}. Equal texts of two "
                "people, or of one, are two texts."
            )
        return "two servers said seven texts, and both delivered all seven, once, and each one's in order."
    crossed = any("second" in text for text in first) or any("first" in text for text in second)
    if len(first) + len(second) < came and crossed:
        raise NotYet(heard + "NATS handed over more than was delivered: look at on_message.")
    if len(first) + len(second) < came:
        raise NotYet(heard + "What NATS brings from the other server is not delivered: look at on_message.")
    if len(first) + len(second) == 7 == came:
        raise NotYet("each text came to one server only, as work in a queue does. All servers need it.")
    raise NotYet(heard + f"In all, the first delivered {first}, the second {second}.")


@exercise(
    "12.2",
    todo="hand the function processes to check().",
    hints=[
        "How many deliveries does one sentence cause, and how many sentences do all people say in a second?",
        "people / pause sentences a second, times room, is the work; one process does DELIVERIES of it.",
        "The last line is: return math.ceil(max(for_memory, for_work))",
    ],
)
def processes(function):
    must_be_function(function, "people", "room", "pause")
    names = getattr(function, "__globals__", {})  # where the learner may have figures of another machine
    kib, rate = names.get("MEMORY", 31), names.get("DELIVERIES", 40_000)
    asked = [(1_000_000, 2, 60), (1_000_000, 50, 60), (3_000_000, 4, 1), (1_000, 5, 10)]
    got = [limited(function, *numbers) for numbers in asked]
    if None in got:
        raise NotYet("the function returned None. It is to return the number of processes.")
    if not all(isinstance(one, Real) for one in got):
        raise NotYet(f"the function returned {look_of(got[0])}, expected a whole number.")
    needs = [(*numbers, numbers[0] * kib / (4 * 2**20), rate) for numbers in asked]
    right = [math.ceil(max(memory, work(*rest, rate))) for *rest, memory, rate in needs]
    if got == right and not all(isinstance(one, Integral) for one in got):
        raise NotYet(f"the numbers are right, but {got[0]!r} is a float. A whole number is an int.")
    if got == right:
        return "four towns got the processes that they need, for their memory and for their work."
    fitting = [
        why
        for guess, why in GUESSES
        if all(math.isclose(one, guess(*need)) for one, need in zip(got, needs, strict=True))
    ]
    other = "The work is people / pause sentences a second, each of them to the people of its room."
    number = next(i for i in range(len(asked)) if got[i] != right[i])
    people, room, pause = asked[number]
    raise NotYet(
        f"for {people:,} people in rooms of {room}, and a sentence every {pause} s, you got "
        f"{got[number]:,.5g}, expected {right[number]}. {[*fitting, other][0]}"
    )


def work(people, room, pause, rate):
    return people / pause * room / rate


GUESSES = [  # what somebody may have written, and what to say then
    (
        lambda p, r, s, m, rate: max(m, work(p, r, s, rate)),
        "Nobody can start a part of a process: round it up.",
    ),
    (lambda p, r, s, m, rate: m, "Only the memory is in it, and it is not rounded up yet: add the work."),
    (
        lambda p, r, s, m, rate: round(max(m, work(p, r, s, rate))),
        "Rounded to the nearest number it is too few at times: round it up.",
    ),
    (
        lambda p, r, s, m, rate: int(max(m, work(p, r, s, rate))),
        "Rounded down it is too few, and a part of the people has no process: round it up.",
    ),
    (
        lambda p, r, s, m, rate: math.ceil(m + work(p, r, s, rate)),
        "A process that holds connections also delivers, so the larger of the two decides, not their sum.",
    ),
    (
        lambda p, r, s, m, rate: math.ceil(min(m, work(p, r, s, rate))),
        "That is the smaller of the two numbers, so it is enough for one of them only.",
    ),
    (
        lambda p, r, s, m, rate: math.ceil(m) + math.ceil(work(p, r, s, rate)),
        "The same processes hold the connections and do the work: take the larger number, not their sum.",
    ),
    (
        lambda p, r, s, m, rate: math.floor(max(m, work(p, r, s, rate))) + 1,
        "Where it comes out even, that is one process too many: math.ceil() adds none there.",
    ),
    (lambda p, r, s, m, rate: math.ceil(m), "That is enough for the memory. Where is the work?"),
    (
        lambda p, r, s, m, rate: math.ceil(work(p, r, s, rate)),
        "That is enough for the work, but not always for the memory.",
    ),
    (
        lambda p, r, s, m, rate: math.ceil(max(m, work(p, 1, s, rate))),
        "A sentence is delivered to everybody in its room: where is room?",
    ),
    (
        lambda p, r, s, m, rate: math.ceil(max(m, work(p, r, 1, rate))),
        "They do not speak every second: where is pause?",
    ),
    (
        lambda p, r, s, m, rate: math.ceil(max(m, work(p, r, 1 / s, rate))),
        "With longer pauses there is less to do, so pause divides.",
    ),
    (
        lambda p, r, s, m, rate: math.ceil(max(m, work(p, r, s, 1))),
        "That is the number of deliveries, and one process makes DELIVERIES of them in a second.",
    ),
]
