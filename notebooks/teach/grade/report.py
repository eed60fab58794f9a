"""What comes of the grading: a table for programs, and a page for people."""

import csv
import io
from pathlib import Path

from jinja2 import Environment

from lesson.disk import write_whole
from lesson.lessons import KitError

from .rows import DONE, NOT_TRIED, NOT_YET

TEMPLATE = Path(__file__).with_name("report.html")
SIGNS = {DONE: "✓", NOT_YET: "○", NOT_TRIED: "–"}  # each with its word, for who does not see it


def write_report(folder, ids, rows):
    """Write grades.csv and grades.html, each as a whole; return their paths. KitError: it cannot be done."""
    texts = {"grades.csv": as_csv(ids, rows), "grades.html": as_html(ids, rows)}
    try:
        for name, text in texts.items():
            write_whole(folder / name, text)
    except OSError as error:
        raise KitError(f"{folder} cannot be written ({error.strerror}): mend that and grade again.") from None
    return [folder / name for name in texts]


def as_csv(ids, rows):
    """Return the table; an exercise whose lesson was not handed in is empty."""
    table = io.StringIO()
    write = csv.writer(table, lineterminator="\n").writerow
    write(["name", "zip", "done", *ids, "remark"])
    for row in rows:
        states = [row.marks[id].state if id in row.marks else "" for id in ids]
        remark = " ".join(row.remarks)
        write([no_formula(row.name), no_formula(row.zip), row.done, *states, no_formula(remark)])
    return f"\ufeff{table.getvalue()}"  # by the mark, Excel reads it as UTF-8


def no_formula(text):
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@")) else text


def as_html(ids, rows):
    """Return the page, on which all that learners wrote is text."""
    page = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = page.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(ids=ids, rows=rows, signs=SIGNS)
