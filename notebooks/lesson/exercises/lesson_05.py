"""The exercises of lesson 05, the server in a thread."""

import re

from IPython import get_ipython
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

from ..checks import NotYet, exercise
from ..feedback import look_of
from ..patience import patient
from ..reading import among, difference, several
from ..talk import WAIT, must_be_app, one_for_each, stands_still, talk, usual
from ..written import last_written, made_by

MEANING = {  # in the order of the messages
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
)
def causes_of_messages(answer):
    words = among(MEANING, several(answer, 3, "words"))
    for number, (word, right) in enumerate(zip(words, MEANING, strict=True), start=1):
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
)
def count(server):
    if server is None:
        raise NotYet(
            "server is None, which is what swap() returns. Start the server once more, and then write "
            "server.swap(counting) without server = before it."
        )
    if not hasattr(server, "ws_url") and not hasattr(server, "swap"):
        raise NotYet(
            f"check() got something of type {type(server).__name__}, and it needs the running server. "
            "The app goes to the server, with server.swap(counting)."
        )
    if not server.running:
        raise NotYet("the server is not running. swap() needs a running one: server.start()")
    must_be_app(server.app, "swap()")
    must_be_the_last(server.app)
    texts, numbers = ["a", "bb", "", "a", "e"], ["1", "2", "3", "4", "5"]
    first = talk(server.app, texts)
    usual(server.app, first, len(texts))
    said = ", ".join(map(str, first.answers))
    if first.answers == texts:
        raise NotYet("the messages came back as they were. Count them, and send the number instead.")
    if first.answers == [f"Message text was: {text}" for text in texts]:
        raise NotYet(
            'the server answered "Message text was: a", as the app of this lesson does. Give it yours with '
            "server.swap(counting)."
        )
    one_for_each(first)
    if len(set(first.answers)) == 1:
        raise NotYet(
            f'all messages were answered with "{first.answers[0]}". In each turn it is {first.answers[0]} '
            "again: does a line of the loop change it, and does none of them set it back?"
        )
    second = talk(server.app, ["a"]).answers
    if first.answers[:4] in (["0", *numbers[:3]], numbers[1:]) and second == first.answers[:1]:
        raise NotYet(
            f'the first message was answered with "{second[0]}". Begin with 0, and add 1 before you send.'
        )
    if first.answers != numbers:
        at = next(at for at in range(5) if first.answers[at] != numbers[at])
        raise NotYet(
            f"five messages were answered with {said}; {', '.join(numbers)} was expected. Message {at + 1}, "
            f"{look_of(texts[at])}, is the first that differs."
            f"{difference(str(first.answers[at]), numbers[at])}"
        )
    if second != ["1"]:
        raise NotYet(
            f"one connection was answered with {said}, and the next one with {', '.join(map(str, second))}. "
            "Each connection has to begin at 1, so its number belongs inside the endpoint."
        )
    said = of_two_at_once(server)
    if said != ["1", "2", "1", "3"]:
        raise NotYet(
            f"of two connections at once the first was answered with {', '.join(said[:2])}, the second with "
            f"{said[2]}, and then the first with {said[3]}, where 3 was expected. A name that is global "
            "belongs to all connections."
        )
    if "BackgroundServer(" in (last_written()[0] or ""):
        raise NotYet(
            "the numbers are right, and your cell starts another server for them. Give the app to the one "
            "that runs: server.swap(counting)"
        )
    return "one connection counted 1, 2, 3, and another, open at the same time, began at 1."


def must_be_the_last(app):
    """Raise NotYet if the server has another app than the one that the learner's last cell made for it."""
    source = last_written()[0] or ""
    swapped = re.findall(r"(?m)^server\.swap\((\w+)\)", source)
    if "swap(" in source and not swapped:  # of something that has no name
        return
    for name in swapped[-1:] or {"counting"} & made_by(source):
        if get_ipython().user_ns.get(name) is not app:
            raise NotYet(
                f"the server has an app, and it is not the one that is called {name} now: swap() came before "
                f"the new app was made. Let server.swap({name}) be the last line."
                if swapped
                else f"the server still has an older app, and not the new one called {name}. Nothing in "
                f"the cell before hands it over: server.swap({name})"
            )


def of_two_at_once(server):
    """Return the answers of the running server to two messages, one of another connection, and a third."""
    wait, said = patient(WAIT), []
    try:
        with (
            connect(server.ws_url, proxy=None, open_timeout=wait, close_timeout=0.2) as one,
            connect(server.ws_url, proxy=None, open_timeout=wait, close_timeout=0.2) as other,
        ):
            for ws in [one, one, other, one]:
                ws.send("a")
                said.append(ws.recv(timeout=wait))
    except (TimeoutError, ConnectionClosed, InvalidHandshake) as error:
        if stands_still(server):
            raise NotYet(
                "your app counts, and the running server stands still: a line from before keeps its event "
                "loop for itself. Only a restart ends that: choose Kernel, then Restart Kernel, and run the "
                "cells above once more."
            ) from None
        raise NotYet(
            f"the running server was asked over two connections at once, answered {look_of(said)}, and "
            f"then came {type(error).__name__}."
        ) from None
    return said
