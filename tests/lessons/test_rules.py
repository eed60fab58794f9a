"""The lessons have the form of a lesson. Each failure names the lesson and the cell."""

import ast
import difflib
import re
from copy import deepcopy
from functools import cache
from itertools import pairwise

import nbformat
import pytest
from bs4 import BeautifulSoup
from IPython.core.inputtransformer2 import TransformerManager
from nbconvert.filters import markdown2html
from nbformat.v4 import new_output
from spellchecker import SpellChecker

from lesson import __version__, checks
from lesson.lessons import NOTEBOOKS, files_of_the_course, lessons
from notebooks.teach.course import metadata, whereabouts
from notebooks.teach.lesson_deck import DIAGRAM
from tests.conftest import ROOT

checks.load_exercises()
LESSONS = [lesson.stem for lesson in lessons()]
PAGES = [page.relative_to(ROOT).as_posix() for folder in (ROOT, NOTEBOOKS) for page in folder.glob("*.md")]
TAGS = {"measured", "nbval-ignore-output", "nbval-skip", "raises-exception", "solution"}
CELL, FILE, OFTEN = 25, 60, 0.4  # lines of each; how many of the cells may have more than 8
IN_STEPS = {
    "01",
    "02",
    "03",
    "04",
    "05",
    "09",
    "16",
    "17",
    "18",
}  # where a file has at most CELL new lines at once
ANSWER = "<details>\n<summary>Answer</summary>\n\n"
PARTS = {"title", "outcome", "teaching", "exercises", "objectives", "key_points"}  # of a lesson's metadata
AVOID = r"\b(simply|simple|just|obviously|obvious|easy|easily|trivial|clearly|of course|basically|merely)\b|—"


@cache
def notebook(name):
    """Return a lesson."""
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def text_of(cells):
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@cache
def html(markdown):
    """Return Markdown as the HTML that Jupyter makes of it, parsed."""
    return BeautifulSoup(markdown2html(markdown), "html.parser")


def prose(markdown):
    """Return the words of Markdown, without code and addresses."""
    soup = BeautifulSoup(markdown2html(re.sub(r"(?s)^```.*?^```", "", markdown, flags=re.M)), "html.parser")
    for part in soup(["code", "pre", "kbd"]):
        part.replace_with(" … ")
    for heading in soup(re.compile("h[1-6]")):
        heading.append("\n")
    return re.sub(r"https?://\S+", "", soup.get_text().replace("’", "'"))


def words(markdown):
    """Yield each word that is not English, and each that makes a reader feel slow."""
    said = prose(markdown)
    for word in re.findall(r"[a-zA-Z]+(?:'[a-z]+)?", said):
        if not word.isupper() and english().unknown([word.removesuffix("'s")]):
            yield f"is {word!r} a word? Then add it to tests/lessons/words.txt"
    for found in re.finditer(AVOID, said, re.IGNORECASE):
        yield f"{found[0]!r} says nothing to who finds it hard"


@cache
def english():
    checker = SpellChecker()
    checker.word_frequency.load_words((ROOT / "tests/lessons/words.txt").read_text(encoding="utf-8").split())
    return checker


@cache
def headings(path):
    """Return the names by which links reach the headings of a page or a lesson."""
    if path.suffix == ".ipynb":
        text = text_of(nbformat.read(path, as_version=4).cells)
    else:
        text = path.read_text(encoding="utf-8")
    return {heading["id"] for heading in html(text)(re.compile("h[1-6]"))}


def links(markdown, here):
    """Yield each link and picture that leads to nothing. No network is asked."""
    soup = html(markdown)
    for address in [*(a.get("href", "") for a in soup("a")), *(img.get("src", "") for img in soup("img"))]:
        if re.match(r"https?://[^\s/]+\.\w+(/\S*)?$|mailto:", address):
            continue
        file, _, heading = address.partition("#")
        path = (here.parent / file) if file else here
        if not path.exists():
            yield f"{address} leads to no file"
        elif heading and heading not in headings(path):
            yield f"{address} leads to no heading"


# Rules for a lesson. Each takes its cells and yields pairs: the number of a cell, what is wrong there.


def in_words(cells, here):
    """Words are English, and none of those to avoid; links lead somewhere."""
    for number, cell in enumerate(cells):
        if cell.cell_type == "markdown":
            yield from ((number, wrong) for wrong in [*words(cell.source), *links(cell.source, here)])


def in_order(cells, here):
    """A sentence stands between two code cells, unless the second checks the first."""
    for number, (first, second) in enumerate(pairwise(cells), start=1):
        if first.cell_type == second.cell_type == "code" and not re.search(r"^check\(", second.source, re.M):
            yield number, "there is no sentence between this code and the one before"


