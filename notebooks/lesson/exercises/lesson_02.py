"""The exercises of lesson 02, the template."""

import inspect
import json
import re
import traceback

from fastapi import FastAPI, Request
from fastapi.exceptions import FastAPIError
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, Template, TemplateNotFound, TemplateSyntaxError, meta

from ..checks import NotYet, exercise, feedback_on_error, limited
from ..feedback import look_of
from ..reading import difference, one
from ..talk import response_of

GUESTS = {"Ann": "<p>Hello, Ann!</p>", "Bo": "<p>Hello, Bo!</p>", "<b>": "<p>Hello, &lt;b&gt;!</p>"}


@exercise(
    "02.1",
    todo="put the text of the template in the place of the three dots.",
    hints=[
        "Which part of the text has to be another one for each guest?",
        "A blank is a name between double braces.",
        "The blank is {{ name }}, in the place of Ann.",
    ],
)
def greeting(answer):
    text = one(answer)
    try:
        if isinstance(text, Template):
            asked, template = {"name"}, text
        elif isinstance(text, str):
            asked = meta.find_undeclared_variables(Environment(autoescape=True).parse(text))
            template = Environment(autoescape=True).from_string(text)
        else:
            raise NotYet(
                f"check() got something of type {type(text).__name__}. The template is a text, in quotes."
            )
        said = {guest: limited(template.render, {"name": guest}).strip() for guest in GUESTS}
    except TemplateSyntaxError as error:
        raise NotYet(f"Jinja2 cannot read the template: {error.message}{braces(text)}") from None
    except NotYet:
        raise
    except Exception as error:
        raise NotYet(
            f"the template was read, and then ended with {type(error).__name__}: {error}. What it gets is "
            "one text, called name."
        ) from None
    ann, code = said["Ann"], said["<b>"]
    if re.search("(?<!{){ *name *}", ann):
        raise NotYet(
            f'for Ann it says "{ann}". A blank needs double braces: {{{{ name }}}}. Where your cell has '
            "them, there is an f before the quotes, which takes one pair away."
        )
    if ann == said["Bo"]:
        others = ", ".join(sorted(asked))
        raise NotYet(
            f'for Bo it says "{ann}" as well. The name is written into the text; make it a blank.'
            if "Ann" in ann
            else f'for Ann it says "{ann}". The blank asks for {others}, and the value is called name.'
            if asked and "name" not in asked
            else f'for Ann it says "{ann}", and for Bo the same.'
            if asked
            else f'for Ann it says "{ann}". What stands in quotes between the braces is a text, and no name.'
            if re.search(r"{{\s*['\"]", str(text))
            else f'for Ann it says "{ann}". The text has no blank for the name.'
        )
    if "<b>" in code and isinstance(text, str):
        raise NotYet(
            f'for a guest called <b> it says "{code}": the name became HTML. '
            + ("Leave the filter safe out, so that Jinja2" if "safe" in text else "Let Jinja2")
            + " escape the value."
        )
    for guest, wanted in GUESTS.items():
        if said[guest] != wanted and (guest != "<b>" or isinstance(text, str)):
            raise NotYet(
                f'for {guest} it says "{said[guest]}"; "{wanted}" was asked for.'
                f"{difference(said[guest], wanted)}"
            )
    return "it greeted Ann and Bo by their names" + (
        ", and a guest called <b> as text." if isinstance(text, str) else "."
    )


def braces(text):
    """Return what is proven of the braces of a template that Jinja2 cannot read, or nothing."""
    opening, closing = text.count("{"), text.count("}")
    if opening != closing:
        return f". It has {opening} opening braces and {closing} closing."
    if "{{{" in text:
        return ". Of three braces in a row one is too many."
    if re.search(r"{%\s*name\s*%}", text):
        return " In Jinja2 braces with a percent sign hold a command; a blank has two braces on each side."
    return ""


