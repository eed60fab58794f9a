"""The room's endpoint: what people ask, and what they are answered."""

import json
from contextlib import suppress

from fastapi import APIRouter, Depends, WebSocket

from app import limits
from app.door import Visit, allowed
from app.endpoints import GONE, closes_with_a_code, texts
from app.guard import RateLimit, same_origin
from app.messages import Away, Join, Refused, Whisper, read
from app.room import Room
from app.room_log import give_log
from app.whispers import whisper

room = Room()
link = give_log(room)
router = APIRouter(lifespan=lambda app: link)  # connected for as long as the app runs


async def answer(websocket, **message):
    with suppress(*GONE):  # the room may have closed the connection meanwhile
        await websocket.send_text(json.dumps(message))


async def on_text(text, person, websocket, session):
    """Do what a client asks, and return its person; Refused: it cannot be done."""
    message = allowed(read(text), session)
    if isinstance(message, Join):
        if person:
            raise Refused(f"you have joined already, as {person.name}")
        return await room.join(message, websocket)
    if not person or room.people.get(person.name) is not person:
        raise (Away if person else Refused)("join first")  # who was turned out comes back
    if isinstance(message, Whisper):
        told = await whisper(room, person.name, message)
        await answer(websocket, **told.model_dump(exclude_none=True))
    else:
        number = await room.say(person.name, message)
        await answer(websocket, type="kept", id=message.id, number=number)
    return person


@router.websocket("/room/ws", dependencies=[Depends(same_origin), Depends(closes_with_a_code)])
async def room_endpoint(websocket: WebSocket, session: Visit):
    rate, person = RateLimit(limits.MESSAGES_PER_SECOND, seconds=1), None
    try:
        async for text in texts(websocket, rate):
            try:
                person = await on_text(text, person, websocket, session)
            except Refused as error:
                again = isinstance(error, Away)
                await answer(websocket, type="error", reason=str(error), again=again, request=text)
    finally:
        if person:
            await room.leave(person)
