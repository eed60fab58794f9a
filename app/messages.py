"""What people may say to the room, and within which limits."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

from app import limits


class Refused(Exception):
    """What somebody asks of the room cannot be done; the text says why."""


class Join(BaseModel):
    type: Literal["join"]
    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=limits.NAME_CHARACTERS)
    ]


class Message(BaseModel):
    type: Literal["message"]
    text: Annotated[str, StringConstraints(min_length=1, max_length=limits.TEXT_CHARACTERS)]
    id: Annotated[int, Field(ge=0, lt=2**53)] | None = None  # by which its sender knows it again


from_client = TypeAdapter(Annotated[Join | Message, Field(discriminator="type")])


def read(text):
    """Return the Join or the Message that a text is; Refused: it is neither."""
    try:
        return from_client.validate_json(text)
    except ValidationError as error:
        raise Refused(error.errors()[0]["msg"]) from None
