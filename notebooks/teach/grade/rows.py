"""What is known of a hand-in: a row of the table."""

from dataclasses import dataclass, field

DONE, NOT_YET, NOT_TRIED = "done", "not yet", "not tried"
LONGEST = 20_000  # letters of an answer or a feedback in the report


@dataclass
class Mark:
    """What became of an exercise, what the check said of it, and the learner's cell."""

    state: str = NOT_TRIED
    feedback: str = ""
    answer: str = ""


@dataclass
class HandedIn:
    """A zip, its learner's name, {id: Mark} of the lessons in it, and what else there is to say."""

    zip: str
    name: str
    marks: dict = field(default_factory=dict)
    remarks: list = field(default_factory=list)

    @property
    def done(self):
        return sum(mark.state == DONE for mark in self.marks.values())


def writable(text, longest=LONGEST):
    """Return a text that any file can hold, and not all of a very long one."""
    text = str(text).encode("utf-8", "replace").decode()
    return text if len(text) <= longest else f"{text[:longest]} …"
