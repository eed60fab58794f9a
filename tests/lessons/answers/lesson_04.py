"""What the tests hand in to the exercises of lesson 04: wrong answers and right ones."""

from textwrap import indent

from tests.lessons.answers import Answers, and_then, from_here, instead

PLAIN_ASGI = """
async def shout(scope, receive, send):
    while (event := await receive())["type"] != "websocket.disconnect":
        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "websocket.send", "text": event["text"].upper()})
"""
UNTIL = """    while (message := await websocket.receive_text()) != "bye":
        await websocket.send_text("Message text was: " + message)
    await websocket.close(reason="goodbye")
"""

ANSWERS = {}

ANSWERS["04.1"] = Answers(
    mistakes={
        "sends the text back as it came": instead((".upper()", "")),
        "Python fills in braces only in an f-string": instead(("message.upper()", '"{message.upper()}"')),
        "no attribute 'uper'": instead((".upper()", ".uper()")),
        "name 'mesage' is not defined": instead(("(message.upper", "(mesage.upper")),
        "send_text() was called without await": instead(("await websocket.send_text", "websocket.send_text")),
        "has no line with send_text": instead(
            ("await websocket.send_text(message.upper())", "message.upper()")
        ),
        "stands outside of the loop": instead(
            ("        await websocket.send_text", "        pass\n    await websocket.send_text")
        ),
        "Round brackets behind its name": instead(("upper()", "upper")),
        "'Grüße 你好' none came within": instead(
            (
                "        await websocket.send",
                "        if message == 'hello':\n            await websocket.send",
            )
        ),
        "A value that it returns goes nowhere": instead(("await websocket.send_text(", "return (")),
        "before it had accepted it": instead(("    await websocket.accept()\n", "")),
        "only at /shout": instead(('"/ws"', '"/shout"')),
        "The line with @ begins with @app,": instead(("@shout.", "@app.")),
        "A line with @, the app and .websocket('/ws') makes one": instead(('@shout.websocket("/ws")\n', "")),
        "the endpoint is a plain function": instead(("async ", ""), ("await ", "")),
        "the server stood still": from_here("    async for", "    while True:\n        pass\n"),
        '"HELLO" came again and again': from_here(
            "    async for", "    while True:\n        await websocket.send_text('HELLO')\n"
        ),
        "answered 1 of 5 messages, and then the connection ended with close code 1006. It": from_here(
            "    async for", "    await websocket.send_text((await websocket.receive_text()).upper())\n"
        ),
        "answered 1 of 5 messages, and then the connection ended with close code 1006. What": instead(
            ("upper())", "upper())\n        return")
        ),
        "neither let in nor refused": instead(
            ("shout = FastAPI()", "import asyncio\n\nshout = FastAPI()"),
            ("websocket.accept()", "asyncio.sleep(60)"),
        ),
        "nothing accepted it": from_here("    await", "    pass\n"),
        "FastAPI took websocket for a part of the address": instead((": WebSocket", "")),
        "gets the connection as its parameter": from_here("async def", "async def shouts():\n    pass\n"),
        "the endpoint has a yield": instead(("await websocket.send_text(", "yield (")),
        "to 5 messages": instead(
            (
                "        await websocket.send",
                "        await websocket.send_text(message)\n" + "        await websocket.send",
            )
        ),
        '"hello" was sent, and "Hello" came back': instead(("upper", "capitalize")),
        "too much": instead(("send_text", "send_json")),
        "It lacks 'O'": instead(("upper()", "upper()[:4]")),
        '"Grüße 你好" was sent, and "gRÜSSE 你好" came back': instead(("upper", "swapcase")),
        "came back, as bytes": instead(("send_text(message.upper()", "send_bytes(message.upper().encode()")),
        "of type function, and it needs the app": and_then("shout = answer_in_capitals"),
    },
    right=[
        instead(
            ("async for message in websocket.iter_text():", "while True:"),
            ("        await", "        message = await websocket.receive_text()\n        await"),
        ),
        instead(
            ("shout = FastAPI()", "from fastapi import APIRouter\n\nshout, router = FastAPI(), APIRouter()"),
            ("@shout", "@router"),
            ("upper())", "upper())\n\nshout.include_router(router)"),
        ),
        instead(
            ('@shout.websocket("/ws")\n', ""),
            ("upper())", 'upper())\n\nshout.add_api_websocket_route("/ws", answer_in_capitals)'),
        ),
        instead(
            ("shout = FastAPI()", "inner, shout = FastAPI(), FastAPI()\nshout.mount('', inner)"),
            ("@shout", "@inner"),
        ),
        PLAIN_ASGI,
    ],
)

ANSWERS["04.2"] = Answers(
    mistakes={
        "ends the program, and the server with it": instead(("  return", "  import sys; sys.exit()")),
        "like any other message": instead(('"bye"', '"goodbye"')),
        "Ask whether it is bye before": from_here(
            "        if",
            '        await websocket.send_text(f"Message text was: {message}")\n'
            '        if message == "bye":\n'
            '            await websocket.close(1000, "goodbye")\n            return\n',
        ),
        'and the reason "". ': instead(('1000, "goodbye"', "")),
        'and the reason "Goodbye"': instead(('1000, "goodbye"', '1000, "Goodbye"')),
        "close() takes the code first": instead(('1000, "goodbye"', '"goodbye", 1000')),
        "close code 1001": instead(("1000", "1001")),
        "without a close, which is code 1006": instead(
            ('            await websocket.close(1000, "goodbye")\n', "")
        ),
        "close() was called without await": instead(("await websocket.close", "websocket.close")),
        "After close() the endpoint has to end": instead(("            return\n", "")),
        '"bye" was answered with "goodbye"': instead(("close(1000, ", "send_text(")),
        '"goodbye for now" ended': instead(('message == "bye"', '"bye" in message')),
        '"bye now" ended': instead(("== ", ".startswith("), ('"bye":', '"bye"):')),
        '"bye " ended': instead(("message ==", "message.strip() ==")),
        '"BYE" ended': instead(("message ==", "message.lower() ==")),
        '"by" ended': instead(('message == "bye"', 'message in "bye"')),
        '"hello" ended': instead(("==", "!=")),
        "after bye nothing came": from_here(
            "            await websocket.close",
            '            continue\n        await websocket.send_text(f"Message text was: {message}")\n',
        ),
        '"hello" was answered with "hello"': instead(('f"Message text was: {message}"', "message")),
    },
    right=[
        instead(
            ("async for message in websocket.iter_text():", "while True:"),
            ("        if", "        message = await websocket.receive_text()\n        if"),
        ),
        from_here("    async for", UNTIL),
        from_here("    async for", "    try:\n" + indent(UNTIL, "    ") + "    finally:\n        pass\n"),
        instead(("return", "break")),
        instead(
            (
                "polite = FastAPI()",
                "from fastapi import APIRouter\n\npolite, router = FastAPI(), APIRouter()",
            ),
            ("@polite", "@router"),
            ('{message}")\n', '{message}")\n\npolite.include_router(router)\n'),
        ),
    ],
)
