"""begin() and reset(), as a kernel meets them."""

import os

import pytest

from lesson.lessons import steps_of_the_course
from lesson.workspace import needed_by
from tests.conftest import ROOT, posix
from tests.lesson.in_a_kernel import BEGIN, outputs_of_cells

NAME = "04_echo_endpoint"
FOLDER = f"workspace/{NAME}"
FILES = ["app/main.py", "static/style.css", "static/ws.js", "templates/socket.html"]


def test_begin_in_an_empty_workspace(kit):
    """begin() moves the kernel into the lesson's folder and writes the files of earlier lessons there."""
    said, where = outputs_of_cells(kit, BEGIN, "import os; print(os.getcwd(), end='')")
    assert where == str(kit / FOLDER)
    assert said == (
        f"Lesson 4 of 18. Part I: build it.\nThis lesson works in {FOLDER}, with {', '.join(FILES)}.\n"
    )
    for path in FILES[1:]:
        assert (kit / FOLDER / path).read_bytes() == (ROOT / path).read_bytes()
    assert "step 3" in (kit / FOLDER / "app/main.py").read_text()


def test_begin_brings_the_chat_and_nothing_else(kit):
    """A lesson gets no file that an earlier one wrote beside the chat, such as a learner's tests."""
    outputs_of_cells(
        kit, BEGIN.replace("04_echo_endpoint", "00_start_here")
    )  # which gets the files of all lessons
    folder = kit / "workspace/00_start_here"
    assert {path.name for path in folder.iterdir()} == {".version", "app", "static", "templates"}
    assert any("test_chat.py" in lesson.read_text("utf-8") for lesson in (kit / "notebooks").glob("*.ipynb"))


def test_begin_in_a_half_built_workspace(kit):
    """begin() adds what is missing to what is there."""
    outputs_of_cells(kit, BEGIN)
    (kit / FOLDER / "static/ws.js").unlink()
    assert outputs_of_cells(kit, BEGIN)[0].count("\n") == 2
    assert (kit / FOLDER / "static/ws.js").read_bytes() == (ROOT / "static/ws.js").read_bytes()


def test_begin_leaves_a_changed_file(kit):
    """begin() does not touch a file that the learner has changed, and says that it is there."""
    file = kit / FOLDER / "app/main.py"
    mine = """from pathlib import Path; _ = Path("app/main.py").write_text("mine = 'Grüße'\\n", "utf-8")"""
    _, _, said, mine = outputs_of_cells(kit, BEGIN, mine, BEGIN, "%run app/main.py\nprint(mine)")
    assert "Changed by you: app/main.py. To put the folder aside and start afresh, run " in said
    assert mine == "Grüße\n"
    assert file.read_text(encoding="utf-8") == "mine = 'Grüße'\n"


@pytest.mark.parametrize("content", [b"\xe4 in cp1252", b""], ids=["not utf-8", "empty"])
def test_begin_leaves_any_file(kit, content):
    """begin() leaves a file alone that is no text, or empty."""
    file = kit / FOLDER / "app/main.py"
    mine = f"from pathlib import Path; _ = Path('app/main.py').write_bytes({content})"
    assert "Changed by you: app/main.py." in outputs_of_cells(kit, BEGIN, mine, BEGIN)[2]
    assert file.read_bytes() == content


def test_begin_in_the_workspace_of_another_version(kit):
    """A folder that the first version of the kit filled, or one with other files, is kept, and it says so."""
    file = kit / FOLDER / "app/main.py"
    file.parent.mkdir(parents=True)
    file.write_text("old = True")
    reset = "from lesson import reset; reset()"
    said, ran, later, again = outputs_of_cells(
        kit, BEGIN, "%run app/main.py\nprint(old)", begin_in(LATER), reset
    )
    assert "It was begun with another version of the course, and is kept as it was. To put " in said
    assert "Changed by you" not in said
    assert ran == "True\n"
    assert "bring it along" not in later
    assert "another version" not in again


def test_begin_puts_the_learners_app_first(kit):
    """After begin(), `app` is the learner's, also where PYTHONPATH has another package of that name."""
    elsewhere = kit / "elsewhere" / "app"
    elsewhere.mkdir(parents=True)
    (elsewhere / "__init__.py").touch()
    launch = {"env": {**os.environ, "PYTHONPATH": str(elsewhere.parent)}}
    *_, where = outputs_of_cells(kit, BEGIN, "import app; print(app.__file__, end='')", **launch)
    assert where == str(kit / FOLDER / "app" / "__init__.py")


