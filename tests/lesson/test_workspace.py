"""begin(), reset(), doctor() and the limit on cells, as a kernel meets them."""

import os
import re
import socket

import pytest

from app.background import BackgroundServer
from app.main import app
from lesson.kernels import run_all
from tests.conftest import ROOT, posix

BEGIN = "from lesson import begin\nbegin('04_echo_endpoint')"
FOLDER = "workspace/04_echo_endpoint"
FILES = ["app/main.py", "static/ws.js", "templates/socket.html"]


def run(kit, *sources, **launch):
    """Run cells in a new kernel, as a lesson starts it; return what each one put out, as text."""
    results = run_all(sources, may_raise=range(len(sources)), cwd=kit / "notebooks", **launch)
    return [
        "".join(o.get("text") or "\n".join(o.get("traceback", [])) for o in outputs) for outputs in results
    ]


def test_begin_in_an_empty_workspace(kit):
    """begin() moves the kernel into the lesson's folder and writes the files of earlier lessons there."""
    said, where = run(kit, BEGIN, "import os; print(os.getcwd(), end='')")
    assert where == str(kit / FOLDER)
    assert said == f"This lesson works in {FOLDER}, with {', '.join(FILES)}.\n"
    for path in FILES[1:]:
        assert (kit / FOLDER / path).read_bytes() == (ROOT / path).read_bytes()
    assert "step 3" in (kit / FOLDER / "app/main.py").read_text()


def test_begin_brings_the_chat_and_nothing_else(kit):
    """A lesson gets no file that an earlier one wrote beside the chat, such as a learner's tests."""
    run(kit, BEGIN.replace("04_echo_endpoint", "00_start_here"))  # which gets the files of all lessons
    folder = kit / "workspace/00_start_here"
    assert {path.name for path in folder.iterdir()} == {"app", "static", "templates"}
    assert any("test_chat.py" in lesson.read_text("utf-8") for lesson in (kit / "notebooks").glob("*.ipynb"))


def test_begin_in_a_half_built_workspace(kit):
    """begin() adds what is missing to what is there."""
    run(kit, BEGIN)
    (kit / FOLDER / "static/ws.js").unlink()
    assert run(kit, BEGIN)[0].count("\n") == 1
    assert (kit / FOLDER / "static/ws.js").read_bytes() == (ROOT / "static/ws.js").read_bytes()


def test_begin_leaves_a_changed_file(kit):
    """begin() does not touch a file that the learner has changed, and says that it is there."""
    file = kit / FOLDER / "app/main.py"
    file.parent.mkdir(parents=True)
    file.write_text("mine = 'Grüße'\n", encoding="utf-8")
    said, mine = run(kit, BEGIN, "%run app/main.py\nprint(mine)")
    assert "Changed by you: app/main.py. To put the folder aside and start afresh, run:\n" in said
    assert mine == "Grüße\n"
    assert file.read_text(encoding="utf-8") == "mine = 'Grüße'\n"


@pytest.mark.parametrize("content", [b"\xe4 in cp1252", b""], ids=["not utf-8", "empty"])
def test_begin_leaves_any_file(kit, content):
    """begin() leaves a file alone that is no text, or empty."""
    file = kit / FOLDER / "app/main.py"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert "Changed by you: app/main.py." in run(kit, BEGIN)[0]
    assert file.read_bytes() == content


def test_begin_puts_the_learners_app_first(kit):
    """After begin(), `app` is the learner's, also where PYTHONPATH has another package of that name."""
    elsewhere = kit / "elsewhere" / "app"
    elsewhere.mkdir(parents=True)
    (elsewhere / "__init__.py").touch()
    launch = {"env": {**os.environ, "PYTHONPATH": str(elsewhere.parent)}}
    *_, where = run(kit, BEGIN, "import app; print(app.__file__, end='')", **launch)
    assert where == str(kit / FOLDER / "app" / "__init__.py")


def test_begin_twice(kit):
    """begin() may run again in the same kernel, and says the same."""
    first, second = run(kit, BEGIN, BEGIN)
    assert first == second


def test_begin_with_a_wrong_name(kit):
    """A name that no lesson has is one sentence with the nearest name, and no traceback."""
    [said] = run(kit, "from lesson import begin\nbegin('04_ehco')")
    assert said == "There is no lesson '04_ehco'. The nearest name is '04_echo_endpoint'."


def test_begin_where_nothing_can_be_written(kit):
    """A workspace that cannot be made is one sentence that names the folder."""
    (kit / "workspace").write_text("a file in the way")
    [said] = run(kit, BEGIN)
    assert said.startswith(f"The folder {kit / FOLDER} cannot be written: ")
    assert "\n" not in said


@posix
def test_begin_on_a_full_disk(kit):
    """On a full disk begin() is one sentence, and leaves no file that is half-written."""
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))"
    quiet = ["--HistoryManager.enabled=False"]  # IPython would complain too, in whichever cell runs
    *_, said = run(kit, "import lesson", limit, BEGIN, extra_arguments=quiet)
    assert said.startswith(f"The folder {kit / FOLDER} cannot be written: File too large.")
    assert [path.name for path in (kit / FOLDER).rglob("*") if path.is_file()] == ["__init__.py"]


