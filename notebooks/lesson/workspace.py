"""The folder a lesson works in, filled with what the lessons before it build."""

import difflib
import json
import os
import sys
from datetime import datetime
from pathlib import Path

from .watch import watch_cells

NOTEBOOKS = Path(__file__).resolve().parent.parent
WORKSPACE = NOTEBOOKS.parent / "workspace"
FOLDERS = ["app", "static", "templates"]  # of the chat


class KitError(Exception):
    """A mistake that one sentence mends; IPython shows the sentence without a traceback."""

    def _render_traceback_(self):
        return [str(self)]


def lessons():
    """Return the paths of the lessons, in order."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def written_by(lesson):
    """Yield the path and the text of each file of the chat that a `%%writefile` cell of the lesson writes.

    Others, such as a learner's tests, are no part of the chat: no later lesson gets them.
    """
    # json and not nbformat, whose import takes a second in each kernel
    for cell in json.loads(lesson.read_text(encoding="utf-8"))["cells"]:
        magic, _, text = "".join(cell["source"]).partition("\n")
        path = magic.removeprefix("%%writefile ").strip()
        if cell["cell_type"] == "code" and path != magic and path.split("/")[0] in FOLDERS:
            yield path, text if text.endswith("\n") else text + "\n"


def begin(name):
    """Move the kernel to `workspace/NAME` and add the files of earlier lessons that are missing.

    A file that is there is left alone. Lesson 00 plays the whole game, so it gets every file.
    KitError: there is no lesson of that name, or its folder cannot be written.
    """
    names = [lesson.stem for lesson in lessons()]
    if name not in names:
        nearest = difflib.get_close_matches(name, names, n=1, cutoff=0)
        raise KitError(f"There is no lesson {name!r}. The nearest name is {nearest[0]!r}.")
    written = [(lesson.stem, *file) for lesson in lessons() for file in written_by(lesson)]
    needed = {path: text for stem, path, text in written if stem < name or name == names[0]}
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
