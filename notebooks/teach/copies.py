"""What belongs to the kit, and copies of that and of nothing else.

By name, and not what lies in the folder, which may be an instructor's answers, marks, or a link to
anywhere; and not what git tracks, because a kit that came as a zip or as a handout has no git.
"""

import os
import shutil
from fnmatch import fnmatchcase
from pathlib import Path

from lesson.lessons import KIT, LESSONS, KitError, files_of_the_course

FOR_A_CLASS = [
    *(".gitignore", "LICENSE", "LICENSE-TEXT", "README.md", "constraints.txt", "requirements.txt"),
    *("environment.py", "lesson.py", "tests/requirements.txt"),
    *(".binder/requirements.txt", ".binder/runtime.txt", ".devcontainer/devcontainer.json"),
    *("app/__init__.py", "app/__main__.py"),  # the lessons write the others
    *("notebooks/__init__.py", "notebooks/__main__.py"),
    "notebooks/images/lesson-*.png",
    *("notebooks/.jupyter/*.json", "notebooks/.jupyter/kernels/python3/kernel.json"),
    "notebooks/.jupyter/labconfig/*.json",
    *("notebooks/lesson/*.py", "notebooks/lesson/files.json", "notebooks/lesson/exercises/__init__.py"),
    *("notebooks/lesson/bottle/*.py", "notebooks/lesson/*.css", "notebooks/lesson/*.js"),
    *(
        "notebooks/teach/*.py",
        "notebooks/teach/requirements.txt",
        "notebooks/teach/deck/*",
        "notebooks/teach/site/*",
    ),
    "notebooks/teach/grade/*",
    *("notebooks/teach/board/*.py", "notebooks/teach/board/page/*"),
    *(f"notebooks/{name}.ipynb" for name in LESSONS),
    *(f"notebooks/lesson/exercises/lesson_{name[:2]}.py" for name in LESSONS[1:]),
]
FOR_THE_INSTRUCTOR = [
    *(".ci/run", ".gitattributes", ".github/workflows/*.yml", "CHANGELOG.md", "CONTRIBUTING.md"),
    "notebooks/teach/paper/*",  # an exam
    *("notebooks/ADMINISTRATORS.md", "notebooks/INSTRUCTORS.md", "ACCESSIBILITY.md", "pyproject.toml"),
    *("tests/*", "tests/*/*", "tests/*/*/*.py"),
]
MADE_HERE = {".git", ".handout", ".venv", "workspace", "screenshots", "slides"}  # by the kit's own commands
MADE_ANYWHERE = {"__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".ruff_cache", ".hypothesis"}


def copy_kit(folder):
    """Copy what belongs to the kit; return the path of the copied notebooks."""
    for_a_class, for_the_instructor, _ = sort_out()
    copy_files([*for_a_class, *for_the_instructor], folder)
    return Path(folder) / "notebooks"


def copy_files(names, folder):
    """Copy files of the kit into a folder. KitError: one cannot be read."""
    for name in names:
        source, target = KIT / name, Path(folder) / name
        try:
            content = source.read_bytes()
        except OSError as error:
            raise KitError(f"{source} cannot be read ({error.strerror}): put the kit's file there.") from None
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        shutil.copymode(source, target)


def sort_out():
    """Return three lists of names: files for a class, files for the instructor, and what is not of the kit.

    KitError: a link stands where the kit has a file or a folder.
    """
    chat = sorted({path for files in files_of_the_course().values() for path in files})
    for_a_class = [name.split("/") for name in [*FOR_A_CLASS, *chat]]
    for_the_instructor = [name.split("/") for name in FOR_THE_INSTRUCTOR]
    known, sorted_out = [*for_a_class, *for_the_instructor], ([], [], [])
    for here, folders, files in os.walk(KIT):  # which follows no links
        above = Path(here).relative_to(KIT).parts
        names = {*folders, *files} - MADE_ANYWHERE - (set() if above else MADE_HERE)
        folders.clear()
        for parts in [[*above, name] for name in sorted(names)]:
            name = "/".join(parts)
            link = (KIT / name).is_symlink()
            if link and any(parts == pattern[: len(parts)] for pattern in known):
                raise KitError(f"{name} is a link, and a copy holds none: put there what it stands for.")
            if link:
                sorted_out[2].append(name)
            elif (KIT / name).is_dir() and any(matches(parts, pattern[: len(parts)]) for pattern in known):
                folders.append(parts[-1])
            else:
                fits = [any(matches(parts, it) for it in them) for them in (for_a_class, for_the_instructor)]
                sorted_out[[*fits, True].index(True)].append(name)
    return sorted_out


def matches(parts, pattern):
    return len(parts) == len(pattern) and all(map(fnmatchcase, parts, pattern))
