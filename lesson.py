"""What `import lesson` finds where an editor starts a kernel in this folder: the way to notebooks/lesson."""

import sys
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "notebooks"))
del sys.modules["lesson"]
import_module("lesson")
