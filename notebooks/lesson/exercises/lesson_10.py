"""The exercises of lesson 10, tests that find what is wrong."""

import ast
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

from ..checks import NotYet, exercise
from ..lessons import FOLDERS, NOTEBOOKS
from ..patience import patient
from ..testing import pytest_in_each
from . import from_here, instead

DEADLINE = 5  # seconds for one test on a quiet machine; pytest, which has more to do, has three times as long


def against(file, *bugs, deadline=DEADLINE):
    """Run a test file against the finished app, then against one with each of the bugs, if it passed.

    A bug is the name of a module of the app, and what changes its text. Return what pytest says of each.
    NotYet: it passed, and then took too long.
    """
    settings = f"[pytest]\naddopts = -q --tb=short\ntimeout = {patient(deadline):.0f}\n"
    with tempfile.TemporaryDirectory() as parent:
        folders = [Path(parent).resolve() / str(number) for number in range(len(bugs) + 1)]
        for folder, (part, bug) in zip(folders, [("main", str), *bugs], strict=True):
            for name in FOLDERS:
                shutil.copytree(NOTEBOOKS.parent / name, folder / name)
            # by the minute, so that a slow machine stays within the limit no more than a fast one
            for name, change in [(part, bug), ("main", instead(("seconds=1)", "seconds=60)")))]:
                module = folder / "app" / f"{name}.py"
                module.write_text(change(module.read_text(encoding="utf-8")), encoding="utf-8")
            for path in {file, *file.parent.glob("conftest.py")}:
                shutil.copy(path, folder)
            (folder / "pytest.ini").write_text(settings)
        runs = list(pytest_in_each(folders, file.name, seconds=3 * deadline))
    if runs[0][0] == 0 and any(code is None or "Timeout (>" in report for code, report in runs[1:]):
        raise NotYet("against a broken app your test took too long to tell. Run the check once more.")
    return runs


def learners_file(answer):
    """Return the path of the learner's file; NotYet where there is none."""
    if not isinstance(answer, str):
        raise NotYet(
            f"check() got something of type {type(answer).__name__}; it needs the name of your file."
        )
    if not Path(answer).is_file():
        raise NotYet(f"there is no file {answer} here. Run the cell above, which writes it.")
    return Path(answer)


def last_own_line(file, report):
    """Return the last line of the learner's file that a report names, as a line of its own, or nothing."""
    lines = file.read_text(encoding="utf-8").splitlines()
    at = re.findall(rf"^{re.escape(file.name)}:(\d+):", report, re.MULTILINE)
    return f"\n    line {at[-1]}: {lines[int(at[-1]) - 1].strip()}" if at else ""


def exception_in(file, report):
    """Return the exception in a report, with the line of the learner's file that led to it."""
    error = re.search(r"^E   ((?! ).*)|^E +(fixture .*)", report, re.MULTILINE)
    return f"\npytest says: {error[1] or error[2]}{last_own_line(file, report)}" if error else ""


def must_pass(file, code, report):
    """Raise NotYet where the learner's tests did not pass against the finished app."""
    if "Timeout (>" in report:
        raise NotYet(
            f"against the finished app the test was still waiting after {DEADLINE} s, so it was stopped. "
            "What does it wait for that the app never sends? (If this machine is busy, run the check once "
            f"more.){last_own_line(file, report)}"
        )
    if code is None:
        raise NotYet(
            f"pytest was still running after {3 * DEADLINE} s. Which line of {file} goes round for ever? (If "
            "this machine is busy, run the check once more.)"
        )
    if code == 5:
        raise NotYet(
            f"pytest found no test in {file}. It calls the functions whose names begin with test_, and "
            "no others."
        )
    if code in {2, 3, 4}:
        raise NotYet(f"pytest could not read {file}.{exception_in(file, report)}")
    if code != 0:
        raise NotYet(
            "the test is red against the finished app, which is right as it is. Look at what the test does, "
            f"and at what it claims.{exception_in(file, report)}"
        )
    if not re.search(r"^\d+ passed$", report, re.MULTILINE):
        raise NotYet(
            f"no test was really run: {report.splitlines()[-1]}. A test that is skipped finds nothing."
        )


def parts(file, kind):
    """Return the parts of a kind, such as ast.Assert, that the learner's program has."""
    return [part for part in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(part, kind)]


