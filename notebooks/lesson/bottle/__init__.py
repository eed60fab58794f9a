"""The network in a bottle: an app, uvicorn and clients as they are, on a virtual clock and seeded wires."""

from .clock import BottleError
from .hunt import hunt, replay
from .picture import show_run
from .running import Run, run
from .serving import serve

__all__ = ["BottleError", "Run", "hunt", "replay", "run", "serve", "show_run"]
