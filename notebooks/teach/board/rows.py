"""The state of a class: what the texts of the log come to, one row for each learner."""

import json
import time
from dataclasses import dataclass, field

HOURS = 12  # that a learner's kernel may have been away; longer ago than that, its clock is wrong


@dataclass
class Tally:
    """One exercise of one learner; the times are seconds since 1970."""

    tried: int = 0
    since: float | None = None  # the first try
    hints: int = 0
    done: float | None = None
    changed: int = 0  # by which number of the log

    def shown(self):
        return [self.tried, self.since, self.hints, self.done]


@dataclass
class Row:
    """One learner.

    Stuck is who has tried an exercise that is not done, and has done nothing since: not that one, and
    no other. It is so from the first such try on. Who leaves an exercise and does the next is not stuck.
    """

    place: int  # in the order of joining; pages know learners by it
    asked: str  # for which name
    name: str
    stuck: list | None = None  # since when, and at which exercise
    tallies: dict = field(default_factory=dict)
    changed: int = 0

    def add(self, number, exercise, what, at):
        tally = self.tallies.setdefault(exercise, Tally())
        self.changed = tally.changed = number
        if what == "hint":
            tally.hints += 1
        elif what == "done":
            tally.done = tally.done or at
            self.stuck = None
        else:
            tally.tried += 1
            tally.since = tally.since or at
            if not tally.done:  # who runs the cells of yesterday again is not stuck
                self.stuck = [self.stuck[0] if self.stuck else at, exercise]

    def shown(self, number):
        """Return what has changed after that number."""
        changed = {id: tally.shown() for id, tally in self.tallies.items() if tally.changed > number}
        return {"place": self.place, "name": self.name, "stuck": self.stuck, "exercises": changed}


class Rows:
    """All learners; a Person can read on in it, as in the history of a room."""

    def __init__(self):
        self.log, self.last = "", 0
        self.of = {}  # a learner's id -> Row
        self.news = []  # pairs of a number of the log, and what was sent

    def add(self, number, kept):
        self.last = number
        match kept["type"]:
            case "join":
                row = self.of.setdefault(kept["learner"], Row(len(self.of), "", ""))
                row.asked, row.name, row.changed = kept["asked"], kept["name"], number
            case "event":
                self.of[kept["learner"]].add(number, kept["exercise"], kept["what"], kept["at"])
            case "news":
                self.news.append((number, {"text": kept["text"], "cell": kept["cell"]}))

    def distinct(self, learner, name):
        """Return the name for a learner, with a number where it is another's, capitals or not."""
        taken = {row.name.casefold() for id, row in self.of.items() if id != learner}
        count, found = 1, name
        while found.casefold() in taken:
            count += 1
            found = f"{name} {count}"
        return found

    def next_after(self, number):
        """Return the last number, and the text of what a page that has read up to `number` lacks, or None."""
        if number >= self.last:
            return None
        state = {
            "rows": [row.shown(number) for row in self.of.values() if row.changed > number],
            "news": [sent for place, sent in self.news if place > number],
        }
        head = {"type": "state", "log": self.log, "number": self.last, "now": time.time()}
        return self.last, json.dumps(head | state)


def when(at, came):
    """Return when something happened: not after it came, nor long before, whatever a laptop's clock says."""
    return min(max(at, came - HOURS * 3600), came)
