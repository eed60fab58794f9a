"""The marks of the lines of a file that are new."""

from nbformat.v4 import new_code_cell

from notebooks.teach.new_lines import HighlightNew, mark_new_lines


def marked(*sources, lesson=""):
    """Return the numbers of the new lines of each cell."""
    cells = [new_code_cell(source) for source in sources]
    mark_new_lines(cells, lesson)
    return [cell.metadata.get("new_lines") for cell in cells]


def test_against_the_cell_before():
    """A new line is marked, not one whose mark in words has gone; a first file has none."""
    first, second = "%%writefile a.py\none\ntwo  # new", "%%writefile a.py\none\n\nhalf\ntwo\nthree"
    assert marked(first, "1 + 1", second) == [None, None, [4, 6]]


def test_what_was_appended_was_there():
    """What a cell appends is new as a whole, and old for the next cell."""
    cells = ["%%writefile a.py\none", "%%writefile -a a.py\ntwo", "%%writefile a.py\none\ntwo\nthree"]
    assert marked(*cells) == [None, None, [4]]


def test_against_an_earlier_lesson():
    """A file of an earlier lesson is the step before."""
    cell = '%%writefile app/main.py\n"""The chat, step 1: a route that answers GET /."""\nimport this'
    assert marked(cell, lesson="01_index_route") == [None]
    assert marked(cell, lesson="02_template") == [[3]]


def test_spans():
    """The new lines are in spans of their own."""
    html = HighlightNew()("one\ntwo", metadata={"new_lines": [2]})
    assert html.count('class="hll"') == 1
    assert html.index("one") < html.index("hll") < html.index("two")
