"""How the server speaks HTTP: uvicorn's way, with a deadline for each request."""

from uvicorn.protocols.http.h11_impl import H11Protocol

from app import limits


class HttpProtocol(H11Protocol):
    """uvicorn's own waits for a request for ever, and drops what comes with a handshake."""

    def connection_made(self, transport):
        super().connection_made(transport)
        self.deadline = self.loop.call_later(limits.REQUEST_SECONDS, self.on_deadline)

    def on_response_complete(self):
        """Wait for the next request, if it is not there already, for no longer than for the first."""
        self.deadline.cancel()
        self.deadline = self.loop.call_later(limits.REQUEST_SECONDS, self.on_deadline)
        super().on_response_complete()

    def on_deadline(self):
        if self.cycle is None or self.cycle.more_body or self.cycle.response_complete:
            self.transport.abort()

    def handle_websocket_upgrade(self, event):
        """Hand over to the WebSocket's protocol, and with it the frames that came in the same packet."""
        self.deadline.cancel()
        super().handle_websocket_upgrade(event)
        frames, _ = self.conn.trailing_data
        self.transport.get_protocol().data_received(frames)

    def connection_lost(self, exc):
        super().connection_lost(exc)
        self.deadline.cancel()
