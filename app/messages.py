"""What people may say to the room, and within which limits."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

from app import limits
from app.names import Name, PersonName


class Refused(Exception):
    """What somebody asks of the room cannot be done; the text says why."""


class Away(Refused):
    """It cannot be done now, and may be asked for again."""


Number = Annotated[int, Field(ge=0, lt=2**53)]  # which JavaScript has as well
Text = Annotated[str, StringConstraints(min_length=1, max_length=limits.TEXT_CHARACTERS)]


class Join(BaseModel):
    type: Literal["join"]
    name: PersonName
    log: str = ""  # in which the next line counts
    after: Number = 0  # of the last message that this client has


class Message(BaseModel):
    type: Literal["message"]
    text: Text
    id: Number | None = None  # under which it is kept once, however often it is sent


class Whisper(BaseModel):
    type: Literal["whisper"]
    to: Name
    text: Text
    id: Number | None = None  # by which its person leaves it out, where it was sent again


from_client = TypeAdapter(Annotated[Join | Message | Whisper, Field(discriminator="type")])


def read(text):
    """Return the Join, the Message or the Whisper that a text is; Refused: it is none of them."""
    try:
        return from_client.validate_json(text, strict=True)
    except ValidationError as error:
        raise Refused(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
