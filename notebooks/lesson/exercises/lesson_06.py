"""The exercises of lesson 06, clients in Python."""

import asyncio
import inspect
import re
import time
import traceback
from collections.abc import Iterable
from contextlib import contextmanager, suppress
from functools import wraps

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from websockets.sync.connection import Connection

from ..checks import SECONDS, NotYet, StillRunning, exercise, limited, unawaited
from ..feedback import look_of
from ..patience import patient
from ..reading import must_be_function, must_run, one, several
from ..serving import background_server
from ..talk import FORGOTTEN

SHORT, LONG = 0.5, 1.5  # seconds that listen_for is given: by a silent server, and by one that speaks
LATE = 0.8  # seconds after which that one speaks
TEXTS = ["pear", "fig", "quince", "apple", "plum"]  # which no way of sorting gives

radio = FastAPI()
came = []  # its clients


@radio.websocket("/ws")
async def speak(websocket: WebSocket):
    """Greet those who come by /ws?greet=yes, a little late, and be silent to all others."""
    came.append(websocket)
    await websocket.accept()
    if websocket.query_params.get("greet"):
        await asyncio.sleep(LATE)
        await websocket.send_text("good morning")
    async for _ in websocket.iter_text():
        pass


@contextmanager
def noted_timeouts():
    """Collect the timeouts that clients hand to recv(), for a clock says more on a busy machine."""
    timeouts, recv = [], Connection.recv

    @wraps(recv)
    def noting(ws, timeout=None, decode=None):
        timeouts.append(timeout)
        return recv(ws, timeout, decode)

    Connection.recv = noting
    try:
        yield timeouts
    finally:
        Connection.recv = recv


@exercise(
    "06.1",
    todo="hand the function listen_for to check().",
    hints=[
        "Which word of recv() sets a deadline, and which exception comes at its end?",
        "ws.recv(timeout=seconds) raises TimeoutError; catch it where you want to go on.",
        "Below try: return ws.recv(timeout=seconds), and below except TimeoutError: return None",
    ],
)
def listen_for(function):
    must_be_function(function, "url", "seconds")
    must_run(function)
    with background_server(radio) as server:
        for long in [LONG, 2 * LONG]:  # the second time is for a machine that was late
            answer, took, timeouts = listened(function, server.ws_url, SHORT)
            if answer is not None:
                raise NotYet(
                    f"nobody spoke, and the function returned {look_of(answer)} instead of None, the value "
                    "without quotes."
                )
            must_wait(took, timeouts, SHORT)
            greeting, waited, timeouts = listened(function, server.ws_url + "?greet=yes", long)
            if took < 4 * SHORT and (greeting is not None or waited < long):
                break
    if greeting is None:
        must_wait(waited, timeouts, long)
    if greeting != "good morning":
        raise NotYet(
            'a server that said "good morning" was listened to, and the function returned '
            f"{look_of(greeting)}. "
            + ("Return what recv() returns." if timeouts else "recv() of the plain client was not called.")
        )
    if took > 4 * SHORT:
        raise NotYet(f"{SHORT} seconds were asked for, nobody spoke, and it took {took:.0f}, twice.")
    return "it gave up in time on a silent server, and returned what the other one said."


