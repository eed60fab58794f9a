"""A chat room: everybody in it hears the same messages in the same order, and nobody waits for a slow one."""

import asyncio
import json
import logging
from contextlib import asynccontextmanager
from uuid import uuid4

from fastapi import APIRouter, Depends, WebSocket

from app import limits
from app.endpoints import closes_with_a_code, texts
from app.guard import RateLimit, same_origin
from app.messages import Join, Refused, read
from app.person import Person
from app.presence import Presence
from app.relay import relay

log = logging.getLogger("uvicorn.error")


class Room:
    def __init__(self, relay):
        self.people = {}  # name -> Person, of this server
        self.server, self.presence, self.relay = uuid4().hex, Presence(), relay
        relay.subscribe(self.on_text, self.on_notice)

    def on_text(self, text):
        """Hear what a server published: the list of its people, or a text for everybody."""
        message = json.loads(text)
        if message["type"] != "people":
            return self.broadcast(text)
        came, left = self.presence.on_people(message)
        news = [{"type": "joined", "name": name} for name in came]
        news += [{"type": "left", "name": name} for name in left]
        if len(news) > limits.NEWS_PEOPLE:
            news = [{"type": "welcome", "people": self.presence.names}]
        for one in news:
            self.broadcast(json.dumps(one))

    def on_notice(self, text):
        self.broadcast(json.dumps({"type": "notice", "text": text}))

    async def publish_people(self):
        await self.publish(type="people", server=self.server, people=list(self.people))

    def broadcast(self, text):
        """Tell everybody. Nothing here waits, so nobody comes, goes or speaks in the middle of it."""
        for person in self.people.values():
            person.tell(text)

    async def publish(self, **message):
        await self.relay.publish(json.dumps(message))

    async def join(self, name, websocket):
        """Return the new person, who hears first who is here; Refused: the name is taken."""
        tries = 10 * (2 * limits.BEAT_SECONDS + limits.SILENCE_SECONDS)
        for _ in range(tries):  # whoever has it elsewhere may be at a dead server
            if name in self.people or name not in self.presence.names:
                break
            await asyncio.sleep(0.1)
        if name in self.people or name in self.presence.names:
            raise Refused(f"the name {name} is taken")
        person = self.people[name] = Person(name, websocket, self.leave)
        person.tell(json.dumps({"type": "welcome", "people": [*self.presence.names, name]}))
        await self.publish_people()
        return person

    async def leave(self, person):
        """Tell the others that a person has left, once, however often it is called."""
        if self.people.get(person.name) is person:
            del self.people[person.name]
            await self.publish_people()


@asynccontextmanager
async def lifespan(app):
    """Be connected to the other servers, and tell them each second who is here."""

    async def beat():
        while True:
            try:
                await room.publish_people()
            except Exception:  # the next one may succeed, and without any the people here are ghosts
                log.exception("The list of the people here was not published.")
            await asyncio.sleep(limits.BEAT_SECONDS)
            room.presence.awake += limits.BEAT_SECONDS

    async with room.relay:
        beating = asyncio.create_task(beat())
        yield
        beating.cancel()
        await room.publish_people()


room = Room(relay())
router = APIRouter(lifespan=lifespan)


async def answer(text, person, websocket):
    """Do what a client asks, and return its person; Refused: it cannot be done."""
    message = read(text)
    if isinstance(message, Join):
        if person:
            raise Refused(f"you have joined already, as {person.name}")
        return await room.join(message.name, websocket)
    if not person or room.people.get(person.name) is not person:
        raise Refused("join first")
    said = message.model_dump(exclude={"type"}, exclude_none=True)
    await room.publish(type="message", name=person.name, **said)
    return person


@router.websocket("/room/ws", dependencies=[Depends(same_origin), Depends(closes_with_a_code)])
async def room_endpoint(websocket: WebSocket):
    await websocket.accept()
    rate, person = RateLimit(limits.MESSAGES_PER_SECOND, seconds=1), None
    try:
        async for text in texts(websocket, rate):
            try:
                person = await answer(text, person, websocket)
            except Refused as error:
                refusal = {"type": "error", "reason": str(error), "request": text}
                await websocket.send_text(json.dumps(refusal))
    finally:
        if person:
            await room.leave(person)
