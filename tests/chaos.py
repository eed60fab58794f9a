"""python3 -m tests chaos: people speak in a room while its servers, its NATS and their connections break.

At random moments a server or NATS is killed, and started again, or stands still for longer than every
time-out, or a connection is cut. At the end everybody must have heard each message that was kept, once,
and all in one order. The seed fixes what is done to which of them when and for how long. It does not fix
how they answer: the programs are real, so two runs with one seed differ.
"""

import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, suppress

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from environment import Parser
from tests.deadlines import seconds
from tests.programs import chat, nats_server

SERVERS, PEOPLE, PAUSE = 3, 20, 0.25  # the last in seconds, from one text of a person to the next
ACTS = {  # what is done -> the seconds from one to the next on the average, and how many it lasts
    "connection cut": (0.5, (0, 0)),
    "server killed": (8, (0.2, 3)),
    "server frozen": (16, (4, 12)),
    "NATS killed": (16, (0.2, 3)),
    "NATS frozen": (24, (4, 12)),
}


def plan(seed, length):
    """Return what is done: pairs of a moment in seconds, and the act, which of them, and how long."""
    rng, acts = random.Random(seed), []
    for act, (every, lasts) in ACTS.items():
        moment = rng.expovariate(1 / every)
        while moment < length:
            acts.append((moment, act, rng.randrange(SERVERS * PEOPLE), rng.uniform(*lasts)))
            moment += rng.expovariate(1 / every)
    return sorted(acts)


class Speaker:
    """Somebody who says numbered texts, each again until it is kept, and comes back after each break."""

    def __init__(self, number, urls):
        self.name, self.urls, self.turn, self.ws = f"P{number}", urls, number, None
        self.log, self.after = "", 0
        self.heard, self.kept = [], {}  # pairs of a number and a text; a number -> a text of mine
        self.inside, self.answered, self.odd, self.waits = asyncio.Event(), asyncio.Event(), [], []

    async def live(self):
        while True:
            self.turn += 1
            url = self.urls[self.turn % SERVERS]
            with suppress(OSError, WebSocketException, EOFError):  # a TimeoutError is an OSError
                options = {"open_timeout": 3, "ping_interval": 2, "ping_timeout": 4, "close_timeout": 0.1}
                async with connect(url, proxy=None, **options) as self.ws:
                    await self.tell(type="join", name=self.name, log=self.log, after=self.after)
                    await self.listen()
            self.inside.clear()
            await asyncio.sleep(0.3)

    async def tell(self, **message):
        await self.ws.send(json.dumps(message))

    async def listen(self):
        """Note what the room says, until it refuses this person or the connection ends."""
        async for text in self.ws:
            match message := json.loads(text):
                case {"type": "welcome"}:
                    self.log = message["log"]
                    self.inside.set()
                    self.answered.set()  # what is on its way may be lost: say it again
                case {"type": "message"}:
                    self.after = message["number"]
                    self.heard.append((message["number"], message["text"]))
                case {"type": "kept"}:
                    self.kept[message["number"]] = f"{self.name} {message['id']}"
                    self.answered.set()
                case {"type": "error"} if not self.inside.is_set():
                    return  # my connection of before may have the name
                case {"type": "error", "again": True}:
                    asyncio.get_running_loop().call_later(PAUSE, self.answered.set)
                case {"type": "gap" | "error"}:
                    self.odd.append(text)

    async def speak(self, over):
        """Say one text after the other until it is over, and each of them until it is kept."""
        while not over.is_set():
            number, began = len(self.kept), time.monotonic()
            while len(self.kept) == number:
                await self.inside.wait()
                self.answered.clear()
                with suppress(ConnectionClosed):
                    await self.tell(type="message", id=number, text=f"{self.name} {number}")
                with suppress(TimeoutError):
                    async with asyncio.timeout(3):
                        await self.answered.wait()
            self.waits.append(time.monotonic() - began)
            await asyncio.sleep(PAUSE)

    def faults(self, kept):
        """Yield what is wrong with what this person heard, where `kept` has all that had to be heard."""
        count, place = Counter(self.heard), {one: self.heard.index(one) for one in set(self.heard)}
        yield from self.odd
        yield from (f"was not heard: {one}" for one in kept.items() if one not in count)
        yield from (f"was not kept: {one}" for one in count if kept.get(one[0]) != one[1])
        yield from (f"was heard {times} times: {one}" for one, times in count.items() if times > 1)
        if sorted(place) != sorted(place, key=place.get):
            yield "the order was another one"


