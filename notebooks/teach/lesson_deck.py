"""Make of a lesson the HTML of its slides, which needs no other file and no network."""

import base64
import html
import mimetypes
import re
from pathlib import Path

from nbconvert import SlidesExporter
from nbformat.v4 import new_markdown_cell
from traitlets.config import Config

from lesson.lessons import NOTEBOOKS

from .new_lines import HighlightNew, mark_new_lines

NOTES = NOTEBOOKS / "INSTRUCTORS.md"
PLOTS = "measured"  # the tag of cells whose code draws, and whose slide shows the picture only
DIAGRAM = re.compile(r"(?ms)^```mermaid\n(.*?)\n```$")
WRITTEN = re.compile(r"(Writing|Overwriting|Appending to) \S+\n")  # what the cell's first line says
LINKS = '<ol aria-label="Lessons"'  # of begin(), whose links lead nowhere from here
LIVE = "*(The live page: run this cell in the notebook.)*"
EXPORTER = SlidesExporter(
    extra_template_basedirs=[str(Path(__file__).parent)],
    template_name="deck",
    exclude_input_prompt=True,
    exclude_output_prompt=True,
    # the course's own code is not cleaned of scripts, which took as long as all the rest
    filters={"highlight_code": HighlightNew(), "clean_html": lambda code: code},
    config=Config({"TagRemovePreprocessor": {"enabled": True, "remove_input_tags": [PLOTS]}}),
)


def deck(notebook, lesson=""):
    """Return the slides of a notebook, with what the instructor's file says of that lesson, as HTML."""
    mark_new_lines(notebook.cells, lesson)
    if not any("slideshow" in cell.metadata for cell in notebook.cells):
        notebook.cells = [part for cell in notebook.cells for part in split(cell)]
        lay_out(notebook.cells)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":  # a link to a notebook leads nowhere from here
            cell.source = re.sub(r" · \[[^]]+\]\([^)]+\.ipynb[^)]*\)", "", cell.source)  # nor does a row
            cell.source = re.sub(r"\[([^]]+)\]\([^)]+\.ipynb[^)]*\)", r"\1", cell.source)
            cell.source = DIAGRAM.sub(diagram, cell.source)
            cell.source = re.sub(r"!\[([^]]*)\]\((images/[^)]+)\)", picture, cell.source)
        for output in cell.get("outputs", []):
            shown = output.get("data", {}).get("text/html", "")
            if "<iframe" in shown:
                output.data = {"text/markdown": LIVE}
            elif "<script>" in shown:  # a still picture: what moves it needs a notebook
                output.data["text/html"] = re.sub(r"(?s)<(p|details|script)\b.*?</\1>", "", shown)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if says_something(output)]
    notebook.metadata.title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
    notebook.metadata.notes = notes_of(lesson)
    text, _ = EXPORTER.from_notebook_node(notebook)
    return text


def notes_of(lesson):
    """Return what the instructor's file, which a handout lacks, says of a lesson; in Markdown."""
    if not lesson or not NOTES.exists():
        return ""
    found = re.search(rf"(?ms)^### {lesson[:2]} .*?$(.*?)(?=^##|\Z)", NOTES.read_text(encoding="utf-8"))
    return found[1].strip() if found else ""


def says_something(output):
    """Return whether an output says more than the name of a file, and has other links than to notebooks."""
    return LINKS not in str(output.get("data")) and not WRITTEN.fullmatch(output.get("text", ""))


def split(cell):
    """Yield the cell, a Markdown cell in parts of which each begins with its heading."""
    if cell.cell_type != "markdown":
        yield cell
        return
    lines, parts, fenced = cell.source.splitlines(), [[]], False
    for line in lines:
        fenced ^= line.startswith(("```", "~~~"))
        if re.match("#{1,6} ", line) and not fenced:
            parts.append([])
        parts[-1].append(line)
    for part in map("\n".join, parts):
        if re.sub(r"(?s)<!--.*?-->", "", part).strip():
            yield new_markdown_cell(part, metadata=cell.metadata)


def diagram(fence):
    """Return the HTML of a Mermaid fence; nbconvert's own loses the tags in the labels."""
    return f'<pre class="mermaid">{html.escape(fence[1])}</pre>'


def picture(image):
    """Return the HTML of an image that holds its file; nbconvert's embed_images breaks <kbd>."""
    kind = mimetypes.guess_type(image[2])[0]
    data = base64.b64encode((NOTEBOOKS / image[2]).read_bytes()).decode()
    return f'<img alt="{html.escape(image[1])}" src="data:{kind};base64,{data}">'


def lay_out(cells):
    """Give each cell a slide type; deck.js makes further slides for what has no room.

    A heading begins a slide. Words that lead from one code cell to the next begin one below
    it. Words that end a section come after the output, and a solution is there from the beginning.
    """
    before = None
    for cell, after in zip(cells, [*cells[1:], None], strict=True):
        words, kind = cell.cell_type == "markdown", "-"
        if words and cell.source.startswith("#"):
            kind = "slide"
        elif words and before == "code" and not cell.source.startswith("<details>"):
            kind = "subslide" if after and after.cell_type == "code" else "fragment"
        cell.metadata = {**cell.metadata, "slideshow": {"slide_type": kind}}
        before = cell.cell_type
