"""A lesson as a page: what only a notebook can show becomes what a page shows."""

from lesson.lessons import LESSONS, PARTS, part_of

from ..course import with_map
from ..lesson_deck import DIAGRAM, LINKS, LIVE, diagram


def anchor_of(heading):
    """Return what a link to a heading ends with, as JupyterLab has it."""
    return heading.replace(" ", "-")


def as_page(notebook, name):
    """Return a lesson's notebook as the page of that name shows it."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = DIAGRAM.sub(diagram, cell.source)
            continue
        cell.outputs = [output for output in cell.outputs if LINKS not in html_of(output)]
        for output in cell.outputs:
            if "<iframe" in html_of(output):
                output.data = {"text/markdown": LIVE}
    title, place, *rest = notebook.cells[0].source.split("\n\n")
    notebook.cells[0].source = "\n\n".join([title, f"{place} · {ways_out(name)}", *rest])
    return notebook


def html_of(output):
    """Return the HTML of an output, or nothing."""
    return output.get("data", {}).get("text/html", "")


def ways_out(name):
    """Return the links of a lesson to its slides and to the printer."""
    slides = f'<a href="slides/{name}.html">slides</a>'
    return f'{slides} · <button type="button" class="print" onclick="print()">print</button>'


def first_page(text):
    """Return the text of the first page, with the map and, for the sidebar, the lessons by their parts."""
    trees = "".join(
        '\n```{toctree}\n:hidden:\n:caption: "' + part + '"\n\n' + "\n".join(entries_of(part)) + "\n```\n"
        for part in PARTS.values()
    )
    return with_map(text) + trees


def entries_of(part):
    """Return the lessons of a part, as a toctree has them."""
    return [name for name in LESSONS if part_of(name) == part]
