"""Pages are data: what they tell to type is there, what they count is so many, what they time adds up.

Each check takes a text and yields a line for each fault.
"""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import cache
from importlib.util import find_spec
from io import StringIO
from itertools import pairwise
from pathlib import Path
from runpy import run_module
from tempfile import TemporaryDirectory

import pytest

from environment import ROOT
from lesson import KitError, checks
from lesson.lessons import lessons, read_lesson
from notebooks.teach.course import find_lesson
from notebooks.teach.handout import README as HANDOUT
from tests.bench.measure import ROWS
from tests.deadlines import seconds
from tests.pages import TEXTS, number, section
from tests.test_requirements import ENVIRONMENTS, brought, kit_text, pins

try:
    import ensurepip
except ImportError:  # Debian leaves it out
    ensurepip = None
README, SPEEDS = TEXTS["README.md"], TEXTS["tests/bench/README.md"]
ADMINISTRATORS = TEXTS["notebooks/ADMINISTRATORS.md"]
MADE = {"screenshots", "slides", "workspace"}  # folders that git ignores
NEXT = str(int(lessons()[-1].name[:2]) + 1)  # the number of a lesson that is not written yet
TOOL = r"(?:python3|python|py|pip|uv|bash|git|mkdir|cd) [^`]+"
JOBS = "refresh|handout|slides|doctor|exam|exercise|board|site|grade"
UV = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
BUNDLED = Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl") if ensurepip else ()
PIP = [sys.executable, *(["-m", "pip"] if find_spec("pip") else [f"{wheel}/pip" for wheel in BUNDLED])]
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")


# What a page tells to type.


def blocks(text, *languages):
    """Return the code blocks of a page in these languages, each as its lines without comments."""
    found = re.findall(rf"(?ms)^```(?:{'|'.join(languages)})\n(.*?)^```", text)
    return [
        [line for raw in block.splitlines() if (line := raw.partition("#")[0].strip())] for block in found
    ]


def commands(text):
    """Return what a page tells to type: in its blocks, in its lines, and as words of the kit's commands."""
    found = [line for block in blocks(text, "sh", "bash") for line in block]
    found += re.findall(r"(?m)^ +(python3 -m .*?)(?: {2,}.*)?$", text)  # in a mail
    found += [posix for block in blocks(text, "powershell") for posix in as_posix(block)]
    for code in re.findall(r"`([^`\n]+)`", text):
        if re.fullmatch(TOOL, code):
            found.append(code)
        elif re.fullmatch(rf"({JOBS})( [^()]+)?", code):
            found.append(f"python3 -m notebooks {code}")
        elif re.fullmatch(r"(bench|everywhere) [^()]+", code):
            found.append(f"python3 -m tests {code}")
    return found


def as_posix(block):
    """Return the lines of a PowerShell block as a shell has them."""
    lines = []
    for line in block:
        if pairs := re.findall(r'\$env:(\w+) = "([^"]*)"', line):
            lines.append("export " + " ".join(f"{name}={value}" for name, value in pairs).replace("\\", "/"))
        else:
            lines.append(re.sub(r"^py ", "python3 ", line).replace("\\", "/"))
    return lines


