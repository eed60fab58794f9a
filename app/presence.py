"""Who is in the room, where one server has all of its people."""

import json

from app import limits


class Presence:
    def __init__(self, room):
        self.room = room
        self.names = []  # of everybody, as the people here have been told

    async def take(self, name):
        """Return whether a name was free, and is now taken for a person of this server."""
        return name not in self.names

    async def give_back(self, name):
        """Let others take the name of a person who has left."""

    async def announce(self):
        """Tell that somebody has come to this server, or left it."""
        self.show(list(self.room.people))

    async def hand(self, told):
        """Return whether the person of a whisper was told it: they are here, and keep up."""
        person = self.room.people.get(told.to)
        if person:
            person.tell(told.as_text())
        return bool(person) and person.task is None

    def show(self, names):
        """Tell everybody here who has come and who has left; where these are many, who is here."""
        before, self.names = self.names, names
        came, left = dict.fromkeys(names), dict.fromkeys(before)
        news = [{"type": "joined", "name": name} for name in came if name not in left]
        news += [{"type": "left", "name": name} for name in left if name not in came]
        for text in map(json.dumps, news) if len(news) <= limits.NEWS_PEOPLE else [self.room.welcome()]:
            self.room.broadcast(text)
