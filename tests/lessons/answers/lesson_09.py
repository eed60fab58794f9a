"""What the tests hand in to the exercises of lesson 09: wrong answers and right ones."""

from tests.lessons.answers import Answers, from_here, instead

WITHOUT_HELPERS = """
cave = FastAPI()

@cave.websocket("/ws")
async def door(websocket: WebSocket):
    await websocket.accept()
    try:
        async with asyncio.timeout(1):
            message = await websocket.receive()
    except TimeoutError:
        return await websocket.close(1008)
    if message["type"] == "websocket.disconnect":
        return
    if message.get("text") is None:
        await websocket.close(1003)
    elif message["text"] != "open sesame":
        await websocket.close(1008)
    else:
        await websocket.send_text("welcome")
        async for text in websocket.iter_text():
            await websocket.send_text(text)
"""
COMPARED = 'not secrets.compare_digest(word.encode(), b"open sesame")'

ANSWERS = {}

ANSWERS["09.1"] = Answers(
    mistakes={
        "it ends with evil.example": "comes_in = [True, True, False, False, True]",
        "A page on that machine is another origin too": "comes_in = [True, False, True, False, True]",
        "null is what a page without an origin says": "comes_in = [True, False, False, True, True]",
        "A program that is no browser sends none": "comes_in = [True, False, False, False, False]",
        "number 1 is 'yes'": "comes_in = ['yes', False, False, False, True]",
    },
    right=[
        instead(("[", "("), ("]", ")")),
        'comes_in = ["True", "False", "False", "False", "True"]',
        "comes_in = (int(number in [1, 5]) for number in range(1, 6))",
    ],
)

ANSWERS["09.2"] = Answers(
    mistakes={
        "nothing had ended the wait": instead(
            ("asyncio.wait_for(websocket.receive_text(), timeout=1)", "websocket.receive_text()"),
        ),
        'after "swordfish" the connection ended with close code 1000': instead(("1008", "1000")),
        'after "swordfish" the endpoint closed with 1008, as it should, and went on': instead(
            ("return await websocket.close(1008", "await websocket.close(1008")
        ),
        'after "swordfish" the connection still stood': instead(
            ('return await websocket.close(1008, "no entry")', "pass"),
            (
                '        await websocket.send_text("welcome")',
                '        else:\n            await websocket.send_text("welcome")',
            ),
        ),
        "after \"swordfish\" came 'no'": instead(
            (
                "return await websocket.close(1008",
                'await websocket.send_text("no")\n            return await websocket.close(1008',
            )
        ),
        "compare the other way round": instead(("if not", "if")),
        "With what is it compared": instead(('"open sesame"', '"Open Sesame"')),
        "no answer came within": instead(('        await websocket.send_text("welcome")\n', "")),
        "'hello' came back as 'open sesame'": instead(("send_text(message)", "send_text(word)")),
        "Nobody caught it, so the connection broke": instead(("except TimeoutError", "except ValueError")),
        "after silence came 'welcome'": instead(('word = ""\n', 'word = "open sesame"\n')),
        "after silence the endpoint closed with 1008, as it should, and went on": instead(
            ('word = ""\n', 'await websocket.close(1008, "no entry")\n')
        ),
        "answered 1 of 3 messages": instead(("        async for", "        return\n        async for")),
        "after a pause of 1.2 s": from_here(
            "        async for",
            "        while True:\n"
            "            text = await asyncio.wait_for(websocket.receive_text(), timeout=1)\n"
            "            await websocket.send_text(text)\n",
        ),
        "'open sesame!' was welcomed": instead((COMPARED, '"open sesame" not in word')),
        "'OPEN SESAME' was": instead((COMPARED, 'word.lower() != "open sesame"')),
        "texts of ASCII only": instead((COMPARED, 'not secrets.compare_digest(word, "open sesame")')),
        "receive_text() was called without await": instead(
            ("await asyncio.wait_for(websocket.receive_text(), timeout=1)", "websocket.receive_text()"),
            (COMPARED, 'word != "open sesame"'),
        ),
        "was thrown out before a second was over": instead(("timeout=1", "timeout=0.5")),
        "after bytes in place of the word the connection ended with close code 1008": instead(
            ("1003", "1008")
        ),
        "receive_text() raised KeyError": instead(("except KeyError", "except ValueError")),
        "a guest left before the word, and that raised WebSocketDisconnect": instead(
            ("suppress(WebSocketDisconnect)", "suppress(TypeError)")
        ),
    },
    right=[
        WITHOUT_HELPERS,
        instead(
            (COMPARED, 'word != "open sesame"'),
            ("wait_for(websocket.receive_text(), timeout=1)", "wait_for(websocket.receive_text(), 1)"),
        ),
        instead(
            ("cave = FastAPI()", "from fastapi import APIRouter\n\nrouter = APIRouter()"),
            ("@cave", "@router"),
            ("send_text(message)", "send_text(message)\n\ncave = FastAPI()\ncave.include_router(router)"),
        ),
    ],
)