def said_by_module(text):
    """Yield what is wrong with the commands of the kit that the docstrings of a module name."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for command in re.findall(
                r"python3? -m [a-z][^`:;,\n]*[^`:;,.\n]", ast.get_docstring(node) or ""
            ):
                yield from (f"{command}: {wrong}" for wrong in mistyped(command))


def mistyped(command):
    """Yield what is wrong with a command: a file, an option or a word that is not there."""
    match shlex.split(command):
        case ["python3" | "python" | "py", "-m", "pip", *words] | ["pip", *words]:
            yield from [*refused(*PIP, *words), *missing(files_in(words))]
        case ["uv", *words]:
            yield from [*(refused(UV, *words) if UV else []), *missing(files_in(words))]
        case ["python3" | "python" | "py", "-m", module, *words]:
            if not is_module(module):
                yield f"there is no module {module}"
            elif module in {"app", "notebooks"}:
                yield from of_the_kit(module, words)
            elif module == "tests":
                yield from of_the_tests(words)
        case ["bash", file]:
            yield from missing([file])
        case ["git", "checkout", *files]:
            yield from missing(files)
        case ["git", "diff"] | ["git", "-C", _, "push"] | ["mkdir" | "cd", _]:
            pass
        case ["export", *pairs]:
            yield from (wrong for pair in pairs for wrong in unheard(*pair.split("=", 1)))
        case _:
            yield f"{command!r} is nothing that this test knows"


def missing(files):
    """Yield each file that is not there."""
    yield from (f"there is no file {file}" for file in files if not (ROOT / file).exists())


def is_module(name):
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


@cache
def output_of(*command):
    """Return all that a program prints."""
    options = {"cwd": ROOT, "capture_output": True, "text": True, "stdin": subprocess.DEVNULL}
    run = subprocess.run(command, timeout=seconds(60), **options)
    return run.stdout + run.stderr


def refused(*command):
    """Yield what a program says of its options, where it takes offence at another than the last one."""
    said = output_of(*command, "--no-such-option")
    wrong = re.findall(r"(?:no such option:|unexpected argument|unrecognized arguments:) ([^\n]*)", said)
    if not any(one.strip("'").startswith(("--no-such-option", "'--no-such-option'")) for one in wrong):
        yield said.strip()


def files_in(words):
    """Return the names after -r."""
    return [file for word, file in pairwise(words) if word == "-r"]


def unheard(name, value):
    """Yield a setting that neither pip nor uv reads."""
    program, _, rest = name.partition("_")
    if program == "PIP":
        known = f"--{rest.lower().replace('_', '-')} " in f"{output_of(*PIP, 'install', '--help')} "
    else:
        known = UV is None or re.search(rf"env:\s+{name}[=\]]", output_of(UV, "pip", "install", "--help"))
    if not known:
        yield f"{program.lower()} has no setting {name}"


@cache
def said_by_parser(module, *words):
    """Return what a command of the kit says to words at which its parser ends it."""
    with redirect_stdout(StringIO()) as said, redirect_stderr(said), pytest.MonkeyPatch.context() as here:
        here.setattr(sys, "argv", [module, *words])
        with suppress(SystemExit):
            run_module(module, run_name="__main__")
    return said.getvalue()


def of_the_kit(module, words):
    """Yield what `python3 -m app` or `python3 -m notebooks` would not take, as its own parser says it.

    Nothing is run: after all else the parser meets an option that is not there.
    """
    words = [{"NN": "04", "DIR": "../class"}.get(word, word) for word in words]
    if module == "notebooks" and (not words or words[0].startswith("-")):
        yield from (
            f"JupyterLab has no {word}" for word in words if word[0] == "-" and not is_lab_option(word)
        )
        return
    said = said_by_parser(module, *words, "--no-such-option")
    if "unrecognized arguments: --no-such-option;" not in said:
        yield said.strip()
    if words[:1] in (["slides"], ["refresh"]) and words[1:] != ["all"]:
        try:
            list(map(find_lesson, words[1:]))
        except KitError as error:
            yield str(error)


def is_lab_option(word):
    """Return whether JupyterLab's server takes an option."""
    from jupyter_server.serverapp import ServerApp  # here, for each worker collects this file
    from jupyterlab.labapp import LabApp

    name, apps = word.lstrip("-").partition("=")[0], [LabApp(), ServerApp()]
    traits = {
        f"{one.__name__}.{trait}" for one in [LabApp, *ServerApp.classes] for trait in one.class_traits()
    }
    return name in traits or any(name in known for app in apps for known in (app.flags, app.aliases))


