"""A check tries what the learner wrote last, or says that it would not."""

from lesson.kernels import run_all

FILE = "%%writefile test_bytes.py\ndef test_sum():\n    assert 1 + 1 == 3"
OTHER = FILE.replace("test_bytes.py", "test_byte.py")
CHECK, CHECK_FILE = 'check("01.2", wasted)', 'check("10.1", "test_bytes.py")'
TRIES = {  # cells, whose last one checks, and what it says
    "another name": (
        ["wasted = 30", "import re\nwastd = 59", CHECK],
        "the cell before makes wastd, and this check",
    ),
    "no parsing": (["wasted = 30", "wasted = 5 9", CHECK], "the cell before ended with SyntaxError, so"),
    "an error": (["wasted = 59", "wasted = 59 / 0", CHECK], "the cell before ended with ZeroDivisionError"),
    "an error, and no name": (
        ["wasted = 30", "wastd = 5 9", CHECK],
        "the cell before ended with SyntaxError",
    ),
    "a hint between": (
        ["wasted = 5 9", 'from lesson import hint, progress\nhint("01.2")\nprogress()', CHECK],
        "the cell before ended",
    ),
    "mended": (["wasted = 5 9", "wasted = 59", CHECK], "59 of 60 requests"),
    "something else between": (["wasted = 30", "print(wasted)", CHECK], "it is not 30."),
    "another file": (["begin('10_test_it')", FILE, OTHER, CHECK_FILE], "the cell before makes test_byte.py"),
    "no magic": (
        [FILE, FILE.partition("\n")[2], CHECK_FILE],
        "the cell before writes no file. Its first line",
    ),
    "what an answer changes and does not make": (
        ["begin('05_serve_from_a_thread')", "server = counting = 5", "counting = 6", 'check("05.2", server)'],
        "of type int, and it needs the running server",
    ),
}


def test_what_was_written_last_is_tried(kit):
    """What a check says after other cells: of what was written last, or that it tries something older."""
    sources = [source for cells, _ in TRIES.values() for source in cells]
    begin = "from lesson import begin, check\nbegin('01_index_route')"
    _, *outputs = run_all([begin, *sources], may_raise=range(len(sources) + 1), cwd=kit / "notebooks")
    for name, (cells, expected) in TRIES.items():
        shown, outputs = outputs[: len(cells)], outputs[len(cells) :]
        [said] = [output.data["text/plain"] for output in shown[-1]]
        assert expected in said, name
        assert "\n" not in said, name
