"""What somebody may hand in: each is a row with a sentence, the others are graded, and nothing is left."""

import os
import re
import socket
import tempfile
import zipfile
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from notebooks.teach.grade import command, kernel, setting, unpack
from notebooks.teach.grade.launch import has_namespaces
from tests.conftest import posix
from tests.deadlines import seconds, until
from tests.teach.grade.hand_ins import as_notebook, write_hand_in
from tests.teach.grade.test_class import read_table

pytestmark = [posix, pytest.mark.timeout(seconds(240))]
SLEEP = f"{os.getpid()}.25"  # seconds, by which a process of this test is known
LEFT = f"import subprocess\nsubprocess.Popen(['sleep', '{SLEEP}'], start_new_session=True)"
BOMB = "import os\nwhile True:\n    os.fork()"
STUBBORN = (
    "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
)
PRINT = "for number in range(1000):\n    print('x' * 10**6)"
MEMORY = "held = []\nwhile True:\n    held.append(bytearray(10**8))"
FREED = "held = []\ntry:\n    while True:\n        held.append(bytearray(10**8))\nfinally:\n    held.clear()"
LARGE = "with open('large', 'wb') as file:\n    file.truncate(10**9)"
WRITE = "from pathlib import Path\nPath({!r}).write_text('mine')"
CONNECT = "import socket\nsocket.create_connection(('127.0.0.1', {}), timeout=5)"
ERROR = "raise ValueError('x' * 10**7)"
HOME = "import os\nassert 'SECRET' not in os.environ"
CELLS = {  # each cell, its remark, and the mark of the right answer below it
    "honest": (HOME, "", "done"),
    "loop": ("while True:\n    pass", r"01: a cell ended with an interrupt after \d+ s\.", "done"),
    "stubborn": (STUBBORN, r"01: a cell was stopped after \d+ s, and the lesson with it\.", "not tried"),
    "exit": ("import os\nos._exit(0)", r"01: a cell ended the program\.", "not tried"),
    "bomb": (BOMB, r"01: a cell started more than 60 processes, and was stopped\.", "not tried"),
    "print": (PRINT, "(01: a cell .*)?", "done|not tried"),  # by how fast the machine is
    "memory": (FREED, r"01: a cell ended with MemoryError\.", "done"),
    "held": (MEMORY, r"01: .*MemoryError\..*", "done|not yet|not tried"),  # by what is left
    "large": (LARGE, r"01: a cell ended with OSError\.", "done"),
    "error": (ERROR, r"01: a cell was stopped .*", "not tried"),  # a larger reply than is read
    "left": (LEFT, "", "done"),
}
SEALED = {  # where there are namespaces
    "write": (WRITE, r"01: a cell ended with OSError\.", "done"),
    "connect": (CONNECT, r"01: a cell ended with ConnectionRefusedError\.", "done"),
}
ANSWER = ["wasted = 59", 'from lesson import check\ncheck("01.2", wasted)']


def lesson_of_cell(cell):
    return {"01_index_route.ipynb": as_notebook([cell, *ANSWER])}


def left_over(place):
    """Return the processes that were started for a folder of a test, or that it would know by SLEEP."""
    lines = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    return [line for line in lines if str(place) in line or f"sleep {SLEEP}" in line]


@pytest.fixture
def short_place(tmp_path, monkeypatch):
    """The folder in which all is unpacked; its path is short, as sockets want it. Waiting is short, too."""
    monkeypatch.setattr(kernel, "CELL", 6)
    monkeypatch.setattr(kernel, "INTERRUPT", 2)
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)
        until(lambda: not left_over(folder), "end of what was started")
        assert os.listdir(folder) == []


def assert_rows(folder, cells):
    """Grade a folder with these cells, and compare the remark and the mark of each."""
    for name, (cell, *_) in cells.items():
        write_hand_in(folder, name, name, **lesson_of_cell(cell))
    command.grade(folder, as_root=True)
    rows = {row["name"]: row for row in read_table(folder)}
    assert rows.keys() == cells.keys()
    for name, (_, remark, state) in cells.items():
        assert re.fullmatch(remark, rows[name]["remark"]), rows[name]
        assert re.fullmatch(state, rows[name]["01.2"]), rows[name]


