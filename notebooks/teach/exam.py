"""Write the folder of an exam, ready to edit: what the class gets, and the checks that it does not get."""

import shutil
from pathlib import Path

from lesson.lessons import KIT, KitError

PAPER = Path(__file__).with_name("paper")


def exam(folder):
    """Write the folder, and say how the exam is given and graded.

    KitError: it is there, lies in the kit, or cannot be written; or this kit is a handout.
    """
    target = Path(folder).resolve()
    if not PAPER.is_dir():
        raise KitError("A handout has no exam: write one with the whole kit.")
    if target.is_relative_to(KIT):
        raise KitError(f"{folder} lies in the kit itself: choose a folder beside it, such as ../exam.")
    part = target.with_name(f"{target.name}.part")  # renamed at the end, so that it is there as a whole
    try:
        if target.exists():
            raise KitError(f"{folder} is there: choose another name, or move it away.")
        try:
            shutil.copytree(PAPER, part, ignore=shutil.ignore_patterns("__pycache__"))
            part.rename(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise KitError(
            f"The folder {folder} cannot be written ({error.strerror}): choose another place."
        ) from None
    print(f"{target} is ready to edit.")
    print(
        "The class gets exam.ipynb alone, into workspace/ of its kit; lesson_90.py, the checks, stays here."
    )
    print(f'To grade what was handed in, run: python3 -m notebooks grade FOLDER --exam "{target}"')