@exercise(
    "02.2",
    todo="hand the function front_page to check().",
    hints=[
        "What does the call hand over first, and what does it want first?",
        "TemplateResponse takes the request, then the name of the template.",
        'return templates.TemplateResponse(request, "socket.html")',
    ],
)
def front_page(function):
    if not callable(function):
        raise NotYet(
            f"check() got something of type {type(function).__name__}, and it needs the function front_page."
        )
    calls_it = "TemplateResponse" in getattr(getattr(function, "__code__", None), "co_names", ())
    app = FastAPI()
    try:
        app.add_api_route("/", function)
        response = response_of(app, "/")
    except NotYet:
        raise
    except Exception as error:
        raise NotYet(explained(error)) from None
    page, template = response.text, Jinja2Templates("templates").get_template("socket.html")
    if response.status_code == 422:
        name = response.json()["detail"][0]["loc"][-1]
        known = Request in inspect.get_annotations(function, eval_str=True).values()
        advice = f"Its type says what it is, so write {name}: Request."
        raise NotYet(
            f"the page was answered with 422: {name} was looked for in the address, and is not there. "
            + ("The request is all that is needed." if known else advice)
        )
    if page == "null":
        raise NotYet(
            "the answer was null: the function makes the page, and does not return it."
            if calls_it
            else "the answer was null: the function returned nothing. "
            "templates.TemplateResponse makes a page of the template."
        )
    if response.status_code != 200:
        raise NotYet(f"GET / was answered with status {response.status_code}; 200 means that all is well.")
    if page == json.dumps(template.render(), ensure_ascii=False, separators=(",", ":")):
        raise NotYet(
            "what the function returns is the page as a text, and FastAPI makes JSON of a text. "
            "templates.TemplateResponse returns the answer itself."
        )
    if page != template.render() or "html" not in response.headers.get("content-type", ""):
        raise NotYet(
            f"the answer was {page[:40]}, which is not the page of templates/socket.html. "
            "templates.TemplateResponse makes that page of its name."
        )
    if calls_it and not hasattr(response, "template"):  # which TestClient gets from a request that is one
        raise NotYet(
            "the page came, but TemplateResponse did not get the request itself. Hand it over first, "
            "without a dictionary around it."
        )
    return "GET / was answered with the page."


def explained(error):
    """Return what went wrong in a call of TemplateResponse: what was handed over says why."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    library = [frame for frame in frames if frame.f_code.co_filename == inspect.getfile(Jinja2Templates)]
    calls = [frame.f_locals for frame in library if "request" in frame.f_locals]
    request, name = (calls[-1]["request"], calls[-1].get("name", "")) if calls else (None, None)
    if isinstance(request, str) and isinstance(name, dict):
        return (
            f"{type(error).__name__}: {error}. This is the call of older tutorials: the name first, and "
            "the request in a dictionary. Today the request comes first, on its own."
        )
    if isinstance(request, str) and isinstance(name, Request):
        return "the request and the name have changed places: the request comes first."
    if inspect.isclass(request):
        return "Request with a capital is the class. Hand over the parameter of the function: request."
    if calls and isinstance(name, str) and not isinstance(calls[-1].get("context") or {}, dict):
        return f"TemplateResponse got {look_of(calls[-1]['context'])}. The third is a dictionary, if any."
    if calls and not isinstance(name, str):
        return (
            f"TemplateResponse got {look_of(request)} and {look_of(name)}. The second is the name of the "
            f"template, and yours is a {type(name).__name__}."
        )
    if isinstance(error, TemplateNotFound) and error.name == "socket.html":
        return "the folder of your templates has no 'socket.html'. Its own name is right: which folder is it?"
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name!r} in the folder of your templates. Look at its name."
    if "TemplateResponse() missing" in str(error):
        return f"TypeError: {error}. The call needs two things, the request and the name."
    if isinstance(error, FastAPIError):
        return f"FastAPI can make no route of front_page: {str(error).partition('!')[0]}. Look at its types."
    return feedback_on_error(error)
