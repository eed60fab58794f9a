"""The exercises of lesson 05, the server in a thread."""

import re

from fastapi import FastAPI

from ..checks import NotYet, exercise
from ..talk import NO_ACCEPT, WAIT, Talk, converse
from . import and_then, instead

MEANING = {
    "loop": "a loop is running in this thread already",
    "port": "another program has the port",
    "app": "the app's own code failed while it started",
}


@exercise(
    "05.1",
    todo='put "loop", "port" or "app" in the place of each of the three dots.',
    hints=[
        "Which words of each message have you met in this lesson?",
        "Busy speaks of a port. An error of another kind inside the message comes from the app.",
        'The first is "loop".',
    ],
    mistakes={
        "message 2 has no cause yet": 'causes = ["loop", ..., "app"]',
        'for message 1 you said "port"': 'causes = ["port", "loop", "app"]',
        'for message 2 you said "app"': 'causes = ["loop", "app", "port"]',
        'for message 3 you said "port"': 'causes = ["loop", "port", "port"]',
        "a list of three words": 'causes = ["loop", "port"]',
        '"database" is none of the three words': 'causes = ["loop", "port", "database"]',
    },
)
def causes_of_messages(answer):
    if not isinstance(answer, list) or len(answer) != 3:
        raise NotYet("the answer is a list of three words, in the order of the messages.")
    if ... in answer:
        raise NotYet(f"message {answer.index(...) + 1} has no cause yet.")
    for number, (word, right) in enumerate(zip(answer, ["loop", "port", "app"], strict=True), start=1):
        if word not in MEANING:
            raise NotYet(f'"{word}" is none of the three words: "loop", "port" and "app".')
        if word != right:
            raise NotYet(
                f'for message {number} you said "{word}": {MEANING[word]}. Read the words after '
                "RuntimeError once more: what do they name?"
            )
    return "all three messages have their cause: a running loop, a busy port, an app that failed."


@exercise(
    "05.2",
    todo="hand the server to check().",
    hints=[
        "Where does a number have to be set to 0, so that each connection has its own?",
        "Count up once for each message, and send the number as a text: str(number).",
        "At the end the running server gets the app: server.swap(counting)",
    ],
    mistakes={
        "it still has the old app": instead(("server.swap(counting)", "")),
        "swap() got something of type function": instead(("swap(counting)", "swap(count)")),
        "swap() got something of type str": instead(("swap(counting)", 'swap("counting")')),
        "The number does not grow": instead(("        number += 1\n", "")),
        "Count them, and send the number instead": instead(("str(number)", "message")),
        "'int' object has no attribute 'encode'": instead(("str(number)", "number")),
        "and the next one with 4": instead(
            ("    number = 0", "    global number"), ("counting = ", "number = 0\ncounting = ")
        ),
        'the first message was answered with "2"': instead(("number = 0", "number = 1")),
        'the first message was answered with "0"': instead(
            ("        number += 1\n", ""), ("(number))", "(number))\n        number += 1")
        ),
        "before it had accepted it": instead(("    await websocket.accept()\n", "")),
        "the server is not running": and_then("server.stop()"),
        "of type FastAPI, and it needs the running server": and_then("server = counting"),
    },
)
def count(server):
    if not hasattr(server, "ws_url"):
        raise NotYet(
            f"check() got something of type {type(server).__name__}, and it needs the running server. "
            "The app goes to the server, with server.swap(counting)."
        )
    if not server.running:
        raise NotYet("the server is not running. swap() needs a running one: server.start()")
    if not isinstance(server.app, FastAPI):
        raise NotYet(
            f"swap() got something of type {type(server.app).__name__}, and it needs the app itself: "
            "server.swap(counting)"
        )
    server.logs()
    first = converse(server.ws_url, ["a", "b", "c"], Talk())
    second = converse(server.ws_url, ["d"], Talk())
    if first.status or first.close_code or first.silent:
        log = server.logs()
        if any('"accept" first' in line for line in log):
            raise NotYet(NO_ACCEPT.format(first.status))
        errors = [line for line in log if re.match(r"\w+: ", line)]
        raise NotYet(
            f"the client got no answer. The server's log says: {errors[-1]}"
            if errors
            else f"the client got no answer within {WAIT} s. Does the app have an endpoint at /ws?"
        )
    if first.answers == ["Message text was: a", "Message text was: b", "Message text was: c"]:
        raise NotYet(
            'the server answered "Message text was: a": it still has the old app. Give it yours with '
            "server.swap(counting)."
        )
    if first.answers == ["a", "b", "c"]:
        raise NotYet("the messages came back as they were. Count them, and send the number instead.")
    if len(set(first.answers)) == 1:
        raise NotYet(f'all three messages were answered with "{first.answers[0]}". The number does not grow.')
    if first.answers in (["0", "1", "2"], ["2", "3", "4"]) and second.answers == first.answers[:1]:
        raise NotYet(
            f'the first message was answered with "{first.answers[0]}". Begin with 0, and add 1 before you '
            "send."
        )
    if first.answers != ["1", "2", "3"] or second.answers != ["1"]:
        raise NotYet(
            f"one connection was answered with {', '.join(first.answers)}, and the next one with "
            f"{', '.join(second.answers)}. Each connection has to begin at 1, so its number belongs "
            "inside the endpoint."
        )
    return "one connection counted 1, 2, 3, and the next one began at 1."
