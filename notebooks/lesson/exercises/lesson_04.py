"""The exercises of lesson 04, the echo endpoint."""

import re

from ..checks import NotYet, exercise
from ..reading import difference
from ..talk import WAIT, one_for_each, talk, usual


@exercise(
    "04.1",
    todo="make an app with an endpoint, and hand it to check().",
    hints=[
        "Where in the loop does the text still lie in your hands, before it goes back?",
        "A string in Python has a method that returns it in capital letters.",
        "The method is upper(), so the line begins: await websocket.send_text(message.",
    ],
)
def shout(app):
    texts = ["hello", "Grüße 你好", "", "<b>", "hello"]
    seen = talk(app, texts)
    usual(app, seen, len(texts))
    one_for_each(seen)
    for text, answer in zip(texts, seen.answers, strict=True):
        if answer == text.upper():
            continue
        if isinstance(answer, bytes):
            raise NotYet(
                f'"{text}" was sent, and {answer!r} came back, as bytes; a text was expected: send_text().'
            )
        if answer == text:
            raise NotYet(
                f'the socket answered "{answer}", expected "{text.upper()}". The endpoint sends the text '
                "back as it came. Change it before you send it."
            )
        if "{message" in answer:
            raise NotYet(
                f'the socket answered "{answer}", braces and all. Python fills in braces only in an '
                'f-string, which begins with f".'
            )
        raise NotYet(
            f'"{text}" was sent, and "{answer}" came back; "{text.upper()}" was expected.'
            f"{difference(answer, text.upper())}"
        )
    return "five texts went over one connection, and each came back in capital letters."


@exercise(
    "04.2",
    todo="make an app with an endpoint, and hand it to check().",
    hints=[
        "What is different about the message bye, and where in the loop do you notice it?",
        "close() takes a code and a reason. After it the endpoint must not send any more.",
        'if message == "bye": await websocket.close(1000, "goodbye"), and then return',
    ],
)
def until_bye(app):
    texts = ["hello", "goodbye for now", "bye now", "good bye", "bye ", "bye!", "BYE", "by", ""]
    seen = talk(app, [*texts, "bye"], then_wait=True)
    count = len(seen.answers)
    closed_before = r"close message has been sent|call .accept. first|WebSocketDisconnect"
    if count == len(texts) and seen.close_code and re.search(closed_before, repr(seen.errors)):
        raise NotYet(
            "the endpoint closed, and then went on to use the connection. After close() the endpoint has to "
            "end, with return."
        )
    if count < len(texts) and seen.reason:
        raise NotYet(
            f'"{texts[count]}" ended the conversation. Only a message that is bye and nothing else does: '
            'message == "bye"'
        )
    usual(app, seen, len(texts))
    for text, answer in zip(texts, seen.answers, strict=False):
        if answer != f"Message text was: {text}":
            raise NotYet(
                f'"{text}" was answered with "{answer}". Only bye ends the conversation; all other '
                "messages are answered as before."
            )
    if count > len(texts) and seen.answers[-1] == "goodbye":
        raise NotYet('"bye" was answered with "goodbye". Send nothing for it: the reason goes into close().')
    if "Message text was: bye" in seen.answers[len(texts) :] and seen.reason:
        raise NotYet(
            '"bye" was answered with "Message text was: bye", and then came the close. Ask whether it is bye '
            "before you answer."
        )
    if "Message text was: bye" in seen.answers[len(texts) :]:
        raise NotYet(
            '"bye" was answered with "Message text was: bye", like any other message. Which line, inside '
            "the loop, is to notice that it is bye, with these small letters and nothing else?"
        )
    if count > len(texts):
        raise NotYet(f'"bye" was answered with "{seen.answers[-1]}". Send nothing for it, and close.')
    if seen.silent:
        raise NotYet(f"after bye nothing came for {WAIT} s, and the connection stayed open. Close it.")
    if seen.close_code == 1006:
        raise NotYet(
            "bye ended the endpoint without a close, which is code 1006 for the client. Call "
            "websocket.close() before you leave the loop."
        )
    if seen.close_code != 1000:
        raise NotYet(f"bye ended the connection with close code {seen.close_code}; 1000 is a normal end.")
    if seen.reason != "goodbye":
        raise NotYet(
            f'the close code was 1000, and the reason "{seen.reason}". Give "goodbye" as the reason.'
            f"{difference(seen.reason, 'goodbye')}"
        )
    return 'nine messages were answered, and "bye" closed the connection with code 1000 and "goodbye".'
