"""The limits that lessons and INSTRUCTORS.md mention are those of app/limits.py, as it ships."""

import re
from fractions import Fraction

import nbformat
import pytest

from app import limits
from lesson.lessons import NOTEBOOKS, lessons

WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "five": 5,
    "eight": 8,
    "ten": 10,
    "twenty": 20,
    "thirty": 30,
    "thousand": 1000,
    "hundred": 100,
    "once": 1,
}
SENTENCES = [  # where it stands, the sentence with # for the number, and what that number is
    ("05", "says within # seconds why it does not", limits.START_SECONDS),
    ("05", "`stop()` has #.", limits.STOP_SECONDS),
    ("07", "longer than # KiB, which are", Fraction(limits.MESSAGE_BYTES, 1024)),
    ("07", "KiB, which are # bytes", limits.MESSAGE_BYTES),
    ("08", "the chat of lesson 09 takes # KiB", Fraction(limits.MESSAGE_BYTES, 1024)),
    ("09", "a message of more than # KiB", Fraction(limits.MESSAGE_BYTES, 1024)),
    ("09", "KiB, # bytes, is answered with 1009", limits.MESSAGE_BYTES),
    ("09", "asks for nothing is waited for # seconds", limits.REQUEST_SECONDS),
    ("09", "does not answer a close, is cut off after # seconds", limits.CLOSE_SECONDS),
    ("09", "more than a # pings, or pieces of messages, in a second", limits.FRAMES_PER_SECOND),
    ("09", "stops unpacking at # KiB", Fraction(limits.MESSAGE_BYTES, 1024)),
    ("09", "If the oldest of # was less than a second ago", limits.MESSAGES_PER_SECOND),
    ("09", "# answers and a reason", limits.MESSAGES_PER_SECOND),
    ("09", "The number # stands in the table", limits.MESSAGES_PER_SECOND),
    ("10", "takes no message of more than # KiB", Fraction(limits.MESSAGE_BYTES, 1024)),
    ("10", "a rule of lesson 09: # messages a second", limits.MESSAGES_PER_SECOND),
    ("11", "cannot be sent within # seconds, that person is **turned out**", limits.CATCH_UP_SECONDS),
    ("11", "A text in the room has at most # characters", limits.TEXT_CHARACTERS),
    ("12", "Above twice # messages, the older half is dropped", limits.KEPT_MESSAGES),
    ("12", "What is # numbers older is deleted", limits.KEPT_MESSAGES),
    ("12", "Who is new gets the last # messages", limits.NEWCOMER_MESSAGES),
    ("13", "no answer comes within # seconds", limits.NATS_ANSWER_SECONDS),
    ("13", "at each change, and # in a second", 1 / limits.BEAT_SECONDS),
    ("13", "without a new list for # seconds is taken for dead", limits.SILENCE_SECONDS),
    ("13", "After # seconds of silence", limits.SILENCE_SECONDS),
    ("13", "remembers an id for # minutes", Fraction(limits.SENT_AGAIN_SECONDS, 60)),
    ("13", "the last # messages of the room", limits.NEWCOMER_MESSAGES),
    ("15", "`/ws` allows # messages a second", limits.MESSAGES_PER_SECOND),
    ("16", "which is good for # seconds and for one use", limits.TICKET_SECONDS),
    ("16", "longer than # bytes", limits.FORM_BYTES),
    ("16", "of lesson 09 waits # seconds", limits.REQUEST_SECONDS),
    ("16", "has to be a ticket, within # seconds", limits.REQUEST_SECONDS),
    ("16", "or # hours are over", Fraction(limits.SESSION_SECONDS, 3600)),
    ("16", "# log-ins a minute", limits.TRIES_PER_MINUTE),
    ("16", "while # log-ins wait", limits.WAITING_LOGINS),
    ("17", "none answers within # seconds", limits.NATS_ANSWER_SECONDS),
    ("INSTRUCTORS", "more than # pings, pongs and pieces in a second", limits.FRAMES_PER_SECOND),
    ("INSTRUCTORS", "a close that is not answered within # seconds", limits.CLOSE_SECONDS),
]


def words_of(place):
    """Return the sentences of a lesson, or of INSTRUCTORS.md."""
    if place == "INSTRUCTORS":
        return (NOTEBOOKS / "INSTRUCTORS.md").read_text(encoding="utf-8")
    [path] = [path for path in lessons() if path.stem.startswith(place)]
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@pytest.mark.parametrize(("place", "sentence", "limit"), SENTENCES, ids=lambda value: str(value)[:40])
def test_said_as_it_is(place, sentence, limit):
    """A limit that a sentence mentions is the one that the chat has."""
    before, after = map(re.escape, sentence.split("#"))
    said = re.findall(rf"{before}([\w,]+){after}", words_of(place), re.IGNORECASE)
    assert said, f"there is no such sentence: {sentence}"
    assert {WORDS.get(number.lower()) or int(number.replace(",", "")) for number in said} == {limit}