def built_before(here):
    """Return the lines of each file of the chat as the lessons before this one leave it."""
    before = LESSONS[: LESSONS.index(here.stem)]
    return {path: text.splitlines() for name in before for path, text in files_of_the_course()[name].items()}


def count_new(before, after):
    """Return how many lines of a file are new, without the empty ones."""
    return sum(line[:2] == "+ " and line != "+ " for line in difflib.ndiff(before, after))


def in_length(cells, here):
    """A cell has about 4 lines, seldom over 8, without the empty ones; a file has at most 60 in all."""
    lengths, files = [], built_before(here)
    for number, cell in enumerate(cells):
        lines = [line for line in cell.source.splitlines() if line.strip()] or [""]
        if lines == [""]:
            yield number, "the cell is empty"
        elif cell.cell_type == "code" and lines[0].startswith("%%writefile "):
            *more, path = lines[0].split()[1:]
            before = files.get(path, [])
            files[path] = (before if more else []) + cell.source.splitlines()[1:]
            length, added = len(files[path]), count_new(before, files[path])
            if length > FILE:
                yield number, f"{path} has {length} lines, and {FILE} are the most"
            if added > CELL and here.stem[:2] in IN_STEPS:
                yield number, f"{path} has {added} new lines at once, and {CELL} are the most"
        elif cell.cell_type == "code":
            if "measured" not in cell.metadata.get("tags", []):  # those draw, and need not be read
                lengths.append(len(lines))
            if len(lines) > CELL:
                yield number, f"the cell has {len(lines)} lines, and {CELL} are the most"
    if sum(length > 8 for length in lengths) > OFTEN * len(lengths):
        yield 0, f"more than {OFTEN:.0%} of the code cells have more than 8 lines"


def in_storage(cells, here):
    """Each code cell is stored with its execution count, and none with an error; tags are known."""
    for number, cell in enumerate(cells):
        tags = set(cell.metadata.get("tags", []))
        if tags - TAGS:
            yield number, f"there is no tag {', '.join(tags - TAGS)}"
    code = [(number, cell) for number, cell in enumerate(cells) if cell.cell_type == "code"]
    for count, (number, cell) in enumerate(code, start=1):
        if cell.execution_count != count:
            yield number, f"the cell is stored as run {cell.execution_count}, and it is number {count}"
        for output in cell.outputs:
            if "raises-exception" in cell.metadata.get("tags", []):
                continue
            if output.output_type == "error":
                yield number, "the cell is stored with an error"
            elif output.get("name") == "stderr":
                yield number, "the cell is stored with words on stderr"


def in_names(cells, here):
    """Things have the names that they have everywhere; what could wait for ever has a deadline."""
    for number, cell in enumerate(cells):
        magic, _, file = cell.source.partition("\n")
        source = file if re.fullmatch(r"%%writefile .*\.py", magic) else cell.source
        if cell.cell_type == "code" and not source.startswith("%%"):
            tree = ast.parse(TransformerManager().transform_cell(source))
            yield from ((number, wrong) for node in ast.walk(tree) for wrong in in_node(node))


def in_node(node):
    """Yield what is wrong with the names and the arguments of one node of the code."""
    match node:
        case ast.arg(arg=name, annotation=ast.Name(id="WebSocket")) if name != "websocket":
            yield f"an endpoint calls its connection websocket, and not {name}"
        case ast.With(items=[one]) | ast.AsyncWith(items=[one]) if one.optional_vars:
            called = re.match(r"(.+\.websocket_)?connect\(", ast.unparse(one.context_expr))
            name = ast.unparse(one.optional_vars)
            if called and name != "ws":
                yield f"a client is called ws, and not {name}"
        case ast.Call(func=ast.Name(id="connect"), keywords=keywords):
            if "proxy" not in {keyword.arg for keyword in keywords}:
                yield "connect() has no proxy=None"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="httpx2"), attr=attr), keywords=keywords):
            if {"get", "post", "Client", "AsyncClient"} & {attr}:
                missing = {"trust_env", "timeout"} - {keyword.arg for keyword in keywords}
                yield from (f"httpx2.{attr}() has no {name}" for name in sorted(missing))


