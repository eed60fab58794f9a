"""The exercises of lesson 04, the echo endpoint."""

import re

from ..checks import NotYet, exercise
from ..talk import WAIT, talk, usual
from . import and_then, from_here, instead


@exercise(
    "04.1",
    todo="make an app with an endpoint, and hand it to check().",
    hints=[
        "Where in the loop does the text still lie in your hands, before it goes back?",
        "A string in Python has a method that returns it in capital letters.",
        "The method is upper(), so the line begins: await websocket.send_text(message.",
    ],
    mistakes={
        "sends the text back as it came": instead((".upper()", "")),
        "Python fills in braces only in an f-string": instead(("message.upper()", '"{message.upper()}"')),
        "no attribute 'uper'": instead((".upper()", ".uper()")),
        "name 'mesage' is not defined": instead(("(message.upper", "(mesage.upper")),
        "send_text() was called without await": instead(("await websocket.send_text", "websocket.send_text")),
        "no answer came within 2 s": instead(
            ("await websocket.send_text(message.upper())", "message.upper()")
        ),
        "A value that it returns goes nowhere": instead(("await websocket.send_text(", "return (")),
        "before it had accepted it": instead(("    await websocket.accept()\n", "")),
        "only at /shout": instead(('"/ws"', '"/shout"')),
        "A line with @, the app and .websocket('/ws') makes one": instead(('@shout.websocket("/ws")\n', "")),
        "the endpoint is a plain function": instead(("async ", ""), ("await ", "")),
        "the server stood still": from_here("    async for", "    while True:\n        pass\n"),
        '"HELLO" came again and again': from_here(
            "    async for", "    while True:\n        await websocket.send_text('HELLO')\n"
        ),
        "answered 1 of 3 messages": from_here(
            "    async for", "    await websocket.send_text((await websocket.receive_text()).upper())\n"
        ),
        "of type function, and it needs the app": and_then("shout = answer_in_capitals"),
    },
)
def shout(app):
    texts = ["hello", "Grüße 你好", ""]
    seen = talk(app, texts)
    usual(app, seen, len(texts))
    for text, answer in zip(texts, seen.answers, strict=True):
        if answer == text.upper():
            continue
        if answer == text:
            raise NotYet(
                f'the socket answered "{answer}", expected "{text.upper()}". The endpoint sends the text '
                "back as it came. Change it before you send it."
            )
        if "{" in answer:
            raise NotYet(
                f'the socket answered "{answer}", braces and all. Python fills in braces only in an '
                'f-string, which begins with f".'
            )
        raise NotYet(
            f'"{text}" was sent, and "{answer}" came back; "{text.upper()}" was expected. '
            "Look at what you pass to send_text()."
        )
    return "three texts went over one connection, and each came back in capital letters."


@exercise(
    "04.2",
    todo="make an app with an endpoint, and hand it to check().",
    hints=[
        "What is different about the message bye, and where in the loop do you notice it?",
        "close() takes a code and a reason. After it the endpoint must not send any more.",
        'if message == "bye": await websocket.close(1000, "goodbye"), and then return',
    ],
    mistakes={
        '"bye" was answered with "Message text was: bye"': instead(('"bye"', '"goodbye"')),
        'Give "goodbye" as the reason': instead(('1000, "goodbye"', "")),
        "close code 1001": instead(("1000", "1001")),
        "without a close, which is code 1006": instead(
            ('            await websocket.close(1000, "goodbye")\n', "")
        ),
        "close() was called without await": instead(("await websocket.close", "websocket.close")),
        "After close() leave the loop": instead(("            return\n", "")),
        '"bye" was answered with "goodbye"': instead(("close(1000, ", "send_text(")),
        "compare with ==": instead(('message == "bye"', '"bye" in message')),
        "the endpoint ended without an answer": instead(("==", "!=")),
    },
)
def until_bye(app):
    seen = talk(app, ["hello", "goodbye for now", "bye"], then_wait=True)
    closed_before = r"close message has been sent|call .accept. first"
    if seen.answers and re.search(closed_before, str(seen.errors)):
        raise NotYet(
            "the endpoint closed, and then went on to use the connection. After close() leave the loop, "
            "with return or break."
        )
    if len(seen.answers) == 1 and seen.reason:
        raise NotYet(
            '"goodbye for now" ended the conversation. Only a message that is bye and nothing else does: '
            "compare with =="
        )
    usual(app, seen, 2)
    if seen.answers[:2] != ["Message text was: hello", "Message text was: goodbye for now"]:
        raise NotYet(
            f'"hello" was answered with "{seen.answers[0]}". Only bye ends the conversation; all other '
            "messages are answered as before."
        )
    if len(seen.answers) > 2 and seen.answers[2] != "Message text was: bye":
        raise NotYet(
            f'"bye" was answered with "{seen.answers[2]}". Send nothing for it: the reason goes into close().'
        )
    if len(seen.answers) > 2:
        raise NotYet(
            f'"bye" was answered with "{seen.answers[2]}", like any message. Look at it before you answer.'
        )
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
        )
    return 'two messages were answered, and "bye" closed the connection with code 1000 and "goodbye".'
