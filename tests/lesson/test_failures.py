"""What a cell that failed is told."""

import json

from tests.lesson.in_a_kernel import BEGIN, outputs_of_cells


def test_a_name_that_another_cell_makes(kit):
    """A cell that lacks a name that the lesson makes says how to get it; any other name is left alone."""
    made = ["websocket_endpoint", "diary", "TestClient", "suppress"]  # in a file, and by a cell
    others = ["websocket_endpiont", "goodbye"]  # misspelt, and a word of the lesson that forgot its quotes
    others += ["websocket"]  # that of a function
    _, *said = outputs_of_cells(kit, BEGIN, *made, *others)
    advised = [text.endswith("then run the cells from the top.\n") for text in said]
    assert advised == [True] * len(made) + [False] * len(others)


def test_a_lesson_that_a_learner_has_broken(kit):
    """A cell that does not parse hides no other; a damaged lesson leaves Python's own words alone."""
    lesson = kit / "notebooks/04_echo_endpoint.ipynb"
    notebook = json.loads(lesson.read_text(encoding="utf-8"))
    notebook["cells"].insert(0, {"cell_type": "code", "metadata": {}, "source": "def half(:", "outputs": []})
    lesson.write_text(json.dumps(notebook), encoding="utf-8")
    damage = f"from pathlib import Path; _ = Path({str(lesson)!r}).write_text('')"
    _, advised, _, left_alone = outputs_of_cells(kit, BEGIN, "diary", damage, "diary")
    assert advised.endswith("then run the cells from the top.\n")
    assert left_alone.splitlines()[-1].endswith("name 'diary' is not defined")
    assert "Error in callback" not in advised + left_alone
