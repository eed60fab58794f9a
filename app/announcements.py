"""A route by which programs speak to the room, where ANNOUNCE_KEY is set: who has that key may do so."""

import os
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import ValidationError

from app import limits, room_endpoint
from app.messages import Away, Message, Number
from app.names import ANNOUNCER

KEY = os.environ.get("ANNOUNCE_KEY", "")


async def has_key(given: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]):
    if not secrets.compare_digest(given.credentials.encode(), KEY.encode()):
        raise HTTPException(403, "no such key")


router = APIRouter(dependencies=[Depends(has_key)], max_body_size=limits.FORM_BYTES)


async def body_text(request: Request):
    return (await request.body()).decode(errors="replace")


@router.post("/room/announcements")
async def announce(text: Annotated[str, Depends(body_text)], id: Number | None = None):
    """Say a text to everybody; under an id it is kept once, however often it is sent."""
    try:
        number = await room_endpoint.room.say(ANNOUNCER, Message(type="message", text=text, id=id))
    except ValidationError as error:
        raise HTTPException(422, error.errors()[0]["msg"]) from None
    except Away as error:
        raise HTTPException(503, str(error)) from None
    return {"number": number}
