"""A chat room: everybody in it hears the same messages in the same order, and nobody waits for a slow one."""

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

from fastapi import APIRouter, Depends, WebSocket

from app import limits
from app.guard import RateLimit, same_origin
from app.messages import Join, read
from app.person import GONE, Person
from app.presence import Presence
from app.relay import relay


class Room:
    def __init__(self, relay):
        self.people = {}  # name -> Person, of this server
        self.server, self.presence, self.relay = uuid4().hex, Presence(), relay
        relay.subscribe(self.deliver, self.notice)

    def deliver(self, text):
        """Hear what a server published: the list of its people, or a text for everybody."""
        message = json.loads(text)
        if message["type"] != "people":
            return self.broadcast(text)
        came, left = self.presence.hear(message["server"], message["people"])
        news = [{"type": "joined", "name": name} for name in came]
        news += [{"type": "left", "name": name} for name in left]
        if len(news) > limits.NEWS_PEOPLE:
            news = [{"type": "welcome", "people": self.presence.names}]
        for one in news:
            self.broadcast(json.dumps(one))

    def notice(self, text):
        self.broadcast(json.dumps({"type": "notice", "text": text}))

    async def say_who_is_here(self):
        await self.publish(type="people", server=self.server, people=list(self.people))

    def broadcast(self, text):
        """Tell everybody. Nothing here waits, so nobody comes, goes or speaks in the middle of it."""
        for person in self.people.values():
            person.tell(text)

    async def publish(self, **message):
        await self.relay.publish(json.dumps(message))

    async def join(self, name, websocket):
        """Return the new person, who hears first who is here; ValueError: the name is taken."""
        tries = 10 * (limits.BEAT_SECONDS + limits.SILENCE_SECONDS)
        for _ in range(tries):  # whoever has it elsewhere may be at a dead server
            if name in self.people or name not in self.presence.names:
                break
            await asyncio.sleep(0.1)
        if name in self.people or name in self.presence.names:
            raise ValueError(f"the name {name} is taken")
        person = self.people[name] = Person(name, websocket, self.leave)
        person.tell(json.dumps({"type": "welcome", "people": [*self.presence.names, name]}))
        await self.say_who_is_here()
        return person

    async def leave(self, person):
        """Tell the others that a person has left, once, however often it is called."""
        if self.people.get(person.name) is person:
            del self.people[person.name]
            await self.say_who_is_here()


@asynccontextmanager
async def lifespan(app):
    """Be connected to the other servers, and tell them each second who is here."""

    async def beat():
        while True:
            await room.say_who_is_here()
            await asyncio.sleep(limits.BEAT_SECONDS)

    async with room.relay:
        beating = asyncio.create_task(beat())
        yield
        beating.cancel()
        await room.say_who_is_here()


room = Room(relay())
router = APIRouter(lifespan=lifespan)


async def answer(text, person, websocket):
    """Do what a client asks, and return its person; ValueError: it cannot be done."""
    message = read(text)
    if isinstance(message, Join):
        if person:
            raise ValueError(f"you have joined already, as {person.name}")
        return await room.join(message.name, websocket)
    if not person or room.people.get(person.name) is not person:
        raise ValueError("join first")
    await room.publish(type="message", name=person.name, text=message.text)
    return person


@router.websocket("/room/ws", dependencies=[Depends(same_origin)])
async def room_endpoint(websocket: WebSocket):
    await websocket.accept()
    rate, person, goodbye = RateLimit(limits.MESSAGES_PER_SECOND, seconds=1), None, None
    with suppress(*GONE):
        try:
            async for text in websocket.iter_text():
                if rate.exceeded():
                    goodbye = 1008, "too many messages"
                    break
                try:
                    person = await answer(text, person, websocket)
                except ValueError as error:
                    refusal = {"type": "error", "reason": str(error), "request": text}
                    await websocket.send_text(json.dumps(refusal))
        except KeyError:
            goodbye = 1003, "text only"
        finally:
            if person:
                await room.leave(person)
        if goodbye:
            await websocket.close(*goodbye)
