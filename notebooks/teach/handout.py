"""Write the folder that a class gets: the kit without what proves it and what is the instructor's."""

import json
import shutil
import tempfile
from pathlib import Path

from lesson.workspace import NOTEBOOKS, KitError

from .refresh import copy_kit

NOT_FOR_A_CLASS = [
    ".ci",
    ".gitattributes",
    ".github",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "notebooks/INSTRUCTORS.md",
    "pyproject.toml",
    "tests",
]
NEEDED = "tests/requirements.txt"  # environment.py reads it
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
    """Write the folder, and say where it is and how to open it.

    KitError: it is there and not empty, lies in the kit, or cannot be written. Then nothing is written.
    """
    if not folder:
        raise KitError("The folder has no name: choose one beside the kit, such as ../class.")
    target, kit = Path(folder).resolve(), NOTEBOOKS.parent
    if target.is_relative_to(kit):
        raise KitError(f"{folder} lies in the kit itself: choose a folder beside it, such as ../class.")
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise KitError(f"{folder} is there and not empty: choose another name, or move it away.")
        # beside the target and renamed at the end, so that it is there as a whole or not at all
        with tempfile.TemporaryDirectory(prefix=".handout-", dir=target.parent) as part:
            copy = Path(part) / "kit"
            for lesson in sorted(copy_kit(copy).glob("*.ipynb")):
                prepare(lesson, without_solutions, clear_outputs)
            trim(copy)
            if target.exists():
                target.rmdir()  # it is empty, and Windows renames onto nothing that is there
            copy.rename(target)
    except OSError as error:
        why = error.strerror or error.args[0][0][2]  # copytree lists (from, to, why) for each file
        raise KitError(f"The folder {folder} cannot be written ({why}): choose another place.") from None
    print(f'{target} is ready. To open it, run: cd "{target}" && python3 -m notebooks')


def prepare(lesson, without_solutions, clear_outputs):
    """Take the solutions and the outputs out of a lesson, as asked; else leave it byte for byte."""
    if not (without_solutions or clear_outputs):
        return
    notebook = json.loads(lesson.read_text(encoding="utf-8"))
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


def trim(copy):
    """Remove from a copy of the kit what a class does not need, and write its README."""
    needed = (copy / NEEDED).read_bytes()
    for path in [copy / name for name in NOT_FOR_A_CLASS]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    (copy / NEEDED).parent.mkdir()
    (copy / NEEDED).write_bytes(needed)
    (copy / "README.md").write_text(README, encoding="utf-8", newline="\n")
