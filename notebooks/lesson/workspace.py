"""The folder a lesson works in, filled with what the lessons before it build."""

import difflib
import os
import sys
from datetime import datetime
from pathlib import Path

from .lessons import (
    FOLDERS,
    LESSONS,
    NOTEBOOKS,
    WORKSPACE,
    KitError,
    files_of_the_course,
    steps_of_the_course,
)
from .syntax import syntax_error, text_in
from .watch import watch_cells


def begin(name):
    """Move the kernel to `workspace/NAME` and add the files of earlier lessons that are missing.

    A file that is there is left alone. Lesson 00 plays the whole game, so it gets every file.
    KitError: there is no lesson of that name, or its folder cannot be written.
    """
    if name not in LESSONS:
        nearest = difflib.get_close_matches(name, LESSONS, n=1, cutoff=0)
        raise KitError(f"There is no lesson {name!r}. The nearest name is {nearest[0]!r}.")
    folder, needed = WORKSPACE / name, needed_by(name)
    try:
        for path in FOLDERS:
            (folder / path).mkdir(parents=True, exist_ok=True)
        for path, text in {"app/__init__.py": "", **needed}.items():
            if not (folder / path).exists():
                write_whole(folder / path, text)
        there = {path: text_in(folder / path) for path in needed}
    except OSError as error:
        raise KitError(
            f"The folder {folder} cannot be written: {error.strerror}. "
            "Make room there, or move the kit to a folder of yours, and run this cell again."
        ) from None
    os.chdir(folder)
    if sys.path[0] != "":
        sys.path.insert(0, "")  # the learner's app before any other package of that name
    watch_cells()
    files = ", ".join(sorted(needed)) if len(needed) < 5 else f"{len(needed)} files of the chat"
    print(f"This lesson works in workspace/{name}, with {files or 'no files yet'}.")
    if yours := [path for path in needed if not of_the_course(path, there[path])]:
        print(f"Changed by you: {', '.join(yours)}. To put the folder aside and start afresh, run:")
        print("from lesson import reset; reset()")
    for path, earlier in earlier_versions(name).items():
        if path not in yours:
            print(f"Your own {path} of lesson {earlier[:2]} is not in use here. To bring it along, run:")
            print(f'from lesson import bring; bring("{path}")')


def bring(path):
    """Take the learner's own version of a file of the chat along from the lesson that has it last.

    KitError: no lesson has begun, there is no such version, it does not parse, or the file here has
    been changed, too. Then nothing is written.
    """
    folder = begun()
    found = earlier_versions(folder.name)
    if path not in found:
        others = ", ".join(found) or "nothing"
        raise KitError(f"No lesson before this one has a {path} of your own. To bring there is: {others}.")
    if (folder / path).exists() and not of_the_course(path, text_in(folder / path)):
        raise KitError(f"{path} has changes of yours here, too. To put them aside, run reset() first.")
    source = WORKSPACE / found[path] / path
    if fault := syntax_error(source):
        raise KitError(f"{path} of lesson {found[path][:2]} cannot run: {fault}. Mend it there first.")
    write_whole(folder / path, text_in(source))
    print(f"{path} is yours now, from lesson {found[path][:2]}. Run this lesson from the top.")


def needed_by(name):
    """Return the files that a lesson begins with, as path and text."""
    course = files_of_the_course()
    before = LESSONS if name == LESSONS[0] else LESSONS[: LESSONS.index(name)]
    return {path: text for lesson in before for path, text in course[lesson].items()}


def of_the_course(path, text):
    """Return whether a text is what some cell of a lesson writes into the file of that path."""
    return any((path, text) in steps for steps in steps_of_the_course().values())


def earlier_versions(name):
    """Return {path: lesson} of what the learner has changed in files that the lesson takes as they are.

    A change made before the last lesson that writes the file is a change of something else.
    """
    course, found = files_of_the_course(), {}
    taken = [path for path in needed_by(name) if path not in course[name]] if name != LESSONS[0] else []
    for path in taken:
        writers = [at for at in range(LESSONS.index(name)) if path in course[LESSONS[at]]]
        for lesson in LESSONS[writers[-1] : LESSONS.index(name)]:
            file = WORKSPACE / lesson / path
            if file.is_file() and not of_the_course(path, text_in(file)):
                found[path] = lesson
    return found


def write_whole(file, text):
    """Write a file, or leave it as it is; OSError: it cannot be written. A full disk leaves nothing half."""
    part = file.with_suffix(".part")
    try:
        part.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def begun():
    """Return the folder of the lesson that has begun in this kernel. KitError: none has."""
    folder = Path.cwd()
    if folder.parent != WORKSPACE:
        raise KitError("No lesson has begun here. Run the lesson's first cell, then this one.")
    return folder


def reset():
    """Put the lesson's folder aside under a dated name, deleting nothing, and begin again.

    KitError: no lesson has begun in this kernel, or the folder cannot be moved.
    """
    folder = begun()
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