def of_the_tests(words):
    """Yield what is no word or option of `python3 -m tests`, and what selects no test."""
    match words:
        case ["bench", *rows]:
            yield from (f"there is no row {row} in the bench" for row in rows if row not in ROWS)
        case ["chaos", *options] if set(options[::2]) <= {"--minutes", "--seed"}:
            pass
        case ["everywhere" | "--upgrade", *rest]:
            yield from of_the_tests(rest)
        case ["-k", expression, *rest]:
            for word in re.findall(r"\w+", expression.lower()):
                if word not in {"and", "or", "not", NEXT} and not any(
                    word in name for name in names_of_tests()
                ):
                    yield f"-k {word} selects no test"
            yield from of_the_tests(rest)
        case [option, *rest] if option.startswith("-"):
            known = output_of(sys.executable, "-m", "pytest", "--help", "--noconftest")
            if not re.search(rf"(?<![\w-]){option}(?![\w-])", known):
                yield f"pytest has no {option}"
            yield from of_the_tests([word for word in rest if not word.isdecimal()])
        case [file, *rest]:
            yield from [*missing([file]), *of_the_tests(rest)]


@cache
def names_of_tests():
    """Return what `-k` looks at: files, functions, and the lessons that are parameters."""
    names = {lesson.stem for lesson in lessons()}
    for path in (ROOT / "tests").rglob("test_*.py"):
        names.add(path.relative_to(ROOT / "tests").as_posix())
        names |= set(re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    return {name.lower() for name in names}


def mistaken(text):
    """Yield what is wrong with the commands of a page."""
    yield from (f"{command}: {wrong}" for command in commands(text) for wrong in mistyped(command))


def apart(text):
    """Yield where a PowerShell block says something else than the shell's block before it."""
    for first, second in pairwise(re.findall(r"(?ms)^```(\w+)\n(.*?)^```", text)):
        if (first[0], second[0]) == ("sh", "powershell"):
            [there] = blocks(f"```sh\n{first[1]}```", "sh")
            here = as_posix(blocks(f"```powershell\n{second[1]}```", "powershell")[0])
            there, here = ("\n".join(lines).replace("\nexport ", " ") for lines in (there, here))
            if there != here:
                yield f"not the same for PowerShell:\n{there}\n{here}"


def adrift(text):
    """Yield each folder that the blocks go to or name, and that none before made; they start in the kit."""
    here, made = Path("kit"), {"kit"}
    for block in blocks(text, "sh"):
        here = Path("kit") if not block[0].startswith("cd ") else Path(".")
        for line in block:
            words = shlex.split(line)
            paths = [word.rpartition("=")[2] for word in words if re.search(r"(^|=)\.\./", word)]
            if words[0] == "cd":
                here, paths = here / words[1], ["."]
            for path in paths:
                target = os.path.normpath(here / path)
                if "export" in words or words[0] == "cd":
                    if target not in made:
                        yield f"no line before made {target}, which is in: {line}"
                else:
                    made.add(target)


def lost(text):
    """Yield each option of ours, and each file, that a page names and nobody has."""
    for option in re.findall(r"`(--[^`\s]+)`", text):
        ours = [("app",), *(("notebooks", job) for job in JOBS.split("|"))]
        known = any(f"{option} " in f"{said_by_parser(*one, '--help')} " for one in ours)
        if not known and not is_lab_option(option):
            yield f"nobody has the option {option}"
    for file in re.findall(
        r"`((?:[\w.-]+/)*[\w.-]+(?:/|\.(?:py|ipynb|md|txt|js|html|json|yml|toml)))`", text
    ):
        if file.partition("/")[0] in MADE:
            stem = Path(file).stem
            if file.endswith(".html") and stem not in {"index", *(lesson.stem for lesson in lessons())}:
                yield f"there is no lesson for {file}"
        elif not re.search(rf"\b{NEXT}_|_{NEXT}\b", file) and not is_a_path(file.rstrip("/")):
            yield f"there is no file {file}"


@cache
def paths_of_kit():
    """Return the paths of all files and folders of the kit, without what git ignores."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in MADE | {".git", ".venv", "__pycache__"}]
        found += [(Path(folder) / name).relative_to(ROOT).as_posix() for name in [*folders, *names]]
    return found


def is_a_path(file):
    return any(f"/{path}".endswith(f"/{file}") for path in paths_of_kit())


def unread(text):
    """Yield each name that a page wants to be read aloud from a file, and that the file does not define."""
    for file, words in re.findall(r"`(app/\w+\.py)` is long: read ([^.]*?) aloud", text):
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        there = {getattr(node, "name", None) for node in ast.walk(tree)}
        yield from (f"{file} has no {name}" for name in re.findall(r"`(\w+)`", words) if name not in there)


def unheaded(text):
    """Yield each place that a page sends its reader to, and that begins no line of it and of no lesson."""
    texts = [
        text,
        *("".join(cell["source"]) for lesson in lessons() for cell in read_lesson(lesson)["cells"]),
    ]
    sent = re.findall(r"(?:from|end of|cells of|leaves out|see:?) \*([^*→]+)\*|\*([^*→]+)\* needs", text)
    for place in filter(None, (name for pair in sent for name in pair)):
        if not any(re.search(rf"(?m)^(#+ )?{re.escape(place)}", one.replace("`", "")) for one in texts):
            yield f"nothing begins with *{place}*"


def untold(text):
    """Yield each picture without a text for who does not see it, and each that is not there."""
    for alt, file in re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", text):
        if len(alt.split()) < 5:
            yield f"the picture {file} has no text that says what it shows"
        if not is_a_path(file):
            yield f"there is no picture {file}"
    yield from (f"{tag} has no alt" for tag in re.findall(r"<img[^>]*>", text) if 'alt="' not in tag)


def unparsed(text):
    """Yield what is wrong with an nginx block, as nginx itself says it."""
    for block in re.findall(r"(?ms)^```nginx\n(?!# /)(.*?)^```", text):  # tests/test_deployment.py runs files
        if block.count("{") != block.count("}"):
            yield "the braces of the nginx block do not match"
        elif NGINX:
            with TemporaryDirectory() as folder:
                config = Path(folder, "nginx.conf")
                config.write_text(
                    f"pid no.pid; events {{}} http {{ server {{ listen 127.0.0.1:1; {block} }} }}"
                )
                said = output_of(NGINX, "-t", "-q", "-e", "stderr", "-p", folder, "-c", str(config))
            yield from re.findall(r"\[emerg\] [\d#]+: (.*) in ", said)


# What a page counts.


def ignored():
    """Return how many outputs of the lessons no test compares."""
    tagged = [
        cell["metadata"].get("tags", []) for lesson in lessons() for cell in read_lesson(lesson)["cells"]
    ]
    return sum("nbval-ignore-output" in tags for tags in tagged)


def exercises():
    checks.load_exercises()
    return checks.exercises.values()


def rows_of_failures():
    """Return how many failures the table at the end of lesson 08 has."""
    text = "\n".join("".join(cell["source"]) for cell in read_lesson(find_lesson("08"))["cells"])
    return len(re.findall(r"(?m)^\|.*\]\(#", text))


COUNTS = {  # how a page says a number, and what it counts
    r"all\s+but (\w+), which\s+show": lambda text: ignored(),
    r"nbval over (\w+) lessons": lambda text: len(lessons()),
    r"(\w+) failures provoked": lambda text: rows_of_failures(),
    r"for the (\w+) commands": lambda text: len(list(ROOT.glob("*/__main__.py"))),
    r"which of the (\w+) exercises are done": lambda text: len(exercises()),
    r"## (\w+) timetables": lambda text: section(text, "timetables").count("\n### "),
    r"the next of (\w+) hints": lambda text: hints(),
    r"in (\w+) steps": lambda text: len(re.findall(r"(?m)^\d+\. ", section(text, "steps"))),
    r"(\w+) hints; and\s+in": lambda text: hints(),
    r"at\s+least (\w+) typical mistakes": lambda text: least_mistakes(),
    r"on Linux, it\s+lacks (\S+(?: and `\w+`)?)": lambda text: " and ".join(
        f"`{name}`" for name in for_windows()
    ),
}
COUNTED = {  # the page that has each of them
    "README.md": [one for one in list(COUNTS)[:4] if "nbval" not in one],
    "tests/bench/README.md": [r"nbval over (\w+) lessons"],
    "notebooks/INSTRUCTORS.md": list(COUNTS)[4:7],
    "notebooks/ADMINISTRATORS.md": [list(COUNTS)[10]],
    "CONTRIBUTING.md": list(COUNTS)[7:10],
}


def hints():
    """Return how many hints each exercise has; -1 where they have not the same number."""
    found = {len(exercise.hints) for exercise in exercises()}
    return found.pop() if len(found) == 1 else -1


def least_mistakes():
    """Return how many typical mistakes the tests want of each exercise."""
    text = (ROOT / "tests/lessons/test_runs.py").read_text(encoding="utf-8")
    return int(re.search(r"assert len\(answers.mistakes\) >= (\d+)", text)[1])


def for_windows():
    """Return the packages that a learner gets on Windows only."""
    there = {"Windows": set(), "Linux": set(), "Darwin": set()}
    for platform in ENVIRONMENTS:
        there[platform["platform_system"]] |= brought(pins(kit_text("requirements.txt")), platform)
    return sorted(there["Windows"] - there["Linux"] - there["Darwin"])


def miscounted(text, patterns):
    """Yield each number in a page that is another than what it counts, and each that is not said any more."""
    for pattern in patterns:
        found = re.search(pattern, text, re.MULTILINE)
        right = COUNTS[pattern](text) if found else None
        if not found:
            yield f"nowhere is said: {pattern}"
        elif right != (number(found[1]) if isinstance(right, int) else found[1]):
            yield f"{' '.join(found[0].split())}: it is {right}"


# The tests.

CHECKS = [mistaken, apart, adrift, lost, unread, unheaded, untold, unparsed]


@pytest.mark.parametrize("name", TEXTS)
def test_page(name):
    """What a page tells to type, to open, to read and to look at is there."""
    assert [wrong for check in CHECKS for wrong in check(TEXTS[name])] == []


def test_pages_tell_what_to_type():
    """The commands are found that are known to be there: in a block, in a line, and as words of a command."""
    assert {"python3 -m notebooks", "python3 -m app", "bash .ci/run"} <= set(commands(README))
    assert {"python3 -m notebooks slides all", "python3 -m notebooks refresh"} <= set(commands(README))
    assert "python3 -m tests bench echo room" in commands(SPEEDS)
    assert any(command.startswith("export PIP_NO_INDEX=1") for command in commands(ADMINISTRATORS))
    assert commands(HANDOUT) == ["python3 -m notebooks", "python3 -m app"]


@pytest.mark.parametrize("name", [lesson.stem for lesson in lessons()])
def test_lesson(name):
    """What a lesson tells to type into a terminal is there."""
    words = [
        "".join(cell["source"])
        for cell in read_lesson(find_lesson(name))["cells"]
        if cell["cell_type"] == "markdown"
    ]
    typed = [
        command for command in commands("\n\n".join(words)) if "-m app" in command or "notebooks" in command
    ]
    assert [wrong for command in typed for wrong in mistyped(command)] == []


def test_modules():
    """A command of the kit that a docstring names is there."""
    paths = [path for folder in ("app", "notebooks", "tests") for path in (ROOT / folder).rglob("*.py")]
    texts = {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in paths}
    assert [f"{path}: {wrong}" for path, text in texts.items() for wrong in said_by_module(text)] == []


def test_command_for_constraints():
    """The command that makes constraints.txt anew has the options and the files that are there."""
    [line] = [
        line for line in (ROOT / "constraints.txt").read_text().splitlines() if "uv pip compile" in line
    ]
    grep, compile = re.search(r"grep -hv \^- (.*?)\) \| (uv pip compile [^)]*)\)", line).groups()
    assert list(missing(grep.split())) == []
    assert list(mistyped(compile)) == []


@pytest.mark.parametrize("name", COUNTED)
def test_counts(name):
    """The numbers that a page says are those of what it counts."""
    assert list(miscounted(TEXTS[name], COUNTED[name])) == []


FAULTS = [  # a check, what it is to find, and a page that has the fault: a text, or words to put for others
    (mistaken, "there is no module note_books", "`python3 -m note_books`"),
    (mistaken, "invalid choice: 'slide'", "```sh\npython3 -m notebooks slide 04\n```"),
    (mistaken, "There is no lesson '44'", "`slides 44`"),
    (mistaken, "required: DIR", "`python3 -m notebooks handout`"),
    (mistaken, "JupyterLab has no --no-window", "`python3 -m notebooks --no-window`"),
    (mistaken, "unrecognized arguments: --prot 1", "`python3 -m app --prot 1`"),
    (mistaken, "-k lint selects no test", '`python3 -m tests -k "lint or 04"`'),
    (mistaken, "pytest has no --lint", "`python3 -m tests everywhere -k rules --timeout 0 --lint`"),
    (mistaken, "there is no file tests/test_lint.py", "`python3 -m tests tests/test_lint.py`"),
    (mistaken, "there is no row speed", "`bench echo speed`"),
    (mistaken, "no such option: --destinations", "`pip download --destinations x -r requirements.txt`"),
    (mistaken, "there is no file required.txt", "`py -m pip install -r required.txt`"),
    (mistaken, "pip has no setting PIP_NO_INDEXES", "```sh\nexport PIP_NO_INDEXES=1\n```"),
    (mistaken, "pip has no setting PIP_FIND", '```powershell\n$env:PIP_FIND = "..\\wheels"\n```'),
    (mistaken, "there is no file .ci/start", "`bash .ci/start`"),
    (mistaken, "there is no file notebooks/03.ipynb", "`git checkout notebooks/03.ipynb`"),
    (mistaken, "nothing that this test knows", "```sh\nmake all\n```"),
    (said_by_module, "there is no module tests.peers", '"""`python3 -m tests.peers NAME` runs one."""'),
    (apart, "not the same for PowerShell", ("py -m notebooks doctor\npy", "py -m notebooks\npy")),
    (apart, "not the same for PowerShell", ('PIP_NO_INDEX = "1"', 'PIP_NO_INDEX = "0"')),
    (adrift, "no line before made stick/class", ("handout ../stick/class", "handout ../stick/kit")),
    (adrift, "no line before made stick/wheels", ("--dest ../stick/wheels", "--dest ../stick/packages")),
    (lost, "nobody has the option --clear-output", "`--clear-output`"),
    (lost, "nobody has the option --MappingKernelManager.cull", "`--MappingKernelManager.cull_idle=3600`"),
    (lost, "there is no file app/persons.py", "`app/persons.py`"),
    (lost, "there is no lesson for slides/04.html", "`slides/04.html`"),
    (unread, "app/background.py has no open", "`app/background.py` is long: read `start` and `open` aloud."),
    (unheaded, "nothing begins with *Both at once*", "06, to the end of *Both at once*"),
    (untold, "has no text", "![a picture](notebooks/images/lesson-00.png)"),
    (untold, "there is no picture", "![The page in a browser, alive.](notebooks/images/lesson-99.png)"),
    (untold, "has no alt", '<img src="notebooks/images/lesson-00.png">'),
    (unparsed, "braces", ("    proxy_http_version 1.1;\n", "}\n")),
    pytest.param(
        *(unparsed, 'unknown directive "proxy_passes"', ("proxy_pass ", "proxy_passes ")),
        marks=pytest.mark.skipif(not NGINX, reason="nginx is not installed"),
    ),
]


@pytest.mark.parametrize(("check", "words", "page"), FAULTS, ids=lambda part: getattr(part, "__name__", None))
def test_fault_is_found(check, words, page):
    """Each check finds its fault in a page that has it."""
    if isinstance(page, tuple):
        [text] = [text for text in TEXTS.values() if page[0] in text]
        page = text.replace(*page, 1)
    assert words in "\n".join(check(page))


@pytest.mark.parametrize(("name", "pattern"), [(name, one) for name in COUNTED for one in COUNTED[name]])
def test_wrong_number_is_found(name, pattern):
    """Each number that a page says is compared: another one is found, and so is none."""
    found = re.search(pattern, TEXTS[name], re.MULTILINE)
    other = TEXTS[name][: found.start(1)] + "ninety" + TEXTS[name][found.end(1) :]
    assert "it is " in "\n".join(miscounted(other, [pattern]))
    assert list(miscounted("", [pattern])) == [f"nowhere is said: {pattern}"]
