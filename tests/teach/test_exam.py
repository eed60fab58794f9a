"""The exam: given without its checks, and judged with them."""

import os

import nbformat
import pytest

from lesson.kernels import run_all
from lesson.lessons import KitError
from notebooks.teach import copies
from notebooks.teach.exam import exam
from tests.conftest import ROOT

ENDPOINT = """
from fastapi import FastAPI, WebSocket
counting = FastAPI()
@counting.websocket("/ws")
async def count(websocket: WebSocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text({})
"""
LOOP = """
def missed(log, last):
    found = []
    for number, text in log:
        if number > last:
            found.append(text)
    return found
"""
ANSWERS = [  # the id, the name, the answer, and words of what is said
    ("90.1", "counting", ENDPOINT.format("str(len(text.split()))"), "done: four texts"),
    ("90.1", "counting", ENDPOINT.format("f'{sum(1 for _ in text.split())}'"), "done: four texts"),
    ("90.1", "counting", ENDPOINT.format("str(len(text))"), "its characters were counted"),
    ("90.1", "counting", ENDPOINT.format("str(text.count(' ') + 1)"), 'answered with "1", and "0" was'),
    ("90.2", "causes", "causes = ['b', 'c', 'a']", "done: each symptom"),
    ("90.2", "causes", "causes = 'B, C, A'", "done: each symptom"),
    ("90.2", "causes", "causes = ['b', 'a', 'c']", "what 2 says has another cause than a"),
    (
        "90.3",
        "missed",
        "missed = lambda log, last: [text for n, text in log if n > last]",
        "done: four people",
    ),
    ("90.3", "missed", LOOP, "done: four people"),
    ("90.3", "missed", "missed = lambda log, last: [text for n, text in log if n >= last]", "after 2 came"),
    ("90.3", "missed", "missed = lambda log, last: log[last:]", "after 0 came"),
    ("90.3", "missed", "def missed(log, last): ...", "returned None"),
    ("90.3", "missed", "def missed(log, last):\n    log.reverse()\n    return []", "changed the log"),
]


def test_the_answers(tmp_path, monkeypatch):
    """Right answers in several styles are done, and each mistake is named; a stub is neither."""
    exam(tmp_path / "exam")
    monkeypatch.setenv("KIT_EXAM", str(tmp_path / "exam"))
    cells = nbformat.read(tmp_path / "exam/exam.ipynb", as_version=4).cells
    stubs = [cell.source for cell in cells if cell.cell_type == "code"]
    tried = [line for id, name, answer, _ in ANSWERS for line in (answer, f'check("{id}", {name})')]
    outputs = run_all([*stubs, *tried], cwd=ROOT / "notebooks")
    said = ["".join(one["data"]["text/plain"] for one in shown if "data" in one) for shown in outputs]
    assert [it[:12] for it in said if it][:3] == [f"90.{number} not yet" for number in (1, 2, 3)]
    for (*_, words), feedback in zip(ANSWERS, said[len(stubs) + 1 :: 2], strict=True):
        assert words in feedback


def test_no_class_gets_the_checks(tmp_path):
    """What a class gets has no file of the exam; a folder that is there is not written."""
    assert not any("paper" in name or "lesson_90" in name for name in copies.sort_out()[0])
    exam(tmp_path / "exam")
    assert sorted(os.listdir(tmp_path / "exam")) == ["exam.ipynb", "lesson_90.py"]
    for folder, why in [(tmp_path / "exam", "is there"), (ROOT / "exam", "lies in the kit itself")]:
        with pytest.raises(KitError, match=why):
            exam(folder)
