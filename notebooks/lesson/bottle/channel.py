"""One direction of a connection: bytes in their order, bounded, and as late as the network wills."""

from collections import deque

RESET = ConnectionResetError
BUFFER = 64 * 1024  # bytes that the network takes before the other end reads them, as the buffers of TCP do


class Channel:
    def __init__(self, network, source, target):
        self.network, self.source, self.target = network, source, target
        self.unsent = bytearray()  # what the network does not take yet
        self.flying = 0  # bytes that it has taken, and the other end has not read
        self.packets = deque()  # of when each was sent and is due, and its bytes; None is the end, or RESET

    def send(self, data):
        self.unsent += data
        self.pump()

    def pump(self):
        """Let the network take as much as it has room for."""
        while self.unsent and self.flying < BUFFER:
            data = bytes(self.unsent[: BUFFER - self.flying])
            del self.unsent[: len(data)]
            self.flying += len(data)
            self.post(data)

    def post(self, data):
        if data is RESET and not self.target.reading:
            self.give_up()
            self.packets.clear()  # who writes on learns of it although it reads nothing
        now = self.network.time()
        due = now + self.network.delay()
        self.packets.append((now, due, data))
        self.network.call_at(due, self.deliver)

    def end(self):
        """Post the end, behind all that was sent: TCP's FIN."""
        self.post(None)

    def deliver(self):
        """Hand over what is due, in the order in which it was sent, as far as the other end takes it."""
        while self.has_come():
            sent, _, data = self.packets[0]
            if data is not RESET and not (self.target.is_reading() or self.target.lost):
                return
            self.packets.popleft()
            if data is RESET:
                self.target.lose(RESET())
            elif self.target.lost:
                if data:  # TCP answers with RST what comes after a close
                    self.target.channel.post(RESET)
            elif data is None:
                self.target.on_end()
            else:
                self.flying -= len(data)
                self.network.note("arrived", self.source.me, self.target.me, data, sent)
                self.hand_over(data)
                self.pump()
                self.source.on_room()

    def give_up(self):
        """Note what is there and will not be read, as the other end has ended."""
        for sent, due, data in self.packets:
            if data and data is not RESET and due <= self.network.time():
                self.network.note("never read", self.source.me, self.target.me, data, sent)

    def has_come(self):
        """Return whether something has come that was not delivered."""
        return self.packets and self.packets[0][1] <= self.network.time() and self.is_open()

    def has_unread_data(self):
        return self.has_come() and self.packets[0][2] is not None

    def hand_over(self, data):
        """Give the protocol what came; where it fails, its connection ends, as with asyncio's own."""
        try:
            self.target.protocol.data_received(data)
        except Exception as error:
            self.network.call_exception_handler({"exception": error})
            self.target.finish(error)

    def is_open(self):
        here, there = self.source.me, self.target.me
        cuts = {here, there, frozenset((here, there))} & self.network.cuts
        return not cuts and there not in self.network.stalled
