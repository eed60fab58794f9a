"""The exercises of lesson 01, the index route."""

from starlette.routing import Route

from ..checks import NotYet, exercise
from ..feedback import look_of
from ..reading import difference, one
from ..talk import elsewhere, must_be_app, places_of, response_of

WANTED = {"hello": "chat"}


@exercise(
    "01.1",
    todo="hand the app to check(), the object that FastAPI() made.",
    hints=[
        "Which part of the line with @ is the address?",
        "What the function returns becomes the answer; FastAPI turns a dictionary into JSON.",
        'The last line is: return {"hello": "chat"}',
    ],
)
def hello(app):
    must_be_app(app)
    response = response_of(app, "/hello")
    status, said = response.status_code, response.text[:80]
    paths = [path or "no text" for path in places_of(getattr(app, "routes", []), Route)]
    if response.headers.get("location", "").endswith("/hello/"):
        raise NotYet("GET /hello was redirected to /hello/. Leave out the last slash.")
    if status == 404 and "/hello" not in paths:
        raise NotYet(
            f"GET /hello was answered with 404, because no route has that address. Yours has "
            f"{', '.join(paths)}. The address is the text in the line with @, and it begins with a slash."
            if paths
            else "GET /hello was answered with 404: the app has no route of yours."
            f"{elsewhere(app) or ' A line with @, the app and .get(...) makes one.'}"
        )
    if status == 405:
        raise NotYet(
            "GET /hello was answered with 405: the address is there, but not for GET. Which method does the "
            "line with @ name?"
        )
    if status == 422:
        name = response.json()["detail"][0]["loc"][-1]
        raise NotYet(
            f"GET /hello was answered with 422: {name} was looked for in the address, and is not there. "
            "A function without parameters needs nothing of the request."
        )
    if status != 200:
        raise NotYet(
            f"GET /hello was answered with status {status} and {said!r}; 200 means that all is well."
        )
    kind = response.headers.get("content-type", "no type")
    if kind != "application/json":
        raise NotYet(
            f"GET /hello was answered with {said}, which came as {kind}, and not as JSON. "
            "Return a dictionary."
        )
    answer = response.json()
    if answer is None:
        raise NotYet(
            "GET /hello was answered with null, because the function returned nothing. print() shows "
            "something to you; return hands it to the client."
        )
    if isinstance(answer, str):
        raise NotYet(
            f"GET /hello was answered with a text, {answer!r}. Return a dictionary as it is, and FastAPI "
            "makes JSON of it."
        )
    if isinstance(answer, list):
        raise NotYet(
            f"GET /hello was answered with {answer}, which a list, tuple or set becomes. A dictionary alone "
            'was asked for, with braces and a colon: {"hello": "chat"}'
        )
    if answer != WANTED:
        keys, value = ", ".join(answer), answer.get("hello")
        raise NotYet(
            f'GET /hello was answered with {answer}; {{"hello": "chat"}} was asked for.'
            + (
                " The key and its value have changed places."
                if answer == {"chat": "hello"}
                else f" It has {keys or 'nothing'} as keys."
                if keys != "hello"
                else ' The value of "hello" is another.' + difference(value, "chat")
                if isinstance(value, str)
                else ' The value of "hello" is no text.'
            )
        )
    return 'GET /hello was answered with {"hello": "chat"}, as JSON.'


@exercise(
    "01.2",
    todo="put a number in the place of the three dots.",
    hints=[
        "How many requests does the page send in a minute?",
        "Each request asks for news, and only one of them finds some.",
        "60 requests, and all but one of them find nothing.",
    ],
)
def wasted(answer):
    number = one(answer)
    if isinstance(number, bool) or not isinstance(number, int | float):
        what = (
            "Digits alone are one, without quotes or words."
            if isinstance(number, str)
            else "How many were in vain?"
        )
        raise NotYet(f"{look_of(number)} is no number. {what}")
    if number < 0 or isinstance(number, float):
        raise NotYet(f"it is not {number}. A count of requests is a whole number, from 0 up.")
    if number > 60:
        raise NotYet(f"it is not {number}. The page sends 60 requests in that minute, no more.")
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
