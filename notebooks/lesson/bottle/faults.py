"""What a scenario can do to the network: cut it, let somebody stand still, reset a connection."""


class Faults:
    """Parties are known by names: a server by its host, a client by the name of its task."""

    def between(self, name, other):
        """Return the ends of the connections that two parties have; `other` None: with anybody."""
        ends = [pipe for pipe in self.pipes if pipe.me == name and other in (None, pipe.other)]
        return [pipe for pipe in ends if not pipe.lost]

    def cut(self, name, other=None):
        """Let no packet through; TCP sends them again until the cut is mended, or nobody waits for them."""
        self.note("cut", name, other or "")
        self.cuts.add(frozenset((name, other)) if other else name)

    def mend(self, name, other=None):
        self.note("mended", name, other or "")
        self.cuts.discard(frozenset((name, other)) if other else name)
        for pipe in self.pipes:
            pipe.wire.deliver()

    def stall(self, name):
        """Let somebody read nothing, as a program that stands still."""
        self.note("stalled", name, "")
        self.stalled.add(name)

    def go_on(self, name):
        self.note("goes on", name, "")
        self.stalled.discard(name)
        for pipe in self.pipes:
            pipe.wire.deliver()

    def reset(self, name, other=None):
        """End connections at once for both sides, without a goodbye: TCP's RST."""
        for pipe in self.between(name, other):
            self.note("reset", name, pipe.other)
            pipe.lose(ConnectionResetError("Connection reset by peer"))
            pipe.peer.lose(ConnectionResetError("Connection reset by peer"))
