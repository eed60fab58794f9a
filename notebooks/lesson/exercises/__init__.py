"""The exercises, a module for each lesson.

A mistake is a function that makes a wrong cell of the right one, which stands in the lesson
and nowhere else, or a wrong cell as a whole.
"""


def instead(*pairs):
    """Return the mistake that writes something else for one or more parts: (old, new), …"""

    def mistake(solution):
        for old, new in pairs:
            assert old in solution, f"the solution in the lesson does not have: {old}"
            solution = solution.replace(old, new)
        return solution

    return mistake


def from_here(start, new):
    """Return the mistake that ends in another way, from `start` on."""
    return lambda solution: solution[: solution.index(start)] + new


def and_then(line):
    """Return the mistake that adds a line."""
    return lambda solution: f"{solution}\n{line}\n"
