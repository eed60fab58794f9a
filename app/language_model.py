"""A language model in miniature: an answer comes word by word, and each word takes its time."""

import asyncio
import logging
import random
import re
from itertools import pairwise

from app import limits

TEXT = """A socket stays open as long as both sides want. The server sends a word as soon as it has one.
A word waits in a buffer as long as its reader sleeps. The page shows a word as soon as it comes.
A reader that sleeps holds up nobody. The server stops as soon as nobody reads.
A task that nobody stops goes on as long as it likes. The reader wants a word, and the server has one."""
FOLLOWERS = {}  # word -> the words that come after it in the text
for word, after in pairwise(re.findall(r"\w+|[.,]", TEXT)):
    FOLLOWERS.setdefault(word, []).append(after)
FOLLOWERS["."] += ["A"]  # after the last sentence comes the first
log = logging.getLogger("uvicorn.error")  # where a server's lines go, good ones as well


async def make_words(question, skip=0):
    """Yield the number and the text of each word of an answer, behind the first `skip`."""
    chance, number, word = random.Random(question), 0, "."  # the same question gets the same answer
    try:
        while number < limits.ANSWER_WORDS or word != ".":
            word, number = chance.choice(FOLLOWERS[word]), number + 1
            if number > skip:
                await asyncio.sleep(limits.WORD_SECONDS)  # here a real model works
                yield number, word if word in ".," else f" {word}"
    finally:
        log.info("worked on an answer up to word %s", number)
