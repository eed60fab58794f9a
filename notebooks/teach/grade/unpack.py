"""Read a zip that somebody handed in, and trust nothing that it says of itself."""

import json
import re
import stat
import zipfile
import zlib

from lesson.hand_in import IN_ALL, NOTEBOOKS_HANDED_IN
from lesson.lessons import KitError

MOST_FILES = 5000
MOST_BYTES = 2 * IN_ALL
HANDED_IN = rf"(hand-in\.json|{NOTEBOOKS_HANDED_IN}|\d\d_[^/]+/.+)"  # other files may lie beside these
READS = (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def unpack(archive, folder):
    """Unpack the lessons and files of a hand-in. KitError: it is damaged, huge, or leads out of there."""
    try:
        if archive.stat().st_size > MOST_BYTES:
            raise KitError(f"The zip is larger than {MOST_BYTES // 1_000_000} MB, so it was not opened.")
        with zipfile.ZipFile(archive) as file:
            unpack_entries(file, folder)
    except READS as error:
        raise KitError(f"The zip is damaged: {str(error)[:100] or type(error).__name__}.") from None
    if not list(folder.glob("*.ipynb")):
        raise KitError("The zip has no lesson in it: it is not what hand_in() writes.")


def unpack_entries(file, folder):
    entries = [entry for entry in file.infolist() if not entry.is_dir()]
    if len(entries) > MOST_FILES:
        raise KitError(f"The zip has {len(entries)} files; {MOST_FILES} are the most.")
    for entry in entries:
        refuse_what_leads_out(entry)
    left = MOST_BYTES
    for entry in entries:
        if re.fullmatch(HANDED_IN, entry.filename):
            left = unpack_entry(file, entry, folder / entry.filename, left)


def refuse_what_leads_out(entry):
    """KitError: the path of an entry leads out of the folder, or it is no file."""
    path, name = entry.orig_filename, ascii(entry.orig_filename[:80])
    if path.startswith("/") or ".." in path.split("/") or "\\" in path or re.match(r"\w:", path):
        raise KitError(f"The zip has a file outside of its folder, {name}, so nothing of it was unpacked.")
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        raise KitError(f"The zip has a link, {name}, and a hand-in has none, so nothing of it was unpacked.")


def unpack_entry(file, entry, target, left):
    """Write one file, of at most `left` bytes; return how many are left after it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with file.open(entry) as source, target.open("wb") as out:
        while part := source.read(65536):  # by what comes, for the size that is written there may be a lie
            left -= len(part)
            if left < 0:
                raise KitError(f"The zip unpacks to more than {MOST_BYTES // 1_000_000} MB.")
            out.write(part)
    return left


def name_in(folder):
    """Return the name in hand-in.json, or None."""
    try:
        name = json.loads((folder / "hand-in.json").read_text(encoding="utf-8"))["name"]
        return "".join(filter(str.isprintable, name)).strip()[:60] or None
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
