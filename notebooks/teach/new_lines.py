"""Mark in the cells that write a file the lines that are new against the step before."""

import re
from difflib import SequenceMatcher

from nbconvert.filters import Highlight2HTML

from lesson.lessons import steps_of_the_course

SAID = re.compile(r"\s*(#|//|/\*|<!--) new\b.*")  # the lessons' own mark, gone in the next step


def mark_new_lines(cells, lesson=""):
    """Put the numbers of a cell's new lines into its metadata, where its file was there before."""
    files = files_before(lesson)
    for cell in cells:
        magic, *lines = [SAID.sub("", line) for line in cell.source.splitlines()] or [""]
        found = re.fullmatch(r"%%writefile (-a )?(\S+)", magic)
        if cell.cell_type != "code" or not found:
            continue
        before = files.get(found[2], [])
        if before and not found[1]:  # what is appended is new, all of it
            cell.metadata["new_lines"] = [number + 2 for number in new_lines(before, lines)]
        files[found[2]] = [*before, *lines] if found[1] else lines


def files_before(lesson):
    """Return {path: lines}: the files of the chat as a lesson finds them."""
    files = {}
    for name, steps in steps_of_the_course().items():
        if name >= lesson:
            break
        files |= {path: [SAID.sub("", line) for line in text.splitlines()] for path, text in steps}
    return files


def new_lines(before, lines):
    """Return which lines, from 0 on, are not in the lines before, without the empty ones."""
    steps = SequenceMatcher(None, before, lines, autojunk=False).get_opcodes()
    new = [number for step, _, _, first, end in steps if step != "equal" for number in range(first, end)]
    return [number for number in new if lines[number].strip()]


class HighlightNew(Highlight2HTML):
    """nbconvert's highlighter, which puts the new lines of a cell into spans of the class hll."""

    def __call__(self, source, language=None, metadata=None):
        self.extra_formatter_options = {"hl_lines": (metadata or {}).get("new_lines", [])}
        return super().__call__(source, language, metadata)
