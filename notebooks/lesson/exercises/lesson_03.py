"""The exercises of lesson 03, the script."""

import difflib
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import urlsplit

from ..checks import NotYet, exercise
from ..feedback import look_of
from ..lessons import NOTEBOOKS
from ..reading import one, several
from . import instead

KINDS = {
    "form": ["form"],
    "messageText": ["input", "textarea"],
    "messages": ["ul", "ol"],
}  # what each id is for


class Names(HTMLParser):
    """Collects the tags of a page, its ids with the tags that have them, and what its labels are for."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.ids, self.labels, self.inside = [], [], [], False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        if "id" in attributes:
            self.ids.append((attributes["id"], tag))
        if tag == "label":
            self.labels.append(attributes.get("for"))
        if self.inside and tag in KINDS["messageText"] and self.labels[-1] is None:
            self.labels[-1] = attributes.get("id")  # a label names what it holds
        self.inside = self.inside or tag == "label"

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "label"


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
        'looks for "messages", and the page has no such id. Which': instead(('id="messages"', 'id=""')),
        'looks for "messages", and the page has no such id. It has "message",': instead(
            ("messages", "message")
        ),
        '"messages" is the id of <p> here': instead(
            ('id="connection"', 'id="-"'), ('id="messages"', 'id="connection"'), ('id="-"', 'id="messages"')
        ),
        'the label is for ""': instead((' for="messageText"', "")),
        'the label is for "form"': instead(('for="messageText"', 'for="form"')),
        "the label is gone": instead(('  <label for="messageText">Message</label>\n', "")),
        "the button is gone": instead(("  <button>Send</button>\n", "")),
        "of type int. The page is a text": "mended = 42",
    },
    right=[
        instead(('"form"', "form"), ('"messages"', "'messages'")),
        instead(
            (
                '<label for="messageText">Message</label>\n  <input id="messageText">',
                '<label>Message <input id="messageText"></label>',
            )
        ),
        instead(("ul", "ol"), ('<input id="messageText">', '<textarea id="messageText"></textarea>')),
        instead(
            ('id="connection"', 'role="status" id="connection"'),
            ('<ul id="messages"></ul>', '<DIV><UL ID="messages"></UL></DIV>'),
        ),
    ],
)
def mended(answer):
    page = one(answer)
    if not isinstance(page, str):
        raise NotYet(
            f"check() got something of type {type(page).__name__}. The page is a text, between three quotes."
        )
    script = (NOTEBOOKS.parent / "static" / "ws.js").read_text(encoding="utf-8")
    names = Names(page)
    ids = [id for id, _ in names.ids]
    for id in ids:
        if ids.count(id) > 1:
            raise NotYet(f'two elements have the id "{id}". The script finds the first one only.')
    for wanted in re.findall(r'getElementById\("(\w+)"\)', script):
        if wanted in ids:
            tag = dict(names.ids)[wanted]
            if tag in KINDS.get(wanted, [tag]):
                continue
            raise NotYet(f'"{wanted}" is the id of <{tag}> here; it belongs to <{KINDS[wanted][0]}>.')
        if f'class="{wanted}"' in page:
            raise NotYet(f'"{wanted}" is a class here, and getElementById looks for an id.')
        lower = {id.lower(): id for id in ids if id}
        close = difflib.get_close_matches(wanted.lower(), lower, n=1, cutoff=0.9)
        there = f'It has "{lower[close[0]]}", which is nearly that.' if close else "Which element needs it?"
        raise NotYet(f'the script looks for "{wanted}", and the page has no such id. {there}')
    if not names.labels:
        raise NotYet("the label is gone. It says what the box is for: keep it, and mend the name in it.")
    if "messageText" not in names.labels:
        raise NotYet(
            f'the label is for "{names.labels[0] or ""}", and the box has the id "messageText". '
            "A click on the label does not lead to it, and a screen reader does not say what the box is for."
        )
    if "button" not in names.tags and 'type="submit"' not in page:
        raise NotYet("the button is gone. All of the page stays as it is, but for the two names.")
    return "the script finds its four elements, and the label finds its box."


PAGES = ["http://127.0.0.1:8123/", "https://chat.example/", "https://hub.example/user/ann/proxy/8000/"]


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
        "a browser refuses ws": instead(("wss://chat", "ws://chat")),
        "has lost the proxy's part": instead(
            ("wss://hub.example/user/ann/proxy/8000/", "wss://hub.example/")
        ),
        "ws://127.0.0.1/ws is not it": instead(("ws://127.0.0.1:8123", "ws://127.0.0.1")),
        "chat.example/ is the place of the page": instead(("chat.example/ws", "chat.example/")),
        "ws://127.0.0.1:8123/ws/ is not it": instead(("8123/ws", "8123/ws/")),
        "ws://127.0.0.1:8000/ws is not it": instead(("8123/ws", "8000/ws")),
        "ws://127.0.0.1:8123//ws is not it": instead(("8123/ws", "8123//ws")),
        "ws://127.0.0.1:8123/static/ws.js is not it": instead(("8123/ws", "8123/static/ws.js")),
        ": ws is no address of a socket": instead(('"ws://127.0.0.1:8123/ws"', '"ws"')),
        "8123 is no address of a socket": instead(('"ws://127.0.0.1:8123/ws"', "8123")),
        "Keep the dictionary": "addresses = 'ws://127.0.0.1:8123/ws'",
        "is a list of 3 addresses, and yours has 1": "addresses = ['ws://127.0.0.1:8123/ws']",
        "its socket goes by ws, and you have wss://127.0.0.1": instead(("ws://127", "wss://127")),
        "ws://127.0.0.1:8123/WS is not it": instead(("8123/ws", "8123/WS")),
        "ws://127.0.0.1:8123/w is not it": instead(("8123/ws", "8123/w")),
        "proxy/8000/ is the place of the page": instead(("8000/ws", "8000/")),
        "https://chat.example/ has no address yet": instead(('"wss://chat.example/ws"', "None")),
    },
    right=[
        instead(("{", "dict({"), ("}", "})"), ('"ws://127.0.0.1:8123/ws"', '["ws://127.0.0.1:8123/ws"]')),
        lambda solution: solution + "\naddresses = list(addresses.values())",
        lambda solution: (
            solution + "\naddresses = {it: it.replace('http', 'ws', 1) + 'ws' for it in addresses}"
        ),
        instead(("wss://chat.example/", "WSS://Chat.example:443/")),
    ],
)
def addresses(answer):
    if isinstance(answer, list | tuple):
        answer = dict(zip(PAGES, several(answer, 3, "addresses"), strict=True))
    if not isinstance(answer, Mapping) or not set(PAGES) <= set(answer):
        raise NotYet(
            f"check() got {look_of(answer)}. Keep the dictionary with its three pages; fill in its values."
        )
    for page in PAGES:
        given, right = one(answer[page]), page.replace("http", "ws", 1) + "ws"
        if given in (None, ..., ""):
            raise NotYet(f"{page} has no address yet. Put one in the place of the three dots.")
        if same_address(given, right):
            continue
        if not re.match("wss?://", str(given), re.IGNORECASE):
            raise NotYet(f"{given} is no address of a socket: that begins with ws:// or wss://.")
        scheme, secure = right.partition(":")[0], page.startswith("https")
        if given.partition("://")[0].lower() != scheme:
            raise NotYet(
                f"the page came by {page.partition(':')[0]}, so its socket goes by {scheme}, and you have "
                f"{given}" + (": from a page that came by https, a browser refuses ws." if secure else ".")
            )
        if given.rstrip("/") + "/ws" == right:
            raise NotYet(f"{given} is the place of the page. The socket lies beside it, under ws.")
        if "/user/" in page and "/user/" not in given:
            raise NotYet(
                f"{given} has lost the proxy's part of the address, so the hub cannot find the server."
            )
        raise NotYet(
            f"{given} is not it. Take the page's address, {page}, change its first word, and put ws at its "
            "end. Leave all between them as it is."
        )
    return "the three addresses are those that the script makes."


def same_address(given, right):
    """Return whether two addresses are one, however the host is written, and with the usual port."""
    try:
        given, right = urlsplit(given), urlsplit(right)
        ports = {url.port or {"ws": 80, "wss": 443}[url.scheme] for url in (given, right)}
    except (TypeError, ValueError, AttributeError, KeyError):
        return False
    parts = {(url.scheme, url.hostname, url.username, url.path, url.query) for url in (given, right)}
    return len(parts) == len(ports) == 1
