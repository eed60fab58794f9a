"""What a learner hands in, however it is written: the content counts, not brackets and quotes."""

import ast
import inspect
import re
from collections.abc import Iterable, Mapping, Set
from contextlib import suppress
from functools import wraps

from .checks import NotYet
from .feedback import look_of


def one(answer):
    """Return the one value in an answer: out of a list of one, a number as a number, a text stripped."""
    if isinstance(answer, list | tuple) and len(answer) == 1:
        return one(answer[0])
    if isinstance(answer, bytes | bytearray):
        answer = bytes(answer).decode(errors="replace")
    if isinstance(answer, str):
        answer = answer.strip()
        try:
            value = ast.literal_eval(answer)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return answer
        return one(value) if isinstance(value, bool | int | float) else answer
    if isinstance(answer, float) and answer.is_integer():
        return int(answer)
    return answer


def several(answer, count, what):
    """Return the values in an answer that is to be a list of `count` of `what`, such as "words".

    NotYet: it is no list, has another length, or lacks a value. Where `count` is None, any length will do.
    """
    what = what if count is None else f"{count} {what}"
    if isinstance(answer, str) and re.search(r"[,;\n]", answer.strip()):
        answer = [part.strip("\"' []()") for part in re.split(r"[,;\n]", answer.strip())]
    if isinstance(answer, Set):
        raise NotYet(f"braces make a set, which has no order. The answer is a list of {what}: […]")
    if isinstance(answer, Mapping):
        answer = answer.values()
    if isinstance(answer, str | bytes) or not isinstance(answer, Iterable):
        raise NotYet(f"{look_of(answer)} is no list. The answer is a list of {what}.")
    values = [one(value) for value in answer]
    if count not in {None, len(values)}:
        raise NotYet(f"the answer is a list of {what}, and yours has {len(values)}.")
    if ... in values:
        raise NotYet(f"number {values.index(...) + 1} has no answer yet.")
    return values


def among(words, values):
    """Return the values as words of these: their letters and digits count. NotYet: one is none."""
    known = {letters_of(word): word for word in words}
    for value in values:
        if letters_of(value) not in known:
            raise NotYet(f"{look_of(value)} is none of the words: {', '.join(words)}.")
    return [known[letters_of(value)] for value in values]


def letters_of(word):
    """Return what counts of a word: not large letters, hyphens, or something in brackets."""
    return re.sub(r"\(.*\)|[\W_]", "", str(word)).lower()


def must_be_function(answer, *parameters):
    """Return what calls the answer with values for these parameters. NotYet: nothing can."""
    if not callable(answer):
        raise NotYet(
            f"check() got something of type {type(answer).__name__}, and it needs the function itself, "
            "without brackets after its name."
        )
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # Python does not know it
        return answer
    with suppress(TypeError):
        signature.bind(*parameters)
        return answer
    try:
        signature.bind(**dict.fromkeys(parameters))
    except TypeError:
        name = getattr(answer, "__name__", "something")
        raise NotYet(f"{name}{signature} is there; it has to take {' and '.join(parameters)}.") from None
    return wraps(answer)(lambda *values: answer(**dict(zip(parameters, values, strict=True))))


def must_run(function):
    """Raise NotYet for a function of which a call makes a coroutine or a generator, and does nothing more."""
    kinds = [inspect.iscoroutinefunction, inspect.isasyncgenfunction, inspect.isgeneratorfunction]
    if any(kind(function) for kind in kinds):
        raise NotYet("a call of it runs none of its lines: nothing there needs async, and none a yield.")
