"""The pages of the kit, and how to find and to count what is in them."""

import re

from environment import ROOT
from lesson.lessons import NOTEBOOKS
from notebooks.teach.handout import README as HANDOUT

PAGES = {
    path.relative_to(ROOT).as_posix(): path
    for folder in (ROOT, NOTEBOOKS, ROOT / "tests/bench")
    for path in folder.glob("*.md")
}
TEXTS = {name: path.read_text(encoding="utf-8") for name, path in PAGES.items()} | {"the handout": HANDOUT}
NUMBERS = re.findall(
    r"\w+", "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
)


def number(word):
    """Return the number that a word or digits say; -1 for another word."""
    word = word.lower().replace(",", "")
    return int(word) if word.isdecimal() else NUMBERS.index(word) if word in NUMBERS else -1


def section(text, heading):
    """Return what stands below the heading that has these words, up to the next of its level."""
    return re.search(rf"(?ms)^(#+) [^\n]*{heading}[^\n]*\n(.*?)(?=^\1 |\Z)", text)[2]
