"""Run by the kernel of this kit before its first cell, as PYTHONSTARTUP: watch all its cells."""

import os

from lesson.watch import watch_later_cells

watch_later_cells()
del os.environ["PYTHONSTARTUP"]  # kernels that a lesson starts itself are not watched
del os, watch_later_cells  # the names in a kernel are those of its cells
