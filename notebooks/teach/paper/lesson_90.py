"""The checks of an exam. They are the instructor's: keep this file out of what the class gets."""

from ..checks import NotYet, exercise, limited
from ..feedback import look_of
from ..reading import several
from ..talk import one_for_each, talk, usual

LOG = [(1, "hello"), (2, "is anybody here?"), (3, "yes"), (4, "good")]


@exercise("90.1", todo="make an app with an endpoint, and hand it to check().")
def count_words(app):
    texts = ["one", "one two three", "", "  two   words "]
    seen = talk(app, texts)
    usual(app, seen, len(texts))
    one_for_each(seen)
    for text, answer in zip(texts, seen.answers, strict=True):
        if answer == str(len(text)) != str(len(text.split())):
            raise NotYet(
                f'"{text}" was answered with "{answer}": its characters were counted, not its words.'
            )
        if answer != str(len(text.split())):
            raise NotYet(f'"{text}" was answered with "{answer}", and "{len(text.split())}" was expected.')
    return "four texts were sent, and each was answered with the number of its words."


@exercise("90.2", todo="write a list of three letters.")
def name_the_causes(answer):
    letters = [str(letter).lower() for letter in several(answer, 3, "letters")]
    for number, (letter, right) in enumerate(zip(letters, "bca", strict=True), start=1):
        if letter != right:
            raise NotYet(f"what {number} says has another cause than {letter}.")
    return "each symptom has its cause."


@exercise("90.3", todo="write the function missed(log, last).")
def what_was_missed(missed):
    for last in (0, 2, 4, 1):
        log, expected = list(LOG), [text for number, text in LOG if number > last]
        texts = limited(missed, log, last)
        if log != LOG:
            raise NotYet("the function changed the log, which others read as well.")
        if texts is None:
            raise NotYet("the function returned None: it has to return what it found.")
        if list(texts) != expected:
            raise NotYet(f"after {last} came {look_of(expected)}, and {look_of(texts)} was returned.")
    return "four people came back, and each got what was said after the last number they had."
