"""Who is at the other servers of the room: each says so, once a second."""

import logging
from itertools import chain
from uuid import uuid4

from pydantic import BaseModel, ValidationError

from app import limits
from app.messages import Name

logger = logging.getLogger("uvicorn.error")


class People(BaseModel):
    """The list of one server, as it comes from there, or from anybody."""

    server: str
    people: list[Name]


class ServerLists:
    def __init__(self):
        self.own = uuid4().hex  # how the others know this server
        self.awake = 0  # seconds of this server, by its beats: it has none while it stands still itself
        self.lists = {}  # another server -> the names of its people, and when it said so

    def own_list(self, names):
        return People(server=self.own, people=list(names)).model_dump_json().encode()

    def take(self, data):
        """Note the list of another server, and return its names; those of silent servers are dropped."""
        try:
            told = People.model_validate_json(data)
        except ValidationError:
            logger.error("What came as a list of people is none, and is left out.")
            return []
        if told.server == self.own:
            return []
        self.lists[told.server] = told.people, self.awake
        return told.people

    def is_alive(self, server):
        """Return whether another server has said something; one that is new has not heard all of them yet."""
        return server in self.lists or (server != self.own and self.awake < limits.SILENCE_SECONDS)

    def names(self):
        """Return the names at the other servers, and forget the servers that are silent."""
        since = self.awake - limits.SILENCE_SECONDS
        self.lists = {server: told for server, told in self.lists.items() if told[1] >= since}
        return list(chain(*(names for names, _ in self.lists.values())))
