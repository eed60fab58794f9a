"""Where the board is: the file that keeps it, its port, and this machine's own address."""

import errno
import socket
import sqlite3
from contextlib import closing

from lesson.lessons import KitError

EVERYWHERE = {"0.0.0.0": "192.0.2.1", "::": "2001:db8::1"}  # and an address far away, which nobody has
MARK = 0x626F6172  # SQLite's number for the kind of file: "boar"
HEAD = b"SQLite format 3\0"


def prepare_file(path):
    """Mark a new file as a board's. KitError: it cannot be one, or holds something else."""
    try:
        path.touch(mode=0o600)  # there are tokens in it
        with path.open("rb") as file:
            head = file.read(100)
        if not head:
            with closing(sqlite3.connect(path)) as database:
                database.execute(f"PRAGMA application_id = {MARK}")
        elif head[:16] != HEAD or head[68:72] != MARK.to_bytes(4):
            raise KitError(f"{path} is no file of a board: name another one, which need not be there yet.")
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise KitError(
            f"{path} cannot keep the board ({reason}): name a file in a folder of yours."
        ) from None


def listening_at(host, ports):
    """Return a socket that listens at the first of `ports` that is free. KitError: it cannot at this host."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in ports:
        try:
            return socket.create_server((host, port), family=family)
        except (OSError, UnicodeError, OverflowError) as error:
            number, reason = getattr(error, "errno", None), getattr(error, "strerror", None) or str(error)
            if number != errno.EADDRINUSE:
                break
    reason = reason.partition(" (")[0]  # Python adds what was tried in brackets
    raise KitError(
        f"The board cannot listen on {host}, port {port} ({reason}): choose another port, or give --host an "
        "address of this machine, or 0.0.0.0 for all it has."
    )


def with_port(host, port):
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def own_address(host):
    """Return the address under which others find this machine, if the host stands for all it has."""
    if host not in EVERYWHERE:
        return host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as way:
        try:
            way.connect((EVERYWHERE[host], 9))  # which sends nothing, and chooses the network
            return way.getsockname()[0]
        except OSError:  # there is no network
            return socket.gethostname()
