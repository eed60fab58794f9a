"""The learner's own copies of the lessons, below `workspace/`: `python3 -m notebooks` opens these.

The course's lessons are read and never written, so that a newer course can be pulled at any time.
A copy begins without outputs: what a cell will print is the learner's to predict.
"""

import hashlib
import json

from lesson.disk import put_aside, write_whole
from lesson.lessons import KIT, WORKSPACE, KitError, lessons, read_lesson

from .part import as_jupyter_writes, without_links

IMPORTS = "lesson.py"  # leads to notebooks/lesson from the folder where a kernel starts


def lay_out_lessons():
    """Copy each lesson that is not there yet, or that the learner has left as an older course had it.

    Return sentences for the learner about the others: which both have changed, which cannot be read.
    KitError: the workspace cannot be written.
    """
    sayings, changed = [], []
    try:
        WORKSPACE.mkdir(exist_ok=True)
        write_whole(WORKSPACE / IMPORTS, (KIT / IMPORTS).read_text(encoding="utf-8"))
        for lesson in lessons():
            copy = WORKSPACE / lesson.name
            try:
                course = read_lesson(lesson)
            except KitError as error:
                sayings.append(str(error))
                continue
            if copy.exists() and not readable(copy):
                aside = put_aside(copy)
                sayings.append(f"workspace/{copy.name} is damaged. It is workspace/{aside.name} now.")
            if not copy_lesson(course, copy):
                changed.append(lesson.stem[:2])
    except OSError as error:
        raise KitError(
            f"The folder {WORKSPACE} cannot be written: {error.strerror}. "
            "Make room there, or move the kit to a folder of yours, and run this command again."
        ) from None
    if changed:
        sayings.append(
            f"Changed in the course, and by you: {', '.join(changed)}. Yours are kept in workspace/. To get "
            "the new one beside yours, give yours another name and run this command again."
        )
    return sayings


def copy_lesson(course, copy):
    """Write the course's lesson as a copy without outputs; return False where the learner's stays instead."""
    version = version_of(course)
    if copy.exists():
        own = read_lesson(copy)
        copied = own["metadata"].get("course_version")
        if version in {copied, version_of(own)}:
            return True
        if copied != version_of(own):
            return own["metadata"].get("course_words") == plain_words(course)
    for cell in course["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    course["metadata"] |= {"course_version": version, "course_words": plain_words(course)}
    write_whole(copy, as_jupyter_writes(course))
    return True


def readable(copy):
    """Return whether there is a notebook in the file."""
    try:
        return bool(read_lesson(copy))
    except KitError:
        return False


def plain_words(lesson):
    """Return what stands for the texts of a lesson's cells, whichever lessons they lead to by now."""
    return version_of(json.loads(without_links(json.dumps(lesson), given=())))


def version_of(lesson):
    """Return what stands for the texts of a lesson's cells, whatever came of running them."""
    texts = [(cell["cell_type"], "".join(cell["source"])) for cell in lesson["cells"]]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]
