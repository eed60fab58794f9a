"""Those who are told of one history: the pages of the board, or the learners' kernels."""

from bisect import bisect_right
from itertools import count
from operator import itemgetter

from app.person import Person
from app.room import Room


class Audience(Room):
    """A room whose people only listen. They have numbers for names, and get no list of the others."""

    def __init__(self, history):
        self.people, self.history, self.numbers = {}, history, count()

    def let_in(self, websocket, read):
        """Return a new person, who is told what comes after the number `read`."""
        name = next(self.numbers)
        person = self.people[name] = Person(name, websocket, self, read)
        person.has_list = True
        return person

    async def leave(self, person):
        self.people.pop(person.name, None)


class News:
    """What the instructor has sent to everybody: pairs of a number that grows, and a text."""

    def __init__(self):
        self.texts = []

    def next_after(self, number):
        place = bisect_right(self.texts, number, key=itemgetter(0))
        return self.texts[place] if place < len(self.texts) else None
