"""What keeps a room connected to NATS, and tells its people where it is not."""

import asyncio
import json
import logging

from nats.errors import Error

from app import limits

AWAY = "The room's log cannot be reached. What you say now is sent when it is back."
BACK = "The room's log is back."
logger = logging.getLogger("uvicorn.error")


def notify(room, text):
    logger.warning(text)
    room.broadcast(json.dumps({"type": "notice", "text": text}))


async def is_there(link):
    """Return whether NATS answers, and has the same log, after connecting again where that is needed."""
    try:
        await link.connect()
        async with asyncio.timeout(limits.NATS_ANSWER_SECONDS):
            if await link.room.log.is_same():
                return True
    except (OSError, Error):  # which a ConnectionError is, and a TimeoutError
        pass
    if link.client:
        link.drop(link.client)
    return False


async def look_after(link):
    """Each second, say that this server is there, and ask whether NATS is; of a change, tell the people."""
    was_there = True
    while True:
        await asyncio.sleep(limits.BEAT_SECONDS)
        try:
            await link.room.presence.beat()
            if await is_there(link) != was_there:
                was_there = not was_there
                notify(link.room, BACK if was_there else AWAY)
        except Exception:  # the room lives on this task
            logger.exception("The connection to NATS has a fault, and is looked after again.")
