"""How the server speaks WebSocket: uvicorn's way, mended where uvicorn 0.54 stumbles over a client."""

from websockets.exceptions import InvalidState
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN

from app import limits
from app.pace import PacedProtocol

MESSAGES = {Opcode.TEXT, Opcode.BINARY}


class Protocol(PacedProtocol):
    """What it does about a client that breaks the rules, or says too much."""

    second, small_frames = 0, 0

    def handle_events(self):
        """Find what uvicorn does not look for: a handshake that is refused, and too many small frames."""
        if self.conn.handshake_exc and not self.handshake_initiated:
            self.refuse_handshake()
        elif self.has_too_many_frames() and self.conn.state is OPEN:
            self.conn.fail(1008, "too many frames")
            self.handle_parser_exception()
        else:
            try:
                super().handle_events()
            except InvalidState:  # text that is no UTF-8, and a close frame at once
                self.transport.write(b"".join(self.conn.data_to_send()))
                self.transport.close()

    def refuse_handshake(self):
        """Send the refusal that is ready, or one: uvicorn would wait for ever, and fail in shutdown()."""
        why = f"Failed to open a WebSocket connection: {self.conn.handshake_exc.__cause__}.\n"
        refusal = b"".join(self.conn.data_to_send()) or self.conn.reject(400, why).serialize()
        self.transport.write(refusal)
        self.transport.close()

    def has_too_many_frames(self):
        """Count pings, pongs and pieces of messages by the second: uvicorn takes them without end."""
        if int(self.loop.time()) != self.second:
            self.second, self.small_frames = int(self.loop.time()), 0
        frames = [event for event in self.conn.events if isinstance(event, Frame)]
        self.small_frames += sum(not frame.fin or frame.opcode not in MESSAGES for frame in frames)
        return self.small_frames > limits.FRAMES_PER_SECOND

    def handle_cont(self, event):
        """Join the pieces as they come: a list of small ones takes many times their bytes."""
        self.frames = self.frames if len(self.frames) == 2 else [*self.frames, bytearray()]
        self.frames[1] += event.data
        if event.fin:
            self.send_receive_event_to_app()
