"""hand_in(): what is in the zip, and what is said where there is none."""

import json
import shutil
import zipfile

from lesson import __version__
from tests.conftest import posix
from tests.lesson.in_a_kernel import BEGIN, outputs_of_cells

CALL = "from lesson import hand_in; hand_in({!r})"
LIMIT = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))"


@posix
def test_hand_in(kit, tmp_path_factory):
    """The zip has the lessons and their files, and no caches, links, rooms or what else lies there."""
    lesson, workspace = "04_echo_endpoint.ipynb", kit / "workspace"
    folder = workspace / "04_echo_endpoint"
    (folder / "__pycache__").mkdir(parents=True)
    (folder / ".git").mkdir()
    for name in ["__pycache__/a.txt", ".git/config", "room.sqlite", "room.sqlite-wal", "mine.py"]:
        (folder / name).write_text("mine")
    secret = tmp_path_factory.mktemp("secrets")
    (secret / "token").write_text("secret")
    (folder / "link").symlink_to(secret / "token")
    (folder / "folder").symlink_to(secret)
    (folder / "large.bin").write_bytes(bytes(5_000_001))
    (workspace / "progress.json").write_text("{}")
    call = CALL.format("Ann-Zoë O'Hara")
    said = outputs_of_cells(
        kit, *map(CALL.format, ["", "!!", 4, "a" * 61]), CALL.format("Ann"), BEGIN, CALL.format("Ann")
    )
    name = 'Hand in under your name, in quotes and of at most 60 letters: hand_in("Ann")'
    assert said[:4] == [name] * 4
    assert said[4] == said[6] == f"There is nothing to hand in: {workspace} has no lesson."
    assert not list(workspace.glob("*.zip"))
    shutil.copy(kit / "notebooks" / lesson, workspace)
    damaged = workspace / "05_serve_from_a_thread.ipynb"
    damaged.write_text("{")
    first, disk = outputs_of_cells(kit, call, f"{LIMIT}\n{CALL.format('Ben')}")
    where = workspace / "hand-in-Ann-Zoë-O-Hara.zip"
    assert first.splitlines()[:2] == [
        "Left out, because larger than 5 MB: 04_echo_endpoint/large.bin.",
        "The cell that you ran is not saved yet, so others may not be either: choose File, then Save All, "
        "and run it again.",
    ]
    assert f"{where} is ready, " in first
    assert disk.splitlines()[-1] == (
        f"{workspace / 'hand-in-Ben.zip'} cannot be written (File too large): make room there, and run this "
        "cell again."
    )
    assert {file.name for file in workspace.iterdir() if file.is_file()} == {
        *(lesson, damaged.name, "progress.json", where.name)
    }
    with zipfile.ZipFile(where) as archive:
        noted = json.loads(archive.read("hand-in.json"))
        names = {name for name in archive.namelist() if not name.startswith("04_echo_endpoint/app/")}
        assert "04_echo_endpoint/app/main.py" in archive.namelist()
    assert (noted["name"], noted["version"]) == ("Ann-Zoë O'Hara", __version__)
    files = {f"04_echo_endpoint/{it}" for it in ["mine.py", "static/style.css", "templates/socket.html"]}
    assert names == {"hand-in.json", lesson, damaged.name, "04_echo_endpoint/static/ws.js", *files}


def test_saved_and_too_much(kit):
    """Where the cell is in a notebook on the disk, nothing is said of saving; 50 MB are the most."""
    workspace = kit / "workspace"
    (workspace / "10_test_it").mkdir(parents=True)
    call = CALL.format("Ann")
    cells = [{"cell_type": "code", "metadata": {}, "source": [call]}]
    (workspace / "exam.ipynb").write_text(json.dumps({"cells": cells}))
    more = "for n in range(11): open(f'workspace/10_test_it/{n}', 'wb').truncate(5_000_000)"
    saved, _, too_much = outputs_of_cells(kit, call, f"import os; os.chdir({str(kit)!r})\n{more}", call)
    assert (
        saved == f"{workspace / 'hand-in-Ann.zip'} is ready, 1 files in 1 kB. Hand in that file as it is.\n"
    )
    assert too_much == (
        "The files are more than 50 MB in all, which is too much to hand in: move out of workspace/ what is "
        "not needed. The largest is 10_test_it/0."
    )
