"""check(), hint() and progress() in a real kernel; lessons/test_runs.py tries all answers."""

import json
import re
import shutil
import time
from contextlib import contextmanager
from datetime import date
from difflib import SequenceMatcher

import nbformat
import pytest

from lesson import checks
from lesson.kernels import run_all
from notebooks.teach.refresh import copy_kit
from tests.conftest import ROOT, kernel_manager, posix
from tests.deadlines import seconds
from tests.lessons.test_runs import CHECK, LESSONS, cells

FULL = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"""  # as on a full disk, no byte can be written

EXAM = """
from ..checks import NotYet, exercise
@exercise("90.1", todo="count.")
def count(answer):
    if answer == 60:
        raise NotYet("60 is one too many.")
    return f"{answer} it is."
"""


def test_each_exercise_has_its_cells():
    """The lessons check the exercises that are there, each once; an untouched one says what to do."""
    checked = {}
    for cell in (cell for name in LESSONS for cell in cells(ROOT / "notebooks", name)):
        if found := CHECK.search(cell.source):
            assert found[1] not in checked
            checked[found[1]] = cell.outputs[0].data["text/plain"]
    assert checked.keys() == checks.exercises.keys()
    assert all(said.startswith(f"{id} not yet: ") for id, said in checked.items())


def shared_with(text, other):
    """Return how many characters the longest piece has that two texts share, whatever their spaces."""
    texts = [re.sub(r"\s+", " ", each) for each in (text, other)]
    return SequenceMatcher(None, *texts, autojunk=False).find_longest_match().size


@pytest.mark.parametrize("id", checks.exercises)
def test_hints(id):
    """An exercise has a question, a pointer, and nearly the line: the hint with the most of the solution."""
    hints = checks.exercises[id].hints
    assert ["?" in hint for hint in hints] == [True, False, False]
    [lesson] = (ROOT / "notebooks").glob(f"{id[:2]}_*.ipynb")
    notebook = nbformat.read(lesson, as_version=4)
    [solution] = [cell.source for cell in notebook.cells if f"<summary>Solution of {id}<" in cell.source]
    question, pointer, nearly = [shared_with(hint, solution.partition("~~~python")[2]) for hint in hints]
    assert nearly > max(question, pointer)


@pytest.mark.parametrize("answer", ["bac", "b a c", "B, A, C", ["b", "a", "c"]])
def test_order_however_it_is_written(answer):
    """Spaces and capitals make no order of letters wrong."""
    assert checks.exercises["06.3"].check(answer)


@contextmanager
def kernel(kit):
    """Start a kernel in a copy of the kit; give the function that runs cells there."""
    manager = kernel_manager()
    manager.start_kernel(cwd=kit / "notebooks", transport_encryption="auto")
    client = manager.blocking_client()
    client.start_channels()

    def run_cells(*sources):
        """Run cells, and return what each showed, or how its error reads."""
        return [run_cell(client, source) for source in sources]

    try:
        client.wait_for_ready(timeout=seconds(60))
        run_cells("from lesson import *")
        yield run_cells
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run_cell(client, source):
    """Run a cell, and return what it showed, or how its error reads."""
    said = []

    def on_output(message):
        content = message["content"]
        if message["msg_type"] == "error":
            said.append(content["traceback"][0])
        elif "data" in content:
            said.append(content["data"]["text/plain"])

    client.execute_interactive(source, allow_stdin=False, output_hook=on_output, timeout=seconds(60))
    return "\n".join(said)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A copy of the kit, and the function that runs cells in a kernel of it."""
    folder = tmp_path_factory.mktemp("kit")
    copy_kit(folder)
    with kernel(folder) as run_cells:
        yield folder, run_cells


@pytest.fixture
def kit(shared):
    """The copy of the kit that these tests share, without a workspace."""
    yield shared[0]
    workspace = shared[0] / "workspace"
    if workspace.is_dir():
        shutil.rmtree(workspace)
    else:
        workspace.unlink(missing_ok=True)


@pytest.fixture
def run_cells(kit, shared):
    return shared[1]


def test_hints_come_one_after_the_other(run_cells):
    """hint() gives the hints of each exercise one by one in their order, and after the last one says so."""
    [said] = run_cells(f"for id in {list(checks.exercises)}:\n    for _ in range(4): hint(id)")
    expected = []
    for id, exercise in checks.exercises.items():
        expected += [f"{id}, hint {n} of 3: {text}" for n, text in enumerate(exercise.hints, start=1)]
        expected.append(
            f"{id} has no more hints. Where the lesson has the solution, it is folded away below the check."
        )
    assert said.split("\n") == expected


