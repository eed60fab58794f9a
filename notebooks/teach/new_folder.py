"""A folder, or several files, that a command writes: as a whole, or not at all."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

from lesson.lessons import KIT, KitError


def place_beside(folder):
    """Return the path of a folder to write. KitError: it lies in the kit, or in no folder."""
    if not folder:
        raise KitError("The folder has no name: choose one beside the kit, such as ../class.")
    target = Path(folder).resolve()
    if target.is_relative_to(KIT):
        raise KitError(f"{folder} lies in the kit itself: choose a folder beside it, such as ../class.")
    if not target.parent.is_dir():
        raise KitError(f"There is no folder {target.parent} to write into: make it, or choose another place.")
    return target


@contextmanager
def new_folder(name):
    """Give a folder to fill, beside the one of that name, and what it will be called; rename it at the end.

    KitError: a folder of that name is there and not empty, lies in the kit, or cannot be written. Then,
    and where the block fails, nothing is written.
    """
    target = place_beside(name)
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise KitError(f"{name} is there and not empty: choose another name, or move it away.")
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as part:
            folder = Path(part) / target.name
            folder.mkdir()
            yield folder, target
            if target.exists():
                target.rmdir()  # it is empty, and Windows renames onto nothing that is there
            folder.rename(target)
    except OSError as error:
        raise KitError(
            f"The folder {name} cannot be written ({error.strerror}): choose another place."
        ) from None


def write_all(texts):
    """Write files of the kit, all or none. OSError: one cannot be written."""
    before = {path: path.read_bytes() for path in texts if path.is_file()}
    moved = []
    with tempfile.TemporaryDirectory(prefix=".part-", dir=KIT) as folder:
        parts = {path: Path(folder, str(number)) for number, path in enumerate(texts)}
        for path, part in parts.items():
            part.write_text(texts[path], encoding="utf-8", newline="\n")
        try:
            for path, part in parts.items():
                part.replace(path)
                moved.append(path)
        except OSError:
            for path in moved:
                path.write_bytes(before[path]) if path in before else path.unlink()
            raise
