"""What test_runs.py compares, and what it leaves out: no true difference passes, and none of chance fails."""

import json
import re

import nbformat
import pytest
from nbval.plugin import get_sanitize_patterns

from lesson import checks
from tests.conftest import ROOT, sanitized
from tests.lessons.answers import answers_to
from tests.lessons.test_runs import assert_each_its_own, cells, comparable


@pytest.mark.parametrize("id", checks.exercises)
def test_feedback_of_another_mistake(id):
    """Feedback that two mistakes of an exercise have exchanged is noticed."""
    first, second, *others = [f"{id} not yet: {words}" for words in answers_to(id).mistakes]
    assert_each_its_own(id, [first, second, *others])
    with pytest.raises(AssertionError, match="is said in"):
        assert_each_its_own(id, [second, first, *others])


def stored(name, start):
    """Return the cell of a lesson in which a line begins so."""
    lines = re.compile(f"^{re.escape(start)}", re.MULTILINE)
    [cell] = [cell for cell in cells(ROOT / "notebooks", name) if lines.search(cell.source)]
    return cell


@pytest.mark.parametrize(
    ("name", "start", "old", "new", "alike"),
    [
        ("11_chat_room", "show_page(", "127.0.0.1:8000/room", "127.0.0.1:49152/room", True),
        ("11_chat_room", "show_page(", "127.0.0.1:8000/room", "127.0.0.1:8000/", False),
        ("11_chat_room", "show_page(", "The first page", "The second page", False),
        ("15_measure_it", 'show_table(["in microseconds"', "76", "1,076.5", True),
        ("15_measure_it", 'show_table(["in microseconds"', "p50", "mean", False),
        ("15_measure_it", 'show_table(["in microseconds"', "| alone | 76 | 71 | 106 | 287 |\n", "", False),
        ("15_measure_it", 'show_table(["answer"', "a few lie far to the right", "", False),
        ("00_start_here", "doctor()", "Python 3.11.7", "Python 3.13.1", True),
        ("00_start_here", "doctor()", "ok   port 8000 serves", "LOOK port 8000 does not serve", True),
        ("00_start_here", "doctor()", "packages, in", "packages, not in", False),
    ],
)
def test_what_is_compared(name, start, old, new, alike):
    """A figure, a version or a port may differ in an output; a path, a header, a row or a word may not."""
    cell = stored(name, start)
    outputs = json.dumps(cell.outputs)
    assert json.dumps(old)[1:-1] in outputs
    other = nbformat.from_dict(json.loads(outputs.replace(json.dumps(old)[1:-1], json.dumps(new)[1:-1])))
    assert (comparable(other, cell) == comparable(cell.outputs, cell)) == alike


RUNNING = "RuntimeError: a loop is running"
CHANGED = {  # what each pattern of nbval.cfg is there for, and how it is compared
    "<IPython.lib.display.IFrame at 0x7f0c2a>": "<IPython.lib.display.IFrame>",
    "said\nOverwriting app/main.py\n": "said\nWriting app/main.py\n",
    "RuntimeError: asyncio.run() cannot be called from a running event loop\n": RUNNING + "\n",
    "RuntimeError: Cannot run the event loop while another loop is running": RUNNING,
    '<a href="http://127.0.0.1:8000/?ws://127.0.0.1:50001/ws"': '<a href="its server/?its server/ws"',
    "Exercises done: 01: 2 of 2, 02: 1 of 2.": "Exercises done",
    '<ol aria-label="Lessons" style=""><li>01 ●●</li></ol> <p>': "the lessons <p>",
    "TypeError: _patch_asyncio.<locals>.run() got an unexpected keyword argument 'loop_factory'": RUNNING,
}
UNCHANGED = [
    'src="its server/room"',
    'src="data:text/html,%3C%21doctype"',
    'src="https://example.org:8000/room"',
    "ws://127.0.0.1:8000/ws",
    "http://127.0.0.1:8123/ has no address yet",
    "wss://hub.example/user/ann/proxy/8000/ws",
    "Message text was: hello",
    "20 answers",
    "1003 text only",
    "closed with 1008, policy violation",
    "Overwriting is what a cell does",
    "RuntimeError: Event loop is closed",
    "OSError: Port 8000 is busy. Stop what uses it, or leave out the port.",
    "TypeError: unhashable type: 'dict'",
    "0x1, text",
]


def test_sanitizer():
    """Each pattern of nbval changes what it is there for, and no path, message, count, code or error."""
    assert {text: sanitized(text) for text in CHANGED} == CHANGED
    assert {text: sanitized(text) for text in UNCHANGED} == {text: text for text in UNCHANGED}
    patterns = get_sanitize_patterns((ROOT / "tests/lessons/nbval.cfg").read_text())
    assert all(any(re.search(pattern, text) for text in CHANGED) for pattern, _ in patterns)
