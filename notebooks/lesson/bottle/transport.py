"""One end of a connection, with the methods of asyncio's transports."""

import asyncio

from .channel import RESET, Channel

HIGH = 64 * 1024  # bytes that wait here, above which a writer is paused, as in asyncio


class Transport(asyncio.Transport):
    def __init__(self, network, me, other):
        super().__init__({"peername": (other, 0), "sockname": (me, 0)})
        self.network, self.me, self.other = network, me, other
        self.reading, self.closing, self.lost, self.writer_waits = True, False, False, False
        self.set_write_buffer_limits()

    def connect(self, peer, protocol):
        self.peer, self.protocol, self.channel = peer, protocol, Channel(self.network, self, peer)

    def write(self, data):
        if self.closing:
            return
        self.channel.send(data)
        if len(self.channel.unsent) > self.high and not self.writer_waits:
            self.writer_waits = True
            self.protocol.pause_writing()

    def on_room(self):
        """The network has taken more of what waited."""
        if self.writer_waits and len(self.channel.unsent) <= self.low and not self.lost:
            self.writer_waits = False
            self.protocol.resume_writing()
        if self.closing and not self.channel.unsent:
            self.finish()

    def write_eof(self):
        self.channel.end()  # uvicorn and websockets do so when all was sent

    def can_write_eof(self):
        return True

    def on_end(self):
        """The other end sends nothing more."""
        if not self.protocol.eof_received():
            self.close()

    def close(self):
        """End, as soon as all was sent."""
        if not self.closing:
            self.closing = True
            self.on_room()

    def abort(self):
        """End now, whatever waits to be sent."""
        self.channel.unsent.clear()
        self.closing = True
        self.finish()

    def finish(self, error=None):
        """Say that nothing more comes: TCP's FIN, or its RST where something was not read."""
        if not self.lost:
            self.channel.post(RESET if self.peer.channel.has_unread_data() else None)
            self.lose(error)

    def lose(self, error):
        """Tell the protocol, once, that its connection is gone."""
        if not self.lost:
            self.closing = self.lost = True
            self.channel.unsent.clear()
            self.peer.channel.give_up()
            self.network.call_soon(self.protocol.connection_lost, error)

    def is_closing(self):
        return self.closing

    def pause_reading(self):
        self.reading = False

    def resume_reading(self):
        self.reading = True
        self.network.call_soon(self.peer.channel.deliver)

    def is_reading(self):
        return self.reading and not self.closing

    def set_protocol(self, protocol):
        self.protocol = protocol

    def get_protocol(self):
        return self.protocol

    def get_write_buffer_size(self):
        return len(self.channel.unsent)

    def set_write_buffer_limits(self, high=None, low=None):
        self.high = HIGH if high is None else high
        self.low = self.high // 4 if low is None else low
