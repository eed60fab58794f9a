"""Write the folder that a class gets: the kit without what proves it and what is the instructor's."""

import subprocess
import tempfile
from pathlib import Path

from lesson.lessons import KIT, KitError, still_to_come
from lesson.lessons import lessons as all_lessons

from .copies import copy_files, sort_out
from .new_folder import place_beside
from .part import belongs, named_lessons, prepare_lesson
from .renew import GIVEN, commit, given_before, keep_as_given, renew

README = """\
# WebSockets, cell by cell

Step by step you build a chat with FastAPI and WebSockets, in Jupyter notebooks.
You need Python 3.11 or newer, and nothing else. Run this in the folder of this file:

```sh
python3 -m notebooks    # opens JupyterLab at lesson 00
```

The first start makes `.venv` in this folder and installs into it. Later starts
need no network. On Windows, write `py` for `python3`.

Your own files are in `workspace/`. `python3 -m app` serves the finished chat.
"""
ATTRIBUTES = """\
* text=auto eol=lf
# a pull keeps a lesson or takes it as a whole: two that git joins by their lines may be no notebook
notebooks/*.ipynb -merge
"""


def handout(folder, lessons=None, update=False, without_solutions=False, clear_outputs=False):
    """Write the folder or renew it, and say what became of it, what was left out, and how to open it.

    `lessons` are words such as 00-06. Without them a new folder gets all, and one that is renewed those
    that it was to have. What a folder was written without stays out of it. In a git repository, what
    was written is a commit.

    KitError: it lies in the kit, is no place for a handout, or cannot be written, or a lesson is damaged
    or not as it was committed. Then nothing is written.
    """
    target = place_of(folder, update)
    options, had = given_before(target)
    words = lessons or (None if still_to_come() else options.get("lessons"))
    asked = {"without_solutions": without_solutions, "clear_outputs": clear_outputs}
    options |= {"lessons": words} | {name: True for name, on in asked.items() if on}
    here = {lesson.stem for lesson in all_lessons()}
    chosen = named_lessons(words) | had & here if words else here
    if changed := changed_lessons(chosen):
        raise KitError(
            f"{', '.join(changed)}: not as committed, so your own answers may be there. Commit what a class "
            "is to get, or put your changes away with: git stash"
        )
    for_a_class, _, others = sort_out()
    try:
        # beside the target and renamed at the end, so that it is there as a whole or not at all
        with tempfile.TemporaryDirectory(prefix=".handout-", dir=target.parent) as part:
            copy = Path(part) / "kit"
            copy_files([name for name in for_a_class if belongs(name, chosen)], copy)
            for name in chosen:
                prepare_lesson(copy / "notebooks" / f"{name}.ipynb", chosen | had, **options)
            (copy / "README.md").write_text(README, encoding="utf-8", newline="\n")
            (copy / ".gitattributes").write_text(ATTRIBUTES, encoding="utf-8", newline="\n")
            keep_as_given(copy, options)
            sayings = renew(copy, target)
    except OSError as error:
        raise KitError(
            f"The folder {folder} cannot be written ({error.strerror}): choose another place."
        ) from None
    if others:
        sayings.append(f"Left out, because it is no part of the course: {', '.join(sorted(others))}")
    if (target / ".git").exists():
        sayings.append(commit(target))
    ready = f'{target} is ready. To open it, run: cd "{target}" && python3 -m notebooks'
    print(*sayings, ready, sep="\n")


def place_of(folder, update):
    """Return the path of the folder. KitError: no handout can be written there, or there is none to renew."""
    target = place_beside(folder)
    if update and not (target / GIVEN).is_dir():
        raise KitError(
            f"{folder} is no handout with a folder {GIVEN}, which says what was given: leave --update out, "
            "name a new folder, and move workspace/ there."
        )
    there = target.exists() and (not target.is_dir() or {it.name for it in target.iterdir()} - {".git"})
    if there and not update:
        raise KitError(
            f"{folder} is there and not empty: choose another name, or move it away. A handout is renewed "
            "with --update."
        )
    return target


def changed_lessons(chosen):
    """Return the names of the chosen lessons that differ from what git has; none where there is no git."""
    names = [f"notebooks/{name}.ipynb" for name in sorted(chosen)]
    git = ["git", "-C", KIT, "diff", "--name-only", "--relative", "-z", "HEAD", "--", *names]
    try:
        run = subprocess.run(git, capture_output=True, text=True)
    except OSError:
        return []
    return [] if run.returncode else list(filter(None, run.stdout.split("\0")))
