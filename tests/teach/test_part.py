"""A part of the course."""

import pytest

from lesson.lessons import LESSONS, KitError
from notebooks.teach.part import named_lessons, without_links


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("00-02", ["00", "01", "02"]),
        ("00,04,07-09", ["00", "04", "07", "08", "09"]),
        ("4, 9 ", ["00", "04", "09"]),  # JupyterLab opens at 00
        ("03-03", ["00", "03"]),
    ],
)
def test_named_lessons(words, numbers):
    """Numbers and ranges name lessons, and 00 is always among them."""
    assert named_lessons(words) == {name for name in LESSONS if name[:2] in numbers}


@pytest.mark.parametrize("words", ["00-99", "06-00", "", "1-", "all", "00,,01", "-1", "0-3-5", "77"])
def test_names_of_nothing(words):
    """What names no lessons is one sentence."""
    with pytest.raises(KitError, match=r"^'.*' names no lessons from 00 to \d\d, which are here: write numb"):
        named_lessons(words)


def test_without_links():
    """Links to other lessons become words; those to lessons that are given and to other places stay."""
    kept = "[before: 03](03_static_javascript.ipynb) [x](https://x.org/07_on_the_wire.ipynb) [b](b.ipynb)"
    row = r"<li><a href=\"04_echo_endpoint.ipynb\">04 ○</a></li>"
    text = f"{kept} [next: 07](07_on_the_wire.ipynb#A-part).{row}" + row.replace(
        "04_echo_endpoint", LESSONS[7]
    )
    said = f"{kept} next: 07 (comes later).{row}<li>07 later</li>"
    assert without_links(text, {*LESSONS[:7]}) == said
