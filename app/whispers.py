"""A word to one person. It is not kept: whoever has that name tomorrow may be somebody else."""

from app.messages import Refused, Whisper
from app.names import Name


class Told(Whisper):
    """A whisper as its person is told it: with the name of who whispers."""

    name: Name

    def as_text(self):
        return self.model_dump_json(exclude_none=True)


async def whisper(room, name, message):
    """Tell one person, and return what was told; Refused: that person is not here, or does not keep up."""
    told = Told(name=name, **message.model_dump())
    if told.to not in room.presence.names:
        raise Refused(f"{told.to} is not here")
    if not await room.presence.hand(told):
        raise Refused(f"{told.to} does not keep up now")
    return told
