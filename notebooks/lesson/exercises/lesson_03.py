"""The exercises of lesson 03, the script."""

import difflib
import re
from collections.abc import Mapping
from contextlib import suppress
from html.parser import HTMLParser
from urllib.parse import urlsplit

from ..checks import NotYet, exercise
from ..feedback import look_of
from ..lessons import NOTEBOOKS
from ..reading import difference, one, several

KINDS = {"form": ["form"], "messageText": ["input", "textarea"], "messages": ["ul", "ol"]}  # of each id
MISSPELT = ["messagetext", "mesages"]


class Page(HTMLParser):
    """Collects the elements of a page, what its labels are for and say, and its comments."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.labels, self.open, self.comments = [], [], set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = {name: value or "" for name, value in attributes}
        if "form" in self.open:
            attributes.setdefault("form", "form")  # an attribute that says where it belongs
        self.elements.append((tag, attributes))
        if tag == "label":
            self.labels.append([attributes.get("for"), ""])
        elif "label" in self.open and tag in KINDS["messageText"] and self.labels[-1][0] is None:
            self.labels[-1][0] = attributes.get("id")  # a label names what it holds
        self.open.add(tag)

    def handle_endtag(self, tag):
        self.open.discard(tag)

    def handle_data(self, text):
        if "label" in self.open:
            self.labels[-1][1] += text.strip()

    def handle_comment(self, text):
        self.comments += text


@exercise(
    "03.1",
    todo="put the mended page in the place of the three dots.",
    hints=[
        "Which names does ws.js look up with getElementById?",
        "Compare them with the ids of the page, letter for letter; large and small letters count.",
        "Two names are misspelt: the list's, and the box's, which the label names too.",
    ],
)
def mended(answer):
    text = one(answer)
    if not isinstance(text, str):
        raise NotYet(
            f"check() got something of type {type(text).__name__}. The page is a text, between three quotes."
        )
    script = (NOTEBOOKS.parent / "static" / "ws.js").read_text(encoding="utf-8")
    page = Page(text)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    named = {attributes.get("id"): (tag, attributes) for tag, attributes in page.elements}
    if not page.elements:
        raise NotYet("that text has no element at all, such as <form>. Hand in the page, its names mended.")
    for id in ids:
        if ids.count(id) > 1:
            raise NotYet(f'two elements have the id "{id}". The script finds the first one only.')
    for wanted in re.findall(r'getElementById\("(\w+)"\)', script):
        if wanted not in ids:
            why = why_missing(wanted, page, ids, text)
            raise NotYet(f'the script looks for "{wanted}", and the page has no such id. {why}')
        tag = named[wanted][0]
        if tag not in KINDS.get(wanted, [tag]):
            raise NotYet(f'"{wanted}" is the id of <{tag}> here; it belongs to <{KINDS[wanted][0]}>.')
    for id in MISSPELT:
        if id in ids:
            raise NotYet(f'the page still has the id "{id}", beside the right one. Mend that element.')
    if not page.labels:
        raise NotYet("the label is gone. It says what the box is for: keep it, and mend the name in it.")
    labels = dict(page.labels)
    if "messageText" not in labels:
        raise NotYet(
            f'the label is for "{page.labels[0][0] or ""}", and the box has the id "messageText". '
            "A click on the label does not lead to it, and a screen reader does not say what the box is for."
        )
    if not labels["messageText"]:
        raise NotYet("the label is empty, so nobody reads or hears what the box is for.")
    if named["messageText"][1].get("form") != "form":
        raise NotYet("the box stands outside of the form, so Enter in it sends nothing.")
    buttons = [it for tag, it in page.elements if tag == "button" or it.get("type") == "submit"]
    if not buttons:
        raise NotYet("the button is gone. All of the page stays as it is, but for the two names.")
    if not any(it.get("type", "submit") == "submit" and it.get("form") == "form" for it in buttons):
        raise NotYet("the button sends nothing: that needs one inside of the form, as it was.")
    return "the script finds its four elements, and the label finds its box."


def why_missing(wanted, page, ids, text):
    """Return where a page has a name that no element has as its id, or else a question."""
    for tag, attributes in page.elements:
        for attribute, value in attributes.items():
            if value == wanted and attribute in {"class", "name"}:
                return f'"{wanted}" is the {attribute} of <{tag}> here.'
    lower = {id.lower(): id for id in ids if id}
    close = difflib.get_close_matches(wanted.lower(), lower, n=1, cutoff=0.9)
    if close:
        return f'It has "{lower[close[0]]}", which is nearly that.'
    if wanted in page.comments:
        return "It stands in a comment, where no script finds it."
    return "One quotation mark has no other." if text.count('"') % 2 else "Which element needs it?"


PAGES = ["http://127.0.0.1:8123/", "https://chat.example/", "https://hub.example/user/ann/proxy/8000/"]


@exercise(
    "03.2",
    todo="put the address of the socket in the place of each of the three dots.",
    hints=[
        "Which two things differ between the address of a page and that of its socket?",
        "http becomes ws, https becomes wss, and ws is added at the end. All between them stays.",
        "The first one is ws://127.0.0.1:8123/ws",
    ],
)
def addresses(answer):
    if isinstance(answer, list | tuple):
        with suppress(TypeError, ValueError):  # of pairs
            answer = dict(answer)
    if not isinstance(answer, Mapping) or not set(PAGES) <= set(answer):
        if isinstance(answer, Mapping) and ... in answer.values():
            raise NotYet(
                f"check() got {look_of(answer)}. Keep the dictionary with its three pages; fill in values."
            )
        answer = dict(zip(PAGES, several(answer, 3, "addresses"), strict=True))
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
        raise NotYet(
            f"{given} is not what the script makes of {page}: the first word changes, and ws comes at the "
            f"end.{difference(given, right)}"
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
