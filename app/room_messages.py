"""What the room says to people, for those who write a client of it."""

from typing import Literal

from pydantic import BaseModel

from app.history import Kept
from app.messages import Name, Number


class Welcome(BaseModel):
    """You are in the room. The numbers of its messages count in this log."""

    type: Literal["welcome"]
    log: str
    people: list[Name]


class ComingOrGoing(BaseModel):
    type: Literal["joined", "left"]
    name: Name


class Said(Kept):
    """Somebody has said something. Its number is the same for everybody."""

    type: Literal["message"]
    log: str
    number: Number


class Confirmed(BaseModel):
    """What you have said under this id is kept, as this number."""

    type: Literal["kept"]
    id: Number | None
    number: Number


class Gap(BaseModel):
    """Here messages are missing: they are not kept any more."""

    type: Literal["gap"]


class Refusal(BaseModel):
    """What you asked for cannot be done; where `again` is true, ask again later."""

    type: Literal["error"]
    reason: str
    again: bool
    request: str


class Notice(BaseModel):
    type: Literal["notice"]
    text: str


ROOM_MESSAGES = Welcome | ComingOrGoing | Said | Confirmed | Gap | Refusal | Notice
