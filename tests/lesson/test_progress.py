"""The row of lessons that begin() shows."""

import json

from bs4 import BeautifulSoup

from lesson.kernels import run_all
from lesson.lessons import LESSONS
from tests.lesson.in_a_kernel import BEGIN

DONE = ["01.1", "01.2", "02.1", "99.1"]  # the last one of a lesson that another version of the course has


def test_row_of_lessons(kit):
    """It links to each lesson, marks the one that has begun, and says of each what is done, in words too."""
    (kit / "workspace").mkdir()
    done = json.dumps(dict.fromkeys(DONE, "2026-11-26"))
    (kit / "workspace/progress.json").write_text(done)
    [outputs] = run_all([BEGIN], cwd=kit / "notebooks")
    [shown] = [output.data for output in outputs if "data" in output]
    assert shown["text/plain"] == "Exercises done: 01: 2 of 2, 02: 1 of 2."
    links = BeautifulSoup(shown["text/html"], "html.parser").find_all("a")
    assert [link["href"] for link in links] == [f"{name}.ipynb" for name in LESSONS]
    assert [link["aria-label"] for link in links[:4]] == [
        "Lesson 00, no exercises",
        "Lesson 01, 2 of 2 exercises done",
        "Lesson 02, 1 of 2 exercises done",
        "Lesson 03, 0 of 2 exercises done",
    ]
    assert [link.text for link in links[:4]] == ["00", "01 ●●", "02 ●○", "03 ○○"]
    assert [link.text for link in links if link.get("aria-current") == "page"] == ["04 ○○"]
