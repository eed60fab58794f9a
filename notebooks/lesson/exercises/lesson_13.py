"""The exercises of lesson 13, a room on many servers."""

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
from tempfile import TemporaryDirectory, TemporaryFile

import nats

from ..checks import NotYet, exercise, limited, unawaited
from ..feedback import look_of
from ..patience import patient
from ..reading import must_be_function
from ..talk import FORGOTTEN


@contextmanager
def broker():
    """Run a nats-server with JetStream on any free port, and give its address."""
    program = shutil.which("nats-server", path=sysconfig.get_path("scripts"))
    with TemporaryDirectory(ignore_cleanup_errors=True) as store, TemporaryFile("a+") as log:
        command = [program, "-a", "127.0.0.1", "-p", "-1", "-js", "-sd", store]
        with subprocess.Popen(command, stdout=log, stderr=log) as program:
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


class Lossy:
    """A stream on a bad way: of some texts that are sent to it, it loses the text, or the answer."""

    def __init__(self, stream, *losses):
        self.stream, self.losses, self.sent, self.answered = stream, [*losses], 0, False
        self.headers = []  # of each time that it was sent

    def __getattr__(self, name):
        return getattr(self.stream, name)

    async def publish(self, *arguments, **options):
        if self.answered:
            raise NotYet(
                "an answer had come, and the text was sent once more. Return when there is an answer."
            )
        self.sent += 1
        self.headers.append(options.get("headers") or {})
        loss = self.losses.pop(0) if self.losses else None
        if loss != "text":
            answer = await self.stream.publish(*arguments, **options)
        if loss:
            raise nats.errors.TimeoutError
        self.answered = True
        return answer


SAID = [("hello", "Ann 1", ["answer", "text"]), ("hello", "Ann 2", []), ("goodbye", "Ann 3", ["text"])]


async def said_and_kept(say, url):
    """Return what say() returned for each of SAID, on which ways, and the texts that the stream has then."""
    returned, ways = [], []
    async with await nats.connect(url) as connection:
        stream = connection.jetstream()
        await stream.add_stream(name="room", subjects=["room"])
        for text, id, losses in SAID:
            ways.append(Lossy(stream, *losses))
            saying = say(ways[-1], text, id)
            if not inspect.isawaitable(saying):
                raise NotYet("nobody can await what say returns. Begin it with async def say.")
            try:
                returned.append(await saying)
            except nats.errors.TimeoutError:
                raise NotYet(
                    f"{text!r} was sent {times(ways[-1].sent)}, no answer came, and say ended with the "
                    "TimeoutError. Catch it, and send the text again."
                ) from None
        count = (await stream.stream_info("room")).state.messages
        kept = [(await stream.get_msg("room", number)).data.decode() for number in range(1, count + 1)]
    return returned, ways, kept


def times(number):
    return "once" if number == 1 else f"{number} times"


@exercise(
    "13.1",
    todo="hand the function say to check().",
    hints=[
        "Which line may raise the TimeoutError, and what is to happen then? And when is it enough?",
        "A loop that goes round until it returns: while True, and in it try … except TimeoutError. The id "
        "goes along in the headers, as in the cell above.",
        'In the try: kept = await stream.publish("room", text.encode(), headers={"Nats-Msg-Id": id}), '
        "and then return kept.seq.",
    ],
)
def say_until_kept(say):
    must_be_function(say, "stream", "text", "id")
    with broker() as url, unawaited() as forgotten:
        try:
            returned, ways, kept = limited(lambda: asyncio.run(said_and_kept(say, url)))
        except nats.js.errors.NoStreamResponseError:
            raise NotYet('no stream keeps what is published there: the subject is "room".') from None
        except (AttributeError, TypeError) as error:
            if not forgotten and "coroutine" not in str(error):
                raise
            raise NotYet(FORGOTTEN.format("publish")) from None
    for (text, _, _), way, number in zip(SAID, ways, returned, strict=True):
        if number is None and not way.answered:
            raise NotYet(
                f"{text!r} was sent {times(way.sent)}, no answer came, and say returned None. "
                "Until there is an answer, it has to be sent again."
            )
        if number is None:
            raise NotYet("an answer came, and say returned None. It is to return the number, kept.seq.")
        if isinstance(number, nats.js.api.PubAck):
            raise NotYet("say returned the whole answer of the stream. The number in it is its seq.")
    texts = [text for text, _, _ in SAID]
    if kept == texts and returned != [1, 2, 3]:
        raise NotYet(
            f"each text is kept once, as 1, 2 and 3, and say returned {look_of(returned)}: return seq."
        )
    if kept == texts:
        return "of three texts, two were sent again, each was kept once, and its number was returned."
    raise NotYet(f"{look_of(texts)} were said, and the stream has kept {look_of(kept)}. {why_kept(ways)}")


def why_kept(ways):
    """Return what may explain that the stream has not kept each text once."""
    headers = [header for way in ways for header in way.headers]
    ids = [{header.get("Nats-Msg-Id") for header in way.headers} for way in ways]
    if not all(headers):
        return 'No id went along: publish takes headers={"Nats-Msg-Id": …}.'
    if None in set().union(*ids):
        return f"The id went along as {next(iter(headers[0]))}, and the stream looks at Nats-Msg-Id."
    if any(len(each) > 1 for each in ids):
        return "A text was sent each time under another id, so the stream took it for another text."
    if ids[0] == ids[2]:
        return f"But all three were sent under the id {look_of(*ids[0])}, so it took them for one."
    if ids[0] == ids[1]:
        return "Equal texts under two ids are two texts: the id that say() gets is to go along."
    return "Each text is to be published under the subject room, as it came."


@exercise(
    "13.2",
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
