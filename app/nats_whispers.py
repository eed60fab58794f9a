"""How a whisper finds its person, who may be at any server: all are asked, and that person's answers."""

import logging

from nats.errors import Error
from pydantic import ValidationError

from app import limits
from app.messages import Away
from app.whispers import Told

HEARD, NOT_HEARD = b"heard", b"not heard"
logger = logging.getLogger("uvicorn.error")


async def ask_servers(client, subject, told):
    """Return whether the person was told, at another server; Away: no server has answered."""
    try:
        answer = await client.request(subject, told.as_text().encode(), timeout=limits.NATS_ANSWER_SECONDS)
    except (OSError, Error) as error:
        raise Away("the server of that person does not answer") from error
    return answer.data == HEARD


async def on_whisper(presence, message):
    """Tell a whisper of another server, and answer, if its person is here; else another server does."""
    try:
        told = Told.model_validate_json(message.data)
    except ValidationError:
        return logger.error("What came as a whisper is none, and is left out.")
    if told.to in presence.room.people and message.reply:
        await message.respond(HEARD if await presence.hand(told) else NOT_HEARD)
