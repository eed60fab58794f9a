"""The exercise that is there to be edited: NN.N stands for its number, NN for that of its lesson."""

CELLS = [
    """\
### Exercise NN.N: the longest one

Write `longest`: it takes a list of messages, and returns the one with the most characters.""",
    """\
def longest(messages):
    return None""",
    """\
from lesson import check, hint

check("NN.N", longest)  # hint("NN.N") gives a hint""",
    """\
<details>
<summary>Solution of NN.N</summary>

~~~python
def longest(messages):
    return max(messages, key=len)
~~~

</details>""",
]
CHECKS = '''\
"""The exercises of lesson NN."""

from ..checks import NotYet, exercise, limited
'''
CHECK = """

@exercise(
    "NN.N",
    todo="write the function, and hand it to check().",
    hints=[
        "What do you know of a message that says how long it is?",
        "max() returns the greatest in a list. With key= you give it a function, by which it compares.",
        "The function is len(), so the line is: return max(messages, key=len)",
    ],
)
def exercise_NN_N(longest):
    tried = [["hello", "good morning", "zoo", "bye"], ["hi", "by", "bye"]]
    for messages in tried:
        found, expected = limited(longest, list(messages)), max(messages, key=len)
        said = f"longest({messages}) returned {found!r}"
        if found is None:
            raise NotYet(f"{said}. A function hands out what it has found with return.")
        if found != expected and found == max(messages):
            raise NotYet(f"{said}, which is the last one in the alphabet. Compare how long they are.")
        if found != expected:
            raise NotYet(f"{said}, and {expected!r} was expected.")
    return "two lists were tried, and the longest message came out of each."
"""
ANSWERS = '''\
"""What the tests hand in to the exercises of lesson NN: wrong answers and right ones."""

from tests.lessons.answers import Answers, instead

ANSWERS = {}
'''
ANSWER = """
ANSWERS["NN.N"] = Answers(
    mistakes={
        "the last one in the alphabet": instead((", key=len", "")),
        "A function hands out what it has found with return": instead(("return ", "")),
        "'hello', and 'good morning' was expected": instead(("max(messages, key=len)", "messages[0]")),
        "name 'mesages' is not defined": instead(("max(messages", "max(mesages")),
    },
    right=[
        instead(("max(messages, key=len)", "sorted(messages, key=len)[-1]")),
    ],
)
"""