def test_begin_twice(kit):
    """begin() may run again in the same kernel, and says the same."""
    first, second = outputs_of_cells(kit, BEGIN, BEGIN)
    assert first == second


def test_begin_with_a_wrong_name(kit):
    """A name that no lesson has is one sentence with the nearest name, and no traceback."""
    [said] = outputs_of_cells(kit, "from lesson import begin\nbegin('04_ehco')")
    assert said == "There is no lesson '04_ehco'. The nearest name is '04_echo_endpoint'."


def test_begin_where_nothing_can_be_written(kit):
    """A workspace that cannot be made is one sentence that names the folder."""
    (kit / "workspace").write_text("a file in the way")
    [said] = outputs_of_cells(kit, BEGIN)
    assert said.startswith(f"The folder {kit / FOLDER} cannot be written: ")
    assert "\n" not in said


@posix
def test_begin_on_a_full_disk(kit):
    """On a full disk begin() is one sentence, and leaves no file that is half-written."""
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))"
    quiet = ["--HistoryManager.enabled=False"]  # IPython would complain too, in whichever cell runs
    *_, said = outputs_of_cells(kit, "import lesson", limit, BEGIN, extra_arguments=quiet)
    assert said.startswith(f"The folder {kit / FOLDER} cannot be written: File too large.")
    files = {path.name for path in (kit / FOLDER).rglob("*") if path.is_file()}
    assert files == {".version", "__init__.py"}


LATER = "05_serve_from_a_thread"
HEADING = ("<h1>WebSocket Chat</h1>", "<h1>Grüße</h1>")


def change(kit, lesson, path, *change):
    """Change a file of a lesson as its learner may, and return its new text."""
    file = kit / "workspace" / lesson / path
    changed = file.read_text(encoding="utf-8").replace(*change)
    file.write_text(changed, encoding="utf-8")
    return changed


def begin_in(name):
    return BEGIN.replace("04_echo_endpoint", name)


def test_own_files_are_brought_along(kit):
    """What a learner has changed in a lesson is told of in later ones, and brought along when asked for."""
    heading = 'from lesson import bring; bring("templates/socket.html")'
    outputs_of_cells(kit, begin_in("03_static_javascript"))
    own = change(kit, "03_static_javascript", "templates/socket.html", *HEADING)
    gone = "import os; os.remove('templates/socket.html')"
    told, _, brought, again = outputs_of_cells(kit, BEGIN, gone, heading, BEGIN)
    page = kit / FOLDER / "templates/socket.html"
    assert told.endswith(
        "Your own templates/socket.html of lesson 03 is not in use here. To bring it along, run "
        "in a new cell (the + above the lesson makes one):\n"
        f"{heading}\n"
    )
    assert brought.startswith("templates/socket.html is yours now, from lesson 03.")
    assert page.read_text(encoding="utf-8") == own
    assert "Changed by you: templates/socket.html." in again
    assert "bring it along" not in again
    further, brought = outputs_of_cells(kit, begin_in("05_serve_from_a_thread"), heading)
    assert "Your own templates/socket.html of lesson 04 is not in use" in further
    assert "from lesson 04" in brought
    assert (kit / "workspace/05_serve_from_a_thread/templates/socket.html").read_text("utf-8") == own


def test_own_work_in_earlier_lessons(kit):
    """What learners do on their own in lessons 02 and 04, in its cells and files, changes no later lesson."""
    echo = ("{message}", "{message}!")
    for lesson, path, pair in [
        ("02_template", "templates/socket.html", HEADING),
        (NAME, "app/main.py", echo),
    ]:
        last = dict(steps_of_the_course()[lesson])[path]
        file = kit / "workspace" / lesson / path
        outputs_of_cells(kit, begin_in(lesson))
        file.write_text(last.replace(*pair), encoding="utf-8")
        assert file.read_text(encoding="utf-8") != last
        notebook = kit / f"notebooks/{lesson}.ipynb"
        text = notebook.read_text(encoding="utf-8")
        notebook.write_text(text.replace(*pair), encoding="utf-8")
    later = [
        "05_serve_from_a_thread",
        "06_drive_the_socket",
        "07_on_the_wire",
        "08_when_things_break",
        "10_test_it",
    ]
    said = outputs_of_cells(kit, *map(begin_in, later))
    assert "Your own app/main.py of lesson 04 is not in use here." in said[0]
    for lesson in later:
        for path, text in needed_by(lesson).items():
            assert (kit / "workspace" / lesson / path).read_text(encoding="utf-8") == text, (lesson, path)


