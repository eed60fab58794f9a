"""How much is taken of a client at a time, so that none holds up the others."""

from app import limits
from app.ending import EndingProtocol


class PacedProtocol(EndingProtocol):
    """uvicorn's own parses all that has come, and answers all pings of a client that does not read."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.unparsed, self.pong = bytearray(), b""

    def data_received(self, data):
        self.unparsed += data
        self.parse_portions()
        if len(self.unparsed) > self.config.ws_max_size and not self.handshake_complete:
            self.transport.abort()  # nobody has let it send anything, and it would fill the memory

    def parse_portions(self):
        """Parse what the app can take: nothing before it accepts, behind a text that waits, after a close."""
        while self.unparsed and not (self.read_paused or self.is_closed() or self.is_asking()):
            portion = self.unparsed[: limits.PORTION_BYTES]
            del self.unparsed[: limits.PORTION_BYTES]
            super().data_received(portion)
        if not (self.read_paused or self.transport.is_closing()):
            self.transport.resume_reading()
        if self.is_closed():
            self.unparsed = self.wait_for_close(self.unparsed)

    async def receive(self):
        message = await super().receive()
        if self.unparsed and not self.read_paused:  # the app has taken all; others come before the next
            self.transport.pause_reading()
            self.loop.call_soon(self.parse_portions)
        return message

    async def send(self, message):
        await super().send(message)
        if message["type"] != "websocket.send":  # the app has accepted, or closed
            self.parse_portions()

    async def run_asgi(self):
        await super().run_asgi()
        self.parse_portions()  # the app has ended, and with it the connection

    def handle_ping(self):
        """Answer the last ping alone where the client does not read: pongs would pile up."""
        output = self.conn.data_to_send()
        if self.writable.is_set() or self.conn.close_sent:
            self.transport.write(b"".join(output))
        elif output:
            self.pong = output[-1]

    def resume_writing(self):
        super().resume_writing()
        pong, self.pong = self.pong, b""
        if pong and not self.is_closed():
            self.transport.write(pong)