def listened(function, url, seconds):
    """Return what the function returns, how long it took, and which timeouts recv() was given."""
    began = time.monotonic()
    came.clear()
    with noted_timeouts() as timeouts:
        try:
            answer = limited(function, url, seconds)
        except StillRunning:
            said = 'a server said "good morning"' if "greet" in url else "nobody spoke"
            said += f", and after {SECONDS} s the function was still waiting, so it was stopped. "
            if timeouts[1:] and None not in timeouts:
                said += (
                    "recv() was called again and again. When its timeout is over, the function has to end."
                )
            elif timeouts[-1:] == [None]:
                said += f"It was given {seconds} as seconds: hand them to recv() as its timeout."
            elif timeouts:
                said += f"It was given {seconds} as seconds, and recv() got {timeouts[-1]:g} as its timeout."
            else:
                said += f"It was given {seconds} as seconds. Which of its lines waits longer?"
            raise NotYet(said) from None
        except TimeoutError:
            raise NotYet(
                "the deadline came, and TimeoutError ended the function. Catch it, and return None."
            ) from None
        except TypeError:
            if isinstance((timeouts or [None])[-1], str):
                raise NotYet(
                    f"recv() was given {look_of(timeouts[-1])} as its timeout. A name has no quotes."
                ) from None
            raise
    if not came:
        raise NotYet("listen_for got the url of a server, and no client came to that address.")
    return answer, time.monotonic() - began, timeouts


def must_wait(took, timeouts, seconds):
    """Raise NotYet if the function did not wait for so long, or recv() was given another time."""
    given = [timeout for timeout in timeouts if timeout is not None]
    asked = f"{seconds} seconds were asked for, "
    if len(given) > 1 and set(given) == {seconds}:
        raise NotYet(f"recv() was called {len(given)} times. Each call takes a message of its own.")
    if sum(given) > 1.5 * seconds or (given and took < seconds and sum(given) < seconds):
        numbers = " and ".join(f"{timeout:g}" for timeout in given[:3])
        raise NotYet(f"{asked}and recv() was given {numbers} as its timeout. Use the number in seconds.")
    if took < seconds and not given:
        raise NotYet(f"{asked}and the function returned None before they were over. recv() is what waits.")


class Meeting(FastAPI):
    """An app that answers when all TEXTS wait at the same time, the last of them first."""

    def __init__(self):
        super().__init__()
        self.heard, self.came, self.open, self.most = [], 0, 0, 0
        self.turns = 0  # of the clients' event loop
        self.left = []  # tasks of the learner's that were not done when ask_all returned
        self.alone = self.stay = False
        self.gone = {text: asyncio.Event() for text in TEXTS}
        self.add_api_websocket_route("/ws", self.meet)

    async def meet(self, websocket: WebSocket):
        await websocket.accept()
        self.came += 1
        self.open += 1
        self.most = max(self.most, self.open)
        with suppress(WebSocketDisconnect):
            text = await websocket.receive_text()
            self.heard.append(text)
            await self.all_here()
            await self.later_ones_gone(text)
            await websocket.send_text("alone" if self.alone else f"for {text}")
            async for more in websocket.iter_text():
                self.heard.append(more)
                await websocket.send_text("alone")
            if text in self.gone:
                self.gone[text].set()
        self.open -= 1

    async def all_here(self):
        """Wait for all texts while more clients come: not by a clock, but by turns of both loops."""
        quiet, before, turns = 0, None, 0
        while len(self.heard) < len(TEXTS) and not self.alone:
            now = self.most, len(self.heard)
            quiet = quiet + (turns < self.turns) if now == before else 0
            before, turns = now, self.turns
            self.alone = quiet == 20
            await asyncio.sleep(0.05)

    async def later_ones_gone(self, text):
        """Wait until the clients of later texts have gone, unless they stay for all answers."""
        for later in TEXTS[: TEXTS.index(text) if text in TEXTS else -1 : -1]:
            if not self.alone and not self.stay:
                try:
                    await asyncio.wait_for(self.gone[later].wait(), patient(0.5))
                except TimeoutError:
                    self.stay = True


@contextmanager
def sets_in_another_order():
    """Give the sets of asyncio.wait() an order that is not that of TEXTS; yield which were gone through."""
    wait, used = asyncio.wait, []

    class Sorted(set):
        def __iter__(self):
            used.append(self)
            return iter(sorted(set.__iter__(self), key=str_of_result))

    async def wait_and_sort(*arguments, **more):
        done, pending = await wait(*arguments, **more)
        return Sorted(done), pending

    asyncio.wait = wait_and_sort
    try:
        yield used
    finally:
        asyncio.wait = wait


