"""The folder a lesson works in, filled with what the lessons before it build."""

import difflib
import hashlib
import json
import os
import sys
from pathlib import Path

from .disk import put_aside, write_whole
from .lessons import (
    FOLDERS,
    LESSONS,
    NOTEBOOKS,
    WORKSPACE,
    KitError,
    files_of_the_course,
    number_of,
    part_of,
    steps_of_the_course,
)
from .progress import show_course
from .share import resume_sharing
from .syntax import syntax_error, text_in
from .watch import watch_cells

VERSION = ".version"  # of the course, in each folder: what is not as now may be as it was then
NEW_CELL = "in a new cell (the + above the lesson makes one)"
AFRESH = f"To put the folder aside and start afresh, run {NEW_CELL}:\nfrom lesson import reset; reset()"


def begin(name):
    """Move the kernel to `workspace/NAME` and add the files of earlier lessons that are missing.

    A file that is there is left alone. Lesson 00 plays the whole game, so it gets every file.
    KitError: there is no lesson of that name, or its folder cannot be written.
    """
    if name not in LESSONS:
        nearest = difflib.get_close_matches(name, LESSONS, n=1, cutoff=0)
        raise KitError(f"There is no lesson {name!r}. The nearest name is {nearest[0]!r}.")
    folder, needed, version = WORKSPACE / name, needed_by(name), version_for(name)
    try:
        new = not any(file.is_file() for file in folder.rglob("*"))
        for path in FOLDERS:
            (folder / path).mkdir(parents=True, exist_ok=True)
        if new:
            write_whole(folder / VERSION, version)
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
    resume_sharing()
    files = ", ".join(sorted(needed)) if len(needed) < 5 else f"{len(needed)} files of the chat"
    print(f"Lesson {number_of(name)} of {number_of(LESSONS[-1])}. {part_of(name)}.")
    print(f"This lesson works in workspace/{name}, with {files or 'no files of earlier lessons'}.")
    show_course(name)
    if version_in(folder) != version:
        print("It was begun with another version of the course, and is kept as it was.", AFRESH)
        return
    if yours := [path for path in needed if not of_the_course(path, there[path])]:
        print(f"Changed by you: {', '.join(yours)}.", AFRESH)
    for path, earlier in earlier_versions(name).items():
        if path not in yours:
            print(
                f"Your own {path} of lesson {earlier[:2]} is not in use here. To bring it along, run "
                f"{NEW_CELL}:"
            )
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
    if (folder / path).exists() and text_in(folder / path) == text_in(WORKSPACE / found[path] / path):
        return print(f"{path} is yours here already.")
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


def version_for(name):
    """Return what stands for the files that the lessons up to this one write; lesson 00 has them all."""
    last = len(LESSONS) if name == LESSONS[0] else LESSONS.index(name) + 1
    steps = [steps_of_the_course()[lesson] for lesson in LESSONS[:last]]
    return hashlib.sha256(json.dumps(steps).encode()).hexdigest()[:16]


def version_in(folder):
    """Return the version of the course with which a lesson's folder was begun, or None."""
    file = folder / VERSION
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else None


def of_the_course(path, text):
    """Return whether a text is what some cell of a lesson writes into the file of that path."""
    return any((path, text) in steps for steps in steps_of_the_course().values())


def earlier_versions(name):
    """Return {path: lesson} of what the learner has changed in files that the lesson takes as they are.

    A change made before the last lesson that writes the file is a change of something else.
    """
    course, found = files_of_the_course(), {}
    taken = [path for path in needed_by(name) if path not in course[name]] if name != LESSONS[0] else []
    same_course = {lesson for lesson in LESSONS if version_in(WORKSPACE / lesson) == version_for(lesson)}
    for path in taken:
        writers = [at for at in range(LESSONS.index(name)) if path in course[LESSONS[at]]]
        for lesson in LESSONS[writers[-1] : LESSONS.index(name)]:
            file = WORKSPACE / lesson / path
            if lesson in same_course and file.is_file() and not of_the_course(path, text_in(file)):
                found[path] = lesson
    return found


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
    os.chdir(NOTEBOOKS)  # Windows does not move a folder that is in use
    try:
        aside = put_aside(folder)
    except OSError as error:
        os.chdir(folder)
        raise KitError(
            f"The folder {folder} cannot be moved: {error.strerror}. Close what uses it, then try again."
        ) from None
    print(f"Your files are in workspace/{aside.name} now.")
    begin(folder.name)
