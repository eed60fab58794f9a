"""A chat room: everybody in it hears the same messages in the same order, and nobody waits for a slow one."""

import json
from uuid import uuid4

from app.history import BEFORE_ALL, History
from app.messages import Refused
from app.person import Person


class Room:
    def __init__(self):
        self.people = {}  # name -> Person, of this server
        self.begin("")

    def begin(self, log, dropped=0):
        """Begin with a log; the numbers of another one mean nothing in it."""
        self.history = History(log, dropped)
        for person in self.people.values():
            person.read_on(BEFORE_ALL)

    def on_message(self, number, kept):
        if text := self.history.add(number, kept):
            self.broadcast(text, number)

    def broadcast(self, text, number=0):
        """Nothing here waits, so nobody comes, goes or speaks in the middle of it."""
        for person in self.people.values():
            person.tell(text, number)

    def welcome(self):
        return json.dumps({"type": "welcome", "log": self.history.log, "people": self.presence.names})

    async def join(self, asked, websocket):
        """Return the new person; Refused: the name is taken."""
        if not await self.presence.take(asked.name) or asked.name in self.people:  # by now
            raise Refused(f"the name {asked.name} is taken")
        start = self.history.start(asked.log, asked.after)
        person = self.people[asked.name] = Person(asked.name, websocket, self, start)
        await self.presence.announce()
        return person

    async def leave(self, person):
        """Tell the others that a person has left, once, however often it is called."""
        if self.people.get(person.name) is person:
            del self.people[person.name]
            await self.presence.announce()
            await self.presence.give_back(person.name)

    async def say(self, name, message):
        """Return the number under which the log keeps a message; Away: it cannot."""
        kept = {"name": name, **message.model_dump(exclude={"type"}, exclude_none=True)}
        id = uuid4().hex if message.id is None else f"{name} {message.id}"
        return await self.log.append(json.dumps(kept), id)