def str_of_result(task):
    return "" if task.cancelled() or task.exception() else str(task.result())


def gathered(error):
    """Return what asyncio.gather() was given, where it raised the error, as from Python 3.12 on."""
    frames = [
        frame for frame, _ in traceback.walk_tb(error.__traceback__) if frame.f_code.co_name == "gather"
    ]
    return frames[0].f_locals.get("coros_or_futures", ()) if frames else ()


@exercise(
    "06.2",
    todo="hand the function ask_all to check().",
    hints=[
        "Which line makes the second client wait until the first one is done?",
        "asyncio.gather() runs coroutines at the same time; a star hands it those of a generator one by one.",
        "The last line is: return await asyncio.gather(*(ask_one(text) for text in texts))",
    ],
)
def ask_all(function):
    must_be_function(function, "url", "texts")
    if inspect.isasyncgenfunction(function):
        raise NotYet(
            "ask_all is an asynchronous generator, for it has yield. Collect the answers, and return a list."
        )
    for _ in range(2):  # what chance decides, it seldom decides twice in the same way
        meeting = Meeting()
        with unawaited() as forgotten, sets_in_another_order() as sets:
            answers = asked(function, meeting)
        must_be_answers(answers, meeting, forgotten, sets)
    return f"{len(TEXTS)} clients waited at the same time, and the answers are in the order of the questions."


def asked(function, meeting):
    """Return what ask_all returned, or TimeoutError."""

    async def tick():
        while True:
            await asyncio.sleep(0.05)
            meeting.turns += 1

    async def with_deadline(url):
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)  # told below
        ticker = asyncio.create_task(tick())
        result = function(url, list(TEXTS))
        if not inspect.isawaitable(result):
            raise NotYet(
                f"ask_all returned {look_of(result)} at once. It has to pause while it waits: async def."
            )
        try:
            async with asyncio.timeout(patient(SECONDS - 1)) as deadline:
                answers = await result
        except TimeoutError:
            if not deadline.expired():
                raise
            return TimeoutError
        ticker.cancel()
        tasks = asyncio.all_tasks()
        meeting.left = [it for it in tasks if "ipykernel_" in it.get_coro().cr_code.co_filename]
        return [*answers] if inspect.isgenerator(answers) else answers

    with background_server(meeting) as server:
        try:
            return limited(lambda: asyncio.run(with_deadline(server.ws_url)))
        except StillRunning:
            if not meeting.turns:
                raise
            return TimeoutError
        except (RuntimeError, TypeError) as error:
            if "asyncio.run()" in str(error):
                raise NotYet("asyncio.run() cannot run inside a coroutine. Use await there.") from None
            odd = [it for it in gathered(error) if not inspect.isawaitable(it)]
            kind = "list" if isinstance((odd or [None])[0], list) else "generator"
            if "bad yield" in str(error) or any(
                inspect.isgenerator(it) or isinstance(it, list) for it in odd
            ):
                raise NotYet(
                    f"gather() got one {kind}. It wants the coroutines one by one: put a star before it."
                ) from None
            if odd:
                raise NotYet(
                    f"gather() got something of type {type(odd[0]).__name__}. It wants coroutines: each is a "
                    "call of ask_one, without await."
                ) from None
            raise


