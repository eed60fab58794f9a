"""The lessons run, each in every way that a reader may run it, and put out what is stored."""

import io
import json
import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir, redirect_stdout

import nbformat
import pytest

from lesson import checks
from lesson.failures import RUN_ABOVE
from lesson.kernels import run_all
from lesson.lessons import files_of_the_course, lessons, steps_of_the_course
from notebooks.teach.course import course_map
from notebooks.teach.refresh import built, steps
from tests.conftest import ROOT, assert_same, posix, sanitized
from tests.deadlines import seconds
from tests.lessons.answers import answers_to

LESSONS = [lesson.stem for lesson in lessons()]
PAIRS = list(zip(LESSONS, LESSONS[len(LESSONS) // 2 :], strict=False))  # each with one of another part
TIMED = "10_test_it"  # on Windows pytest-timeout does not end one test but the run, as the lesson says
NBVAL = ["--nbval-cell-timeout", str(seconds(60)), "--nbval-sanitize-with", "tests/lessons/nbval.cfg", "-s"]
NBVAL += ["-p", "no:xdist", "-p", "no:timeout"]  # the run around it has them
ON_YOUR_OWN = "on your own"
ADVICE = f"{RUN_ABOVE}\n", "Run that cell first.\n"
ALONE = re.compile(r"(from lesson import .+\n\n)?(check|run_tests)\(.+")  # all of a cell
FIRST = {"05.2": "server = BackgroundServer(app).start()"}  # what an answer there begins with
CHECK = re.compile(r'check\("(\d\d\.\d)", (?:\w+|"\w+\.py")\)')  # a name, or a file of the learner's
IGNORED = [  # cells whose output is not compared: how their last line begins, and the reason
    ("00_start_here", "doctor(", "the versions and the settings of this machine"),
    ("10_test_it", "    display(Image(", "a picture, or the words why there is none"),
    ("13_more_machines", "show_timeline(moments", "times of this machine"),
    ("13_more_machines", 'print(f"after NATS was back', "times of this machine"),
    ("15_measure_it", 'show_picture(figure, "Bars of messages', "bytes and times of three ways"),
    ("15_measure_it", 'show_table(["answer", ', "times of an echo"),
    ("15_measure_it", 'show_picture(figure, "Bars of the ratio', "times of an echo, and their ratios"),
    ("15_measure_it", 'show_table(["in microseconds", ', "times of an echo, with others at work"),
    ("15_measure_it", 'show_picture(figure, "Two lines', "memory of a process"),
    ("15_measure_it", 'show_picture(figure, "Messages a second', "deliveries a second"),
]
checks.load_exercises()


def cells(notebooks, name):
    """Return the code cells of a lesson."""
    notebook = nbformat.read(notebooks / f"{name}.ipynb", as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tagged(cell, tag):
    return isinstance(cell, dict) and tag in cell.metadata.get("tags", [])


def forms(output):
    """Yield the text of an output in each form that it has, with the words that go with a picture."""
    for form, text in sorted(output.get("data", {}).items()):
        yield f"{form} {output.metadata.get(form, '')}:\n{'a picture' if form == 'image/png' else text}\n"
    yield output.get("text") or output.get("evalue", "")


def comparable(outputs, cell):
    """Return the outputs of a cell as one text, without what may differ from run to run."""
    text = sanitized("".join(form for output in outputs for form in forms(output)))
    without_figures = re.sub(r" *\d[\d,.]*", " 0", text)  # which may be aligned
    if tagged(cell, "measured"):
        return without_figures
    if "doctor()" in cell.source:  # what it says of the port and below depends on what else runs here
        return re.split(r"(?m)^[A-Zok]+ +port ", without_figures)[0]
    return "" if tagged(cell, "nbval-ignore-output") else text


def handed_in(id, task, solution):
    """Return what learners may hand in: the solution, right answers in other styles, each typical mistake."""
    assert task.source.startswith(f"### Exercise {id}: "), f"{id}: the cell before the stub begins otherwise"
    assert solution.metadata.get("tags") == ["solution"], f"{id}: the cell after the check is no solution"
    solved = re.search(r"~~~python\n(.*)~~~", solution.source, re.DOTALL)
    assert solved, f"{id}: the solution has no code between ~~~python and ~~~"
    assert id in checks.exercises, f"{id}: lesson/exercises/lesson_{id[:2]}.py has no such exercise"
    answers = answers_to(id)
    assert len(answers.mistakes) >= 4, f"{id}: four typical mistakes are the least"
    others = [*answers.right, *answers.mistakes.values()]
    return [solved[1], *(other if isinstance(other, str) else other(solved[1]) for other in others)]


def with_answers(cells):
    """Yield each code of a lesson, where the answers to an exercise come before its own cells.

    With it comes the cell, whose outputs are stored; or the id of the exercise that is checked; or None.
    """
    for at, cell in enumerate(cells):
        if found := at + 1 < len(cells) and CHECK.search(cells[at + 1].source):
            first = [(FIRST[found[1]], None)] if found[1] in FIRST else []
            for answer in handed_in(found[1], cells[at - 1], cells[at + 2]):
                yield from [*first, (answer, None), (cells[at + 1].source, found[1])]
            yield from first
        if cell.cell_type == "code":
            yield cell.source, cell


def done_alone(cells):
    """Return the code of the answer to "On your own", cell by cell."""
    answer = next((cell.source for cell in cells if "<summary>Answer</summary>" in cell.source), "")
    return re.findall(r"(?ms)^~~~python\n(.*?)^~~~$", answer)


def in_a_row(cells):
    """Yield the code cells of a lesson, each twice, but for what its answers or a process of its own do."""
    for cell in cells:
        if cell.cell_type == "code" and not ALONE.fullmatch(cell.source):
            adds = cell.source.startswith("%%writefile -a ")  # the same again, and the file is another
            yield from [(cell.source, cell), ("" if adds else cell.source, cell)]


def assert_runs_twice(kit, name):
    """Queue each cell of a lesson twice in a row, and after them all of it, with all answers; compare."""
    lesson = nbformat.read(kit / "notebooks" / f"{name}.ipynb", as_version=4).cells
    first = list(in_a_row(lesson))
    todo = [*first, *with_answers(lesson), *((source, ON_YOUR_OWN) for source in done_alone(lesson))]
    may_raise = {at for at, (_, cell) in enumerate(todo) if cell is None or tagged(cell, "raises-exception")}
    may_raise |= set(range(1, len(first), 2))
    sources, launch = [source for source, _ in todo], {"cwd": kit, "transport_encryption": "disabled"}
    results = run_all(sources, may_raise, **launch)
    for number, outputs in enumerate(results, start=1):
        assert outputs is not None, f"{name}: cell {number} never ran:\n{sources[number - 1]}"
    for at, ((source, cell), outputs) in enumerate(zip(first, results, strict=False)):
        if any("ename" in output for output in outputs) and not tagged(cell, "raises-exception"):
            error = next(output for output in outputs if "ename" in output)
            what = f"{error['ename']}: {error['evalue']}"
            assert at % 2, f"{name}: after the cells before, each run twice, {what} in\n{source}"
            text = "".join(output.get("text", "") for output in outputs)
            assert text.endswith(ADVICE), f"{name}: run again, this fails and says not what to run:\n{source}"
    said = defaultdict(list)
    for number in range(len(first), len(todo)):
        (source, expected), outputs = todo[number], results[number]
        if expected == ON_YOUR_OWN:
            assert_quiet(outputs, source)
        elif isinstance(expected, str):
            said[expected].append(feedback(outputs, todo[number - 1][0]))
        elif expected is not None:
            found, stored = comparable(outputs, expected), comparable(expected.outputs, expected)
            assert found == stored, f"{name}: {source}"
    for id, feedbacks in said.items():
        count = 1 + len(answers_to(id).right)
        for number, done in enumerate(feedbacks[:count]):
            assert done.startswith(f"{id} done: "), f"{id}, right answer {number}: {done}"
        assert_each_its_own(id, feedbacks[count:])


def assert_each_its_own(id, feedbacks):
    """Each mistake of an exercise gets feedback that has the words of this mistake, and no other has them."""
    for words, feedback in zip(answers_to(id).mistakes, feedbacks, strict=True):
        assert feedback.startswith(f"{id} not yet: "), f"{words}: {feedback}"
        said_with = [other for other in feedbacks if words in other]
        assert said_with == [feedback], (
            f"{id}: {words!r} is said in {said_with}, and not just in {feedback!r}"
        )


def feedback(outputs, answer):
    """Return what a check says to an answer; it puts out nothing else."""
    assert_quiet(outputs, answer)
    text = "\n".join(output["data"]["text/plain"] for output in outputs if "data" in output)
    assert "check() cannot try" not in text, answer
    assert "Traceback" not in text, answer
    return text


def assert_quiet(outputs, answer):
    """An answer ends without an error, and says nothing on stderr."""
    loud = [output for output in outputs if output.get("name") == "stderr" or "ename" in output]
    assert not loud, f"{answer}\n{loud}"


def but_on_windows(names):
    """Return names of lessons, or tuples of them, as parameters; what has TIMED is skipped on Windows."""
    return [pytest.param(name, marks=[posix] if TIMED in name else []) for name in names]


# the later ones take longer, and all end together
@pytest.mark.timeout(seconds(120))
@pytest.mark.parametrize("name", but_on_windows(LESSONS[::-1]))
def test_nbval(kit, name):
    """nbval runs a lesson cell by cell and finds the stored outputs."""
    said = io.StringIO()
    with chdir(kit), redirect_stdout(said):  # in this process: pytest alone takes seconds to import
        assert pytest.main(["-q", "--nbval", f"notebooks/{name}.ipynb", *NBVAL]) == 0, said.getvalue()[-6000:]


@pytest.mark.timeout(seconds(480))  # lesson 10 runs pytest for each of its answers
@pytest.mark.parametrize("pair", but_on_windows(PAIRS), ids="+".join)
def test_run_all_twice_side_by_side(kit, pair, monkeypatch):
    """Two lessons run in one workspace at the same time, each all at once, twice, where a proxy is set.

    Their kernels start as VS Code may start them, which knows nothing of the kit's settings: in the
    folder that is open there, and not in the notebook's. test_nbval() starts them in the notebook's.
    """
    for variable in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"]:
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    with ThreadPoolExecutor() as pool:
        for result in [pool.submit(assert_runs_twice, kit, name) for name in pair]:
            result.result()


def test_built_equals_shipped():
    """The files that the lessons write are the files of app, templates and static, byte for byte."""
    apart = {"app/__init__.py", "app/__main__.py"}
    folders = [ROOT / "app", ROOT / "templates", ROOT / "static"]
    files = [
        file for folder in folders for file in folder.iterdir() if file.is_file() and file.name[0] != "."
    ]
    shipped = {file.relative_to(ROOT).as_posix(): file.read_bytes().decode() for file in files}
    for path in apart:
        del shipped[path]
    assert_same(built(), shipped, "the lessons", "the kit")


def test_files_of_the_course():
    """What begin() fills in is what the cells write, lesson by lesson."""
    assert list(steps_of_the_course()) == LESSONS
    for name, files in steps().items():
        assert_same(files_of_the_course()[name], dict(files), "files.json", name)
        assert steps_of_the_course()[name] == files


def test_lesson_10_shows_the_page(kit, chromium, monkeypatch):
    """The learner's browser test passes, also where a dead proxy is set, and its picture is in the output."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    begin, *_, write, show = [
        cell.source
        for cell in cells(kit / "notebooks", "10_test_it")
        if re.search(r"begin\(|test_page\.py", cell.source)
    ]
    *_, shown = run_all([begin, "from pathlib import Path", write, show], cwd=kit / "notebooks")
    assert "1 passed" in shown[0]["text"]
    assert "image/png" in shown[1]["data"]


def test_ignored_outputs():
    """Only the cells of the list above have outputs that are not compared."""
    ignored = [
        (name, cell.source.splitlines()[-1])
        for name in LESSONS
        for cell in cells(ROOT / "notebooks", name)
        if tagged(cell, "nbval-ignore-output") or tagged(cell, "nbval-skip")
    ]
    assert len(ignored) == len(IGNORED), "each cell with that tag is in IGNORED, with its reason"
    for (name, line), (expected, start, _) in zip(ignored, IGNORED, strict=True):
        assert (name, line[: len(start)]) == (expected, start)


@pytest.mark.parametrize(
    ("file", "folder"), [("README.md", "notebooks/"), ("notebooks/00_start_here.ipynb", "")]
)
def test_map(file, folder):
    """The map in the README and in lesson 00 is the one that the lessons' metadata make."""
    text = (ROOT / file).read_text(encoding="utf-8")
    if file.endswith(".ipynb"):
        text = "\n\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    assert course_map(folder) in text
