"""What the lessons lean on."""

from .checks import check, hint
from .frames import click_frame, show_frame
from .hand_in import hand_in
from .kernels import run_all
from .lessons import KitError
from .machine import doctor
from .page import show_page
from .progress import progress
from .share import news, share
from .testing import run_tests
from .workspace import begin, bring, reset

__all__ = [
    "KitError",
    "begin",
    "bring",
    "check",
    "click_frame",
    "doctor",
    "hand_in",
    "hint",
    "news",
    "progress",
    "reset",
    "run_all",
    "run_tests",
    "share",
    "show_frame",
    "show_page",
]

__version__ = "0.1.0"  # as in CHANGELOG.md