def must_be_answers(answers, meeting, forgotten, sets):
    """Raise NotYet unless these are the answers to all TEXTS, asked at the same time."""
    count, heard = len(TEXTS), meeting.heard
    if "".join(TEXTS) in heard:
        raise NotYet(
            f"the server got all texts as one: {''.join(TEXTS)}. ask_one() sends what it gets as one "
            "message, so give it one text in each call."
        )
    if inspect.isawaitable(answers):
        raise NotYet("ask_all returned something that still has to be awaited. Write await in front of it.")
    values = answers if isinstance(answers, list | tuple) else []
    if coroutines := [value for value in values if inspect.iscoroutine(value)]:
        for coroutine in coroutines:
            coroutine.close()
        raise NotYet("the list holds coroutines that have not run. Nothing awaited them: gather() would.")
    if any(isinstance(value, asyncio.Future) for value in values):
        raise NotYet("the list holds tasks, and not what they return: await each, or take its result().")
    must = f"{count} clients had to wait at the same time, and "
    if meeting.came == 1 and len(heard) == count:
        raise NotYet(f"{must}all texts came over one connection. Each text needs one of its own.")
    if forgotten and len(heard) < count:
        raise NotYet(FORGOTTEN.format(forgotten[0]))
    if meeting.alone and meeting.came < count:
        raise NotYet(f"{must}only {meeting.came} of {count} came at all. Start one for each text.")
    if meeting.alone and meeting.most == 1:
        raise NotYet(
            f"{must}they did not: yours come one after the other. Start all, then collect the answers."
        )
    if meeting.alone:
        raise NotYet(f"{must}no more than {meeting.most} did. Start all, then collect the answers.")
    if meeting.left and len(values) < count:
        raise NotYet(
            f"ask_all ended while {len(meeting.left)} of its tasks still ran, and nothing waited for them. "
            "Collect what each of them returns."
        )
    if answers is TimeoutError or len(heard) < count:
        raise NotYet(
            f"{count} texts were to be sent, and {len(heard) or 'not one'} came to the server"
            + (f", and ask_all did not end within {SECONDS - 1} s." if answers is TimeoutError else ".")
        )
    if answers is None:
        raise NotYet("ask_all returned None, though the server answered all. Return the answers.")
    if not isinstance(answers, list | tuple):
        raise NotYet(f"ask_all returned {look_of(answers)}. It is to return a list of the answers.")
    right = [f"for {text}" for text in TEXTS]
    if sorted(map(str, answers)) != sorted(right):
        raise NotYet(f"{look_of(answers)} came back, and {right} was expected.")
    if list(answers) != right:
        raise NotYet(
            f"all answers came, but not in the order of the questions: {', '.join(answers)}. "
            + (
                "asyncio.wait() gives a set, an order that chance decides. Go through the tasks."
                if sets
                else "That is in the order of their arrival: each has to go where its question was."
                if list(answers) == right[::-1] and not meeting.stay
                else "They are sorted by the alphabet."
                if list(answers) == sorted(right)
                else "Which line decides that order?"
            )
        )


@exercise(
    "06.3",
    todo='put the three letters in order, such as "abc", in the place of the three dots.',
    hints=[
        "Which of the three happens first, when cell two runs?",
        "The loop has to run inside the other one before it can take something from it.",
        'It begins with "b", so: order = "b.."',
    ],
)
def order(answer):
    answer = one(answer)
    if not isinstance(answer, str | Iterable):
        raise NotYet(f'{look_of(answer)} is no text. The answer is one of three letters, such as "abc".')
    if not isinstance(answer, str):
        answer = "".join(map(str, several(answer, None, "letters")))
    letters = re.sub(r"[\W\d_]", "", answer).lower()
    if sorted(letters) != ["a", "b", "c"]:
        raise NotYet(f"{look_of(answer)} does not have each of the letters a, b and c once, and no other.")
    if letters.startswith("a"):
        raise NotYet(
            "you begin with a. Before the nested loop can take messages it has to be running: "
            "which sentence starts it?"
        )
    if letters.startswith("c"):
        raise NotYet(
            "you begin with c, and c is how it ends: what has to be gone before the kernel cannot find it?"
        )
    if letters == "bca":
        raise NotYet(
            "b is the beginning. Then comes what happens to the messages, and only then what "
            "the kernel lacks."
        )
    return "first the nested loop runs, then it takes the messages, and the kernel never sees them."