def test_reset(kit):
    """reset() keeps the learner's files under a dated name and starts afresh."""
    run(kit, BEGIN)
    (kit / FOLDER / "app/main.py").write_text("mine")
    _, said, where = run(kit, BEGIN, "from lesson import reset\nreset()", "import os; print(os.getcwd())")
    [aside] = [path for path in (kit / "workspace").iterdir() if path.name != "04_echo_endpoint"]
    assert f"Your files are in workspace/{aside.name} now." in said
    assert (aside / "app/main.py").read_text() == "mine"
    assert "step 3" in (kit / FOLDER / "app/main.py").read_text()
    assert where.strip() == str(kit / FOLDER)


def test_reset_before_begin(kit):
    """reset() without begin() is one sentence."""
    [said] = run(kit, "from lesson import reset\nreset()")
    assert said == "No lesson has begun here. Run the lesson's first cell, then reset()."


@pytest.mark.parametrize(
    "wait",
    [
        # no signal reaches a lock on Windows
        pytest.param("import threading; threading.Event().wait()", marks=posix),
        "import asyncio; await asyncio.Event().wait()",
    ],
)
def test_a_cell_that_waits_for_ever_is_stopped(kit, wait):
    """A cell that waits for ever, blocking or in an await, is stopped and told so; the next one runs."""
    shorter = "import lesson.watch; lesson.watch.LIMIT = 1"
    *_, stopped, after = run(kit, BEGIN, shorter, wait, "print('next')")
    assert "The cell was stopped after 1 s" in stopped
    assert after == "next\n"


def test_a_quick_cell_is_not_stopped(kit):
    """The limit of one cell does not reach into the next."""
    shorter = "import lesson.watch; lesson.watch.LIMIT = 1"
    quick = "import time; time.sleep(0.6); print('done')"
    assert run(kit, BEGIN, shorter, quick, quick)[2:] == ["done\n", "done\n"]


def test_a_name_that_another_cell_makes(kit):
    """A cell that lacks a name that the lesson makes says how to get it; any other name is left alone."""
    made = ["websocket_endpoint", "diary", "TestClient", "suppress"]  # in a file, and by a cell
    others = ["websocket_endpiont", "goodbye"]  # misspelt, and a word of the lesson that forgot its quotes
    others += ["websocket"]  # that of a function
    _, *said = run(kit, BEGIN, *made, *others)
    advised = [text.endswith("then run the cells from the top.\n") for text in said]
    assert advised == [True] * len(made) + [False] * len(others)


def doctor(kit, **variables):
    [said] = run(kit, "from lesson import doctor\ndoctor()", env={**os.environ, **variables})
    return said


def test_doctor_on_a_good_machine(kit):
    """doctor() reports the Python as ok, and counts the pinned packages."""
    said = doctor(kit)
    assert "ok   Python " in said
    assert re.search(r"^ok   2\d packages, in the versions that the lessons need$", said, re.MULTILINE)


def test_doctor_names_another_version(kit):
    """doctor() names a package whose version is not the pinned one, and one that is missing."""
    requirements = kit / "requirements.txt"
    text = re.sub(r"(?m)^fastapi\S*", "fastapi==99", requirements.read_text())  # pinned or not
    requirements.write_text(text + "no-such-thing==1\n")
    said = doctor(kit)
    assert "LOOK fastapi is " in said
    assert "LOOK no-such-thing is missing: close JupyterLab and run: python3 -m notebooks" in said


PORT = """
import sys, lesson
doctor = sys.modules["lesson.doctor"]
doctor.PORT = {}
doctor.doctor()"""


def test_doctor_knows_a_free_port(kit):
    """doctor() reports a free port as ok."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert f"ok   port {port} is free" in run(kit, PORT.format(port))[0]


def test_doctor_knows_another_program(kit):
    """doctor() says that the port is used by another program, and that this is no obstacle."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        said = run(kit, PORT.format(port))[0]
    assert f"LOOK port {port} is used by another program: your server takes another port" in said


def test_doctor_knows_a_stale_server(kit):
    """doctor() recognises a chat server that was left running, and says how to end it."""
    with BackgroundServer(app, port=0) as server:
        said = run(kit, PORT.format(server.port))[0]
    assert f"LOOK port {server.port} has a chat server already" in said
    assert "Shut Down Kernel" in said


def test_doctor_knows_its_own_server(kit):
    """doctor() reports the server of its own notebook as ok."""
    start = "from app.background import BackgroundServer\n%run app/main.py\ns = BackgroundServer(app).start()"
    said = run(kit, "from lesson import begin\nbegin('06_drive_the_socket')", start, PORT.format("s.port"))[2]
    assert "serves the chat of this notebook" in said


def test_doctor_names_a_proxy(kit):
    """doctor() names a proxy variable and says what a client needs."""
    assert "LOOK http_proxy is set: the lessons go around it" in doctor(kit, http_proxy="http://127.0.0.1:9")
