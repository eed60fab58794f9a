"""The row of lessons that begin() shows."""

import json

from bs4 import BeautifulSoup

from lesson.kernels import run_all
from lesson.lessons import LESSONS
from tests.lesson.in_a_kernel import BEGIN, outputs_of_cells

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


def test_numbers_of_an_older_course(kit):
    """What was done under a number that stands for another exercise now has its own, or is not claimed."""
    file = kit / "workspace/progress.json"
    file.parent.mkdir()
    older = {"11.1": "2026-11-20", "12.1": "2026-11-21", "12.2": "2026-11-22", "13.1": "2026-11-23"}
    file.write_text(json.dumps(older))
    show = "from lesson.progress import store_done, stored_done; print(*sorted(stored_done().items()))"
    [before] = outputs_of_cells(kit, show)
    assert before == "('11.1', '2026-11-20') ('13.2', '2026-11-22') ('15.1', '2026-11-23')\n"
    assert json.loads(file.read_text()) == older
    _, _, after = outputs_of_cells(kit, show, "[store_done(id) for id in ('13.1', '12.1', '11.1')]", show)
    assert set(before.strip()[1:-1].split(") (")) < set(after.strip()[1:-1].split(") ("))
    assert json.loads(file.read_text()).keys() == {"11.1", "13.2", "15.1", "13.1", "12.1", "numbered"}


def test_lessons_of_an_older_course(kit):
    """Folders under numbers of an older course stay as they are, and none is taken for a lesson."""
    workspace = kit / "workspace"
    old = {"12_more_machines/app/room.py": "a = 1\n", "13_measure_it/app/main.py": "b = 1\n"}
    for path, text in old.items():
        (workspace / path).parent.mkdir(parents=True)
        (workspace / path).write_text(text)
    lesson = LESSONS[-1]
    begins = [f"from lesson import begin; begin('{name}')" for name in [lesson, "12_more_machines"]]
    begun, refused = outputs_of_cells(kit, *begins)
    assert begun.startswith(f"Lesson {int(lesson[:2])} of {int(lesson[:2])}. ")
    assert begun.count("\n") == 2  # nothing is offered to bring along
    assert "There is no lesson '12_more_machines'. The nearest name is '13_more_machines'." in refused
    assert {path: (workspace / path).read_text() for path in old} == old
