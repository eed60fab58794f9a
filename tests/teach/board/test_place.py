"""Files, hosts and ports that cannot be the board's: one sentence, and exit code 1."""

import re
import socket
import sqlite3
from contextlib import closing

import pytest

from lesson import KitError
from notebooks.teach.board.place import EVERYWHERE, listening_at, own_address, prepare_file
from tests.conftest import posix
from tests.teach.board.boards import refused_by_command


@pytest.fixture
def thesis(tmp_path):
    """A file that is the instructor's."""
    path = tmp_path / "thesis.txt"
    path.write_text("mine")
    return path


def test_files_of_others(thesis, tmp_path):
    """A file that is no board's stays as it is, and so does another program's database."""
    with closing(sqlite3.connect(tmp_path / "room.sqlite")) as database:
        database.execute("CREATE TABLE log (number)")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for path in before:
        with pytest.raises(KitError, match=r"is no file of a board: name another one"):
            prepare_file(path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    for path in [tmp_path, tmp_path / "none" / "board"]:
        with pytest.raises(KitError, match=rf"{re.escape(str(path))} cannot keep the board \([^)]+\): name"):
            prepare_file(path)


@posix
def test_its_own_file(tmp_path):
    """A new file is for its owner alone, and is known again."""
    for _ in range(2):
        prepare_file(tmp_path / "board")
    assert (tmp_path / "board").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1", "a" * 70])
def test_hosts(host):
    """A host that is none, or another machine, is a sentence."""
    with pytest.raises(KitError, match=rf"^The board cannot listen on {host}, port 0 \([^)]+\): choose"):
        listening_at(host, [0])


def test_busy_port():
    """Where a port is taken the next one is tried."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        busy = other.getsockname()[1]
        with listening_at("127.0.0.1", [busy, 0]) as found:
            assert found.getsockname()[1] not in (0, busy)


def test_own_address():
    """Others get an address or a name of this machine, and not the one that stands for all it has."""
    assert own_address("127.0.0.1") == "127.0.0.1"
    assert own_address("0.0.0.0") not in {"", *EVERYWHERE}


def test_said_by_the_command(thesis):
    """The command says it in one line, and leaves with 1."""
    said, code = refused_by_command("--port", "0", "--keep", str(thesis))
    assert (said.count("\n"), code) == (1, 1)
    assert "is no file of a board" in said
