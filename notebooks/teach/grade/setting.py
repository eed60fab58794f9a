"""What all hand-ins have in common: the kit that they run in, and the exercises that are marked."""

import compileall
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from lesson.lessons import LESSONS, KitError
from lesson.progress import ID, exercise_ids

from ..copies import copy_files, sort_out
from ..part import prepare_lesson
from .launch import has_namespaces


@dataclass
class Setting:
    """A folder to copy, the exercises, whether they are an exam's, and an event that ends what runs."""

    kit: Path
    ids: list
    exam: bool
    namespaces: bool
    cancelled: Event

    def ids_of(self, notebook):
        """Return the exercises that are marked in a notebook of that name; a copy of a lesson has none."""
        if self.exam:
            return self.ids if notebook == "exam" else []
        return [id for id in self.ids if notebook in LESSONS and id[:2] == notebook[:2]]

    def short(self, notebook):
        return notebook if self.exam else notebook[:2]


def prepare(place, exam):
    """Return the setting, with all it needs below a folder. KitError: the exam's folder has no checks."""
    ids = ids_of_exam(Path(exam)) if exam else exercise_ids()
    kit = place / "kit"
    copy_files(sort_out()[0], kit)
    for lesson in (kit / "notebooks").glob("*.ipynb"):
        prepare_lesson(lesson, without_solutions=True, clear_outputs=True)
    if exam:
        shutil.copytree(exam, kit / "exam")
    (kit / "workspace").mkdir()
    shutil.copy(kit / "lesson.py", kit / "workspace")
    compileall.compile_dir(kit, quiet=2)  # once, and not in each kernel
    return Setting(kit, ids, bool(exam), has_namespaces(place), Event())


def ids_of_exam(folder):
    """Return the exercises of an exam. KitError: it has none."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(folder.glob("lesson_9*.py"))]
    if ids := [id for text in texts for id in re.findall(ID, text, re.MULTILINE)]:
        return ids
    raise KitError(f"{folder} has no lesson_90.py with the checks of an exam: name the folder that has it.")