@exercise(
    "10.1",
    todo="run the cell that writes your file, and hand its name to check().",
    hints=[
        "Which lines of the test are run if receive_text() raises nothing?",
        "pytest.raises() fails the test if its block raises nothing; as gives a name to the exception.",
        "with pytest.raises(WebSocketDisconnect) as error: ws.receive_text() "
        "and after that block: assert error.value.code == 1003",
    ],
    mistakes={
        "no line of it asserts anything about the code": instead(("    assert error", "    error")),
        "it is never reached. Put it after the block": instead(
            ("    assert error", "            assert error")
        ),
        "closes with 1000, a normal end": instead(("error.value.code == 1003", "error.value.code >= 1000")),
        "closes with 1008, against the rules": instead(
            ("error.value.code == 1003", "error.value.code > 1000")
        ),
        "'ExceptionInfo' object has no attribute 'code'": instead(("error.value.code", "error.code")),
        "pytest says: starlette.websockets.WebSocketDisconnect": instead(
            ("(WebSocketDisconnect)", "(KeyError)")
        ),
        "DID NOT RAISE": instead(('send_bytes(b"\\x00\\x01")', 'send_text("hello")')),
        "pytest found no test in test_bytes.py": instead(("def test_bytes", "def bytes")),
        "'(' was never closed": instead(("ws.receive_text()", "ws.receive_text(")),
        "No module named 'app.chat'": instead(("from app.main", "from app.chat")),
        "no test was really run: 1 skipped": instead(("def test", "@pytest.mark.skip\ndef test")),
    },
)
def bytes_are_refused(answer):
    file = learners_file(answer)
    good, answers, closes, others = against(
        file,
        ("endpoints", instead(('raise WebSocketException(1003, "text only") from None', 'text = "?"'))),
        ("endpoints", instead(("(1003,", "(1000,"))),
        ("endpoints", instead(("(1003,", "(1008,"))),
    )
    must_pass(file, *good)
    if answers[0] == 0:
        raise NotYet(
            "an app that answers bytes like any text was tried, and your test passed. receive_text() raised "
            "nothing there, so no assert was run. The test has to demand the exception, with pytest.raises()."
        )
    if closes[0] == 0 and any(
        "raises" in ast.dump(block.items[0]) and any(isinstance(part, ast.Assert) for part in block.body)
        for block in parts(file, ast.With)
    ):
        raise NotYet(
            "an app that closes with 1000 was tried, and your test passed. The assert is in the block of "
            "pytest.raises, below the line that raises, so it is never reached. Put it after the block."
        )
    if closes[0] == 0 and not parts(file, ast.Assert):
        raise NotYet(
            "an app that closes with 1000 was tried, and your test passed: no line of it asserts anything "
            "about the code."
        )
    if closes[0] == 0:
        raise NotYet(
            "an app that closes with 1000, a normal end, was tried, and your test passed. Claim the one code "
            "that says what was wrong: 1003."
        )
    if others[0] == 0:
        raise NotYet(
            "an app that closes with 1008, against the rules, was tried, and your test passed. Claim the one "
            "code that says what was wrong: 1003."
        )
    return (
        "it is green against the chat, and red against an app that answers bytes or closes with another code."
    )


@cache
def red_ones(tests):
    """Return the names of those tests, the text of test_four.py, that fail against an app that cuts."""
    file = Path("test_four.py")
    cut = "main", instead(("{message}", "{message[:10_000]}"))
    good, (_, report) = against(
        file, cut, deadline=4 * DEADLINE
    )  # the lesson's own tests, one with 100 texts
    must_pass(file, *good)
    if red := re.findall(r"^FAILED test_four\.py::(\w+)", report, re.MULTILINE):
        return red
    raise NotYet("none of your four tests was red. Run the cell that writes test_four.py as it was.")


TESTS = {"test_hello", "test_long", "test_any_text", "test_twenty"}


