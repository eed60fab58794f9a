"""hand_in(): one zip of the learner's lessons and files, for whoever grades them."""

import json
import os
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from IPython import get_ipython

from .lessons import WORKSPACE, KitError, cells_of

LARGEST = 5_000_000  # bytes of one file that is handed in
IN_ALL = 50_000_000  # bytes of all files, as they lie in the workspace
NOTEBOOKS_HANDED_IN = r"\d\d_.+\.ipynb|exam\.ipynb"
LEFT_OUT = r"\.(?!version$).*|__pycache__|node_modules|.+\.part"  # hidden, made by programs, half written
LEFT_OUT += r"|.+\.py[co]|.+\.(sqlite|db)(-\w+)?"  # caches, and the files of rooms
UNSAVED = "The cell that you ran is not saved yet, so others may not be either: "
UNSAVED += "choose File, then Save All, and run it again."


def hand_in(name):
    """Write `workspace/hand-in-NAME.zip` with the learner's lessons and files; say where it is and how big.

    KitError: the name names nobody, there is nothing to hand in or too much, or it cannot be written.
    """
    if not isinstance(name, str) or not re.search(r"\w", name) or len(name) > 60 or not name.isprintable():
        raise KitError('Hand in under your name, in quotes and of at most 60 letters: hand_in("Ann")')
    files, too_large = files_to_hand_in(WORKSPACE)
    if not any(re.fullmatch(NOTEBOOKS_HANDED_IN, path) for path in files):
        raise KitError(f"There is nothing to hand in: {WORKSPACE} has no lesson.")
    if sum(file.stat().st_size for file in files.values()) > IN_ALL:
        largest = max(files, key=lambda path: files[path].stat().st_size)
        raise KitError(
            f"The files are more than {IN_ALL // 1_000_000} MB in all, which is too much to hand in: move "
            f"out of workspace/ what is not needed. The largest is {largest}."
        )
    words = "-".join(re.findall(r"\w+", name))
    target = WORKSPACE / f"hand-in-{words}.zip"
    try:
        write_zip(target, name, files)
    except OSError as error:
        raise KitError(
            f"{target} cannot be written ({error.strerror}): make room there, and run this cell again."
        ) from None
    if too_large:
        print(f"Left out, because larger than {LARGEST // 1_000_000} MB: {', '.join(too_large)}.")
    if not is_saved():
        print(UNSAVED)
    size = max(1, round(target.stat().st_size / 1000))
    print(f"{target} is ready, {len(files)} files in {size} kB. Hand in that file as it is.")


def files_to_hand_in(workspace):
    """Return {path in the zip: file}, and the paths of those that are too large. Links are left out."""
    files, too_large = {}, []
    for folder, folders, names in os.walk(workspace):  # which follows no links
        here = Path(folder)
        top = here == workspace
        folders[:] = [
            it for it in folders if not re.fullmatch(LEFT_OUT, it) and (not top or re.match(r"\d\d_", it))
        ]
        for file in sorted(here / it for it in names):
            path = file.relative_to(workspace).as_posix()
            if file.is_symlink() or not file.is_file() or re.fullmatch(LEFT_OUT, file.name):
                continue
            if top and not re.fullmatch(NOTEBOOKS_HANDED_IN, file.name):
                continue
            if file.stat().st_size > LARGEST:
                too_large.append(path)
            else:
                files[path] = file
    return files, too_large


def write_zip(target, name, files):
    """Write the zip beside its place and rename it, so that it is there as a whole or not at all."""
    from . import __version__  # here, because that module imports this one

    handed_in = {
        "name": name,
        "version": __version__,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    part = target.with_name(f"{target.name}.{uuid4()}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            archive.writestr("hand-in.json", json.dumps(handed_in, ensure_ascii=False))
            for path, file in sorted(files.items()):
                archive.write(file, path)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def is_saved():
    """Return whether the cell that runs is in some notebook on the disk; True where no cell runs."""
    shell = get_ipython()
    source = shell.user_ns.get("In", [""])[-1].strip() if shell else ""
    for notebook in WORKSPACE.glob("*.ipynb"):
        try:
            if any(source == text.strip() for _, text in cells_of(notebook)):
                return True
        except KitError:  # a damaged one is handed in as it is
            continue
    return not source