def test_own_heading_on_a_later_page(kit):
    """A heading that was brought along is on the page that lesson 05 serves."""
    outputs_of_cells(kit, begin_in("03_static_javascript"))
    change(kit, "03_static_javascript", "templates/socket.html", *HEADING)
    bring = 'from lesson import bring; bring("templates/socket.html")'
    page = "from fastapi.testclient import TestClient\nprint(TestClient(app).get('/').text)"
    *_, shown = outputs_of_cells(kit, begin_in(LATER), bring, bring, f"%run app/main.py\n{page}")
    assert HEADING[1] in shown


def test_a_step_of_another_lesson_is_no_file_of_ones_own(kit):
    """What a lesson writes on its way, and changes again, is told of in no later lesson."""
    [(_, first), (_, last)] = steps_of_the_course()["04_echo_endpoint"]
    outputs_of_cells(kit, BEGIN)
    for step in (first, last):
        (kit / FOLDER / "app/main.py").write_text(step, encoding="utf-8")
        assert outputs_of_cells(kit, begin_in("05_serve_from_a_thread"))[0].count("\n") == 2


def test_what_cannot_be_brought_along(kit):
    """A file that does not parse, that nobody has changed, or that is changed here too, stays where it is."""
    outputs_of_cells(kit, begin_in("05_serve_from_a_thread"), begin_in("06_drive_the_socket"))
    change(kit, "05_serve_from_a_thread", "app/main.py", "def ", "def (")
    change(kit, "05_serve_from_a_thread", "templates/socket.html", "<h1>", "<h1>{{ ")
    change(kit, "05_serve_from_a_thread", "static/ws.js", "socket", "mine")
    here = change(kit, "06_drive_the_socket", "static/ws.js", "socket", "ours")
    bring = "from lesson import bring; bring('{}')".format
    said = outputs_of_cells(
        kit,
        *[begin_in("06_drive_the_socket"), bring("app/main.py"), bring("templates/socket.html")],
        *[bring("static/ws.js"), bring("app/other.py"), "import os; os.chdir('/')", bring("app/main.py")],
    )
    assert said[0].count("To bring it along") == 2
    assert said[1].startswith("app/main.py of lesson 05 cannot run: line ")
    assert said[2].startswith("templates/socket.html of lesson 05 cannot run: line ")
    assert said[3] == "static/ws.js has changes of yours here, too. To put them aside, run reset() first."
    assert said[4].startswith("No lesson before this one has a app/other.py of your own. To bring there is: ")
    assert said[6] == "No lesson has begun here. Run the lesson's first cell, then this one."
    page = kit / "workspace/06_drive_the_socket/templates/socket.html"
    assert page.read_bytes() == (ROOT / "templates/socket.html").read_bytes()
    assert (kit / "workspace/06_drive_the_socket/static/ws.js").read_text("utf-8") == here


def test_a_mistake_that_was_saved_spoils_no_other_lesson(kit):
    """A cell of lesson 04 that was saved with a syntax error is in no later lesson, nor after reset()."""
    lesson = kit / "notebooks/04_echo_endpoint.ipynb"
    text = lesson.read_text(encoding="utf-8")
    assert "async def websocket_endpoint(" in text
    lesson.write_text(text.replace("async def websocket_endpoint(", "async def ("), encoding="utf-8")
    run = "%run app/main.py\nprint(app.title)"
    reset = "from lesson import reset; reset()"
    _, ran, _, again = outputs_of_cells(kit, begin_in("06_drive_the_socket"), run, reset, run)
    assert ran == again == "FastAPI\n"


def test_reset(kit):
    """reset() keeps the learner's files under a dated name and starts afresh."""
    outputs_of_cells(kit, BEGIN)
    (kit / FOLDER / "app/main.py").write_text("mine")
    _, said, where = outputs_of_cells(
        kit, BEGIN, "from lesson import reset\nreset()", "import os; print(os.getcwd())"
    )
    [aside] = [path for path in (kit / "workspace").iterdir() if path.name != "04_echo_endpoint"]
    assert f"Your files are in workspace/{aside.name} now." in said
    assert (aside / "app/main.py").read_text() == "mine"
    assert "step 3" in (kit / FOLDER / "app/main.py").read_text()
    assert where.strip() == str(kit / FOLDER)


def test_reset_before_begin(kit):
    """reset() without begin() is one sentence."""
    [said] = outputs_of_cells(kit, "from lesson import reset\nreset()")
    assert said == "No lesson has begun here. Run the lesson's first cell, then this one."
