"""The names that people may have in the room."""

from typing import Annotated

from precis_i18n import get_profile
from pydantic import AfterValidator, Field, StringConstraints

from app import limits

NICKNAME = get_profile("NicknameCasePreserved")  # of RFC 8266
ANNOUNCER = "The room"  # who speaks where no person does


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


def of_a_person(name):
    """Return a name that a person may have; ValueError: it is the room's own."""
    if name.casefold() == ANNOUNCER.casefold():
        raise ValueError(f"nobody but the room has the name {name}")
    return name


TRIMMED = StringConstraints(strip_whitespace=True, min_length=1, max_length=limits.NAME_CHARACTERS)
Name = Annotated[str, TRIMMED, AfterValidator(seen_as_it_is), Field(json_schema_extra={"format": "nickname"})]
PersonName = Annotated[Name, AfterValidator(of_a_person)]
