"""What a learner hands in, however it is written: the content counts, not brackets and quotes."""

import ast
import inspect
import re
from collections.abc import Iterable, Mapping, Set
from contextlib import suppress
from decimal import Decimal
from difflib import SequenceMatcher
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
    if isinstance(answer, float | Decimal) and answer % 1 == 0:
        return int(answer)
    return answer


def several(answer, count, what):
    """Return the values in an answer that is to be a list of `count` of `what`, such as "words".

    NotYet: it is no list, has another length, or lacks a value. Where `count` is None, any length will do.
    """
    what = what if count is None else f"{count} {what}"
    if isinstance(answer, str):
        between = r"[,;\n]+" if re.search(r"[,;\n]", answer.strip()) else r"\s+"
        parts = [part.strip("\"' []()") for part in re.split(between, answer.strip())]
        answer = parts if between != r"\s+" or len(parts) == count else answer
    if isinstance(answer, Set):
        raise NotYet(f"braces make a set, which has no order. The answer is a list of {what}: […]")
    if isinstance(answer, Mapping):
        places = sorted(answer.values(), key=str) == [*range(1, len(answer) + 1)]
        answer = sorted(answer, key=answer.get) if places else answer.values()
    if isinstance(answer, str | bytes) or not isinstance(answer, Iterable):
        raise NotYet(f"{look_of(answer)} is no list. The answer is a list of {what}.")
    values = [one(value) for value in answer]
    if count not in {None, len(values)}:
        raise NotYet(f"the answer is a list of {what}, and yours has {len(values)}: {look_of(values)}")
    if ... in values:
        raise NotYet(f"number {values.index(...) + 1} has no answer yet.")
    return values


def must_be_true_or_false(answer, rows):
    """NotYet: an answer is no list of the values with which the rows begin; after each stands its reason."""
    values = several(answer, len(rows), "values, each True or False")
    for number, (value, (right, reason)) in enumerate(zip(values, rows, strict=True), start=1):
        given = one(value.title()) if isinstance(value, str) else value
        if given not in [True, False]:  # 1 and 0 are equal to them
            raise NotYet(f"number {number} is {look_of(value)}. Write True or False.")
        if given != right:
            raise NotYet(f"number {number} is not {given!r}. {reason}")


def among(words, values):
    """Return the values as words of these: their letters and digits count. NotYet: one is none."""
    known = {letters_of(word): word for word in words}
    for number, value in enumerate(values, start=1):
        if not isinstance(value, str):
            raise NotYet(
                f"number {number}, {look_of(value)}, is no text. The words, in quotes: {', '.join(words)}."
            )
        if letters_of(value) not in known:
            raise NotYet(f"{look_of(value)} is none of the words: {', '.join(words)}.")
    return [known[letters_of(value)] for value in values]


def letters_of(word):
    """Return what counts of a word: not large letters, hyphens, or something in brackets."""
    return re.sub(r"\(.*\)|[\W_]", "", word).lower()


def difference(given, wanted):
    """Return in a sentence how a text differs from the wanted one, where that is one thing; or nothing."""
    if given.lower() == wanted.lower():
        return " Large and small letters differ."
    if "".join(given.split()) == "".join(wanted.split()):
        return " The spaces differ."
    steps = SequenceMatcher(None, wanted, given, autojunk=False).get_opcodes()
    steps = [step for step in steps if step[0] != "equal"]
    kinds = {step[0] for step in steps}
    less = " and ".join(repr(wanted[start:end]) for _, start, end, _, _ in steps)
    more = " and ".join(repr(given[start:end]) for _, _, _, start, end in steps)
    if kinds == {"delete"}:
        return f" It lacks {less}."
    if kinds == {"insert"}:
        return f" It has {more} too much."
    return f" It has {more} in the place of {less}." if kinds == {"replace"} and len(steps) == 1 else ""


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
    name = getattr(answer, "__name__", "something")
    order = [parameter for parameter in signature.parameters if parameter in parameters]
    with suppress(TypeError):
        signature.bind(*parameters)
        if sorted(order) == sorted(parameters) and order != [*parameters]:
            raise NotYet(f"{name}{signature} takes them in another order than {', '.join(parameters)}.")
        return answer
    try:
        signature.bind(**dict.fromkeys(parameters))
    except TypeError:
        raise NotYet(f"{name}{signature} is there; it has to take {' and '.join(parameters)}.") from None
    return wraps(answer)(lambda *values: answer(**dict(zip(parameters, values, strict=True))))


def must_run(function):
    """Raise NotYet for a function of which a call makes a coroutine or a generator, and does nothing more."""
    kinds = [inspect.iscoroutinefunction, inspect.isasyncgenfunction, inspect.isgeneratorfunction]
    if any(kind(function) for kind in kinds):
        raise NotYet("a call of it runs none of its lines: nothing there needs async, and none a yield.")
