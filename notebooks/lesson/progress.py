"""Where in the course a lesson stands, and which exercises are done, of all lessons and days."""

import json
import re
from datetime import date
from pathlib import Path

from IPython.display import display

from .disk import put_aside, write_whole
from .exercises import __path__ as folders_of_exercises
from .feedback import show_feedback
from .lessons import LESSONS, WORKSPACE, still_to_come

DONE_BEFORE = WORKSPACE / "progress.json"
NUMBERED = "numbered"  # a mark in it, which says that an id there means what it means now
FORMER = {"12.1": None, "12.2": "13.2", "13.1": "15.1", "13.2": "15.2"}  # without the mark: what it is now
ID = r'^@exercise\(\s*"(\d\d\.\d)"'
ROW = "display: flex; flex-wrap: wrap; gap: 0.3em 0.8em; list-style: none; margin: 0; padding: 0"
HERE = "border: 2px solid currentColor; border-radius: 0.3em; padding: 0 0.3em; font-weight: bold"


def exercise_ids():
    """Return the ids of all exercises, read from their files: to import these takes seconds."""
    files = [file for folder in folders_of_exercises for file in Path(folder).glob("lesson_*.py")]
    return sorted({id for file in files for id in re.findall(ID, file.read_text("utf-8"), re.MULTILINE)})


def stored_done():
    """Return {id: date} of what is done; a file that is not ours is put aside with a sentence."""
    try:
        noted = json.loads(DONE_BEFORE.read_text(encoding="utf-8"))
        days = {id: date.fromisoformat(day).isoformat() for id, day in noted.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError, TypeError):
        aside = put_aside(DONE_BEFORE)
        show_feedback(f"workspace/progress.json could not be read. It is kept as workspace/{aside.name}.")
        return {}
    if NUMBERED in days:
        return days
    return {FORMER.get(id, id): day for id, day in days.items() if FORMER.get(id, id)}


def store_done(id):
    """Add an exercise to what is done; a sentence where the workspace cannot be written."""
    try:
        WORKSPACE.mkdir(exist_ok=True)
        today = date.today().isoformat()
        noted = {NUMBERED: today, id: today, **stored_done()}
        write_whole(DONE_BEFORE, json.dumps(noted, indent=1))
    except OSError as error:
        sorry = f"{WORKSPACE} cannot be written ({error.strerror}), so this is not noted in progress()."
        show_feedback(sorry)


def progress():
    """Show which exercises are done, of all lessons and days."""
    ids = exercise_ids()
    try:
        days = stored_done()
    except OSError as error:
        sorry = f"{DONE_BEFORE} cannot be read ({error.strerror}). Move it away, then try again."
        return show_feedback(sorry)
    lines = [f"{id}  " + (f"done on {days[id]}" if id in days else "not yet") for id in ids]
    lines += [f"Lesson {name[:2]} comes later." for name in still_to_come()]
    show_feedback(f"{len(days.keys() & ids)} of {len(ids)} exercises are done.\n" + "\n".join(lines))


def show_course(name):
    """Show the lessons as a row of links, each with a dot for each exercise, filled where it is done."""
    try:
        done = stored_done()
    except OSError:  # progress() says what to do
        done = {}
    ids, items, counts = exercise_ids(), [], []
    for lesson in LESSONS:
        if lesson in still_to_come():
            items.append(f"<li>{lesson[:2]} later</li>")
            continue
        dots = [id in done for id in ids if id[:2] == lesson[:2]]
        count = f"{sum(dots)} of {len(dots)} exercises done" if dots else "no exercises"
        if any(dots):
            counts.append(f"{lesson[:2]}: {sum(dots)} of {len(dots)}")
        here = f' aria-current="page" style="{HERE}"' if lesson == name else ""
        label = f"Lesson {lesson[:2]}, {count}"
        text = f"{lesson[:2]} {''.join('●' if dot else '○' for dot in dots)}".strip()
        items.append(f'<li><a href="{lesson}.ipynb" aria-label="{label}"{here}>{text}</a></li>')
    row = f'<ol aria-label="Lessons" style="{ROW}">{"".join(items)}</ol>'
    plain = f"Exercises done: {', '.join(counts) or 'none yet'}."
    display({"text/plain": plain, "text/html": row}, raw=True)
