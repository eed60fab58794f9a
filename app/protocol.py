"""How the server speaks WebSocket."""

from contextlib import suppress

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState


class Protocol(WebSocketsSansIOProtocol):
    """uvicorn's own, mended where uvicorn 0.54 stumbles over what a client does."""

    def handle_parser_exception(self):
        if self.conn.close_sent is None:  # the app has not accepted yet
            self.transport.close()
            return
        super().handle_parser_exception()
        self.disconnected = True  # an app that is still sending is told so

    def data_received(self, data):
        try:
            super().data_received(data)
        except InvalidState:  # text that is no UTF-8, and a close frame in the same packet
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

    def handle_ping(self):
        super().handle_ping()
        self.wait_until_it_reads()

    async def receive(self):
        message = await super().receive()
        self.wait_until_it_reads()
        return message

    def wait_until_it_reads(self):
        if not self.writable.is_set():  # pongs that a client does not fetch would pile up
            self.transport.pause_reading()

    def resume_writing(self):
        super().resume_writing()
        if not self.read_paused:
            self.transport.resume_reading()

    def handle_cont(self, event):
        super().handle_cont(event)
        if len(self.frames) == self.config.ws_max_size + 1:  # empty ones have no size, and pile up too
            self.conn.fail(1009, "too many pieces")
            self.handle_parser_exception()

    def keepalive_timeout(self):
        super().keepalive_timeout()
        self.transport.abort()  # closing waits for a client that does not read, for as long as it likes

    def shutdown(self):
        with suppress(InvalidState):  # the client is saying goodbye at this moment
            super().shutdown()