def test_unknown_id(run_cells):
    """An id that no exercise has is one sentence with the nearest ones."""
    for said in run_cells("check('4.1', 1)", "hint('4.1')", "check(4.1, 1)", "check(['4.1'], 1)"):
        assert re.match(r"There is no exercise \[?'?4\.1'?\]?\. The nearest are 04\.1, ", said), said
        assert said.endswith(" Put the number in quotes.") == ("exercise '" not in said)
        assert "\n" not in said


def test_an_exam_keeps_its_checks(kit, run_cells, monkeypatch, tmp_path):
    """Without its file, a task of an exam is kept and not judged; KIT_EXAM names the folder of that file."""
    (tmp_path / "lesson_90.py").write_text(EXAM)
    cells = ["check('90.1', ...)", "check('90.1', 60)", "check('90.1', 59)", "hint('90.1')", "progress()"]
    empty, *counted, hint, done = run_cells(*cells)
    assert empty == "90.1: write your answer in the cell above."
    assert counted == ["90.1: your answer counts when it is handed in."] * 2
    assert hint == "An exam has no hints."
    assert "90.1" not in done
    assert not (kit / "workspace").exists()
    monkeypatch.setenv("KIT_EXAM", str(tmp_path))
    with kernel(kit) as run_elsewhere:
        *said, hint, done = run_elsewhere(*cells)
    assert said == ["90.1 not yet: count.", "90.1 not yet: 60 is one too many.", "90.1 done: 59 it is."]
    assert hint == "An exam has no hints."
    assert "90.1  done on" in done
    assert "01.2  not yet" in done


def test_progress_lasts(kit, run_cells):
    """progress() shows in another kernel what was done before, and when."""
    run_cells('check("01.2", 59)')
    with kernel(kit) as run_elsewhere:
        [said] = run_elsewhere("progress()")
    assert f"01.2  done on {date.today().isoformat()}" in said
    assert "01.1  not yet" in said
    assert said.startswith(f"1 of {len(checks.exercises)} exercises are done.")


@pytest.mark.parametrize("content", ["{", "[1]", '{"01.2": "soon"}', "\0"], ids=ascii)
def test_damaged_progress_is_put_aside(kit, run_cells, content):
    """A damaged or foreign progress file is kept under another name, and said so."""
    (kit / "workspace").mkdir()
    (kit / "workspace" / "progress.json").write_text(content)
    said, again = run_cells('check("01.2", 59)', "progress()")
    [aside] = (kit / "workspace").glob("progress 2*.json")
    assert f"workspace/progress.json could not be read. It is kept as workspace/{aside.name}." in said
    assert aside.read_text() == content
    assert "01.2  done" in again


def test_workspace_that_cannot_be_written(kit, run_cells):
    """Where the workspace cannot be written, the answer is checked all the same, and one sentence says so."""
    (kit / "workspace").write_text("a file in the way")
    [said] = run_cells('check("01.2", 59)')
    done, sentence = said.split("\n")
    assert done.startswith("01.2 done: ")
    assert sentence.startswith(f"{kit / 'workspace'} cannot be written (")


