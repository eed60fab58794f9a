"""The network in a bottle: an app, its server and its clients, unmodified, on a virtual clock and seeded wires."""

from .clock import BottleError
from .hunt import hunt
from .running import Run, run
from .serving import serve

__all__ = ["BottleError", "Run", "hunt", "run", "serve"]
