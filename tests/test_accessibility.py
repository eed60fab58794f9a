"""Each sentence of ACCESSIBILITY.md that says what holds has a test, which is there."""

import re

import pytest

from environment import ROOT
from tests.pages import TEXTS, section

HELD = {  # how a sentence begins, and the tests that hold it
    "The pages of the chat": [
        "app/test_ws_js.py::test_axe",
        "app/test_room_js.py::test_axe",
        "app/test_asyncapi.py::test_axe",
    ],
    "The list of messages": ["app/test_ws_js.py::test_log_is_reached_by_keyboard"],
    "Nothing on the page of the echo": ["app/test_ws_js.py::test_nothing_is_wider_than_the_page"],
    "An answer that comes": ["app/test_answers_js.py::test_read_aloud_once"],
    "The page of the answers": ["app/test_answers_js.py::test_axe"],
    "Motion on the pages": ["app/test_ws_js.py::test_motion_is_for_who_likes_it"],
    "A page says in words": ["app/test_ws_js.py::test_without_javascript"],
    "Pictures that move can": ["lesson/test_timeline.py::test_steps", "lesson/test_timeline.py::test_axe"],
    "Pictures that move are": ["lesson/test_timeline.py::test_whole", "lesson/test_timeline.py::test_print"],
    "The bits of a frame": ["lesson/test_frames.py::test_keys"],
    "Each diagram": ["lessons/test_rules.py::test_lesson", "lessons/test_diagrams.py::test_diagrams"],
    "Each picture": ["test_documents.py::test_page"],
    "A slide is printed": ["teach/test_slides.py::test_printed"],
}


def unheld(text):
    """Yield each sentence that no test holds, and each test that is not there."""
    sentences = re.findall(r"(?m)^- (.*)$", section(text, "What holds"))
    for sentence in sentences:
        tests = [test for begin, tests in HELD.items() if sentence.startswith(begin) for test in tests]
        if not tests or re.search(r"\. \w", sentence):
            yield f"no test holds: {sentence}"
        for file, _, name in (test.partition("::") for test in tests):
            path = ROOT / "tests" / file
            if not path.is_file() or f"def {name}(" not in path.read_text(encoding="utf-8"):
                yield f"there is no {name} in {file}"
    said = "\n".join(sentences)
    yield from (f"nowhere is said: {begin}" for begin in HELD if begin not in said)


def test_each_sentence_is_held():
    """Each sentence names its tests."""
    assert list(unheld(TEXTS["ACCESSIBILITY.md"])) == []


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("no test holds: Sounds", ("- The bits", "- Sounds have words.\n- The bits")),
        ("nowhere is said: Each diagram", ("- Each diagram", "- Every diagram")),
    ],
)
def test_fault_is_found(words, change):
    """A sentence without a test, and a test without its sentence, are found."""
    assert words in "\n".join(unheld(TEXTS["ACCESSIBILITY.md"].replace(*change, 1)))
