"""What a scenario can do to the network: cut it, let somebody stand still, reset a connection."""


class Faults:
    """Parties are known by names: a server by its host, a client by the name of its task."""

    def between(self, name, other):
        """Return the ends of the connections that two parties have; `other` None: with anybody."""
        ends = [
            transport
            for transport in self.transports
            if transport.me == name and other in (None, transport.other)
        ]
        return [transport for transport in ends if not transport.lost]

    def cut(self, name, other=None):
        """Let no packet through; TCP sends them again until the cut is mended, or nobody waits for them."""
        self.note("cut", name, other or "")
        self.cuts.add(frozenset((name, other)) if other else name)

    def mend(self, name, other=None):
        self.note("mended", name, other or "")
        self.cuts.discard(frozenset((name, other)) if other else name)
        for transport in self.transports:
            transport.channel.deliver()

    def stall(self, name):
        """Let somebody read nothing, as a program that stands still."""
        self.stalled[name] = self.now

    def go_on(self, name):
        self.note("stands still", name, "", sent=self.stalled.pop(name))
        for transport in self.transports:
            transport.channel.deliver()

    def reset(self, name, other=None):
        """End connections at once for both sides, without a goodbye: TCP's RST."""
        for transport in self.between(name, other):
            self.note("reset", name, transport.other)
            transport.lose(ConnectionResetError("Connection reset by peer"))
            transport.peer.lose(ConnectionResetError("Connection reset by peer"))
