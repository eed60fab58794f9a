"""A lesson that was changed in two places, and becomes one again."""

import json

import pytest

from notebooks.teach.merge import merge_into

NAME = "02_template.ipynb"
A, B, C = "a = 1\nprint(a)", "b = 2", "c = 3\nprint(c)"
GIVEN = ["# Words", A, "More words", B, "The end", C]


def stored_lesson(texts, outputs, **more):
    """Return the text of a lesson: a text that begins with a capital or with # is Markdown."""
    cells = []
    for at, text in enumerate(texts):
        cell = {"cell_type": "markdown", "id": f"02-{at:02}", "metadata": {}, "source": text.splitlines(True)}
        if text[0] not in "#MT":
            cell |= {"cell_type": "code", "execution_count": at, "outputs": [outputs]} | more
        cells.append(cell)
    return json.dumps({"cells": cells, "metadata": {"from": outputs}, "nbformat": 4, "nbformat_minor": 5})


def merge(folder, given, theirs, ours):
    """Return whether two were merged, and what our lesson is then; each may be the text of a file."""
    paths = [folder / name / NAME for name in ("ours", "theirs", "given")]
    for path, texts in zip(paths, (ours, theirs, given), strict=True):
        path.parent.mkdir()
        path.write_text(texts if isinstance(texts, str) else stored_lesson(texts, path.parent.name))
    return merge_into(*paths), paths[0].read_text()


def given_with(**texts):
    """Return what was given with other texts; a list has cells in its place, or none."""
    now = []
    for text in GIVEN:
        new = texts.get({A: "a", B: "b", C: "c"}.get(text), text)
        now += [new] if isinstance(new, str) else new
    return now


MERGED = {
    "two cells": (given_with(a="mine"), given_with(b="b = 3"), given_with(a="mine", b="b = 3")),
    "neighbours": (
        given_with(b="mine"),
        [*GIVEN[:4], "The very end", C],
        [*GIVEN[:3], "mine", "The very end", C],
    ),
    "two that were added": (
        given_with(a=[A, "mine"]),
        given_with(c=["new", C]),
        given_with(a=[A, "mine"], c=["new", C]),
    ),
    "one gone there": (given_with(a=[]), given_with(c="new"), given_with(a=[], c="new")),
    "one gone in the course": (given_with(a="mine"), given_with(c=[]), given_with(a="mine", c=[])),
    "the same in both": (
        given_with(a="same", b="mine"),
        given_with(a="same", c="new"),
        given_with(a="same", b="mine", c="new"),
    ),
    "a cell that is there twice": (given_with(a=[A, B]), given_with(c="new"), given_with(a=[A, B], c="new")),
}


@pytest.mark.parametrize("what", MERGED)
def test_merged(tmp_path, what):
    """What was changed, added or taken away in two places is all there, once."""
    theirs, ours, both = MERGED[what]
    done, text = merge(tmp_path, GIVEN, theirs, ours)
    assert (done, ["".join(cell["source"]) for cell in json.loads(text)["cells"]]) == (True, both)


KEPT = {
    "one cell": (GIVEN, given_with(a="mine"), given_with(a="new")),
    "other lines of one cell": (GIVEN, given_with(a="a = 2\nprint(a)"), given_with(a="a = 1\nprint(a, a)")),
    "one that is gone": (GIVEN, given_with(a=[]), given_with(a="a = 2\nprint(a)")),
    "two added in one place": (GIVEN, given_with(a=[A, "mine"]), given_with(a=[A, "new"])),
    "nothing in the course": (GIVEN, given_with(a="mine"), GIVEN),
    "damaged as it was given": ("{", given_with(a="mine"), given_with(b="new")),
    "damaged there": (GIVEN, "<<<<<<< HEAD", given_with(b="new")),
}


@pytest.mark.parametrize("what", KEPT)
def test_not_merged(tmp_path, what):
    """Where both changed one cell, or a file is damaged, nothing is written."""
    done, text = merge(tmp_path, *KEPT[what])
    ours = KEPT[what][2]
    assert (done, text) == (False, stored_lesson(ours, "ours"))


def test_what_came_of_running(tmp_path):
    """An output is no change; each cell keeps its own and its tags, and no two have one id."""
    theirs = stored_lesson(given_with(a=["mine", A]), "theirs", execution_count=7)
    ours = stored_lesson(given_with(c=["new", C]), "ours", metadata={"tags": ["measured"]})
    done, text = merge(tmp_path, stored_lesson(GIVEN, "given"), theirs, ours)
    lesson = json.loads(text)
    code = [cell for cell in lesson["cells"] if cell["cell_type"] == "code"]
    assert done
    assert [cell["outputs"] for cell in code] == [["theirs"], *[["ours"]] * 4]
    assert [cell["execution_count"] for cell in code] == [7, 1, 3, 5, 6]
    assert [cell["metadata"] for cell in code] == [{}, *[{"tags": ["measured"]}] * 4]
    assert [cell["id"] for cell in lesson["cells"]] == [f"02-{at:02}" for at in range(8)]
    assert lesson["metadata"] == {"from": "ours"}