async def running(program):
    """Wait until a program is ready; start it again where it has ended, as a server does without NATS."""
    deadline = time.monotonic() + seconds(40)
    while not program.is_ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{program.command} does not start. It says: {program.said()[-300:]}")
        if program.process.poll() is not None:
            program.start()
        await asyncio.sleep(0.05)


async def done(moment, act, which, lasts, speakers, programs):
    """Do one act of the plan at its moment."""
    await asyncio.sleep(moment)
    if act == "connection cut":
        if (ws := speakers[which % PEOPLE].ws) and ws.transport:
            ws.transport.abort()
        return
    program, lock = programs[0] if act.startswith("NATS") else programs[1 + which % SERVERS]
    async with lock:
        if act.endswith("killed"):
            program.kill()
            await asyncio.sleep(lasts)
            program.start()
            await running(program)
        else:
            with program.frozen():
                await asyncio.sleep(lasts)


async def heard_all(speakers, kept):
    while not all(len(one.heard) >= len(kept) for one in speakers):
        await asyncio.sleep(0.05)


async def chaos(seed, length):
    """Return the figures of a run, and its faults."""
    with tempfile.TemporaryDirectory() as store, ExitStack() as stack:
        programs = [stack.enter_context(nats_server(store))]
        environ = {"NATS_URL": programs[0].url, "ROOM_NAME": "chaos"}
        programs += [stack.enter_context(chat(**environ)) for _ in range(SERVERS)]
        locks = [(program, asyncio.Lock()) for program in programs]
        urls = [program.ws_url.replace("/ws", "/room/ws") for program in programs[1:]]
        speakers, over, kept = [Speaker(number, urls) for number in range(PEOPLE)], asyncio.Event(), {}
        lives = [asyncio.create_task(one.live()) for one in speakers]
        async with asyncio.timeout(seconds(60)):
            for one in speakers:
                await one.inside.wait()
        speeches = [asyncio.create_task(one.speak(over)) for one in speakers]
        acts = plan(seed, length)
        await asyncio.gather(asyncio.sleep(length), *(done(*act, speakers, locks) for act in acts))
        over.set()
        with suppress(TimeoutError):  # whoever has not heard all by then is shown below
            async with asyncio.timeout(seconds(60)):
                await asyncio.gather(*speeches)
                kept = {number: text for one in speakers for number, text in one.kept.items()}
                await heard_all(speakers, kept)
        for task in lives + speeches:
            task.cancel()
        await asyncio.wait(lives + speeches)
    waits = sorted(wait for one in speakers for wait in one.waits)
    figures = {"seed": seed, "seconds": length, **dict.fromkeys(ACTS, 0), **Counter(act[1] for act in acts)}
    figures |= {"texts kept": len(kept), "texts heard": sum(len(one.heard) for one in speakers)}
    figures |= {"seconds until a text is kept, at the most": round(waits[-1], 1)}
    return figures, [f"{one.name}: {fault}" for one in speakers for fault in one.faults(kept)]


def run_chaos(words):
    """Let it all break for some minutes; print the figures, and return 1 where something went wrong."""
    parser = Parser(prog="python3 -m tests chaos", description="Break what a room runs on, and look.")
    parser.add_argument("--minutes", type=float, default=1, help="how long (%(default)s)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="any one by default")
    options = parser.parse_args(words)
    figures, faults = asyncio.run(chaos(options.seed, options.minutes * 60))
    print("| what | figure |\n|---|---|")
    for what, figure in figures.items():
        print(f"| {what} | {figure} |")
    print(*faults, sep="\n", end="\n" if faults else "", file=sys.stderr)
    return int(bool(faults))
