"""Run by the kernel of this kit before its first cell, as PYTHONSTARTUP: watch all its cells."""

from importlib.util import find_spec

if find_spec("lesson"):  # not so in a kernel that a lesson starts in its own folder
    from lesson.watch import watch_later_cells

    watch_later_cells()
    del watch_later_cells  # the names in a kernel are those of its cells
del find_spec