def in_whole(cells, here):
    """A lesson has its parts, in their order, and says what its metadata say."""
    text, data = text_of(cells), metadata(here)
    if missing := PARTS - data.keys():
        yield 0, f"the metadata have no {', '.join(sorted(missing))} below lesson"
        return
    exercises = f"{data['exercises']} minutes of" if data["exercises"] else "no"
    parts = [
        f"# {data['title']}\n\n{whereabouts(here)}\n\n",
        f"*{data['teaching']} minutes to teach, {exercises} exercises. You need nothing but this kit.*\n\n",
        "**What you will do**\n\n- ",
        "**What you will learn**\n\n" + ",\n".join(f"- {one}" for one in data["objectives"]) + ".",
        "## Key points\n\n" + "\n".join(f"- {one}" for one in data["key_points"]),
    ]
    if not here.stem.startswith("00"):
        parts += ["**On your own", "**Further reading"]
    if here.stem != LESSONS[-1]:
        parts.append("Next: [")
    parts.append("*File → Close and Shut Down Notebook*")
    at = 0
    for part in parts:
        if (found := text.find(part, at)) < 0:
            yield 0, f"after the part before it there is nothing like: {part}"
            break
        at = found + len(part)
    if not 3 <= len(data["key_points"]) <= 5:
        yield 0, "a lesson has 3 to 5 key points"
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    if f'begin("{here.stem}")' not in code[0]:
        yield 0, "the first code cell does not begin the lesson"
    if cells[1].cell_type != "code" and not here.stem.startswith("00"):  # which says first how to run one
        yield 1, "nothing can be run on the first screen: begin the lesson below its header"


def in_answer(cells, here):
    """Behind "On your own" is its answer, folded and tagged as a solution."""
    for at, cell in enumerate(cells[:-1]):
        if cell.source.startswith("**On your own"):
            after = cells[at + 1]
            if not (after.source.startswith(ANSWER) and after.metadata.get("tags") == ["solution"]):
                yield at, "the next cell is not its answer, folded and tagged as a solution"


def in_sight(cells, here):
    """Who sees no pictures or colours misses nothing; headings are in order."""
    levels = []
    for number, cell in enumerate(cells):
        if cell.cell_type == "markdown":
            for heading in html(cell.source)(re.compile("h[1-6]")):
                if int(heading.name[1]) > max(levels[-1:], default=0) + 1 or (
                    heading.name == "h1" and levels
                ):
                    yield number, f"the heading {heading['id']} is out of order"
                levels.append(int(heading.name[1]))
            if not all(img.get("alt") for img in html(cell.source)("img")):
                yield number, "a picture has no text"
            for diagram in DIAGRAM.findall(cell.source):
                if not ("accTitle:" in diagram and "accDescr:" in diagram):
                    yield number, "the diagram has no accTitle and accDescr"
                after = "".join(cell.source for cell in cells[number + 1 : number + 2])
                if not after.startswith("*The same in words:"):
                    yield number, "the diagram is not said in words in the next cell"
                if re.search(r"\b(fill|stroke|color):", diagram):
                    yield number, "the diagram has colours of its own"
        for output in cell.get("outputs", []):
            for kind in [kind for kind in output.get("data", {}) if kind.startswith("image/")]:
                if not output.metadata.get(kind, {}).get("alt"):
                    yield (
                        number,
                        f'the picture has no text: display(…, metadata={{"{kind}": {{"alt": "…"}}}})',
                    )


RULES = [in_sight, in_words, in_order, in_length, in_storage, in_names, in_whole, in_answer]


def faults(cells, here):
    """Return a line for each fault of a lesson, with its name and the number of the cell."""
    return [f"{here.stem}, cell {at}: {what}" for rule in RULES for at, what in rule(cells, here)]


@pytest.mark.parametrize("name", LESSONS)
def test_lesson(name):
    """A lesson keeps all the rules."""
    wrong = faults(notebook(name).cells, NOTEBOOKS / f"{name}.ipynb")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("page", PAGES)
def test_page(page):
    """The words of a page are English, and its links lead somewhere."""
    text = (ROOT / page).read_text(encoding="utf-8")
    wrong = [*words(text), *links(text, ROOT / page)]
    assert not wrong, "\n" + "\n".join(wrong)


