"""The exercises of lesson 01, the index route."""

from fastapi import FastAPI
from fastapi.testclient import TestClient

from ..checks import NotYet, exercise, limited
from . import and_then, from_here, instead


@exercise(
    "01.1",
    todo="hand the app to check(), the object that FastAPI() made.",
    hints=[
        "Which part of the line with @ is the address?",
        "What the function returns becomes the answer; FastAPI turns a dictionary into JSON.",
        'The last line is: return {"hello": "chat"}',
    ],
    mistakes={
        "Yours has /.": instead(('"/hello"', '"/"')),
        "redirected to /hello/": instead(('"/hello"', '"/hello/"')),
        "Yours has hello.": instead(('"/hello"', '"hello"')),
        "Does the line with @ begin with @greeter?": instead(("@greeter", "@app")),
        "not for GET": instead(("greeter.get", "greeter.post")),
        "print() shows something to you; return hands it to the client": instead(
            ("return ", "print("), ("}", "})")
        ),
        "without quotes around it": instead(("{", "'{"), ("}", "}'")),
        "Braces with a comma make a set": instead(('"hello": ', '"hello", ')),
        'Is the key "hello" in quotes?': instead(('"hello": ', "hello: ")),
        "NameError: name 'chat' is not defined": instead(('"chat"', "chat")),
        "still running after 5 s": from_here("    return", "    while True:\n        pass\n"),
        "of type function, and it needs the app": and_then("greeter = hello"),
    },
)
def hello(app):
    if not isinstance(app, FastAPI):
        raise NotYet(
            f"check() got something of type {type(app).__name__}, and it needs the app that FastAPI() made."
        )
    try:
        response = limited(TestClient(app, follow_redirects=False).get, "/hello")
    except TypeError as error:
        if "unhashable" in str(error):
            raise NotYet('the answer could not be made into JSON. Is the key "hello" in quotes?') from None
        raise
    if response.status_code == 307:
        raise NotYet("GET /hello was redirected to /hello/. Leave out the last slash.")
    if response.status_code == 404:
        paths = ", ".join(route.path for route in app.routes if getattr(route, "endpoint", None) in own(app))
        raise NotYet(
            f"GET /hello was answered with 404, because no route has that address. Yours has {paths}. "
            "The address is the text in the line with @, and it begins with a slash."
            if paths
            else "GET /hello was answered with 404: the app has no route of yours. Does the line with @ "
            "begin with @greeter?"
        )
    if response.status_code == 405:
        raise NotYet(
            "GET /hello was answered with 405: the address is there, but not for GET. Which method does the "
            "line with @ name?"
        )
    answer = response.json()
    if answer is None:
        raise NotYet(
            "GET /hello was answered with null, because the function returned nothing. print() shows "
            "something to you; return hands it to the client."
        )
    if isinstance(answer, str):
        raise NotYet(
            f"GET /hello was answered with a text, {answer!r}. Return a dictionary, without quotes around "
            "it, and FastAPI makes JSON of it."
        )
    if isinstance(answer, list):
        raise NotYet(
            f"GET /hello was answered with a list, {answer}. Braces with a comma make a set; a dictionary "
            'has a colon: {"hello": "chat"}'
        )
    if answer != {"hello": "chat"}:
        raise NotYet(f'GET /hello was answered with {answer}; {{"hello": "chat"}} was asked for.')
    return 'GET /hello was answered with {"hello": "chat"}, as JSON.'


def own(app):
    """Return the functions of the learner's routes, without those that FastAPI adds."""
    return [route.endpoint for route in app.routes if hasattr(route, "dependant")]


@exercise(
    "01.2",
    todo="put a number in the place of the three dots.",
    hints=[
        "How many requests does the page send in a minute?",
        "Each request asks for news, and only one of them finds some.",
        "60 requests, and all but one of them find nothing.",
    ],
    mistakes={
        "60 is how many requests there were": "wasted = 60",
        "1 is how many requests brought the news": "wasted = 1",
        "0 would mean that no request was in vain": "wasted = 0",
        "'59' is a text": "wasted = '59'",
        "it is not 30": "wasted = 30",
    },
)
def wasted(number):
    if isinstance(number, str):
        raise NotYet(f"{number!r} is a text. Write the number without quotes.")
    if number == 60:
        raise NotYet("60 is how many requests there were. One of them did bring the news.")
    if number == 1:
        raise NotYet("1 is how many requests brought the news. The question asks for the others.")
    if number == 0:
        raise NotYet("0 would mean that no request was in vain. The server cannot speak unless it is asked.")
    if number != 59:
        raise NotYet(
            f"it is not {number}. Count the requests of a minute, then take away those that found news."
        )
    return "59 of 60 requests brought nothing. Over a WebSocket it would have been one message."
