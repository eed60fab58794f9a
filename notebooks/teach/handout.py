"""Write the folder that a class gets: the kit without what proves it and what is the instructor's."""

import codecs
import json
import subprocess
import tempfile
from pathlib import Path

from lesson.lessons import KIT, KitError, lessons, read_lesson

from .copies import copy_files, sort_out

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


def handout(folder, without_solutions=False, clear_outputs=False):
    """Write the folder, and say what was left out, where it is, and how to open it.

    KitError: it is there and not empty, lies in the kit, or cannot be written, or a lesson is damaged or
    not as it was committed. Then nothing is written.
    """
    if not folder:
        raise KitError("The folder has no name: choose one beside the kit, such as ../class.")
    target = Path(folder).resolve()
    if target.is_relative_to(KIT):
        raise KitError(f"{folder} lies in the kit itself: choose a folder beside it, such as ../class.")
    if not target.parent.is_dir():
        raise KitError(f"There is no folder {target.parent} to write into: make it, or choose another place.")
    if changed := changed_lessons():
        raise KitError(
            f"{', '.join(changed)}: not as committed, so your own answers may be there. Commit what a class "
            "is to get, or put your changes away with: git stash"
        )
    for_a_class, _, others = sort_out()
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise KitError(f"{folder} is there and not empty: choose another name, or move it away.")
        # beside the target and renamed at the end, so that it is there as a whole or not at all
        with tempfile.TemporaryDirectory(prefix=".handout-", dir=target.parent) as part:
            copy = Path(part) / "kit"
            copy_files(for_a_class, copy)
            for lesson in lessons():
                prepare_lesson(copy / "notebooks" / lesson.name, without_solutions, clear_outputs)
            (copy / "README.md").write_text(README, encoding="utf-8", newline="\n")
            if target.exists():
                target.rmdir()  # it is empty, and Windows renames onto nothing that is there
            copy.rename(target)
    except OSError as error:
        raise KitError(
            f"The folder {folder} cannot be written ({error.strerror}): choose another place."
        ) from None
    if others:
        print(f"Left out, because it is no part of the course: {', '.join(sorted(others))}")
    print(f'{target} is ready. To open it, run: cd "{target}" && python3 -m notebooks')


def changed_lessons():
    """Return the names of the lessons that differ from what git has; none where there is no git."""
    names = [f"notebooks/{lesson.name}" for lesson in lessons()]
    git = ["git", "-C", KIT, "diff", "--name-only", "--relative", "-z", "HEAD", "--", *names]
    try:
        run = subprocess.run(git, capture_output=True, text=True)
    except OSError:
        return []
    return [] if run.returncode else list(filter(None, run.stdout.split("\0")))


def prepare_lesson(lesson, without_solutions, clear_outputs):
    """Take the solutions and the outputs out of a lesson, as asked; else leave it byte for byte.

    Only a byte order mark goes, because JupyterLab opens no notebook with one.
    """
    if not (without_solutions or clear_outputs):
        lesson.write_bytes(lesson.read_bytes().removeprefix(codecs.BOM_UTF8))
        return
    notebook = read_lesson(lesson)
    if without_solutions:
        notebook["cells"] = [
            cell for cell in notebook["cells"] if "solution" not in cell["metadata"].get("tags", [])
        ]
    if clear_outputs:
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell.update(outputs=[], execution_count=None)
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)  # as Jupyter writes it
    lesson.write_text(text + "\n", encoding="utf-8", newline="\n")
