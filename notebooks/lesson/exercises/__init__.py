"""The exercises, a module for each lesson. What the tests hand in to them is in tests/lessons/answers.

The module of an exam lies elsewhere: in the folder that the environment variable KIT_EXAM names.
"""

import os

__path__ += filter(None, [os.environ.get("KIT_EXAM")])


def instead(*pairs):
    """Return what writes something else for one or more parts of a text: (old, new), …"""

    def change(text):
        for old, new in pairs:
            assert old in text, f"there is no such part: {old}"
            text = text.replace(old, new)
        return text

    return change
