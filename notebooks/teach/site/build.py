"""Write the lessons as pages for the web: Sphinx makes them from the stored outputs, and runs nothing."""

import io
import re
import shutil
import tempfile
import time
from pathlib import Path

import nbformat
from sphinx.application import Sphinx
from sphinx.errors import SphinxError

from lesson.lessons import NOTEBOOKS, KitError, lessons

from ..course import notebook_of
from ..lesson_deck import deck
from ..new_folder import new_folder
from .pages import as_page, first_page

HERE = Path(__file__).parent
MERMAID = NOTEBOOKS / "teach/deck/mermaid.tiny.js"


def build_site(folder):
    """Write the folder, and say how large it is, how long it took and how to open it.

    KitError: it is there and not empty, lies in the kit, or cannot be written; a lesson is damaged or has a
    link to nowhere. Then nothing is written.
    """
    begun = time.monotonic()
    with new_folder(folder) as (site, target), tempfile.TemporaryDirectory() as scratch:
        write_sources(Path(scratch) / "pages")
        make_pages(Path(scratch), site)
        write_decks(site / "slides")
        size = sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) / 1e6
    print(f"{target} is ready: {size:.0f} MB in {time.monotonic() - begun:.0f} s.")
    print(f"Open {target / 'index.html'} in a browser, or put the folder on any web server.")


def write_sources(folder):
    """Write what Sphinx reads: each lesson as the page shows it, the pictures, and the first page."""
    shutil.copytree(NOTEBOOKS / "images", folder / "images")
    for lesson in lessons():
        nbformat.write(as_page(notebook_of(lesson), lesson.stem), folder / lesson.name)
    index = first_page((HERE / "index.md").read_text(encoding="utf-8"))
    (folder / "index.md").write_text(index, encoding="utf-8")


def make_pages(scratch, site):
    """Let Sphinx write the pages into `site`. KitError: it warns of something, such as a link to nowhere."""
    said, source = io.StringIO(), scratch / "pages"
    try:
        sphinx = Sphinx(source, HERE, site, scratch / "trees", "html", status=None, warning=said)
        sphinx.build()
    except SphinxError as error:
        raise KitError(f"The site was not made: {error}") from None
    if warnings := said.getvalue():
        raise KitError(f"The site was not made: {in_the_kit(warnings.splitlines()[0], source)}")


def in_the_kit(warning, source):
    """Return a warning with the lesson and the cell, counted from 0, for the file that was made."""
    warning = re.sub(r"\x1b\[[\d;]*m", "", warning).replace(f"{source}/", "")
    return re.sub(r"\.ipynb:(\d+)", lambda line: f", cell {int(line[1]) // 10000 - 1}", warning)


def write_decks(folder):
    """Write each lesson's slides; they share one file of Mermaid, which is the most of a deck."""
    folder.mkdir()
    inside = f"<script>\n{MERMAID.read_text(encoding='utf-8')}</script>"
    for lesson in lessons():
        text = deck(notebook_of(lesson)).replace(inside, '<script src="../_static/mermaid.tiny.js"></script>')
        (folder / f"{lesson.stem}.html").write_text(text, encoding="utf-8")
