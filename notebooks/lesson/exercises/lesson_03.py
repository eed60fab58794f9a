"""The exercises of lesson 03, the script."""

import difflib
import re
from html.parser import HTMLParser

from ..checks import NotYet, exercise
from ..lessons import NOTEBOOKS
from . import instead


class Names(HTMLParser):
    """Collects the ids of a page, and what its labels are for."""

    def __init__(self, page):
        super().__init__()
        self.ids, self.labels = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.labels += [attributes.get("for")] if tag == "label" else []


@exercise(
    "03.1",
    todo="put the mended page in the place of the three dots.",
    hints=[
        "Which names does ws.js look up with getElementById?",
        "Compare them with the ids of the page, letter for letter; large and small letters count.",
        "Two names are misspelt: the list's, and the box's, which the label names too.",
    ],
    mistakes={
        'It has "mesages", which is nearly that': instead(("messages", "mesages")),
        'It has "Messages", which is nearly that': instead(("messages", "Messages")),
        'It has "messagetext", which is nearly that': instead(("messageText", "messagetext")),
        'the label is for "messagetext"': instead(('for="messageText"', 'for="messagetext"')),
        '"messages" is a class here': instead(('<ul id="', '<ul class="')),
        'two elements have the id "messages"': instead(('id="connection"', 'id="messages"')),
        'looks for "form", and the page has no such id': instead((' id="form"', "")),
        "of type int. The page is a text": "mended = 42",
    },
)
def mended(page):
    if not isinstance(page, str):
        raise NotYet(
            f"check() got something of type {type(page).__name__}. The page is a text, between three quotes."
        )
    script = (NOTEBOOKS.parent / "static" / "ws.js").read_text(encoding="utf-8")
    names = Names(page)
    for id in names.ids:
        if names.ids.count(id) > 1:
            raise NotYet(f'two elements have the id "{id}". The script finds the first one only.')
    for wanted in re.findall(r'getElementById\("(\w+)"\)', script):
        if wanted in names.ids:
            continue
        if f'class="{wanted}"' in page:
            raise NotYet(f'"{wanted}" is a class here, and getElementById looks for an id.')
        ids = {id.lower(): id for id in names.ids}
        close = difflib.get_close_matches(wanted.lower(), ids, n=1, cutoff=0.9)
        there = f'It has "{ids[close[0]]}", which is nearly that.' if close else "Which element needs it?"
        raise NotYet(f'the script looks for "{wanted}", and the page has no such id. {there}')
    if "messageText" not in names.labels:
        raise NotYet(
            f'the label is for "{names.labels[0] if names.labels else None}", and no element has that id. '
            "A click on the label goes nowhere, and a screen reader does not say what the box is for."
        )
    return "the script finds its four elements, and the label finds its box."


@exercise(
    "03.2",
    todo="put the address of the socket in the place of each of the three dots.",
    hints=[
        "Which two things differ between the address of a page and that of its socket?",
        "http becomes ws, https becomes wss, and ws is added at the end. All between them stays.",
        "The first one is ws://127.0.0.1:8123/ws",
    ],
    mistakes={
        "http://127.0.0.1:8123/ has no address yet": instead(('"ws://127.0.0.1:8123/ws"', "...")),
        "http://127.0.0.1:8123/ws is no address of a socket": instead(("ws://127", "http://127")),
        "its socket goes by wss": instead(("wss://chat", "ws://chat")),
        "has lost the proxy's part": instead(
            ("wss://hub.example/user/ann/proxy/8000/", "wss://hub.example/")
        ),
        "ws://127.0.0.1/ws is not it": instead(("ws://127.0.0.1:8123", "ws://127.0.0.1")),
        "The socket lies beside it, under ws": instead(("chat.example/ws", "chat.example/")),
        "ws://127.0.0.1:8123/ws/ is not it": instead(("8123/ws", "8123/ws/")),
        "ws://127.0.0.1:8000/ws is not it": instead(("8123/ws", "8000/ws")),
        "ws://127.0.0.1:8123//ws is not it": instead(("8123/ws", "8123//ws")),
        "ws://127.0.0.1:8123/static/ws.js is not it": instead(("8123/ws", "8123/static/ws.js")),
        ": ws is no address of a socket": instead(('"ws://127.0.0.1:8123/ws"', '"ws"')),
        "8123 is no address of a socket": instead(('"ws://127.0.0.1:8123/ws"', "8123")),
        "Keep the dictionary": "addresses = 'ws://127.0.0.1:8123/ws'",
    },
)
def addresses(answers):
    if not isinstance(answers, dict):
        raise NotYet(
            f"check() got something of type {type(answers).__name__}. Keep the dictionary, and "
            "fill in its values."
        )
    for page in [
        "http://127.0.0.1:8123/",
        "https://chat.example/",
        "https://hub.example/user/ann/proxy/8000/",
    ]:
        answer, right = answers.get(page), page.replace("http", "ws", 1) + "ws"
        if answer in (None, ...):
            raise NotYet(f"{page} has no address yet. Put one in the place of the three dots.")
        if answer == right:
            continue
        if not re.match("wss?://", str(answer)):
            raise NotYet(f"{answer} is no address of a socket: that begins with ws:// or wss://.")
        if answer.partition("://")[0] != right.partition("://")[0]:
            raise NotYet(
                f"the page came by {page.partition(':')[0]}, so its socket goes by "
                f"{right.partition(':')[0]}: a browser refuses the other one."
            )
        if answer.rstrip("/") + "/ws" == right:
            raise NotYet(f"{answer} is the place of the page. The socket lies beside it, under ws.")
        if "/user/" in page and "/user/" not in answer:
            raise NotYet(
                f"{answer} has lost the proxy's part of the address, so the hub cannot find the server."
            )
        raise NotYet(
            f"{answer} is not it. Take the page's address, {page}, change its first word, and put ws at its "
            "end. Leave all between them as it is."
        )
    return "the three addresses are those that the script makes."
