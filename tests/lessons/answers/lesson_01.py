"""What the tests hand in to the exercises of lesson 01: wrong answers and right ones."""

from tests.lessons.answers import Answers, and_then, from_here, instead

ROUTER = "from fastapi import APIRouter, FastAPI\n\ngreeter, router = FastAPI(), APIRouter()\n\n"

ANSWERS = {}

ANSWERS["01.1"] = Answers(
    mistakes={
        "Yours has /.": instead(('"/hello"', '"/"')),
        "redirected to /hello/": instead(('"/hello"', '"/hello/"')),
        "Yours has hello.": instead(('"/hello"', '"hello"')),
        "Yours has no text.": instead(('"/hello"', '""')),
        "The line with @ begins with @app,": instead(("@greeter", "@app")),
        "the app has no route of yours. A line with @": instead(('@greeter.get("/hello")\n', "")),
        "router is a router, and the app has yet to take it in": instead(
            ("from fastapi import FastAPI\n\ngreeter = FastAPI()\n\n", ROUTER), ("@greeter", "@router")
        ),
        "not for GET": instead(("greeter.get", "greeter.post")),
        "print() shows something to you; return hands it to the client": instead(
            ("return ", "print("), ("}", "})")
        ),
        "answered with a text": instead(("{", "'{"), ("}", "}'")),
        "list, tuple or set": instead(('"hello": ', '"hello", ')),
        "{<function hello>: 'chat'}": instead(('"hello": ', "hello: ")),
        "NameError: name 'chat' is not defined": instead(('"chat"', "chat")),
        "answered with {'hello': ''}": instead(('"chat"', '""')),
        "Large and small letters differ": instead(('"chat"', '"Chat"')),
        "have changed places": instead(('"hello": "chat"', '"chat": "hello"')),
        "It has Hello as keys": instead(('"hello":', '"Hello":')),
        "It has hello, to as keys": instead(('"chat"', '"chat", "to": "you"')),
        "was looked for in the address, and is not there": instead(("hello()", "hello(name)")),
        "came as text/html; charset=utf-8, and not as JSON": instead(
            ("FastAPI\n", "FastAPI\nfrom fastapi.responses import HTMLResponse\n"),
            ('{"hello": "chat"}', 'HTMLResponse(\'{"hello": "chat"}\')'),
        ),
        "ended the program with SystemExit": from_here("    return", "    raise SystemExit\n"),
        "answered with status 404 and": instead(
            ("FastAPI\n", "FastAPI\nfrom fastapi.responses import JSONResponse\n"),
            ('{"hello": "chat"}', 'JSONResponse({"hello": "chat"}, 404)'),
        ),
        "still running after 5 s": from_here("    return", "    while True:\n        pass\n"),
        "of type function, and it needs the app": and_then("greeter = hello"),
    },
    right=[
        instead(("async ", "")),
        instead(
            ("from fastapi import FastAPI\n\ngreeter = FastAPI()\n\n", ROUTER),
            ("@greeter", "@router"),
            ("}", "}\n\ngreeter.include_router(router)"),
        ),
        instead(
            ("FastAPI\n", "FastAPI\nfrom fastapi.responses import JSONResponse\n"),
            ('{"hello": "chat"}', 'JSONResponse({"hello": "chat"})'),
        ),
        'greeter = FastAPI()\ninner = FastAPI()\ninner.add_api_route("/hello", lambda: dict(hello="chat"))\n'
        'greeter.mount("", inner)\n',
    ],
)

ANSWERS["01.2"] = Answers(
    mistakes={
        "60 is how many requests there were": "wasted = 60",
        "1 is how many requests brought the news": "wasted = 1",
        "0 would mean that no request was in vain": "wasted = 0",
        "'60 - 1' is no number. Digits alone are one": "wasted = '60 - 1'",
        "it is not 58": "wasted = 58",
        "it is not 59.5. A count": "wasted = 59.5",
        "it is not 61. The page": "wasted = 61",
        "[60, 1] is no number": "wasted = [60, 1]",
    },
    right=["wasted = 60 - 1", "wasted = '59'", "wasted = [59]", "wasted = 59.0"],
)
