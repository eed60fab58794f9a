"""What a learner's kernel and the instructor's page may say to the board, and within which limits."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

from app.messages import Name, Number, Refused

LEARNERS = 1000  # on one board
TEXTS = 1000, 10  # from one connection, in so many seconds: who was away sends all of an hour at once
NEWS_CHARACTERS = 5000  # a cell is longer than a message of the chat
KEPT_TEXTS = 1_000_000  # 300 learners with 31 exercises send some 50,000

LearnerId = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]
ExerciseId = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}\.[0-9]{1,2}$")]


class Joining(BaseModel):
    """The first text of a learner's kernel."""

    type: Literal["join"]
    learner: LearnerId
    name: Name
    news: Number = 0  # of the last one that this kernel has


class Event(BaseModel):
    """What happened to one exercise; its id grows, and counts once for a learner."""

    type: Literal["event"]
    id: Number
    exercise: ExerciseId
    what: Literal["tried", "hint", "done"]
    at: AwareDatetime


class ToAll(BaseModel):
    """What the instructor tells everybody."""

    type: Literal["news"]
    text: Annotated[str, StringConstraints(min_length=1, max_length=NEWS_CHARACTERS, pattern=r"\S")]
    cell: bool = False  # whether it is code


from_kernel = TypeAdapter(Annotated[Joining | Event, Field(discriminator="type")])
from_page = TypeAdapter(ToAll)


def read_text_of(text, kinds):
    """Return a text as one of these kinds; Refused: it is none of them."""
    try:
        return kinds.validate_json(text)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"][-1:]))
        raise Refused(f"{where}: {fault['msg'].removeprefix('Value error, ')}".removeprefix(": ")) from None
