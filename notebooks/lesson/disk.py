"""Files on the disk: written as a whole or not at all, and put aside under a dated name."""

from datetime import datetime
from uuid import uuid4


def write_whole(file, text):
    """Write a file, or leave it as it is; OSError: it cannot be written. A full disk leaves nothing half."""
    part = file.with_name(f"{file.name}.{uuid4()}.part")  # another kernel may write the same file now
    try:
        part.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def put_aside(path):
    """Give a file or a folder a name with the time in it, and return where it is then. OSError: it stays."""
    return path.rename(path.with_stem(f"{path.stem} {datetime.now():%Y-%m-%d %H.%M.%S.%f}"))
