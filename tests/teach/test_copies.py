"""What belongs to the kit."""

import shutil
import subprocess

import pytest

from lesson.lessons import LESSONS, KitError
from notebooks.teach import copies
from tests.conftest import ROOT, posix

JUNK = [
    *(".env", "marks.csv", "app/mine.py", "grades/ann.txt", "notebooks/04_answers.ipynb"),
    *("notebooks/04_echo_endpoint-Copy1.ipynb", "notebooks/images/class.jpg", "notebooks/lesson/notes.txt"),
    *("notebooks/lesson/exercises/lesson_99.py", "static/mine.js", "templates/mine.html"),
]


@pytest.fixture
def littered(kit, monkeypatch):
    """A copy of the kit, which the module looks at, with what an instructor may have put there."""
    for name in JUNK:
        (kit / name).parent.mkdir(exist_ok=True)
        (kit / name).write_text("mine")
    monkeypatch.setattr(copies, "KIT", kit)
    return kit


def test_the_kit_is_what_git_has():
    """Each file in git belongs to the kit, and each name and pattern fits one of them."""
    if not (ROOT / ".git").exists():
        pytest.skip("This copy of the kit has no git.")
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)
    names = [name for name in listed.split("\0") if name and (ROOT / name).exists()]
    for_a_class, for_the_instructor, _ = copies.sort_out()
    assert sorted(LESSONS) == LESSONS
    assert set(names) <= {*for_a_class, *for_the_instructor}
    for pattern in [*copies.FOR_A_CLASS, *copies.FOR_THE_INSTRUCTOR]:
        assert any(copies.matches(name.split("/"), pattern.split("/")) for name in names), pattern


def test_only_the_kit_is_copied(littered, tmp_path_factory):
    """A copy has the files of the kit, and nothing else that lies in its folder."""
    folder = tmp_path_factory.mktemp("copy")
    assert copies.copy_kit(folder) == folder / "notebooks"
    copied = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    there = {path.relative_to(littered).as_posix() for path in littered.rglob("*") if path.is_file()}
    assert there - copied == set(JUNK)
    assert (folder / ".ci/run").stat().st_mode == (ROOT / ".ci/run").stat().st_mode
    assert sorted(copies.sort_out()[2]) == sorted("grades" if "grades" in name else name for name in JUNK)


@posix
def test_links_are_not_followed(kit, monkeypatch, tmp_path_factory):
    """A link is not of the kit, dead or alive; where the kit has something, it is a sentence."""
    monkeypatch.setattr(copies, "KIT", kit)
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.svg").write_text("secret")
    (kit / "notebooks/images/secret.svg").symlink_to(outside / "secret.svg")
    (kit / "notebooks/lesson/dead.py").symlink_to(outside / "nothing")
    (kit / "away").symlink_to(outside)
    links = ["away", "notebooks/images/secret.svg", "notebooks/lesson/dead.py"]
    assert sorted(copies.sort_out()[2]) == links
    for name in ["LICENSE", "static", "notebooks/04_echo_endpoint.ipynb"]:
        shutil.move(kit / name, outside / "moved")
        for target in ["moved", "nothing"]:
            (kit / name).symlink_to(outside / target)
            with pytest.raises(
                KitError, match=f"^{name} is a link, and a copy holds none: put there what it"
            ):
                copies.copy_kit(outside / "copy")
            (kit / name).unlink()
        shutil.move(outside / "moved", kit / name)
    assert not (outside / "copy").exists()
