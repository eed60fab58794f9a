"""The exercises of lesson 10, tests that find what is wrong."""

import ast
import re
import shutil
import tempfile
from collections import namedtuple
from functools import cache
from pathlib import Path

from ..checks import NotYet, exercise
from ..lessons import FOLDERS, NOTEBOOKS
from ..patience import patient
from ..reading import among, several
from ..testing import ENDED, pytest_in_each
from . import instead

NOTE = 'with open("heard.txt", "a") as heard: heard.write("{}")\n'
NOTING = [  # what changes a module of the app, so that it notes connections, answers, bytes, and refusals
    (
        "main",
        instead(
            (".accept()\n", ".accept()\n    " + NOTE.format("c")),
            (
                "        await websocket.send_text",
                "        " + NOTE.format("m") + "        await websocket.send_text",
            ),
        ),
    ),
    (
        "endpoints",
        instead(
            ("        except KeyError:\n", "        except KeyError:\n            " + NOTE.format("b")),
            (
                "            raise WebSocketException(1008",
                "            " + NOTE.format("x") + "            raise WebSocketException(1008",
            ),
        ),
    ),
]
Run = namedtuple("Run", "code report heard")
DEADLINE = 5  # seconds for one test on a quiet machine; pytest, which has more to do, has three times as long


def against(file, *bugs, deadline=DEADLINE, seconds=60):
    """Run a test file against the finished app, and if it passes, against one with each of the bugs in turn.

    A bug is the name of a module of the app, and what changes its text. The first one with which the file
    passes is the last that is tried. Return the Run of each, tried or not.
    NotYet: it passed, and then took too long.
    """
    settings = f"[pytest]\naddopts = -q --tb=short\ntimeout = {patient(deadline):.0f}\n"
    with tempfile.TemporaryDirectory() as parent:
        folders = [Path(parent).resolve() / str(number) for number in range(len(bugs) + 1)]
        for folder, (part, bug) in zip(folders, [("main", str), *bugs], strict=True):
            for name in FOLDERS:
                shutil.copytree(NOTEBOOKS.parent / name, folder / name)
            # by the minute, so that a slow machine stays within the limit no more than a fast one
            slow = instead(("seconds=1)", f"seconds={seconds})"))
            for name, change in [(part, bug), ("main", slow), *NOTING]:
                module = folder / "app" / f"{name}.py"
                module.write_text(change(module.read_text(encoding="utf-8")), encoding="utf-8")
            for path in {file, *file.parent.glob("conftest.py")}:
                shutil.copy(path, folder)
            (folder / "pytest.ini").write_text(settings)
        notes = [folder / "heard.txt" for folder in folders]
        said = pytest_in_each(folders, file.name, seconds=3 * deadline)
        runs = [
            Run(*one, note.read_text() if note.exists() else "")
            for one, note in zip(said, notes, strict=True)
        ]
    if runs[0].code == 0 and any(run.code is None or "Timeout (>" in run.report for run in runs[1:]):
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
    name = re.escape(file.name)
    at = re.findall(rf'^{name}:(\d+):|^E +File ".*{name}", line (\d+)', report, re.MULTILINE)
    number = int("".join(at[-1])) if at else 0
    return f"\n    line {number}: {lines[number - 1].strip()}" if number else ""


def exception_in(file, report):
    """Return the exception in a report, with the line of the learner's file that led to it."""
    what = r"^E   ((?! ).*)|^E +((?:fixture|\w+Error:|SystemExit).*)|^(async def functions.*)"
    error = re.search(what, report, re.MULTILINE)
    if error is None and "SystemExit" in report:
        return "\nIt ends the whole program, with sys.exit() or the like."
    if error is None:
        return ""
    said = re.sub(r" \(\S+\.py\)$", "", "".join(filter(None, error.groups())))  # without a file of this check
    return f"\npytest says: {said}{last_own_line(file, report)}"


def must_pass(file, run):
    """Raise NotYet where the learner's tests did not pass against the finished app."""
    code, report, _ = run
    if "Timeout (>" in report:
        raise NotYet(
            f"against the finished app the test was still running after {DEADLINE} s, so it was stopped. "
            "Does it wait for something that the app never sends, or go round and round? (If this machine is "
            f"busy, run the check once more.){last_own_line(file, report)}"
        )
    if code is None:
        raise NotYet(
            f"pytest was still running after {3 * DEADLINE} s. Which line of {file} goes round for ever? (If "
            "this machine is busy, run the check once more.)"
        )
    if code == ENDED:
        raise NotYet(f"pytest ended before it could report: a line of {file} ends the whole program.")
    if code == 5:
        raise NotYet(
            f"pytest found no test in {file}. It calls the functions whose names begin with test_, and "
            "no others."
        )
    if code in {2, 3, 4}:
        raise NotYet(f"pytest could not run {file}.{exception_in(file, report)}")
    if code != 0:
        raise NotYet(
            "the test is red against the finished app, which is right as it is. Look at what the test does, "
            f"and at what it claims.{exception_in(file, report)}"
        )
    if not re.search(r"^\d+ passed(, \d+ warnings?)?$", report, re.MULTILINE):
        raise NotYet(
            f"pytest says: {report.splitlines()[-1]}. A test that is skipped, or that may fail, finds "
            "nothing: let each of yours run and pass."
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
)
def bytes_are_refused(answer):
    file = learners_file(answer)
    good, answers, *closes = against(
        file,
        ("endpoints", instead(('raise WebSocketException(1003, "text only") from None', 'text = "?"'))),
        *[("endpoints", instead(("(1003,", f"({code},"))) for code in CODES],
    )
    must_pass(file, good)
    if "b" not in good.heard:
        raise NotYet(
            "the test is green, and the app got no bytes from it. Let it connect to /ws of the app that "
            "app.main has, send bytes, and look at what comes."
        )
    if answers.code == 0:
        raise NotYet(
            "an app that answers bytes like any text was tried, and your test passed. "
            + (
                "What stands below an except is not run where nothing is raised, as there nothing is. "
                if parts(file, ast.ExceptHandler)
                else ""
            )
            + "The test has to demand the exception, with pytest.raises(), or claim what comes in its place."
        )
    for code, run in zip(CODES, closes, strict=True):
        if run.code == 0:
            raise NotYet(
                f"an app that closes with {code}, {CODES[code]}, was tried, and your test passed. "
                + why_green(file)
            )
    return (
        "it is green against the chat, and red against an app that answers bytes or closes with another code."
    )


