"""What the tests hand in to the exercises, a module for each lesson.

An answer is a cell, or a function that makes one of the solution, which stands in the lesson and
nowhere else.
"""

from dataclasses import dataclass
from importlib import import_module

from lesson.exercises import instead

__all__ = ["Answers", "and_then", "answers_to", "from_here", "instead"]


@dataclass
class Answers:
    """`mistakes`, each under words that its feedback has and no other; `right` ones, in other styles."""

    mistakes: dict
    right: list


def answers_to(id):
    """Return the answers to an exercise, from the module of its lesson."""
    return import_module(f"{__name__}.lesson_{id[:2]}").ANSWERS[id]


def from_here(start, new):
    """Return what lets the solution go on in another way, from `start` on."""
    return lambda solution: solution[: solution.index(start)] + new


def and_then(line):
    """Return what adds a line to the solution."""
    return lambda solution: f"{solution}\n{line}\n"
