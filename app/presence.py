"""Who is in the room, on all of its servers."""

import time
from itertools import chain

BEAT = 1  # seconds from one list of a server's people to its next
SILENCE = 3  # seconds without one, after which that server is taken for dead


class Presence:
    def __init__(self):
        self.lists = {}  # server -> the names of its people, and when it said so
        self.names = []  # of everybody

    def hear(self, server, names):
        """Take the list of one server, and drop those of dead ones; return who came and who left."""
        before, now = self.names, time.monotonic()
        self.lists[server] = names, now
        self.lists = {id: heard for id, heard in self.lists.items() if now - heard[1] < SILENCE}
        self.names = list(dict.fromkeys(chain(*(names for names, _ in self.lists.values()))))
        came, left = dict.fromkeys(self.names), dict.fromkeys(before)
        return [name for name in came if name not in left], [name for name in left if name not in came]
