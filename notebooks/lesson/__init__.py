"""What the lessons lean on."""

from .checks import check, hint, progress
from .doctor import doctor
from .kernels import run_all
from .workspace import KitError, begin, reset

__all__ = ["KitError", "begin", "check", "doctor", "hint", "progress", "reset", "run_all"]
