"""Renew a handout: what nobody changed there becomes the new, what somebody changed is merged or kept."""

import json
import shutil
import subprocess

from lesson.lessons import KitError, read_lesson

from .own_lessons import plain_words, version_of

GIVEN = ".handout"  # in a handout: its files as they were given, which show what was changed there since
OPTIONS = "options.json"  # in it: how the handout was asked for
ADDED, RENEWED, SAME = "New", "Renewed", ""
MERGED = "Changed there and in the course, and merged"
MOVED = ADDED, RENEWED, MERGED
KEPT, BOTH = "Changed there, and kept", "Changed there and in the course, and kept"


def given_before(folder):
    """Return the options with which a handout was last written, and the names of the lessons it has had."""
    try:
        options = json.loads((folder / GIVEN / OPTIONS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        options = {}
    return options, {lesson.stem for lesson in (folder / GIVEN / "notebooks").glob("*.ipynb")}


def keep_as_given(handout, options):
    """Put into a new handout a copy of its files, and how it was asked for."""
    shutil.copytree(handout, handout / GIVEN)
    (handout / GIVEN / OPTIONS).write_text(json.dumps(options), encoding="utf-8")


def renew(new, folder):
    """Move the files of a new handout into a folder, but for what was changed there; say what became of them.

    Into a folder that is not there or is empty all go at once. Into another they are renamed one by one,
    for which a full disk has room; who was stopped in between runs it again.
    """
    if not folder.exists() or not any(folder.iterdir()):
        if folder.exists():
            folder.rmdir()  # Windows renames onto nothing that is there
        new.rename(folder)
        return []
    from .merge import merge_into  # here, because a new handout does without nbdime

    names = [path.relative_to(new).as_posix() for path in sorted(new.rglob("*")) if path.is_file()]
    fates = {name: fate_of(name, new, folder) for name in names if not name.startswith(GIVEN)}
    for name, fate in fates.items():
        if fate in {KEPT, BOTH} and merge_into(new / name, folder / name, folder / GIVEN / name):
            fates[name] = MERGED
    sayings = {}
    for name, fate in fates.items():
        sayings.setdefault(fate, []).append(name)
    moved = [name for name in fates if fates[name] in MOVED]
    given = [name for name in names if name.startswith(GIVEN)]
    for name in [*moved, *given]:  # these last, as a change is told by them
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (new / name).replace(folder / name)
    return [f"{fate}: {', '.join(sayings[fate])}" for fate in (*MOVED, KEPT, BOTH) if fate in sayings]


def fate_of(name, new, folder):
    """Return what is to become of a file of a handout."""
    ours, theirs, given = new / name, folder / name, folder / GIVEN / name
    if not theirs.exists():
        return ADDED
    if says_the_same(theirs, given):
        return SAME if given.read_bytes() == ours.read_bytes() else RENEWED
    if says_the_same(theirs, ours):
        return SAME
    return KEPT if says_the_same(ours, given, plain_words) else BOTH


def says_the_same(file, other, what=version_of):
    """Return whether two files say the same, notebooks whatever came of running them."""
    if not other.exists():
        return False
    if file.read_bytes() == other.read_bytes():
        return True
    try:
        return file.suffix == ".ipynb" and what(read_lesson(file)) == what(read_lesson(other))
    except KitError:  # a damaged notebook is not what was given
        return False


def commit(folder):
    """Commit what is in a handout that is a git repository; return a sentence. KitError: git did not."""
    git = ["git", "-C", folder]
    try:
        subprocess.run([*git, "add", "--all"], check=True, capture_output=True, text=True)
        if not subprocess.run([*git, "diff", "--cached", "--quiet"]).returncode:
            return "Nothing is new, so there is nothing to commit."
        message = ["--quiet", "--message", "Hand out the lessons"]
        subprocess.run([*git, "commit", *message], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        why = (getattr(error, "stderr", "") or str(error)).strip().splitlines()[-1]
        raise KitError(f"{folder} is written, and not committed: {why}") from None
    return f'Committed. To give it out, run: git -C "{folder}" push'
