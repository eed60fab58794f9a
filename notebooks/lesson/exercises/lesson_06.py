"""The exercises of lesson 06, clients in Python."""

import asyncio
import inspect
import re
import time
import traceback

from fastapi import FastAPI, WebSocket

from ..checks import SECONDS, NotYet, StillRunning, exercise, limited, unawaited
from ..patience import patient
from ..serving import background_server
from ..talk import FORGOTTEN
from . import and_then, from_here, instead

radio = FastAPI()


@radio.websocket("/ws")
async def speak(websocket: WebSocket):
    """Greet those who come by /ws?greet=yes, and be silent to all others."""
    await websocket.accept()
    if websocket.query_params.get("greet"):
        await websocket.send_text("good morning")
    async for _ in websocket.iter_text():
        pass


@exercise(
    "06.1",
    todo="hand the function listen_for to check().",
    hints=[
        "Which word of recv() sets a deadline, and which exception comes at its end?",
        "ws.recv(timeout=seconds) raises TimeoutError; catch it where you want to go on.",
        "Below try: return ws.recv(timeout=seconds), and below except TimeoutError: return None",
    ],
    mistakes={
        "hand them to recv() as its timeout": instead(("timeout=seconds", "")),
        "Catch it, and return None": from_here("        try", "        return ws.recv(timeout=seconds)\n"),
        "returned 'nothing came' instead of None": instead(("return None", "return 'nothing came'")),
        "Use the number in seconds": instead(("timeout=seconds", "timeout=3")),
        "Return what recv() returns": instead(("return ws.recv", "ws.recv")),
        "listen_for(url) is there": instead(("url, seconds", "url")),
        "no attribute 'receive'": instead(("ws.recv", "ws.receive")),
        "begin it with def": instead(("def", "async def")),
        "of type int, and it needs the function itself": and_then("listen_for = 7"),
    },
)
def listen_for(function):
    if not callable(function):
        raise NotYet(
            f"check() got something of type {type(function).__name__}, and it needs the function itself, "
            "without brackets after its name."
        )
    if len(inspect.signature(function).parameters) != 2:
        raise NotYet(f"listen_for{inspect.signature(function)} is there; it has to take url and seconds.")
    if inspect.iscoroutinefunction(function):
        raise NotYet("listen_for begins with async def. The plain client needs no async: begin it with def.")
    with background_server(radio) as server:
        for _ in range(2):  # once more, for a busy machine may be late
            began = time.monotonic()
            try:
                answer = limited(function, server.ws_url, 0.5)
            except StillRunning:
                raise NotYet(
                    f"nobody spoke, and after {SECONDS} s the function was still waiting, so it was stopped. "
                    "It was given 0.5 as seconds: hand them to recv() as its timeout."
                ) from None
            except TimeoutError:
                raise NotYet(
                    "the deadline came, and TimeoutError ended the function. Catch it, and return None."
                ) from None
            if (took := time.monotonic() - began) < 2:
                break
        if answer is not None:
            raise NotYet(f"nobody spoke, and the function returned {answer!r} instead of None.")
        if took > 2:
            raise NotYet(f"0.5 seconds were asked for, and it took {took:.0f}. Use the number in seconds.")
        greeting = limited(function, server.ws_url + "?greet=yes", 3)
        if greeting != "good morning":
            raise NotYet(
                f'a server that said "good morning" was listened to, and the function returned {greeting!r}. '
                "Return what recv() returns."
            )
    return "it gave up in time on a silent server, and returned what the other one said."