def contrast(*colours):
    """Return the contrast of two colours, such as #fff, as WCAG 2.2 defines it."""
    lights = []
    for colour in colours:
        digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        red, green, blue = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        lights.append(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def test_done_and_not_yet_differ(kit):
    """Done and not yet differ by word, by shape, and by colours that can be read in each theme."""
    cell = 'from lesson import check; check("01.2", {})'
    [[done], [not_yet]] = run_all([cell.format(59), cell.format(60)], cwd=kit / "notebooks")
    looks = []
    for output, words in [(done, "01.2 done:"), (not_yet, "01.2 not yet:")]:
        page = output["data"]["text/html"]
        assert re.sub("<[^>]+>", "", page) == output["data"]["text/plain"]
        assert output["data"]["text/plain"].startswith(words)
        look = dict(part.split(": ") for part in re.search('<strong style="(.*?)"', page)[1].split("; "))
        assert contrast(look["color"], look["background"]) > 4.5
        looks.append(look)
    assert looks[0]["border"].split()[1] != looks[1]["border"].split()[1]
    assert "border-radius" in looks[0]
    assert "border-radius" not in looks[1]


@posix
def test_full_disk(kit):
    """On a full disk the answer is checked, one sentence says so, and nothing half-written stays."""
    with kernel(kit) as run_cells:
        _, said = run_cells(FULL, 'check("01.2", 59)')
    assert f"{kit / 'workspace'} cannot be written (File too large), so this is not noted" in said
    assert list((kit / "workspace").iterdir()) == []


def test_progress_that_cannot_be_read(kit, run_cells):
    """Where the progress file cannot be read, one sentence says so, and it stays as it is."""
    (kit / "workspace" / "progress.json").mkdir(parents=True)
    row = "from lesson.progress import show_course; show_course('01_index_route')"
    said, shown, none = run_cells('check("01.2", 59)', "progress()", row)
    assert none == "Exercises done: none yet."
    assert f"{kit / 'workspace'} cannot be written (" in said
    assert f"{kit / 'workspace' / 'progress.json'} cannot be read (" in shown


def test_code_that_ends_the_program(run_cells):
    """An answer that calls exit() is told so, and the kernel goes on."""
    cell = "def listen_for(url, seconds):\n    raise SystemExit"
    _, said = run_cells(cell, 'check("06.1", listen_for)')
    assert said == "06.1 not yet: your code ended the program with SystemExit. Let it return instead."


def test_blocking_call(run_cells):
    """An endpoint that sleeps for a minute is told so long before it wakes up."""
    cell = """
from fastapi import FastAPI, WebSocket
import time
sleepy = FastAPI()
@sleepy.websocket("/ws")
async def sleep(websocket: WebSocket):
    await websocket.accept()
    time.sleep(60)"""
    began = time.monotonic()
    _, said = run_cells(cell, 'check("04.1", sleepy)')
    assert "the server stood still" in said
    assert time.monotonic() - began < 50  # and not when it wakes up


def test_endless_loop(kit):
    """An answer that goes round for ever is told so, and its thread ends."""
    cell = "def listen_for(url, seconds):\n    while True: pass"
    count = f"""
import threading, time
deadline = time.monotonic() + {seconds(10)}
while (left := threading.active_count() - before) and time.monotonic() < deadline:
    time.sleep(0.01)
left"""
    with kernel(kit) as run_cells:
        run_cells(
            "import lesson.checks, threading; lesson.checks.SECONDS = 0.5; before = threading.active_count()"
        )
        _, said, left = run_cells(cell, 'check("06.1", listen_for)', count)
    assert "after 0.5 s" in said
    assert left == "0"


def test_a_server_of_the_learner_that_stands_still(kit):
    """A right answer beside a server with an endless loop is told to restart, and is right after that."""
    start = """
from fastapi import FastAPI, WebSocket
from lesson.serving import background_server
app = FastAPI()
@app.websocket("/ws")
async def turn(websocket: WebSocket):
    await websocket.accept()
    while True: pass
server = background_server(app).start()"""
    cell = """
counting = FastAPI()
@counting.websocket("/ws")
async def count(websocket: WebSocket):
    await websocket.accept()
    number = 0
    async for message in websocket.iter_text():
        number += 1
        await websocket.send_text(str(number))
server.swap(counting)"""
    block = "from websockets.sync.client import connect\nws = connect(server.ws_url, proxy=None).__enter__()"
    with kernel(kit) as run_cells:
        *_, said = run_cells(start, block, cell, 'check("05.2", server)')
    assert "the running server stands still" in said
    assert "Restart Kernel" in said
    with kernel(kit) as run_cells:
        *_, said = run_cells(start, cell, 'check("05.2", server)')
    assert said.startswith("05.2 done: ")


def test_tests_that_are_skipped(kit):
    """A file whose test is skipped has found out nothing, and is told so."""
    skipped = "%%writefile test_skipped.py\nimport pytest\n@pytest.mark.skip\ndef test_bytes(): pass"
    with kernel(kit) as run_cells:  # for it stays in the folder of the lesson
        *_, said = run_cells('begin("10_test_it")', skipped, 'check("10.1", "test_skipped.py")')
    assert said.startswith("10.1 not yet: pytest says: 1 skipped. A test that is skipped, ")


def test_progress_file_is_small_and_plain(kit, run_cells):
    """The progress file holds ids and dates, one of them for the numbers themselves, and nothing else."""
    run_cells('check("01.2", 59)')
    noted = json.loads((kit / "workspace" / "progress.json").read_text())
    assert noted == dict.fromkeys(["numbered", "01.2"], date.today().isoformat())
    assert [path.name for path in (kit / "workspace").iterdir()] == ["progress.json"]
