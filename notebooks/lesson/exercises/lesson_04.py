"""The exercises of lesson 04, the echo endpoint."""

import re

from ..checks import NotYet, exercise
from ..talk import WAIT, endpoint, talk, usual
from . import instead

SHOUT = """
from fastapi import FastAPI, WebSocket
shout = FastAPI()
@shout.websocket("/ws")
async def answer_in_capitals(websocket: WebSocket):
    await websocket.accept()
    async for message in websocket.iter_text():
        await websocket.send_text(message.upper())
"""


LOOP = SHOUT[SHOUT.index("    async for") :]


@exercise(
    "04.1",
    todo="make an app with an endpoint, and hand it to check().",
    hints=[
        "Where in the loop does the text still lie in your hands, before it goes back?",
        "A string in Python has a method that returns it in capital letters.",
        "The method is upper(), so the line begins: await websocket.send_text(message.",
    ],
    mistakes=[
        instead(SHOUT, "message.upper()", "message"),
        instead(SHOUT, "message.upper()", '"{message.upper()}"'),
        instead(SHOUT, "message.upper()", "message.uper()"),
        instead(SHOUT, "message.upper()", "mesage.upper()"),
        instead(SHOUT, "await websocket.send_text(message.upper())", "websocket.send_text(message.upper())"),
        instead(SHOUT, "await websocket.send_text(message.upper())", "return message.upper()"),
        instead(SHOUT, "    await websocket.accept()\n", ""),
        instead(SHOUT, '"/ws"', '"/shout"'),
        instead(SHOUT, '@shout.websocket("/ws")\n', ""),
        instead(SHOUT, "async def", "def").replace("await ", "").replace("async for", "for"),
        instead(SHOUT, LOOP, "    while True:\n        pass\n"),
        instead(SHOUT, LOOP, "    while True:\n        await websocket.send_text('HELLO')\n"),
        instead(SHOUT, LOOP, "    await websocket.send_text((await websocket.receive_text()).upper())\n"),
        SHOUT + "shout = answer_in_capitals\n",
    ],
)
def shout(app):
    endpoint(app)
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


BYE = """
from fastapi import FastAPI, WebSocket
polite = FastAPI()
@polite.websocket("/ws")
async def until_bye(websocket: WebSocket):
    await websocket.accept()
    async for message in websocket.iter_text():
        if message == "bye":
            await websocket.close(1000, "goodbye")
            return
        await websocket.send_text(f"Message text was: {message}")
"""
CLOSE = BYE[BYE.index("        if message") : BYE.index("        await websocket.send")]


@exercise(
    "04.2",
    todo="make an app with an endpoint, and hand it to check().",
    hints=[
        "What is different about the message bye, and where in the loop do you notice it?",
        "close() takes a code and a reason. After it the endpoint must not send any more.",
        'if message == "bye": await websocket.close(1000, "goodbye"), and then return',
    ],
    mistakes=[
        instead(BYE, CLOSE, ""),
        instead(BYE, '1000, "goodbye"', ""),
        instead(BYE, "1000", "1001"),
        instead(BYE, '            await websocket.close(1000, "goodbye")\n', ""),
        instead(BYE, "await websocket.close", "websocket.close"),
        instead(BYE, "            return\n", ""),
        instead(BYE, 'message == "bye"', 'message != "bye"'),
    ],
)
def until_bye(app):
    endpoint(app)
    seen = talk(app, ["hello", "hello again", "bye"], then_wait=True)
    closed_before = r"close message has been sent|call .accept. first"
    if seen.answers and re.search(closed_before, str(seen.errors)):
        raise NotYet(
            "the endpoint closed, and then went on to use the connection. After close() leave the loop, "
            "with return or break."
        )
    usual(app, seen, 2)
    if seen.answers[:2] != ["Message text was: hello", "Message text was: hello again"]:
        raise NotYet(
            f'"hello" was answered with "{seen.answers[0]}". Only bye ends the conversation; all other '
            "messages are answered as before."
        )
    if len(seen.answers) > 2:
        raise NotYet(
            f'"bye" was answered with "{seen.answers[2]}", like any message. Look at it before you answer.'
        )
    if seen.silent:
        raise NotYet(f"after bye nothing came for {WAIT} s, and the connection stayed open. Close it.")
    if seen.close_code != 1000:
        raise NotYet(f"bye ended the connection with close code {seen.close_code}; 1000 is a normal end.")
    if seen.reason != "goodbye":
        raise NotYet(
            f'the close code was 1000, and the reason "{seen.reason}". Give "goodbye" as the reason.'
        )
    return 'two messages were answered, and "bye" closed the connection with code 1000 and "goodbye".'
