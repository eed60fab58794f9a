"""What a check says, in a notebook with a bar on its left and a badge for how an answer went."""

import html
import re

from IPython.display import display

DONE, NOT_YET = "done", "not yet"
BADGES = {  # which differ by word, by shape, and by colours of their own, in light and in dark
    DONE: "background: #1b5e20; color: #fff; border: 2px solid #1b5e20; border-radius: 1em; padding: 0 0.6em",
    NOT_YET: "background: #fff3e0; color: #6d2c00; border: 2px dashed #6d2c00; padding: 0 0.6em",
}
BAR = "border-left: 0.4em solid currentColor; padding-left: 1em"


def show_feedback(text):
    """Show text; a screen reader reads it by itself."""
    page = html.escape(text)
    for words, badge in BADGES.items():
        page = re.sub(rf"^([\d.]+) {words}:", rf'\1 <strong style="{badge}">{words}</strong>:', page)
    display(
        {
            "text/plain": text,
            "text/html": f'<div role="status" style="{BAR}; white-space: pre-wrap">{page}</div>',
        },
        raw=True,
    )


def look_of(value):
    """Return how a value looks, also where its own code for that fails."""
    try:
        text = re.sub(r" at 0x\w+", "", repr(value))  # where it lies in memory says nothing
    except Exception:
        return f"something of type {type(value).__name__}"
    return text if len(text) < 80 else f"{text[:76]} …"


ADVICE = {  # what an error says, with the line below it, and what that means
    r"'\w*(function|method)\w*' object": "That is a function itself. Round brackets behind its name call it.",
    r"'coroutine' object": "A call without await gives a coroutine. Write await in front of the call.",
    r"'async_generator' object is not iterable": "It gives its values over time, to async for.",
    r"not async_generator": "An await in the brackets makes it asynchronous. Take that out.",
    r"in 'await' expression|can't be awaited": "await waits for a coroutine, and that is none. Take it out.",
    r"requires an object with __aiter__": "That is gone through with for, without async.",
    r"has no attribute 'encode'": "A text is wanted there. str() makes one of a number.",
    r"string indices must be .*\n.*\.send\(": "send() takes an event. A text goes out by send_text().",
    r"not supported between .*\n.*\.close\(": "close() takes the code first, a number, and then the reason.",
    r"got 'websocket.accept'": "accept() says yes to a client once, before all else.",
    r"Expecting value.*\n.*receive_json": "What came is no JSON. receive_text() takes any text.",
    r"\n.*exit\(": "That ends the program, and the server with it. Let the function return instead.",
    r"^(NameError|UnboundLocalError|AttributeError|KeyError)": (
        "Read the name and the line together: what does that line need that is not there?"
    ),
    "": "Look at that line: is each value of the kind that is wanted there, and in its place?",
}


def advice_on(error, line):
    """Return what an error means that a line of the learner's ended with."""
    said = f"{type(error).__name__}: {error}\n{line}"
    return next(advice for pattern, advice in ADVICE.items() if re.search(pattern, said))
