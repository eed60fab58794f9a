"""Write the folder of an exam, ready to edit: what the class gets, and the checks that it does not get."""

import shutil
from pathlib import Path

from lesson.lessons import KitError

from .new_folder import new_folder

PAPER = Path(__file__).with_name("paper")


def exam(folder):
    """Write the folder, and say who gets what, and how to try the checks.

    KitError: it is there and not empty, lies in the kit, or cannot be written; or this kit is a handout.
    """
    if not PAPER.is_dir():
        raise KitError("A handout has no exam: write one with the whole kit.")
    with new_folder(folder) as (part, target):
        shutil.copytree(PAPER, part, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    print(f"{target} is ready to edit.")
    print(
        "The class gets exam.ipynb alone, into workspace/ of its kit; lesson_90.py, the checks, stays here."
    )
    print(f"To mark what was handed in: python3 -m notebooks grade FOLDER --exam {target}")
    print(f'Where the environment variable KIT_EXAM is "{target}", check() judges the answers.')
