"""A network whose delays come from a seed, and which is cut, stalled or reset where a scenario says so."""

import asyncio
import random
from collections import namedtuple

from .clock import BottleError, VirtualLoop
from .faults import Faults
from .transport import Transport

LATENCY, JITTER = 0.001, 0.050  # seconds: what each packet takes, and what chance adds at most
Event = namedtuple("Event", "time what source target data sent", defaults=[b"", None])


class Listener(asyncio.AbstractServer):
    """What create_server() returns: the place where a server lets connections in."""

    sockets = ()

    def __init__(self, network, host, factory):
        self.network, self.host, self.factory = network, host, factory

    def close(self):
        self.network.listeners.pop(self.host, None)

    async def wait_closed(self):
        """Nothing is left to close."""


class Network(Faults, VirtualLoop):
    """The loop in which everybody runs, and the wires between them.

    A packet is what one call of write() sends. It takes LATENCY seconds, and up to JITTER more, as the
    seed wills; those whose number is in `on_time` take no more. Each wire keeps their order, as TCP does.
    """

    def __init__(self, seed=0, on_time=()):
        super().__init__()
        self.seed, self.on_time, self.packets = seed, frozenset(on_time), 0
        self.random = random.Random(seed)  # for a scenario's own choices
        self.listeners, self.servers, self.transports, self.trace = {}, {}, [], []
        self.cuts, self.stalled = set(), {}  # since when somebody stands still
        self.complaints = []  # what tasks and protocols raised, and nobody took
        self.set_exception_handler(lambda _, said: self.complaints.append(said.get("exception") or said))

    def note(self, what, source, target, data=b"", sent=None):
        self.trace.append(Event(self.now, what, source, target, bytes(data), sent))

    def delay(self):
        """Return the seconds of the next packet, which depend on its number and the seed alone."""
        self.packets += 1
        late = 0 if self.packets in self.on_time else random.Random(f"{self.seed} {self.packets}").random()
        return LATENCY + late * JITTER

    async def create_server(self, factory, host=None, port=None, *, ssl=None, sock=None, **ignored):
        refuse(ssl, sock)
        return self.listeners.setdefault(host, Listener(self, host, factory))

    async def create_connection(self, factory, host=None, port=None, *, ssl=None, sock=None, **ignored):
        refuse(ssl, sock)
        name = asyncio.current_task().get_name()
        await asyncio.sleep(self.delay())
        if host not in self.listeners:
            self.note("refused", name, host)
            raise ConnectionRefusedError(f"nobody listens at {host}")
        near, far = Transport(self, name, host), Transport(self, host, name)
        near.connect(far, factory()), far.connect(near, self.listeners[host].factory())
        self.note("connected", name, host)
        self.transports += [near, far]
        far.protocol.connection_made(far)
        near.protocol.connection_made(near)
        return near, near.protocol


def refuse(ssl, sock):
    if ssl:
        raise BottleError("a bottle has no TLS: use ws:// in it, and try wss:// over a real network.")
    if sock:
        raise BottleError("a bottle has no sockets of the machine: name a host, such as ws://server/ws.")
