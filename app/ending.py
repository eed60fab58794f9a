"""How a connection ends, whatever its client does."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from app import limits

LONGEST_CLOSE = 6 + 125  # bytes of a client's close frame: head and mask, code and reason


def ends_with_close(data):
    """Return whether what a client sent ends with a close frame, after which it sends nothing more."""
    return any(data[-6 - size :][:2] == bytes([0x88, 0x80 | size]) for size in range(126))


class EndingProtocol(WebSocketsSansIOProtocol):
    """uvicorn's own waits for a client that does not read for as long as that client likes."""

    abort_timer = None

    def is_asking(self):
        return self.handshake_initiated and not self.handshake_complete

    def is_closed(self):
        return self.close_sent or self.transport.is_closing()

    def wait_for_close(self, data):
        """End at the client's close, or in time; return what of the data may be the start of that close."""
        if ends_with_close(data):
            self.transport.close()
        if self.abort_timer is None and self in self.connections:
            self.abort_timer = self.loop.call_later(limits.CLOSE_SECONDS, self.transport.abort)
        return data[-LONGEST_CLOSE:]

    def connection_lost(self, exc):
        super().connection_lost(exc)
        if self.abort_timer:
            self.abort_timer.cancel()

    def handle_parser_exception(self):
        super().handle_parser_exception()
        self.disconnected = True  # an app that is still sending is told so

    def keepalive_timeout(self):
        super().keepalive_timeout()
        self.transport.abort()  # who answers no ping reads no close either
