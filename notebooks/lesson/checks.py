"""Exercises that answer back: check() and hint()."""

import ctypes
import difflib
import gc
import importlib
import re
import threading
import traceback
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, Queue

from .feedback import DONE, NOT_YET, advice_on, look_of, show_feedback
from .lessons import WORKSPACE
from .patience import patient
from .progress import exercise_ids, store_done
from .share import report
from .written import asked_for, is_untouched, untried

SECONDS = 5  # for one call of a learner's code, on a quiet machine
exercises = {}  # id -> Exercise
shown = {}  # id -> how many of its hints this kernel has shown


class NotYet(Exception):
    """An answer that is not right yet; its text is the feedback."""


class StillRunning(NotYet):
    """A learner's code that took more than SECONDS and was stopped."""


@dataclass
class Exercise:
    """An exercise, whose check returns what it tried, or raises NotYet.

    `todo` says what a stub still needs. `hints` go from a question to nearly the line.
    """

    todo: str
    hints: list
    check: callable


IN_AN_EXAM = Exercise("write your answer in the cell above.", [], None)  # its check is with who grades it


def exercise(id, todo, hints=()):
    """Make the function below the check of an exercise."""

    def register(check):
        exercises[id] = Exercise(todo, hints, check)
        return check

    return register


def load_exercises():
    """Fill `exercises` from the modules of all lessons."""
    for id in exercise_ids():
        load_exercise(id)


def load_exercise(id):
    """Return the exercise from its lesson's module; to import those of all lessons takes seconds."""
    if id not in exercises:
        importlib.import_module(f".exercises.lesson_{id[:2]}", __package__)
        gc.collect()
        gc.freeze()  # the modules stay: without this each gc.collect() of a check looks at all of them anew
    return exercises[id]


def known_exercise(id):
    """Return the exercise; where there is none, say which ids are near and return None."""
    ids = exercise_ids()
    if id in ids:
        return load_exercise(id)
    if of_an_exam(id):
        return IN_AN_EXAM
    if id is None:
        return show_feedback(
            'Which exercise? Write its number in quotes, such as "04.1", between the brackets.'
        )
    digits = re.sub(r"[^\d.]", "", str(id)) or str(id)  # it may be a number, or a list
    near = difflib.get_close_matches(digits.zfill(4), ids, n=3, cutoff=0)
    quotes = "" if isinstance(id, str) else " Put the number in quotes."
    show_feedback(f"There is no exercise {id!r}. The nearest are {', '.join(near)}.{quotes}")


def of_an_exam(id):
    return bool(re.fullmatch(r"9\d\.\d", str(id)))


def check(id=None, *answer):
    """Try the answer of exercise `id`, say how it went, and note in the workspace what is done."""
    exercise = known_exercise(id)
    if exercise is None:
        return
    if len(answer) != 1:
        return show_feedback(f'check("{id}", …) takes one thing more: your answer, in the place of the dots.')
    if exercise is IN_AN_EXAM:
        there = "your answer counts when it is handed in."
        return show_feedback(f"{id}: {exercise.todo if answer == (...,) else there}")
    done, text, tried = try_answer(id, *answer)
    show_feedback(f"{id} {DONE if done else NOT_YET}: {text}")
    if done:
        store_done(id)
    report(id, tried and ("done" if done else "tried"))


def try_answer(id, answer):
    """Return whether an answer is right, what there is to say, and whether it was tried and no stub."""
    exercise = load_exercise(id)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        asked = asked_for(id)
        why = asked and untried(id, asked)
        done, text = (False, why) if why else verdict(exercise, answer)
        gc.collect()  # here a forgotten coroutine goes unseen; later its warning would puzzle in another cell
    tried = done or not (why or text == exercise.todo or is_untouched(id))  # something of the learner's
    return done, text, tried


def verdict(exercise, answer):
    """Return whether the answer is right, and what there is to say about it."""
    try:
        if answer is ...:
            raise NotYet(exercise.todo)
        return True, exercise.check(answer)
    except NotYet as feedback:
        return False, str(feedback)
    except Exception as error:
        if own_lines(error):
            return False, feedback_on_error(error)
        kind = type(answer).__name__
        return False, f"check() cannot try {look_of(answer)}, of type {kind}. Instead, {exercise.todo}"


def own_lines(error):
    """Return the lines of the learner's code on the way to an error, as frames of its traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    return [frame for frame in frames if "ipykernel_" in frame.filename or str(WORKSPACE) in frame.filename]


def feedback_on_error(error, advice=None):
    """Return what a learner's code raised, with the last of the learner's own lines, and what to do."""
    while isinstance(error, ExceptionGroup):  # of a task group: what its task raised says more
        error = error.exceptions[0]
    own = own_lines(error)
    if not own:
        return f"your app raised {type(error).__name__}: {error}"
    return (
        f"your code raised {type(error).__name__}: {error}\n"
        f"    line {own[-1].lineno}: {own[-1].line}\n{advice or advice_on(error, own[-1].line)}"
    )


def limited(call, *arguments):
    """Return what a call of a learner's code returns; NotYet if it takes more than SECONDS."""
    results = Queue()

    def call_and_report():
        try:
            results.put((call(*arguments), None))
        except BaseException as error:
            results.put((None, error))

    thread = threading.Thread(target=call_and_report, daemon=True)
    thread.start()
    try:
        value, error = results.get(timeout=patient(SECONDS))
    except Empty:
        end_thread(thread)
        raise StillRunning(
            f"your code was still running after {SECONDS} s, so it was stopped. Which of its lines "
            "can wait or go round for ever?"
        ) from None
    if error and not isinstance(error, Exception):
        raise NotYet(f"your code ended the program with {type(error).__name__}. Let it return instead.")
    if error:
        raise error
    return value


@contextmanager
def unawaited():
    """Collect the names of coroutines that nobody awaited, in place of Python's warnings."""
    names = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield names
        gc.collect()
        for warning in caught:
            names += re.findall(r"coroutine '.*?(\w+)' was never awaited", str(warning.message))


def end_thread(thread):
    """Raise SystemExit in a thread that runs a learner's endless loop, at its next line."""
    # Python has no other way to end a thread, and this one would use up a processor.
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit))


def hint(id=None):
    """Show the next hint of exercise `id`."""
    exercise = known_exercise(id)
    if exercise is None:
        return
    if of_an_exam(id):
        return show_feedback("An exam has no hints.")
    hints = exercise.hints
    number = shown[id] = shown.get(id, 0) + 1
    if number <= len(hints):
        show_feedback(f"{id}, hint {number} of {len(hints)}: {hints[number - 1]}")
        report(id, "hint")
    else:
        show_feedback(
            f"{id} has no more hints. Where the lesson has the solution, it is folded away below the check."
        )
