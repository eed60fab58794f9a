"""The lessons as files, some of which are damaged, copied or renamed."""

import json
import shutil

import pytest

from lesson.lessons import KIT, LESSONS, KitError, lessons, read_lesson, written_by
from tests.lesson.in_a_kernel import outputs_of_cells

DAMAGE = {
    "0 bytes": (b"", ", from line 1 on"),
    "conflict marks": (b'{\n "cells": [\n<<<<<<< HEAD\n', ", from line 3 on"),
    "half of it": (b'{"cells": [{"cell_type": "code", "metadata": {}, "sour', ", from line 1 on"),
    "not UTF-8": (b'{"cells": "\xe4"}', ""),
    "a list": (b"[]", ""),
    "no cells": (b"{}", ""),
    "cells that are none": (b'{"cells": 3}', ""),
    "a cell without source": (b'{"cells": [{"cell_type": "code", "metadata": {}}]}', ""),
    "a cell of numbers": (b'{"cells": [{"cell_type": "code", "metadata": {}, "source": [1, 2]}]}', ""),
    "other metadata": (b'{"cells": [{"cell_type": "code", "metadata": [], "source": ""}]}', ""),
}


@pytest.mark.parametrize(("content", "line"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_lesson(tmp_path, content, line):
    """A file that holds no notebook is one sentence with its name and the cure."""
    lesson = tmp_path / "04_echo_endpoint.ipynb"
    lesson.write_bytes(content)
    with pytest.raises(KitError) as caught:
        read_lesson(lesson)
    said = (
        f"notebooks/04_echo_endpoint.ipynb is damaged{line}. Move it away, and put the course's file there: "
    )
    assert str(caught.value).startswith(said)
    assert ("git checkout HEAD -- notebooks/04_echo" in str(caught.value)) == (KIT / ".git").exists()


def test_a_folder_in_place_of_a_lesson(tmp_path):
    """What cannot be read as a file says why."""
    with pytest.raises(
        KitError, match=r" cannot be read \(.+\)\. Mend that, or put the course's file there: "
    ):
        read_lesson(tmp_path)


def test_other_lessons_go_on(kit):
    """A lesson begins beside copies, and where lessons that it builds on are damaged or have another name."""
    notebooks = kit / "notebooks"
    for copy in ["03_static_javascript-Copy1", "03_static_javascript (1)", "04__20261126", "my_echo"]:
        (notebooks / f"{copy}.ipynb").write_text("<<<<<<<")
    (notebooks / "13_more_machines.ipynb").write_bytes(b"")
    template = notebooks / "02_template.ipynb"
    template.write_bytes(b"\xef\xbb\xbf" + template.read_bytes())
    damage = "from pathlib import Path; _ = Path('../../notebooks/03_static_javascript.ipynb').write_text('')"
    begins = [f"from lesson import begin; begin('{name}')" for name in LESSONS[5:7]]
    shutil.move(notebooks / "04_echo_endpoint.ipynb", notebooks / "my_echo.ipynb")
    begun, _, again = outputs_of_cells(kit, begins[0], damage, begins[1])
    for said, name in [(begun, LESSONS[5]), (again, LESSONS[6])]:
        assert f"\nThis lesson works in workspace/{name}, with " in said
        assert said.count("\n") == 2
        for path in ["static/ws.js", "templates/socket.html"]:
            assert (kit / "workspace" / name / path).read_bytes() == (KIT / path).read_bytes()


def test_other_cells_are_left_alone(tmp_path):
    """A notebook is returned as it is."""
    notebook = json.loads(lessons()[4].read_text(encoding="utf-8"))
    (tmp_path / "04_echo_endpoint.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    assert read_lesson(tmp_path / "04_echo_endpoint.ipynb") == notebook


def test_a_file_that_grows(tmp_path):
    """A cell with -a adds to what the lesson has written so far; a file of another folder is left out."""
    cells = ["%%writefile app/a.py\na = 1", "%%writefile -a app/a.py\n\nb = 2", "%%writefile -a b.py\nc"]
    sources = [{"cell_type": "code", "metadata": {}, "source": [source]} for source in cells]
    lesson = tmp_path / "01_index_route.ipynb"
    lesson.write_text(json.dumps({"cells": sources}))
    assert list(written_by(lesson)) == [("app/a.py", "a = 1\n"), ("app/a.py", "a = 1\n\nb = 2\n")]
