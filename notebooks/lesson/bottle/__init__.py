"""The network in a bottle: an app, uvicorn and clients as they are, on a virtual clock and seeded wires."""

from .clock import BottleError
from .hunt import hunt, replay
from .picture import show_run
from .server import start_server
from .simulation import Run, simulate

__all__ = ["BottleError", "Run", "hunt", "replay", "show_run", "simulate", "start_server"]
