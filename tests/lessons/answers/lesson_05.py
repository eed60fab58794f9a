"""What the tests hand in to the exercises of lesson 05: wrong answers and right ones."""

from tests.lessons.answers import Answers, and_then, instead

ANSWERS = {}

ANSWERS["05.1"] = Answers(
    mistakes={
        "number 2 has no answer yet": 'causes = ["loop", ..., "app"]',
        'for message 1 you said "port"': 'causes = ["port", "loop", "app"]',
        'for message 2 you said "app"': 'causes = ["loop", "app", "port"]',
        'for message 3 you said "port"': 'causes = ["loop", "port", "port"]',
        "yours has 2": 'causes = ["loop", "port"]',
        "'database' is none of the words": 'causes = ["loop", "port", "database"]',
        "number 3, <fastapi.applications.FastAPI object>, is no text": 'causes = ["loop", "port", app]',
        "'loopportapp'": 'causes = ["loop" "port" "app"]',
        "'loop' is no list": 'causes = "loop"',
        "braces make a set": 'causes = {"loop", "port", "app"}',
    },
    right=[
        'causes = "loop", "port", "app"',
        'causes = "loop, port, app"',
        'causes = ["Loop", "PORT", " app"]',
        'causes = {1: "loop", 2: "port", 3: "app"}',
        'causes = {"port": 2, "loop": 1, "app": 3}',
        'causes = "loop port app"',
    ],
)

ANSWERS["05.2"] = Answers(
    mistakes={
        "Nothing in the cell before hands it over": instead(("server.swap(counting)", "")),
        "swap() came before the new app was made": instead(
            ("\nserver.swap(counting)\n", ""), ("counting =", "server.swap(counting)\n\ncounting =")
        ),
        "'counted' is not defined": instead(("str(number)", "counted")),
        "two connections at once": instead(
            ("    number = 0", "    global number\n    number = 0"),
        ),
        "Message 3, '', is the first": instead(("+= 1", "+= bool(message)")),
        "Message 4, 'a', is the first": instead(
            ("number = 0", "seen = set()"), ("number += 1", "seen.add(message)"), ("number", "len(seen)")
        ),
        "the server stood still": instead(("        number += 1", "        while True: pass")),
        "It has '!' too much": instead(("str(number)", "f'{number}!'")),
        "to 5 messages": instead(("(number))", '(number))\n        await websocket.send_text("?")')),
        "swap() got something of type function": instead(("swap(counting)", "swap(count)")),
        "In each turn it is 0 again": instead(("        number += 1\n", "")),
        "Count them, and send the number instead": instead(("str(number)", "message")),
        "str() makes one of a number": instead(("str(number)", "number")),
        "and the next one with 6": instead(
            ("    number = 0", "    global number"), ("counting = ", "number = 0\ncounting = ")
        ),
        'the first message was answered with "2"': instead(("number = 0", "number = 1")),
        "which is what swap() returns": instead(("server.swap", "server = server.swap")),
        'the first message was answered with "0"': instead(
            ("        number += 1\n", ""), ("(number))", "(number))\n        number += 1")
        ),
        "the server is not running": and_then("server.stop()"),
        "your cell starts another server for them": instead(
            ("server.swap(counting)", "server = BackgroundServer(counting).start()")
        ),
        "of type FastAPI, and it needs the running server": and_then("server = counting"),
    },
    right=[
        instead(
            ("async for message in websocket.iter_text():", "while True:"),
            ("        number", "        await websocket.receive_text()\n        number"),
        ),
        instead(
            (
                "counting = FastAPI()",
                "from fastapi import APIRouter\n\ncounting, router = FastAPI(), APIRouter()",
            ),
            ("@counting", "@router"),
            ("server.s", "counting.include_router(router)\nserver.s"),
        ),
        instead(
            ("    number = 0\n", "    import itertools\n    numbers = itertools.count(1)\n"),
            ("        number += 1\n", ""),
            ("(number)", "(next(numbers))"),
        ),
        instead(("counting", "another")),
    ],
)
