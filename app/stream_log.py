"""The room's log as a JetStream stream of NATS, for all servers of the room."""

import asyncio

from nats.errors import Error
from nats.js.api import ConsumerConfig, DeliverPolicy, StreamConfig

from app import limits
from app.messages import Away


def log_id(kept):
    return f"{kept.created:%Y%m%d%H%M%S%f}"  # another one where the stream was deleted, and made anew


class StreamLog:
    def __init__(self, name, room):
        self.name, self.room = name, room
        self.stream, self.last = None, 0  # None: NATS is away; the number of the last message heard

    async def append(self, message, id):
        """Have a message kept, once under its id, and return its number; Away: it may not be kept."""
        if self.stream is None:
            raise Away("the room's log cannot be reached")
        try:
            async with asyncio.timeout(limits.NATS_ANSWER_SECONDS):
                headers = {"Nats-Msg-Id": id}
                kept = await self.stream.publish(f"{self.name}.said", message.encode(), headers=headers)
        except (OSError, Error) as error:  # a TimeoutError is an OSError
            raise Away("the room's log does not answer") from error
        return kept.seq

    async def is_same(self):
        return log_id(await self.stream.stream_info(self.name)) == self.room.history.log

    async def on_kept(self, kept):
        number = kept.metadata.sequence.stream
        if number > self.last + 1:  # what is between them is not kept any more
            self.room.begin(self.room.history.log, dropped=number - 1)
        if number > self.last:  # else a connection of before has brought it
            self.last = number
            self.room.on_message(number, kept.data)

    async def follow(self, stream):
        """Hear what is kept, from the first message that was not heard yet; return when it has caught up."""
        subject = f"{self.name}.said"
        settings = {"max_msgs": limits.KEPT_MESSAGES, "duplicate_window": limits.SENT_AGAIN_SECONDS}
        kept = await stream.add_stream(StreamConfig(name=self.name, subjects=[subject], **settings))
        log = log_id(kept)
        if log != self.room.history.log:
            self.last = max(kept.state.first_seq, 1) - 1  # 0 where it is empty
            self.room.begin(log, dropped=self.last)
        config = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=self.last + 1)
        told = await stream.subscribe(
            subject, cb=self.on_kept, ordered_consumer=True, idle_heartbeat=1, config=config
        )
        while (await told.consumer_info()).num_pending or told.pending_msgs:
            await asyncio.sleep(0.01)
        self.stream = stream
