"""The exercises of lesson 02, the template."""

import re

from fastapi import FastAPI
from fastapi.testclient import TestClient
from jinja2 import Environment, TemplateNotFound, TemplateSyntaxError

from ..checks import NotYet, exercise, limited
from . import and_then, from_here, instead


@exercise(
    "02.1",
    todo="put the text of the template in the place of the three dots.",
    hints=[
        "Which part of the text has to be another one for each guest?",
        "A blank is a name between double braces.",
        "The blank is {{ name }}, in the place of Ann.",
    ],
    mistakes={
        'for Bo it says "<p>Hello, Ann!</p>" as well': instead(("{{ name }}", "Ann")),
        'for Ann it says "<p>Hello, {name}!</p>"': instead(("{{ name }}", "{name}")),
        'for Ann it says "<p>Hello, { name }!</p>"': instead(('"<p>', 'f"<p>')),
        "The blank has another name than the value": instead(("name", "guest")),
        "Leave the filter safe out": instead(("name", "name | safe")),
        "Count the braces": instead(("}}", "}")),
        "of type list. The template is a text": "greeting = ['{{ name }}']",
    },
)
def greeting(text):
    if not isinstance(text, str):
        raise NotYet(
            f"check() got something of type {type(text).__name__}. The template is a text, in quotes."
        )
    try:
        render = Environment(autoescape=True).from_string(text).render
        ann, bo, code = render(name="Ann"), render(name="Bo"), render(name="<b>")
    except TemplateSyntaxError as error:
        raise NotYet(f"Jinja2 cannot read the template: {error.message}. Count the braces.") from None
    if re.search("{ *name *}", ann):
        raise NotYet(
            f'for Ann it says "{ann}". A blank needs double braces, and an f before the quotes takes one '
            "pair away."
        )
    if ann == bo and "Ann" in ann:
        raise NotYet(f'for Bo it says "{bo}" as well. The name is written into the text; make it a blank.')
    if ann == bo:
        raise NotYet(f'for Ann it says "{ann}". The blank has another name than the value, which is name.')
    if "<b>" in code:
        raise NotYet(
            f'for a guest called <b> it says "{code}": the name became HTML. Leave the filter '
            "safe out, so that "
            "Jinja2 escapes the value."
        )
    if ann != "<p>Hello, Ann!</p>":
        raise NotYet(f'for Ann it says "{ann}"; "<p>Hello, Ann!</p>" was asked for.')
    return "it greeted Ann and Bo by their names, and a guest called <b> as text."


@exercise(
    "02.2",
    todo="hand the function front_page to check().",
    hints=[
        "What does the call hand over first, and what does it want first?",
        "TemplateResponse takes the request, then the name of the template.",
        'return templates.TemplateResponse(request, "socket.html")',
    ],
    mistakes={
        "the call of older tutorials": instead(
            ('request, "socket.html"', '"socket.html", {"request": request}')
        ),
        "needs two things, the request and the name": instead(('request, "', '"')),
        "Request with a capital is the class": instead(("(request, ", "(Request, ")),
        "without a dictionary around it": instead(("(request, ", '({"request": request}, ')),
        "have changed places": instead(('request, "socket.html"', '"socket.html", request')),
        "no template 'sockets.html'": instead(("socket", "sockets")),
        'the answer was "socket.html"': from_here("templates", '"socket.html"\n'),
        'the answer was "<h1>WebSocket Chat</h1>"': from_here("templates", '"<h1>WebSocket Chat</h1>"\n'),
        "does not return it": instead(("return ", "")),
        "so write request: Request": instead((": Request", "")),
        "of type Jinja2Templates": and_then("front_page = templates"),
    },
)
def front_page(function):
    if not callable(function):
        raise NotYet(
            f"check() got something of type {type(function).__name__}, and it needs the function front_page."
        )
    app = FastAPI()
    app.add_api_route("/", function)
    try:
        response = limited(TestClient(app).get, "/")
    except TypeError as error:
        if "unhashable" in str(error):
            raise NotYet(
                "TypeError: unhashable type: 'dict'. This is the call of older tutorials: the "
                "name first, and "
                "the request in a dictionary. Today the request comes first, on its own."
            ) from None
        if "string indices" in str(error):
            raise NotYet(
                "Request with a capital is the class. Hand over the parameter of the function: request."
            ) from None
        if "missing" in str(error):
            raise NotYet(
                f"TypeError: {error}. The call needs two things, the request and the name."
            ) from None
        raise
    except TemplateNotFound as error:
        raise NotYet(
            f"there is no template {error.name!r} in the folder templates. Look at its name."
        ) from None
    except AttributeError as error:
        if "Request" in str(error) or "'str'" in str(error):
            raise NotYet(
                f"AttributeError: {error}. The request and the name have changed places: the "
                "request comes first."
            ) from None
        raise
    if response.status_code == 422:
        raise NotYet(
            "the page was answered with 422: FastAPI took request for a part of the address. It goes by the "
            "type, so write request: Request."
        )
    if response.text == "null":
        raise NotYet("the answer was null: the function makes the page, and does not return it.")
    if 'id="messageText"' not in response.text:
        raise NotYet(
            f"the answer was {response.text[:40]}, and not the page. A text goes out as it is; "
            "templates.TemplateResponse makes a page of the template."
        )
    if not hasattr(response, "template"):  # which TestClient gets from a request that is one
        raise NotYet(
            "the page came, but TemplateResponse did not get the request itself. Hand it over first, "
            "without a dictionary around it."
        )
    return "GET / was answered with the page, rendered from socket.html."
