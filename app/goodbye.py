"""uvicorn's server, which ends whatever its clients do."""

import uvicorn


class PartingServer(uvicorn.Server):
    """uvicorn says goodbye also to a client that cannot be told, fails at it, and forgets the others."""

    async def shutdown(self, sockets=None):
        for connection in self.server_state.connections:
            answered = getattr(connection, "handshake_initiated", True)  # False where a handshake is wrong
            if not answered or connection.transport.is_closing():
                connection.close_sent = True  # so uvicorn closes it, and says nothing
        await super().shutdown(sockets)
