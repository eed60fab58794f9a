"""What the lessons lean on."""

from .doctor import doctor
from .kernels import run_all
from .workspace import KitError, begin, reset

__all__ = ["KitError", "begin", "doctor", "reset", "run_all"]
