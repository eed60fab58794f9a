"""The board of the class: share() joins it, report() tells it of exercises, news() shows what came."""

import html
import re
import secrets
from contextlib import suppress
from queue import Empty, Queue
from threading import Thread
from urllib.parse import parse_qs, quote, urlsplit

from IPython.display import display

from .disk import put_aside
from .feedback import BAR, show_feedback
from .lessons import WORKSPACE, KitError
from .patience import patient

FILE = WORKSPACE / "share.sqlite"  # it is there once share() was called in some kernel of this kit
JOIN_SECONDS = 4  # that share() waits for the board
NAME_CHARACTERS = 30
CODE = r"(?P<place>[^\s/?#@]+:\d+)/(?P<token>[^\s/?#]+)"
COLOURS = "amber blue bronze coral golden green grey indigo ivory lilac orange purple red silver teal white"
ANIMALS = (
    "badger beaver crane dolphin eagle falcon finch fox hare heron lark lynx otter owl panda puffin robin"
)
ANIMALS += " salmon seal sparrow swan tiger turtle whale wren"
courier = None  # the thread of this kernel that delivers


def share(address="", name=None):
    """Join the board of the class at the address, or by the code, that it shows; None ends that.

    From then on it is told which exercise was tried, done, or asked for a hint, and when, and nothing else.
    KitError: no such address or name can be, the board declines, or the workspace cannot be written.
    """
    if address is None:
        return leave_board()
    url, name = url_of_board(address), name and name_for_board(name)
    try:
        WORKSPACE.mkdir(exist_ok=True)
        learner = outbox().learner()
        learner = learner._replace(url=url, name=name or learner.name or friendly_name())
        last_news, known_as = outbox().number_of_last_news(), None
        with suppress(Empty):
            known_as = answer_of_board(learner, last_news).get(timeout=patient(JOIN_SECONDS))
        if isinstance(known_as, KitError):
            raise known_as
        outbox().join(learner.name, url)
    except unwritable() as error:
        raise KitError(sentence_on(error)) from None
    deliver_later()
    place = urlsplit(url).netloc
    if known_as:
        return show_feedback(
            f"You are on the board as {known_as}. It is told which exercises you try, finish, or ask a hint "
            "for, and when; no code and no answers. share(None) ends that."
        )
    show_feedback(
        f"The board at {place} does not answer yet. The kit goes on trying, and what you do meanwhile "
        "arrives later. Is the address right? share(None) ends it."
    )


def answer_of_board(learner, last_news):
    """Return the queue into which comes the name on the board, a KitError, or, as it is away, None."""
    answers = Queue()

    def ask():
        from .courier import first_word  # here, for websockets is needed by nobody who does not share

        answers.put(first_word(learner, last_news))

    Thread(target=ask, daemon=True).start()
    return answers


def leave_board():
    """Share no more, and say so."""
    try:
        was = outbox().member() if FILE.exists() else None
        if was:
            outbox().leave()
    except unwritable() as error:
        raise KitError(sentence_on(error)) from None
    if was:
        place = urlsplit(was.url).netloc
        return show_feedback(f"You have left the board at {place}. From now on nothing leaves this machine.")
    show_feedback("You are on no board: nothing leaves this machine.")


def report(exercise, what):
    """Let the board know, later, what happened to an exercise, if anything; show the news.

    Where nobody has called share() it does nothing.
    """
    if not FILE.exists():
        return
    try:
        if what and outbox().put(exercise, what):
            deliver_later()
        show_news(outbox().take_news())
    except unwritable() as error:
        show_feedback(sentence_on(error))


def resume_sharing():
    """Deliver what an earlier kernel has left, and fetch the news, where the learner shares."""
    with suppress(unwritable()):  # the next check says so
        if FILE.exists() and outbox().member():
            deliver_later()


def news():
    """Show the news from the instructor: what has not been seen, or else the last again."""
    try:
        shared = FILE.exists() and outbox().member()
        told = FILE.exists() and (outbox().take_news() or outbox().last_news())
    except unwritable() as error:
        return show_feedback(sentence_on(error))
    if shared:
        deliver_later()
    if told:
        return show_news(told)
    show_feedback("There is no news yet." if shared else "You are on no board, so no news can come.")


def show_news(told):
    """Show texts, and cells as code to copy; whatever is in them is shown and not run."""
    for one in told:
        head = "From the board" if one.number == 0 else "From your instructor"
        head += ", a cell to copy:" if one.cell else ":"
        body = html.escape(one.text)
        body = f'<pre style="white-space: pre-wrap; overflow-wrap: anywhere"><code>{body}</code></pre>'
        if not one.cell:
            body = (
                f'<div style="white-space: pre-wrap; overflow-wrap: anywhere">{html.escape(one.text)}</div>'
            )
        page = f'<div role="status" style="{BAR}"><strong>{head}</strong>{body}</div>'
        display({"text/plain": f"{head}\n{one.text}", "text/html": page}, raw=True)


def deliver_later():
    """Have a thread deliver what is in the outbox; one is enough, and a fork has none of its parent's."""
    global courier
    if courier is None or not courier.is_alive():
        courier = Thread(target=run_courier, name="share", daemon=True)
        courier.start()


def run_courier():
    from .courier import deliver_all  # here, as in answer_of_board()

    deliver_all(outbox())


def outbox():
    from .outbox import Outbox  # here, for a program that imports lesson need not import SQLite

    return Outbox(FILE)


def unwritable():
    import sqlite3

    return OSError, sqlite3.Error


def sentence_on(error):
    """Return why the outbox cannot be used; a file that is damaged is put aside."""
    import sqlite3

    code = getattr(error, "sqlite_errorcode", None)
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        with suppress(OSError):
            aside = put_aside(FILE)
            return (
                f"workspace/share.sqlite was damaged, and is {aside.name} now. Join the board again: share(…)"
            )
    return f"{WORKSPACE} cannot be written ({error}), so the board cannot be told of this."


def url_of_board(address):
    """Return the address of a board's socket. KitError: it is none."""
    text = str(address).strip()
    if code := re.fullmatch(CODE, text):
        text = f"ws://{code['place']}/share?token={quote(code['token'], safe='')}"
    with suppress(ValueError):  # such as a port that is no number
        parts = urlsplit(text)
        known = parts.scheme in {"ws", "wss"} and parse_qs(parts.query).get("token")
        if known and parts.port != 0 and parts.hostname and not re.search(r"\s", text):
            parts.hostname.encode("idna")
            return text
    raise KitError(
        f"{address!r} is no address of a board. Copy what it shows, in quotes, such as "
        'share("192.168.1.5:8765/CODE").'
    )


def name_for_board(name):
    """Return a name as it is shown. KitError: it is too long, or has what cannot be seen."""
    from precis_i18n import get_profile  # here, for only this needs it

    try:
        plain = get_profile("NicknameCasePreserved").enforce(str(name))
    except UnicodeEncodeError as error:
        hidden = ascii(error.object[error.start : error.end] or str(name))
        raise KitError(f"A name on the board cannot have {hidden} in it: choose another one.") from None
    if len(plain) > NAME_CHARACTERS:
        raise KitError(f"A name on the board has at most {NAME_CHARACTERS} characters: choose a shorter one.")
    return plain


def friendly_name():
    return f"{secrets.choice(COLOURS.split())} {secrets.choice(ANIMALS.split())}"
