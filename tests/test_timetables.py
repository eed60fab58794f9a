"""The timetables of INSTRUCTORS.md add up, say what the lessons' metadata say, and can be cut."""

import re

import pytest

from lesson import checks
from lesson.lessons import lessons
from notebooks.teach.course import find_lesson, metadata
from tests.pages import TEXTS, number, section

INSTRUCTORS = TEXTS["notebooks/INSTRUCTORS.md"]


def minutes(cell):
    """Return the minutes of a timetable's cell, one list for each part: "15 + 10, then 5" are two."""
    parts = [[int(figure) for figure in re.findall(r"\d+", part)] for part in re.split(r", then ", cell)]
    return parts * 2 if "twice" in cell else parts


def mistimed(text):
    """Yield each timetable that does not add up, or says other minutes than the lessons' metadata."""
    for heading, table in re.findall(r"(?ms)^### (.*?)\n(.*?)(?=^#|\Z)", section(text, "timetables")):
        rows = [line.strip("| ").split(" | ") for line in table.splitlines() if re.match(r"\| \d", line)]
        total = sum(figure for row in rows for part in minutes(row[-2]) for figure in part)
        if total != (wanted := length(heading)):
            yield f"{heading}: the rows are {total} minutes, and not {wanted}"
        practice = sum(part[1] for row in rows for part in minutes(row[-2]) if len(part) > 1)
        if "a third of it exercises" in heading and practice * 3 < wanted:
            yield f"{heading}: only {practice} minutes are exercises"
        if "weeks" in heading:
            yield from (f"{heading}: {wrong}" for wrong in unweekly(heading, rows))
        clock = start = as_minutes(rows[0][0]) if ":" in rows[0][0] else None
        for row in rows:
            if start is not None:
                if as_minutes(row[0]) != clock:
                    yield f"{heading}: {row[0]} comes {clock - start} minutes after the start"
                clock += sum(figure for part in minutes(row[1]) for figure in part)
            yield from (f"{heading}: {wrong}" for wrong in unlike_metadata(minutes(row[-2]), row[-1]))


def unweekly(heading, rows):
    """Yield each week that is not as long as the others, and each lesson that has no week."""
    for at, row in enumerate(rows, start=1):
        total = sum(figure for part in minutes(row[-2]) for figure in part)
        if row[0] != str(at) or total != length(heading) // len(rows):
            yield f"row {at} is week {row[0]} with {total} minutes"
    said = [name for row in rows for name in re.findall(r"(?:^|then )(\d\d)\b", row[-1])]
    yield from (f"lesson {it.name[:2]} has no week" for it in lessons() if it.name[:2] not in said)


def uncut(text):
    """Yield where what is left out is not what its timetable has, or less than the class is late."""
    tables = dict(re.findall(r"(?ms)^### (.*?)\n(.*?)(?=^#|\Z)", section(text, "timetables")))
    for row in re.findall(r"(?m)^\| .*\(\d+\).*$", section(text, "When you are late")):
        name, *cells = row.strip("| ").split(" | ")
        [table] = [table for heading, table in tables.items() if heading.startswith(name)] or [""]
        for late, cell in zip((10, 20, 30), cells, strict=True):
            left = re.findall(r"([^,|]+?) \((\d+)\)", cell)
            if sum(int(figure) for _, figure in left) < late:
                yield f"{name}: {cell} is less than {late} minutes"
            for what, figure in left:
                line = rf"(?m)^\|.*\b{figure}\b.*\|[^|]*\b{what.split()[-1]}\b"
                if not re.search(line, table) and not what.strip().startswith(figure):
                    yield f"{name} has no {what} of {figure} minutes"


def unworth(text):
    """Yield where the points of the rubric are not a hundred."""
    points = [int(one) for one in re.findall(r"(?m)^\| (\d+) \|", section(text, "A project"))]
    if sum(points) != 100:
        yield f"the rubric has {sum(points)} points"


def as_minutes(time):
    hours, _, minutes = time.partition(":")
    return int(hours) * 60 + int(minutes)


def length(heading):
    """Return the minutes that a timetable's heading promises; -1 where it promises none."""
    if found := re.search(r"(\d+:\d\d) to (\d+:\d\d)", heading):
        return as_minutes(found[2]) - as_minutes(found[1])
    if found := re.search(r"(\d+) weeks of (\d+) minutes", heading):
        return int(found[1]) * int(found[2])
    if found := re.search(r"(\d+)(½?) hours", heading):
        return int(found[1]) * 60 + 30 * bool(found[2])
    return int((re.search(r"(\d+) minutes", heading) or [-1, -1])[1])


