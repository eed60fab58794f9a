"""The way to notebooks/lesson for all that starts in this folder: commands, tests, an editor's kernel."""

import sys
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "notebooks"))
del sys.modules["lesson"]
import_module("lesson")