@exercise(
    "10.2",
    todo='put the names of the red tests into a list, such as ["test_hello"], in place of the three dots.',
    hints=[
        "Which of the tests sends a message that is longer than 10,000 characters?",
        "Texts that hypothesis makes are mostly shorter than a line. Twenty short ones are no long one.",
        'It is one test, and its name says why: red = ["test_..."]',
    ],
    mistakes={
        "And the red one is in your list": 'red = ["test_long", "test_any_text"]',
        "And one that you left out was red": 'red = ["test_any_text"]',
        "Which sends most?": "red = []",
        "test_hello was run against the broken app": 'red = ["test_hello", "test_long"]',
        "test_twenty was run against the broken app": 'red = ["test_long", "test_twenty"]',
        "there is no test 'test_longer'": 'red = ["test_longer"]',
        "a list with the names of tests": "red = 1",
    },
)
def red(answer):
    names = [answer] if isinstance(answer, str) else answer
    if not isinstance(names, list | tuple | set):
        raise NotYet("the answer is a list with the names of tests.")
    if unknown := [name for name in names if name not in TESTS]:
        raise NotYet(f"there is no test {unknown[0]!r} in test_four.py.")
    really = set(red_ones(learners_file("test_four.py").read_text(encoding="utf-8")))
    if "test_any_text" in set(names) - really:
        raise NotYet(
            "test_any_text was run against the broken app, and it passed. A property is tried with a "
            "hundred texts. How long are they, do you think?"
            + (
                " And one that you left out was red."
                if really - set(names)
                else " And the red one is in your list."
            )
        )
    if wrongly := sorted(set(names) - really):
        raise NotYet(
            f"{wrongly[0]} was run against the broken app, and it passed. Does it send a message of more "
            "than 10,000 characters?"
        )
    if really - set(names):
        raise NotYet(
            "the four tests were run against the broken app, and not all of them passed. Which sends most?"
        )
    return f"the four tests were run against the broken app, and {', '.join(sorted(really))} is the red one."


RATE = "rate = RateLimit(limits.MESSAGES_PER_SECOND, seconds=1)\n"
SHARED = instead((f"    {RATE}", ""), ("@app.websocket(", f"{RATE}\n\n@app.websocket("))


@exercise(
    "10.3",
    todo="run the cell that writes your file, and hand its name to check().",
    hints=[
        "With the planted bug, whose messages are counted together?",
        "Open two connections at once. Let the first one use up its 20 messages, then let the second speak.",
        "Above the first two lines of the block: for number in range(20): and they go further to the right.",
    ],
    mistakes={
        "has one of them used these up before the other one speaks?": instead(("range(20)", "range(1)")),
        "does yours send more?": instead(("range(20)", "range(21)")),
        "It opens one connection": instead(
            (' as one, client.websocket_connect("/ws") as other', " as one"),
            ("range(20)", "range(10)"),
            ("other", "one"),
        ),
        "It catches the very exception that would tell": from_here(
            "        other",
            "        try:\n            other.send_text('hello')\n"
            "            assert other.receive_text()\n        except Exception:\n            pass\n",
        ),
        "IndentationError: unexpected indent": instead(("assert other", "        assert other")),
        "AssertionError: assert 'Message text was: hello' == 'hello'": instead(
            ('"Message text was: hello"', '"hello"')
        ),
        "still waiting after 5 s": instead(('        other.send_text("hello")\n', "")),
        "pytest found no test in test_mine.py": instead(("def test_each", "def each")),
        "SyntaxError: expected ':'": instead(("range(20):", "range(20)")),
    },
)
def each_client_has_its_own_limit(answer):
    file = learners_file(answer)
    (code, report), broken = against(file, ("main", SHARED))
    if code == 1 and "WebSocketDisconnect" in report:
        raise NotYet(
            "the chat itself closed a connection of your test. One client may send 20 messages in a second: "
            f"does yours send more?{last_own_line(file, report)}"
        )
    must_pass(file, code, report)
    code, _ = broken
    if code == 0 and parts(file, ast.ExceptHandler):
        raise NotYet(
            "your test passed against the broken app too. It catches the very exception that would tell: "
            "let that one leave the test."
        )
    if code == 0 and file.read_text(encoding="utf-8").count("websocket_connect") < 2:
        raise NotYet(
            "your test passed against the broken app too. It opens one connection, and this bug is only "
            "seen by a second one."
        )
    if code == 0:
        raise NotYet(
            "your test passed against the broken app too. There all clients together have 20 messages: has "
            "one of them used these up before the other one speaks?"
        )
    return "it is green against the chat, and red against the app that counts all clients together."
