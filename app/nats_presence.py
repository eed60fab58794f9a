"""Who is in the room, where NATS joins its servers."""

from contextlib import suppress
from functools import partial

from nats.errors import Error

from app import limits
from app.nats_whispers import ask_servers, on_whisper
from app.owners import Owners
from app.presence import Presence
from app.server_lists import ServerLists


class NatsPresence(Presence):
    def __init__(self, name, room):
        super().__init__(room)
        self.name, self.client, self.others = name, None, ServerLists()
        self.owners = Owners(self.others.own)

    async def follow(self, client):
        await self.owners.follow(client.jetstream(), self.name)
        await client.subscribe(f"{self.name}.here", cb=self.on_list)
        await client.subscribe(f"{self.name}.whispers", cb=partial(on_whisper, self))
        self.client = client

    async def take(self, name):
        return await super().take(name) and await self.owners.take(name, self.others.is_alive)

    async def give_back(self, name):
        await self.owners.give_back({name})

    async def hand(self, told):
        if told.to in self.room.people:
            return await super().hand(told)
        return await ask_servers(self.client, f"{self.name}.whispers", told)

    async def announce(self):
        """Tell the people here, and the other servers, who is here now."""
        self.update()
        with suppress(Error):  # the next beat comes in a second
            await self.client.publish(f"{self.name}.here", self.others.own_list(self.room.people))

    def update(self):
        self.show(list(dict.fromkeys([*self.room.people, *self.others.names()])))

    async def beat(self):
        """Be heard by the other servers, which take a silent one for dead."""
        self.others.awake += limits.BEAT_SECONDS
        await self.announce()
        await self.owners.give_back(set(self.owners.to_free))

    async def on_list(self, message):
        names = self.others.take(message.data)
        self.update()
        for name in self.room.people.keys() & names:
            if await self.owners.is_lost(name) and name in self.room.people:  # they took this one for dead
                await self.room.people[name].turn_out("this name is at another server")
