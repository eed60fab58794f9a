"""Write lessons as slides: for each one file that a browser shows without a network."""

import html

from lesson.lessons import NOTEBOOKS, KitError, lessons

from .course import find_lesson, metadata, notebook_of
from .lesson_deck import deck

FOLDER = NOTEBOOKS.parent / "slides"
KEYS = "Space turns the slides, A opens a solution, S the notes, F fills the screen, ? names all keys."
INDEX = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Slides</title>
<style>
:root {{ color-scheme: light dark; font: 1.2em/1.8 sans-serif; }}
main {{ max-width: 40em; margin: auto; }}
</style>
<main>
<h1>Slides</h1>
<p>{keys}</p>
<ul>
{rows}
</ul>
</main>
</html>
"""
ROW = '<li><a href="{0}.html">{1}</a> (<a href="{0}.html?print-pdf">{2} to print</a>)</li>'


def slides(name):
    """Write `slides/LESSON.html`, or those of all lessons and an index; say where, and how to show them.

    KitError: there is no such lesson, or the folder cannot be written.
    """
    chosen = lessons() if name == "all" else [find_lesson(name)]
    for lesson in chosen:
        target = write(f"{lesson.stem}.html", deck(notebook_of(lesson), lesson.stem))
    if name == "all":
        target = write("index.html", page_of_links())
    print(target)
    print("Open it in a browser.", KEYS)
    print("To print: put ?print-pdf behind the address of the slides, open that, and print.")


def write(name, text):
    """Write a file of the folder, whole or not at all; return its path. KitError: it cannot be written."""
    target = FOLDER / name
    part = target.with_suffix(".part")  # a full disk leaves nothing half-written
    try:
        FOLDER.mkdir(exist_ok=True)
        try:
            part.write_text(text, encoding="utf-8")
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise KitError(
            f"The folder {FOLDER} cannot be written ({error.strerror}): make room there, or move it away."
        ) from None
    return target


def page_of_links():
    """Return the page that links the slides of all lessons."""
    rows = []
    for lesson in lessons():
        title = html.escape(f"{lesson.stem[:2]} {metadata(lesson).get('title', lesson.stem)}")
        rows.append(ROW.format(lesson.stem, title, lesson.stem[:2]))
    return INDEX.format(keys=KEYS, rows="\n".join(rows))
