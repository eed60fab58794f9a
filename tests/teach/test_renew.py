"""A handout that is renewed."""

import json
import shutil
import subprocess

import pytest

from lesson.lessons import KitError
from notebooks.teach import renew
from tests.teach.command import call_kit

LESSON = "notebooks/02_template.ipynb"


def lesson_with(*texts, outputs=()):
    return json.dumps(
        {
            "cells": [
                {"cell_type": "code", "metadata": {}, "source": [it], "outputs": [*outputs]} for it in texts
            ]
        }
    )


LINKED = lesson_with("Next: [03](03_static_javascript.ipynb)")
UNLINKED = lesson_with("Next: 03 (comes later)")
FATES = [  # as it was given, as it is there, as it is now, and what becomes of it
    (None, None, lesson_with("a"), renew.ADDED),
    (lesson_with("a"), None, lesson_with("a"), renew.ADDED),
    (lesson_with("a"), lesson_with("a"), lesson_with("b"), renew.RENEWED),
    (lesson_with("a"), lesson_with("a", outputs=["run"]), lesson_with("b"), renew.RENEWED),
    (lesson_with("a"), lesson_with("a"), lesson_with("a", outputs=["new"]), renew.RENEWED),
    (lesson_with("a"), lesson_with("a", outputs=["run"]), lesson_with("a"), renew.SAME),
    (lesson_with("a"), lesson_with("b", outputs=["run"]), lesson_with("b"), renew.SAME),
    (None, lesson_with("a"), lesson_with("a"), renew.SAME),
    (lesson_with("a"), lesson_with("mine"), lesson_with("a"), renew.KEPT),
    (lesson_with("a"), "{", lesson_with("a"), renew.KEPT),
    (UNLINKED, lesson_with("mine"), LINKED, renew.KEPT),
    (UNLINKED, UNLINKED, LINKED, renew.RENEWED),
    (lesson_with("a"), lesson_with("mine"), lesson_with("b"), renew.BOTH),
    (lesson_with("a"), "", lesson_with("b"), renew.BOTH),
    (None, lesson_with("mine"), lesson_with("b"), renew.BOTH),
    ("{", lesson_with("mine"), lesson_with("b"), renew.BOTH),
]


@pytest.mark.parametrize(("given", "theirs", "ours", "fate"), FATES)
def test_fates(tmp_path, given, theirs, ours, fate):
    """What nobody changed becomes the new, what somebody changed is kept; an output is no change."""
    new, folder = tmp_path / "new", tmp_path / "class"
    for place, text in [(folder / renew.GIVEN, given), (folder, theirs), (new, ours)]:
        (place / "notebooks").mkdir(parents=True)
        if text is not None:
            (place / LESSON).write_text(text)
    renew.keep_as_given(new, {})
    said = renew.renew(new, folder)
    assert said == ([f"{fate}: {LESSON}"] if fate else [])
    assert (folder / LESSON).read_text() == (ours if fate in {renew.ADDED, renew.RENEWED} else theirs)
    assert (folder / renew.GIVEN / LESSON).read_text() == ours
    assert (folder / renew.GIVEN / renew.OPTIONS).read_text() == "{}"


@pytest.mark.parametrize("now", ["now = 2", "[03](03_static_javascript.ipynb)"])
def test_changed_there_and_in_the_course(tmp_path, now):
    """Where others of its cells were changed, a lesson has both; a link that came later as well."""
    words = "03 (comes later)" if "]" in now else "now = 1"
    given, theirs, ours = lesson_with("a", words), lesson_with("mine", words), lesson_with("a", now)
    for place, text in [("class", theirs), (f"class/{renew.GIVEN}", given), ("new", ours)]:
        (tmp_path / place / "notebooks").mkdir(parents=True)
        (tmp_path / place / LESSON).write_text(text)
    renew.keep_as_given(tmp_path / "new", {})
    assert renew.renew(tmp_path / "new", tmp_path / "class") == [f"{renew.MERGED}: {LESSON}"]
    cells = json.loads((tmp_path / "class" / LESSON).read_text())["cells"]
    assert [cell["source"] for cell in cells] == [["mine"], [now]]
    assert (tmp_path / "class" / renew.GIVEN / LESSON).read_text() == ours


def rewrite(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
def test_over_a_term(kit, tmp_path_factory):
    """A repository takes a part of the course, then more of it; what it was written without stays out."""
    folder = tmp_path_factory.mktemp("teacher") / "class"
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    for name in ("name", "email"):
        subprocess.run(["git", "-C", folder, "config", f"user.{name}", "ann@example.org"], check=True)
    first = call_kit(kit, "handout", folder, "--lessons", "00-02", "--without-solutions", check=True)
    assert f'Committed. To give it out, run: git -C "{folder}" push' in first.stdout
    (folder / "workspace").mkdir()
    (folder / "workspace/02_template.ipynb").write_text("mine")
    rewrite(folder / "notebooks/01_index_route.ipynb", "Answer a request", "Answer my request")
    rewrite(folder / "notebooks/02_template.ipynb", "## Read HTML", "## Read our HTML")
    rewrite(kit / "notebooks/02_template.ipynb", "Render the page", "Render my page")
    more = call_kit(kit, "handout", "--update", folder, "--lessons", "03", check=True).stdout.splitlines()
    assert "New: notebooks/03_static_javascript.ipynb, notebooks/lesson/exercises/lesson_03.py" in more
    assert "Renewed: notebooks/00_start_here.ipynb" in more
    assert "Changed there and in the course, and merged: notebooks/02_template.ipynb" in more
    assert "Changed there, and kept: notebooks/01_index_route.ipynb" in more
    given = {path.name[:2]: path.read_text(encoding="utf-8") for path in folder.glob("notebooks/*.ipynb")}
    assert sorted(given) == ["00", "01", "02", "03"]
    assert "[03 Serve the script of the page](03_static_javascript.ipynb)" in given["00"]
    assert "Answer my request" in given["01"]
    assert "Render my page" in given["02"]
    assert "## Read our HTML" in given["02"]
    assert not any('"solution"' in text for text in given.values())
    assert (folder / "workspace/02_template.ipynb").read_text() == "mine"
    again = call_kit(kit, "handout", "--update", folder, check=True).stdout  # as it was asked for before
    assert "New" not in again
    assert "Nothing is new, so there is nothing to commit." in again
    assert not subprocess.check_output(["git", "-C", folder, "status", "--porcelain"])
    (folder / ".git/HEAD").unlink()
    with pytest.raises(KitError, match=r"is written, and not committed: fatal: not a git repository"):
        renew.commit(folder)


def test_what_merges_is_fetched_when_it_is_wanted(kit, tmp_path_factory):
    """A new handout needs no more than a learner has, and --update what merges."""
    folder = tmp_path_factory.mktemp("teacher") / "class"
    with (kit / "notebooks/teach/requirements.txt").open("a") as requirements:
        requirements.write("no-such-package==1\n")
    (kit / ".venv").write_text("a file in the way")
    call_kit(kit, "handout", folder, check=True)
    run = call_kit(kit, "handout", "--update", folder)
    assert run.returncode == 1
    assert ".venv cannot be used" in run.stderr
