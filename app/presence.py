"""Who is in the room, on all of its servers."""

import time
from itertools import chain

from app import limits


class Presence:
    def __init__(self):
        self.lists = {}  # server -> the names of its people, and when it said so
        self.names = []  # of everybody

    def hear(self, server, names):
        """Take the list of one server, and drop those of dead ones; return who came and who left."""
        before, now = self.names, time.monotonic()
        self.lists[server] = names, now
        since = now - limits.SILENCE_SECONDS
        self.lists = {id: heard for id, heard in self.lists.items() if heard[1] > since}
        self.names = list(dict.fromkeys(chain(*(names for names, _ in self.lists.values()))))
        came, left = dict.fromkeys(self.names), dict.fromkeys(before)
        return [name for name in came if name not in left], [name for name in left if name not in came]
