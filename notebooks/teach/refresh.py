"""Run the lessons in a clean copy of the kit and store their outputs, the same each time."""

import json
import os
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from traitlets.config import Config

from lesson.kernels import by_files
from lesson.lessons import FILES, KIT, KitError, lessons, written_by

from .copies import copy_kit
from .course import README, find_lesson, notebook_of, with_map, with_place

SECONDS = 60  # for one cell
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
OBJECT = r" at 0x[0-9a-f]+>"
OF_THIS_RUN = {
    r'127\.0\.0\.1:\d+(?=[^" ]*\\")': "127.0.0.1:8000",  # in the address of an iframe or a link
    r"(?<=ok   )port 8000 [^\\]+": "port 8000 serves the chat of this notebook",
}


def refresh(name=None):
    """Run the lesson of that number or name, or all, as many at once as there are processors.

    Then write what was run, the files of the chat, and the maps. KitError: there is no such
    lesson, or a cell fails, and nothing is written.
    """
    chosen = [find_lesson(name)] if name else lessons()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        where = {"metadata": {"path": str(copy_kit(folder))}}
        write_chat(Path(folder))  # the checks run a server of the kit's own
        notebooks = list(pool.map(lambda lesson: run_lesson(lesson, where), chosen))
    for lesson, notebook in zip(chosen, notebooks, strict=True):
        nbformat.write(notebook, lesson)
    write_chat(KIT)
    write_files()
    write_places()


def write_chat(kit):
    """Write into a kit's folders each file of the chat as the last lesson that writes it has it."""
    for path, text in built().items():
        (kit / path).write_text(text, encoding="utf-8", newline="\n")


def write_files():
    """Write FILES, from which begin() takes what the lessons before it build."""
    course = {
        name: [(path, text.splitlines(True)) for path, text in files] for name, files in steps().items()
    }
    FILES.write_text(json.dumps(course, indent=0, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def steps():
    """Return {lesson: [(path, text), …]}: the files of the chat that its cells write, one after the other."""
    return {lesson.stem: list(written_by(lesson)) for lesson in lessons()}


def built():
    """Return the files of the chat, as path and text, as the cells of all lessons build them."""
    return {path: text for files in steps().values() for path, text in files}


def write_places():
    """Say anew where each lesson is in the course, and make the maps: in lesson 00, and in the README."""
    for lesson in lessons():
        notebook = notebook_of(lesson)
        for cell in notebook.cells[:1]:
            cell.source = with_place(cell.source, lesson)
        for cell in notebook.cells:
            cell.source = with_map(cell.source)
        nbformat.write(notebook, lesson)
    README.write_text(
        with_map(README.read_text(encoding="utf-8"), "notebooks/"), encoding="utf-8", newline="\n"
    )


def run_lesson(lesson, where):
    """Return the lesson as a run in the folder `where` leaves it, without this machine's proxies.

    KitError: a cell fails, or takes more than SECONDS; the sentence has its number, counted from 0.
    """
    environment = {name: text for name, text in os.environ.items() if "proxy" not in name.lower()}
    notebook = notebook_of(lesson)
    options = {"timeout": SECONDS, "coalesce_streams": True}
    kernel = by_files(f"{where['metadata']['path']}/{lesson.stem}.json")
    options["config"] = Config({"KernelManager": {"transport_encryption": "auto", **kernel}})
    stored = [cell.outputs for cell in measured(notebook)]
    at = []
    options["on_cell_start"] = lambda cell, cell_index: at.append(cell_index)
    try:
        NotebookClient(notebook, resources=where, **options).execute(env=environment)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        whys = {CellTimeoutError: "it does not end", DeadKernelError: "the kernel died"}
        why = whys.get(type(error)) or f"{error.ename}: {error.evalue}"
        raise KitError(f"{lesson.stem}, cell {at[-1]}: {why}. No lesson was written.") from None
    normalise(notebook, lesson.stem[:2])
    if all(stored):
        for cell, outputs in zip(measured(notebook), stored, strict=True):
            cell.outputs = outputs
    print(f"{lesson.name} has run.", flush=True)
    return notebook


def measured(notebook):
    """Return the cells that show times. A refresh runs them, and keeps what is stored unless one is empty."""
    return [cell for cell in notebook.cells if "measured" in cell.metadata.get("tags", [])]


def normalise(notebook, number):
    """Give cells their ids, keep their tags and slide types, take chance out of their outputs."""
    notebook.metadata.kernelspec = KERNEL  # without it JupyterLab opens a lesson as modified
    notebook.metadata.language_info.pop("version", None)  # contents.py says which one it is
    for position, cell in enumerate(notebook.cells):
        cell.id = f"{number}-{position:02}"
        kept = {"tags", "slideshow"}
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in kept and value}
        outputs = re.sub(OBJECT, ">", json.dumps(cell.get("outputs", [])))
        for pattern, text in OF_THIS_RUN.items():
            outputs = re.sub(pattern, text, outputs)
        if cell.cell_type == "code":
            cell.outputs = nbformat.from_dict(json.loads(outputs))
