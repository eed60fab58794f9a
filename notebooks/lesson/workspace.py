"""The folder a lesson works in, filled with what the lessons before it build."""

import difflib
import os
import sys
from datetime import datetime
from pathlib import Path

from .lessons import FOLDERS, KIT, LESSONS, NOTEBOOKS, KitError, lessons, written_by
from .watch import watch_cells

WORKSPACE = KIT / "workspace"


def begin(name):
    """Move the kernel to `workspace/NAME` and add the files of earlier lessons that are missing.

    A file that is there is left alone. Lesson 00 plays the whole game, so it gets every file.
    KitError: there is no lesson of that name, its folder cannot be written, or a lesson that it builds
    on cannot be read.
    """
    if name not in LESSONS:
        nearest = difflib.get_close_matches(name, LESSONS, n=1, cutoff=0)
        raise KitError(f"There is no lesson {name!r}. The nearest name is {nearest[0]!r}.")
    first = name == LESSONS[0]
    read = lessons() if first else lessons()[: LESSONS.index(name) + 1]  # a later one may be damaged
    written = [(lesson.stem, *file) for lesson in read for file in written_by(lesson)]
    needed = {path: text for stem, path, text in written if first or stem != name}
    folder = WORKSPACE / name
    try:
        for path in FOLDERS:
            (folder / path).mkdir(parents=True, exist_ok=True)
        for path, text in {"app/__init__.py": "", **needed}.items():
            if not (folder / path).exists():
                part = (folder / path).with_suffix(".part")  # a full disk leaves nothing half-written
                try:
                    part.write_text(text, encoding="utf-8", newline="\n")
                    part.replace(folder / path)
                finally:
                    part.unlink(missing_ok=True)
        there = {path: (folder / path).read_bytes().replace(b"\r\n", b"\n") for path in needed}
    except OSError as error:
        raise KitError(
            f"The folder {folder} cannot be written: {error.strerror}. "
            "Make room there, or move the kit to a folder of yours, and run this cell again."
        ) from None
    os.chdir(folder)
    if sys.path[0] != "":
        sys.path.insert(0, "")  # the learner's app before any other package of that name
    watch_cells()
    known = {(path, text.encode()) for _, path, text in written}
    yours = [path for path in needed if (path, there[path]) not in known]
    print(f"This lesson works in workspace/{name}, with {', '.join(sorted(needed)) or 'no files yet'}.")
    if yours:
        print(f"Changed by you: {', '.join(yours)}. To put the folder aside and start afresh, run:")
        print("from lesson import reset; reset()")


def reset():
    """Put the lesson's folder aside under a dated name, deleting nothing, and begin again.

    KitError: no lesson has begun in this kernel, or the folder cannot be moved.
    """
    folder = Path.cwd()
    if folder.parent != WORKSPACE:
        raise KitError("No lesson has begun here. Run the lesson's first cell, then reset().")
    aside = folder.with_name(f"{folder.name} {datetime.now():%Y-%m-%d %H.%M.%S.%f}")
    os.chdir(NOTEBOOKS)  # Windows does not move a folder that is in use
    try:
        folder.rename(aside)
    except OSError as error:
        os.chdir(folder)
        raise KitError(
            f"The folder {folder} cannot be moved: {error.strerror}. Close what uses it, then try again."
        ) from None
    print(f"Your files are in workspace/{aside.name} now.")
    begin(folder.name)