def meeting(guests):
    """Return an app that answers when so many clients wait at the same time, and not before."""
    app, waiting = FastAPI(), asyncio.Barrier(guests)

    @app.websocket("/ws")
    async def meet(websocket: WebSocket):
        await websocket.accept()
        text = await websocket.receive_text()
        try:
            async with asyncio.timeout(patient(1)):
                await waiting.wait()
        except (TimeoutError, asyncio.BrokenBarrierError):
            await waiting.abort()
            await websocket.send_text("alone")
            return
        await asyncio.sleep(0.1 * (guests - int(text)))  # the last to ask is the first to hear
        await websocket.send_text(f"for {text}")

    return app


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
    mistakes={
        "yours come one after the other": from_here(
            "    return await asyncio", "    return [await ask_one(text) for text in texts]\n"
        ),
        "the list holds coroutines that have not run": from_here(
            "    return await asyncio", "    return [ask_one(text) for text in texts]\n"
        ),
        "Write await before gather()": instead(("await asyncio.gather", "asyncio.gather")),
        "gather() got one generator": instead(("*(", "(")),
        "gather() got one list": instead(("*(", "["), ("texts))", "texts])")),
        "Each text needs a call of ask_one of its own": instead(
            ("*(ask_one(text) for text in texts)", "ask_one(texts)")
        ),
        "The answers were collected, and not returned": instead(("return await asyncio", "await asyncio")),
        "Keep the order of the questions": from_here(
            "    return await asyncio",
            "    tasks = [ask_one(text) for text in texts]\n"
            "    return [await task for task in asyncio.as_completed(tasks)]\n",
        ),
        "asyncio.run() cannot run inside a coroutine": from_here(
            "    return await asyncio",
            "    return asyncio.run(asyncio.wait([ask_one(text) for text in texts]))\n",
        ),
        "send() was called without await": instead(("await ws.send(text)", "ws.send(text)")),
        "ask_all is no coroutine function": instead(
            ("async def ask_all", "def ask_all"), ("return await asyncio", "return asyncio")
        ),
    },
)
def ask_all(function):
    if not inspect.iscoroutinefunction(function):
        raise NotYet("ask_all is no coroutine function. It has to pause while it waits: async def.")
    texts = ["0", "1", "2"]

    async def with_deadline(url):
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)  # told below
        return await asyncio.wait_for(function(url, texts), patient(SECONDS - 1))

    with background_server(meeting(len(texts))) as server, unawaited() as forgotten:
        try:
            answers = limited(lambda: asyncio.run(with_deadline(server.ws_url)))
        except (TimeoutError, StillRunning):
            answers = TimeoutError
        except (RuntimeError, TypeError) as error:
            if "asyncio.run()" in str(error):
                raise NotYet("asyncio.run() cannot run inside a coroutine. Use await there.") from None
            for sign, kind in [("bad yield", "generator"), ("unhashable type: 'list'", "list")]:
                if sign in str(error) or (
                    kind == "generator" and any(map(inspect.isgenerator, gathered(error)))
                ):
                    raise NotYet(
                        f"gather() got one {kind}. It wants the coroutines one by one: put a star before it."
                    ) from None
            raise
    if forgotten and answers is TimeoutError:
        raise NotYet(FORGOTTEN.format(forgotten[0]))
    if isinstance(answers, list) and len(answers) != len(texts):
        raise NotYet(
            f"{len(texts)} texts were to be asked, and the answers were {answers}. Each text needs a call of "
            "ask_one of its own."
        )
    if answers is TimeoutError or (isinstance(answers, list) and answers[:1] == ["alone"]):
        raise NotYet(
            "three clients had to wait at the same time, and they did not: yours come one after the other. "
            "Start all, then collect the answers."
        )
    if inspect.isawaitable(answers):
        raise NotYet("ask_all returned something that still has to be awaited. Write await before gather().")
    if answers is None:
        raise NotYet("ask_all returned None. The answers were collected, and not returned.")
    if any(inspect.isawaitable(answer) for answer in answers):
        for answer in answers:
            answer.close()
        raise NotYet("the list holds coroutines that have not run. Nothing awaited them: gather() would.")
    right = [f"for {text}" for text in texts]
    if sorted(answers) == right and answers != right:
        raise NotYet(
            f"all answers came, in the order of their arrival: {answers}. Keep the order of the questions."
        )
    if answers != right:
        raise NotYet(f"{answers} came back; {right} was expected. Look at what ask_one returns.")
    return "three clients waited at the same time, and the answers are in the order of the questions."


@exercise(
    "06.3",
    todo='put the three letters in order, such as "abc", in the place of the three dots.',
    hints=[
        "Which of the three happens first, when cell two runs?",
        "The loop has to run inside the other one before it can take something from it.",
        'It begins with "b", so: order = "b.."',
    ],
    mistakes={
        "you begin with a.": 'order = "abc"',
        "b is the beginning": 'order = "bca"',
        "you begin with c,": 'order = "cab"',
        '"ba" does not have each': 'order = "ba"',
        "other letters than a, b and c": "order = 'xyz'",
        "the answer is a text of three letters": "order = 1",
    },
)
def order(answer):
    if not isinstance(answer, str | list | tuple):
        raise NotYet("the answer is a text of three letters.")
    letters = re.sub(r"\W", "", "".join(map(str, answer))).lower()
    if set(letters) - set("abc"):
        raise NotYet(f'"{letters}" has other letters than a, b and c.')
    if sorted(letters) != ["a", "b", "c"]:
        raise NotYet(f'"{letters}" does not have each of the three sentences once.')
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