def test_cells(short_place, tmp_path, monkeypatch):
    """Cells that loop, exit, fork, print 1 GB, fill the memory, or reach out: each has its sentence."""
    monkeypatch.setenv("SECRET", "of the grader")
    outside, cells = tmp_path / "outside", dict(CELLS)
    outside.mkdir()
    (tmp_path / "class").mkdir()
    sealed = has_namespaces(short_place)
    with socket.create_server(("127.0.0.1", 0)) as server:
        if sealed:
            things = {"write": str(outside / "file"), "connect": server.getsockname()[1]}
            cells |= {name: (cell.format(things[name]), *rest) for name, (cell, *rest) in SEALED.items()}
        assert_rows(tmp_path / "class", cells)
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert os.listdir(outside) == []


def test_without_namespaces(short_place, tmp_path, monkeypatch, capsys):
    """Where the system has none, the command says what is open, and still ends what was started."""
    monkeypatch.setattr(setting, "has_namespaces", lambda folder: False)
    assert_rows(tmp_path, {name: CELLS[name] for name in ["honest", "bomb", "left", "exit"]})
    assert capsys.readouterr().out.startswith(command.OPEN)


def zip_of(folder, *entries):
    """Write a zip with these names, or ZipInfos, and texts; return its path."""
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries:
            archive.writestr(name, text)
    return folder / "a.zip"


def link_to(target):
    entry = zipfile.ZipInfo("01_index_route/link")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    return entry, target


LESSON = ("01_index_route.ipynb", as_notebook([]))
LEADS_OUT = "The zip has a file outside of its folder, {!r}, so nothing of it was unpacked."
REFUSED = {
    "two dots": ([LESSON, ("01_a/../../b", "")], LEADS_OUT.format("01_a/../../b")),
    "absolute": ([LESSON, ("/tmp/b", "")], LEADS_OUT.format("/tmp/b")),
    "backslashes": ([LESSON, ("01_a\\..\\b", "")], LEADS_OUT.format("01_a\\..\\b")),
    "drive": ([LESSON, ("C:b", "")], LEADS_OUT.format("C:b")),
    "link": (
        [LESSON, link_to("/etc/passwd")],
        "The zip has a link, '01_index_route/link', and a hand-in has none, so nothing of it was unpacked.",
    ),
    "bomb": ([LESSON, ("01_a/b", bytes(6000))], "The zip unpacks to more than 0 MB."),
    "many": ([LESSON, *[(f"01_a/{n}", "") for n in range(20)]], "The zip has 21 files; 20 are the most."),
    "nothing": ([("a.txt", "")], "The zip has no lesson in it: it is not what hand_in() writes."),
    "both": ([LESSON, ("01_a", ""), ("01_a/b", ""), ("01_a/b/c", "")], "The zip is damaged: "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_zip(tmp_path, monkeypatch, name):
    """A zip that leads out of its folder, that is a bomb or no hand-in, is refused; nothing is outside."""
    monkeypatch.setattr(unpack, "MOST_BYTES", 5000)
    monkeypatch.setattr(unpack, "MOST_FILES", 20)
    entries, sentence = REFUSED[name]
    archive, within = zip_of(tmp_path, *entries), tmp_path / "in/files"
    nothing = SimpleNamespace(ids_of=lambda notebook: [])
    row = command.mark_hand_in(archive, within.parent, nothing)
    assert row.remarks[0].startswith(sentence), row.remarks
    assert os.listdir(tmp_path) == ["a.zip"]


def test_damaged(tmp_path, monkeypatch):
    """A zip that is cut, that is none, or too large to be opened; and a notebook that is none."""
    nothing = SimpleNamespace(ids_of=lambda notebook: ["01.1"], short=lambda notebook: "01")
    archive = zip_of(tmp_path, ("01_index_route.ipynb", '{"cells": [{}]}'))
    row = command.mark_hand_in(archive, tmp_path / "in", nothing)
    assert row.remarks == ["01: the notebook is damaged, so nothing of it could be tried."]
    whole = archive.read_bytes()
    for damaged in [whole[:-30], b"no zip", b"", whole.replace(b"cells", b"cell$")]:
        archive.write_bytes(damaged)
        row = command.mark_hand_in(archive, tmp_path / "in", nothing)
        assert row.remarks[0].startswith(("The zip is damaged: ", "01: the notebook is damaged")), damaged
    monkeypatch.setattr(unpack, "MOST_BYTES", 10)
    archive.write_bytes(whole)
    row = command.mark_hand_in(archive, tmp_path / "in", nothing)
    assert row.remarks == ["The zip is larger than 0 MB, so it was not opened."]


def test_anything_else(tmp_path, monkeypatch):
    """Whatever else one hand-in brings about is a sentence as well."""
    archive = zip_of(tmp_path, LESSON)
    row = command.mark_hand_in(archive, tmp_path / "in", None)
    assert row.remarks[0].startswith("It could not be graded: AttributeError: ")
