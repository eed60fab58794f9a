"""The last messages of the room, in memory: what the log has kept, in its order."""

import json
import logging
from bisect import bisect_right
from operator import itemgetter

from pydantic import BaseModel, ValidationError

from app import limits
from app.messages import Name, Number, Text

BEFORE_ALL = -1  # the number of one who has read nothing of this log
logger = logging.getLogger("uvicorn.error")


class Kept(BaseModel):
    """A message as it is in the log, where anybody may have put it."""

    name: Name
    text: Text
    id: Number | None = None


class History:
    def __init__(self, log, dropped=0):
        self.log = log  # in which the numbers count
        self.messages = []  # pairs of a number and what people are told
        self.dropped = dropped  # number of the last one that is not kept any more

    def add(self, number, kept):
        """Return what people are told of a message that the log has kept; None: it is no message."""
        try:
            message = Kept.model_validate_json(kept).model_dump(exclude_none=True)
        except ValidationError:
            logger.error("Number %s of the room's log is no message, and is left out.", number)
            return None
        text = json.dumps({"type": "message", "log": self.log, "number": number, **message})
        self.messages.append((number, text))
        if len(self.messages) > 2 * limits.KEPT_MESSAGES:  # seldom, as it moves the others
            self.dropped = self.messages[limits.KEPT_MESSAGES - 1][0]
            del self.messages[: limits.KEPT_MESSAGES]
        return text

    def next_after(self, number):
        """Return the number and the text that follow on that number, or None; where some are gone, a gap."""
        if number < self.dropped:
            return self.dropped, json.dumps({"type": "gap"})
        place = bisect_right(self.messages, number, key=itemgetter(0))
        return self.messages[place] if place < len(self.messages) else None

    def start(self, log, after):
        """Return the number after which somebody reads on, who has read a log up to `after`, or none."""
        if log:
            return after if log == self.log else BEFORE_ALL
        newcomer = self.messages[-limits.NEWCOMER_MESSAGES - 1 :]
        return newcomer[0][0] if len(newcomer) > limits.NEWCOMER_MESSAGES else self.dropped
