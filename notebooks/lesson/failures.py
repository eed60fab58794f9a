"""How the last cell ended, and a way out for one that fails for want of another."""

import os
import re
import symtable
import sys
from pathlib import Path

from IPython import get_ipython

from . import written
from .lessons import NOTEBOOKS, WORKSPACE, KitError, cells_of
from .syntax import fault_in_written_file, syntax_error

RUN_ABOVE = "Choose Run, then Run All Above Selected Cell."
TOP_LEVEL = r"(?m)^(?:async def|def|class) +(\w+)|^(\w+) *="  # in a cell that does not parse

last_error = None  # the last one that IPython has shown
ran = []  # the cells that have run, each with the name of the error with which it ended, or None
owed = set()  # the names that cells were to make which ended with an error


def explain(result):
    """Note how a cell ended; where another cell makes what it lacks, say what to do."""
    source, error = result.info.raw_cell, error_of(result)
    made = {name for text in [source, *files_run_by(source)] for name in names_made_by(text)}
    if error is None and (fault := fault_in_written_file(source)):
        print(fault)
    failed = error and not isinstance(error, KitError)
    if (failed or source.startswith("%%writefile ")) and waits_for_begin():
        print(f"This lesson has not begun in this kernel. {RUN_ABOVE}")
    elif isinstance(error, NameError) and error.name in owed:
        print(f"The cell that makes the name {error.name} ended with an error. Mend that cell and run it.")
    elif isinstance(error, NameError) and (other := written.made_instead(error.name, source)):
        print(f"Mend the cell above: it makes {other}, and the check asks for {error.name}.")
    elif isinstance(error, NameError) or missing_file(error):
        explain_missing(error, source)
    elif isinstance(error, SyntaxError):
        print(*faults_of_files_run_by(source), sep="\n", end="")
    elif error and (source, None) in ran:
        print(f"This cell has run before, and what it needs is used up or closed by now. {RUN_ABOVE}")
    elif isinstance(error, AssertionError) and source in cells_of_this_lesson():
        print(f"This cell expects that the cells above it have run, each once. {RUN_ABOVE}")
    ran.append((source, error and type(error).__name__))
    if error:
        owed.update(made - get_ipython().user_ns.keys())
    else:
        owed.difference_update(made)


def error_of(result):
    """Return the error with which a cell ended, or None. IPython has shown one of a file that %run runs."""
    global last_error
    before, last_error = last_error, vars(sys).get("last_value")
    shown = last_error if last_error is not before else None
    return result.error_before_exec or result.error_in_exec or shown


def waits_for_begin():
    """Return whether the kernel is that of a lesson, and no begin() has moved it into the lesson's folder."""
    begins = any("begin(" in cell for cell in cells_of_this_lesson())
    return begins and Path.cwd().parent != WORKSPACE


def explain_missing(error, source):
    """Say which cells to run where the lesson makes a name or a file that is not there."""
    cells = cells_of_this_lesson()
    at = cells.index(source) if source in cells else len(cells)
    if isinstance(error, NameError):
        what, makers = f"the name {error.name}", cells_that_make(error.name, cells)
    else:
        path = missing_file(error)
        what, makers = f"the file {path}", cells_that_write(path, cells)
    if makers and makers[0] < at:
        print(f"This lesson makes {what} in a cell that has not run in this kernel. {RUN_ABOVE}")
    elif makers and makers[-1] > at:
        print(f"This lesson makes {what} in a cell further down. Run that cell first.")


def missing_file(error):
    """Return the path of the file that is not there, if that is the error; else None."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"{error.name.replace('.', '/')}.py"
    if isinstance(error, FileNotFoundError) and error.filename:
        return Path(os.fsdecode(error.filename)).as_posix()
    not_run = re.match(r"File `'(.+)'` not found", str(error))  # says %run
    return not_run and not_run[1]


def cells_that_make(name, cells):
    """Return the numbers of the cells that make a name, also by a file that is run."""
    files = set(re.findall(r"^%run (\S+)", "\n".join(cells), re.MULTILINE))
    return [
        number
        for number, cell in enumerate(cells)
        if name in names_made_by(cell, files) or any(name in names_made_by(it) for it in files_run_by(cell))
    ]


def cells_that_write(path, cells):
    lines = [cell.partition("\n")[0].split() for cell in cells]
    return [
        number for number, (magic, *words) in enumerate(lines) if magic == "%%writefile" and path in words
    ]


def cells_of_this_lesson():
    """Return the code cells of the notebook that the kernel runs, as it was saved last."""
    path = os.environ.get("JPY_SESSION_NAME") or f"{Path.cwd().name}.ipynb"  # Jupyter's path is absolute
    try:
        return [source for kind, source in cells_of(NOTEBOOKS / path) if kind == "code"]
    except KitError:
        return []


def files_run_by(source):
    """Yield the texts of the files that a cell runs with %run."""
    for name in re.findall(r"^%run (\S+)", source, re.MULTILINE):
        if Path(name).is_file():
            yield Path(name).read_text(encoding="utf-8", errors="replace")


def faults_of_files_run_by(source):
    """Yield what to say of each file that a cell runs with %run and that does not parse."""
    for name in re.findall(r"^%run (\S+)", source, re.MULTILINE):
        if Path(name).is_file() and (fault := syntax_error(Path(name))):
            yield (
                f"{name} cannot run: {fault}. What this cell shows is from before. Mend the file in the cell "
                "that writes it, run that cell, and then this one.\n"
            )


def names_made_by(source, files=()):
    """Return the names that a cell makes, or the file that it writes, if that is one of `files`."""
    magic, _, file = source.partition("\n")
    if magic.startswith("%%"):
        source = file if magic.removeprefix("%%writefile ").strip() in files else ""
    try:
        table = symtable.symtable(re.sub(r"(?m)^[%!].*", "", source), "cell", "exec")
    except (SyntaxError, ValueError):  # half-written; Python 3.11 finds a null byte in it
        return {name for pair in re.findall(TOP_LEVEL, source) for name in pair if name}
    return {name.get_name() for name in table.get_symbols() if name.is_assigned() or name.is_imported()}
