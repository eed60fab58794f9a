"""begin(), reset(), doctor() and the limit on cells, as a kernel meets them."""

import os

import pytest

from conftest import ROOT
from lesson.kernels import run_all

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
    assert "Changed by you: app/main.py. reset() puts the folder aside and starts afresh." in said
    assert mine == "Grüße\n"
    assert file.read_text(encoding="utf-8") == "mine = 'Grüße'\n"


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
    "wait", ["import threading; threading.Event().wait()", "import asyncio; await asyncio.Event().wait()"]
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


def doctor(kit, **variables):
    [said] = run(kit, "from lesson import doctor\ndoctor()", env={**os.environ, **variables})
    return said


def test_doctor_on_a_good_machine(kit):
    """doctor() reports the Python and each pinned package as ok."""
    said = doctor(kit)
    for name in ["Python", "fastapi", "uvicorn", "jupyterlab", "nest-asyncio", "websockets", "nbval"]:
        assert f"ok   {name} " in said


def test_doctor_names_another_version(kit):
    """doctor() names a package whose version is not the pinned one, and one that is missing."""
    requirements = kit / "requirements.txt"
    requirements.write_text(
        requirements.read_text().replace("fastapi==", "fastapi==99.") + "no-such-thing==1\n"
    )
    said = doctor(kit)
    assert "LOOK fastapi is " in said
    assert "LOOK no-such-thing is missing: close JupyterLab and run: python3 -m notebooks" in said


def test_doctor_names_a_proxy(kit):
    """doctor() names a proxy variable and says what a client needs."""
    assert "LOOK http_proxy is set: the lessons go around it" in doctor(kit, http_proxy="http://127.0.0.1:9")