def test_version():
    """The newest version in the changelog is the kit's, and the one that lesson 00 shows."""
    versions = re.findall(
        r"^## \[(\d.*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert versions[0] == __version__
    first = (NOTEBOOKS / "00_start_here.ipynb").read_text(encoding="utf-8")
    assert f"ok   WebSockets, cell by cell {__version__}\\n" in first


def cell_that_writes(cells, path):
    """Return the number of the first cell that writes a file."""
    return next(n for n, cell in enumerate(cells) if cell.source.startswith(f"%%writefile {path}\n"))


def replaced(cells, old, new):
    """Write `new` for `old` in the first cell that has it."""
    cell = next(cell for cell in cells if old in cell.source)
    cell.source = cell.source.replace(old, new)


FAULTS = {
    "is 'mesage' a word": ("message", "mesage"),
    "'Simply' says nothing": ("**What you will do**", "Simply. **What you will do**"),
    "'easy' says nothing": ("**What you will do**", "It is *easy*. **What you will do**"),
    "05_nothing.ipynb leads to no file": ("05_serve_from_a_thread.ipynb", "05_nothing.ipynb"),
    "#Nothing leads to no heading": ("05_serve_from_a_thread.ipynb", "05_serve_from_a_thread.ipynb#Nothing"),
    "nothing.png leads to no file": ("## Key points", "![a chat](images/nothing.png)\n\n## Key points"),
    "https:/x.org leads to no file": ("## Key points", "[x](https:/x.org)\n\n## Key points"),
    "Key-points is out of order": ("## Key points", "##### Key points"),
    "a picture has no text": ("## Key points", "![](images/lesson-00.png)\n\n## Key points"),
    "no accTitle and accDescr": ("accDescr:", "description:"),
    "not said in words": ("*The same in words:", "*The same:"),
    "colours of its own": ("flowchart LR\n", "flowchart LR\n    style x fill:#f00\n"),
    "the picture has no text": lambda cells: cells[5].outputs.append(
        new_output("display_data", {"image/png": ""})
    ),
    "no sentence between": lambda cells: cells.insert(6, deepcopy(cells[5])),
    "the cell is empty": lambda cells: cells[5].update(source="\n"),
    "the cell has 26 lines": lambda cells: cells[5].update(source="1\n" * 26),
    "app/main.py has 61 lines": lambda cells: cells[cell_that_writes(cells, "app/main.py")].update(
        source="%%writefile app/main.py\n" + "1\n\n" * 30 + "1"
    ),
    "app/main.py has 26 new lines": lambda cells: cells[cell_that_writes(cells, "app/main.py")].update(
        source="%%writefile app/main.py\n" + "1\n" * 26
    ),
    "more than 8 lines": lambda cells: [cell.update(source="1\n" * 9) for cell in cells[:17]],
    "there is no tag solutions": lambda cells: cells[5].metadata.update(tags=["solutions"]),
    "stored as run None": lambda cells: cells[5].update(execution_count=None),
    "stored with an error": lambda cells: cells[5].outputs.append(new_output("error", ename="", evalue="")),
    "on stderr": lambda cells: cells[5].outputs.append(new_output("stream", name="stderr", text="")),
    "connection websocket, and not socket": ("(websocket: WebSocket)", "(socket: WebSocket)"),
    "called ws, and not client": ("as ws:", "as client:"),
    "connect() has no proxy": lambda cells: cells[5].update(source='connect("ws://x")'),
    "httpx2.get() has no timeout": lambda cells: cells[5].update(source='httpx2.get("/", trust_env=False)'),
    "nothing like: # Echo every message": ("# Echo every message", "# Echo each message"),
    "20 minutes to teach": ("*20 minutes", "*21 minutes"),
    "What you will do": ("**What you will do**", "**What we do**"),
    "What you will learn": ("**What you will learn**\n\n- ", "**What you will learn**\n\n- not "),
    "Key points": ("## Key points\n\n- ", "## Key points\n\n- Not "),
    "On your own": ("**On your own", "**Alone"),
    "cell is not its answer": ("<summary>Answer</summary>", "<summary>Answers</summary>"),
    "not its answer, folded": lambda cells: [c.metadata.pop("tags") for c in cells if ANSWER in c.source],
    "Further reading": ("**Further reading", "**More"),
    "nothing like: Next": ("Next: [", "And: ["),
    "Echo every message\n\nLesson 4 of 18": ("Lesson 4 of 18", "Lesson 4"),
    "nothing like: *File → Close": ("*File → Close", "*File → Open"),
    "nothing can be run": lambda cells: cells.insert(1, cells.pop(2)),
    "does not begin the lesson": ('begin("04_echo_endpoint")', 'begin("05_echo_endpoint")'),
}


@pytest.mark.parametrize("words", FAULTS)
def test_fault_is_found(words):
    """Each rule finds its fault in a lesson that was good."""
    cells, change = deepcopy(notebook("04_echo_endpoint").cells), FAULTS[words]
    change(cells) if callable(change) else replaced(cells, *change)
    assert words in "\n".join(faults(cells, NOTEBOOKS / "04_echo_endpoint.ipynb"))
