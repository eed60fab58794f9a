"""Who is in the room, on all of its servers."""

from itertools import chain

from pydantic import BaseModel

from app import limits


class People(BaseModel):
    """The list of one server, as it comes from there."""

    server: str
    people: list[str]


class Presence:
    def __init__(self):
        self.awake = 0  # seconds of this server, by its beats: it has none while it stands still itself
        self.lists = {}  # server -> the names of its people, and when it said so
        self.names = []  # of everybody

    def on_people(self, message):
        """Take the list of one server, and drop those of dead ones; return who came and who left."""
        told, before = People.model_validate(message), self.names
        self.lists[told.server] = told.people, self.awake
        since = self.awake - limits.SILENCE_SECONDS
        self.lists = {id: heard for id, heard in self.lists.items() if heard[1] >= since}
        self.names = list(dict.fromkeys(chain(*(names for names, _ in self.lists.values()))))
        came, left = dict.fromkeys(self.names), dict.fromkeys(before)
        return [name for name in came if name not in left], [name for name in left if name not in came]