def unlike_metadata(parts, what):
    """Yield where a row says other minutes for a lesson than its metadata."""
    names = re.split(r"[;,] then ", what)
    if len(names) != len(parts) and re.match(r"\d\d\b", what):
        yield f"{what!r} has {len(names)} parts, and the minutes {len(parts)}"
    for name, (teaching, *practice) in zip(names, parts, strict=False):
        if not re.match(r"\d\d\b", name):
            continue
        data, some = metadata(find_lesson(name[:2])), set(re.findall(r"\d\d\.\d", name.partition(";")[0]))
        if teaching != data["teaching"] and not ("to the end of" in name and teaching < data["teaching"]):
            yield f"{name[:2]} takes {data['teaching']} minutes to teach, and not {teaching}"
        checks.load_exercises()
        known = {id for id in checks.exercises if id.startswith(name[:2])}
        yield from (f"there is no exercise {id}" for id in sorted(some - known))
        whole = not some or some == known
        if practice and (practice != [data["exercises"]] if whole else practice[0] >= data["exercises"]):
            yield f"the exercises of {name[:2]} take {data['exercises']} minutes, and not {practice[0]}"


def unparted(text):
    """Yield where the sentence of the four parts says other minutes than the lessons' metadata."""
    each = r"the (\w+)[a-z ]* of Part [IV]+(?: take)? (\d+) \+ (\d+)"
    left = [metadata(lesson) for lesson in lessons()]
    parts = re.findall(each, text, re.IGNORECASE)
    for many, *said in parts:
        part, left = left[: number(many)], left[number(many) :]
        right = [sum(data[kind] for data in part) for kind in ("teaching", "exercises")]
        if list(map(int, said)) != right:
            yield f"{many} lessons take {right[0]} + {right[1]}, and not {said[0]} + {said[1]}"
    if len(parts) != 4 or left:
        yield f"{len(parts)} parts are told of, and {len(left)} lessons are in none"


CHECKS = [mistimed, unparted, uncut, unworth]


def test_times():
    """The timetables and the parts of the course add up, and say what the lessons' metadata say."""
    assert [wrong for check in CHECKS for wrong in check(INSTRUCTORS)] == []


FAULTS = [  # a check, what it is to find, and words to put for others
    (mistimed, "90 minutes: what a WebSocket is: the rows are 95", ("| 5 | everybody", "| 10 | everybody")),
    (mistimed, "16:00: the rows are 420 minutes, and not 390", ("9:00 to 16:00", "9:30 to 16:00")),
    (mistimed, "16:00: 10:10 comes 65", ("| 10:05 |", "| 10:10 |")),
    (mistimed, "04 takes 20 minutes to teach, and not 25", ("20 + 15 | 04, with", "25 + 15 | 04, with")),
    (mistimed, "exercises of 08 take 15 minutes, and not 10", ("| 40 + 15 | 08", "| 40 + 10 | 08")),
    (mistimed, "there is no exercise 04.7", ("04, with 04.1", "04, with 04.7")),
    (mistimed, "exercises of 05 take 10", ("20 + 10 | 05", "20 + 5 | 05")),
    (mistimed, "has 1 parts, and the minutes 2", ("15 + 10, twice | 02, then 03", "15 + 10, twice | 02, 03")),
    (mistimed, "only 50 minutes are exercises", ("| 0 + 20 | in pairs", "| 20 | in pairs")),
    (mistimed, "lesson 13 has no week", ("then 13; then lab", "then 12; then lab")),
    (
        mistimed,
        "row 3 is week 3 with 95 minutes",
        ("0 + 15 | look back; then 05", "0 + 20 | look back; then 05"),
    ),
    (unparted, "four lessons take 120 + 60, and not 110 + 60", ("Part II 120 +", "Part II 110 +")),
    (unparted, "1 lessons are in none", ("the five of Part III 150 + 65", "the four of Part III 85 + 40")),
    (uncut, "is less than 20 minutes", ("| 06 (15), the break (5) |", "| 06 (15) |")),
    (
        uncut,
        "has no the spare of 25 minutes",
        ("Half a day | the spare (15)", "Half a day | the spare (25)"),
    ),
    (unworth, "the rubric has 105 points", ("| 15 | It starts", "| 20 | It starts")),
]


@pytest.mark.parametrize(("check", "words", "change"), FAULTS)
def test_fault_is_found(check, words, change):
    """Each check finds its fault in a page that has it."""
    assert change[0] in INSTRUCTORS
    assert words in "\n".join(check(INSTRUCTORS.replace(*change, 1)))
