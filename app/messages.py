"""What people may say to the room, and within which limits."""

from typing import Annotated, Literal

from precis_i18n import get_profile
from pydantic import AfterValidator, BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

from app import limits

NICKNAME = get_profile("NicknameCasePreserved")  # of RFC 8266


class Refused(Exception):
    """What somebody asks of the room cannot be done; the text says why."""


class Away(Refused):
    """It cannot be done now, and may be asked for again."""


def seen_as_it_is(name):
    """Return a name in which nothing is hidden; ValueError: it has what cannot be seen, or told apart."""
    try:
        plain = NICKNAME.enforce(name)
    except UnicodeEncodeError as error:
        hidden = ascii(name[error.start : error.end] or name)
        raise ValueError(f"a name cannot have {hidden} in it") from None
    if plain != name:
        raise ValueError(f"write that name as {plain}")
    return name


Number = Annotated[int, Field(ge=0, lt=2**53)]  # which JavaScript has as well
Text = Annotated[str, StringConstraints(min_length=1, max_length=limits.TEXT_CHARACTERS)]
TRIMMED = StringConstraints(strip_whitespace=True, min_length=1, max_length=limits.NAME_CHARACTERS)
Name = Annotated[str, TRIMMED, AfterValidator(seen_as_it_is), Field(json_schema_extra={"format": "nickname"})]


class Join(BaseModel):
    type: Literal["join"]
    name: Name
    log: str = ""  # in which the next line counts
    after: Number = 0  # of the last message that this client has


class Message(BaseModel):
    type: Literal["message"]
    text: Text
    id: Number | None = None  # under which it is kept once, however often it is sent


from_client = TypeAdapter(Annotated[Join | Message, Field(discriminator="type")])


def read(text):
    """Return the Join or the Message that a text is; Refused: it is neither."""
    try:
        return from_client.validate_json(text, strict=True)
    except ValidationError as error:
        raise Refused(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