CODES = {1000: "a normal end", 1002: "a fault of the protocol", 1008: "against the rules"}


def why_green(file):
    """Return what is wrong with a test that demands an end, and lets a wrong code pass."""
    if "assert" not in file.read_text(encoding="utf-8"):
        return "It has no assert that claims the code."
    if any(isinstance(part.test, ast.Tuple) for part in parts(file, ast.Assert)):
        return "An assert with a comma in brackets claims that there are two things, which is always so."
    for block in parts(file, ast.With):
        lines = [ast.unparse(line) for line in block.body]
        ends = [number for number, line in enumerate(lines) if re.search(r"receive\w*\(\)$", line)]
        late = ends and any(line.startswith("assert ") and "1003" in line for line in lines[ends[0] + 1 :])
        if "raises" in ast.unparse(block.items[0]) and late:
            return (
                "The assert is in the block of pytest.raises, below the line that raises, so it is never "
                "reached. Put it after the block."
            )
    return "Claim the one code that says what was wrong: 1003."


@cache
def red_ones(tests):
    """Return the names of those tests, the text of test_four.py, that fail against an app that cuts."""
    file = Path("test_four.py")
    cut = "main", instead(("{message}", "{message[:10_000]}"))
    good, (_, report, _) = against(
        file, cut, deadline=4 * DEADLINE
    )  # the lesson's own tests, one with 100 texts
    must_pass(file, good)
    if red := re.findall(r"^FAILED test_four\.py::(\w+)", report, re.MULTILINE):
        return red
    raise NotYet("none of your four tests was red. Run the cell that writes test_four.py as it was.")


TESTS = ["test_hello", "test_long", "test_any_text", "test_twenty"]


@exercise(
    "10.2",
    todo='put the names of the red tests into a list, such as ["test_hello"], in place of the three dots.',
    hints=[
        "Which of the tests sends a message that is longer than 10,000 characters?",
        "Texts that hypothesis makes are mostly shorter than a line. Twenty short ones are no long one.",
        'It is one test, and its name says why: red = ["test_..."]',
    ],
)
def red(answer):
    names = answer.split(",") if isinstance(answer, str) else answer
    names = several(list(names) if isinstance(names, set) else names, None, "names of tests")
    names = among(TESTS, [str(name).rpartition("::")[2] for name in names])  # as pytest writes them
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
)
def each_client_has_its_own_limit(answer):
    file = learners_file(answer)
    good, broken = against(file, ("main", SHARED))
    if good.code == 1 and "x" in good.heard:
        raise NotYet(
            "the chat itself closed a connection of your test. One client may send 20 messages in a second, "
            f"and one of yours sent more.{last_own_line(file, good.report)}"
        )
    must_pass(file, good)
    if "x" not in broken.heard and broken.code != 0:
        raise NotYet(
            "your test is red against the broken app, and no client was thrown out there, so it is red for "
            "another reason. Let clients send messages, until the bug does what it does in a class."
        )
    if broken.code == 0 and broken.heard.count("c") < 2:
        raise NotYet(
            "your test passed against the broken app too. It opens "
            f"{'one' if 'c' in broken.heard else 'no'} connection to /ws, and this bug is only seen by a "
            "second one."
        )
    text = file.read_text(encoding="utf-8")
    if broken.code == 0 and "x" in broken.heard:
        catches = parts(file, ast.ExceptHandler) or "suppress(" in text
        raise NotYet(
            "the broken app closed a connection of your test at the 21st message, and your test passed all "
            "the same. "
            + (
                "Is it an except that catches the exception that would tell? Let that one leave the test."
                if catches
                else "Let it receive the answer to the last message, and claim it."
            )
        )
    if broken.code == 0:
        raise NotYet(
            "your test passed against the broken app too. There all clients together have 20 messages, and "
            f"none was too many: {broken.heard.count('m')} were answered. One has to use these up before the "
            "other one speaks."
        )
    if "sleep(" in text and against(file, ("main", SHARED), seconds=1)[1].code == 0:
        raise NotYet(
            "your test passed against the broken app too, for a test that sleeps takes longer than a second, "
            "and by then the limit has forgotten what was sent. Let it send without a pause."
        )
    return "it is green against the chat, and red against the app that counts all clients together."
