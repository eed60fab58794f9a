"""What the tests hand in to the exercises of lesson 02: wrong answers and right ones."""

from tests.lessons.answers import Answers, and_then, from_here, instead

ANSWERS = {}

ANSWERS["02.1"] = Answers(
    mistakes={
        'for Bo it says "<p>Hello, Ann!</p>" as well': instead(("{{ name }}", "Ann")),
        'for Ann it says "<p>Hello, {name}!</p>"': instead(("{{ name }}", "{name}")),
        'for Ann it says "<p>Hello, { name }!</p>"': instead(('"<p>', 'f"<p>')),
        "The blank asks for guest, and the value is called name": instead(("name", "guest")),
        "The blank asks for Name, and the value is called name": instead(("name", "Name")),
        "Leave the filter safe out": instead(("name", "name | safe")),
        "has 2 opening braces and 1 closing": instead(("}}", "}")),
        "braces with a percent sign hold a command": instead(("{{ name }}", "{% name %}")),
        'for Ann it says "<p>Hello, !</p>". The text has no blank': instead(("{{ name }}", "")),
        'for Ann it says "". The text has no blank': "greeting = ''",
        'for Ann it says "Ann"; "<p>Hello, Ann!</p>" was asked for': "greeting = ['{{ name }}']",
        "It lacks ','": instead((",", "")),
        'for Ann it says "<p>hello, Ann!</p>"': instead(("Hello", "hello")),
        "It has '!' too much": instead(("!", "!!")),
        "stands in quotes between the braces": instead(("name", "'name'")),
        'for <b> it says "<p>Hello, &lt;B&gt;!</p>"': instead(("name", "name | title")),
        "Of three braces in a row": instead(("{{ name }}", "{{{ name }}}")),
        "'guest' is undefined": instead(("name", "guest.name")),
        "of type function. The template is a text": "def greeting(name):\n    return name",
    },
    right=[
        "greeting = '<p>Hello, {{name}}!</p>'",
        'greeting = """\n<p>Hello, {{ name }}!</p>\n"""',
        instead(('"<p>', 'f"<p>'), ("{{ name }}", "{{{{ name }}}}")),
        "from jinja2 import Template\ngreeting = Template('<p>Hello, {{ name }}!</p>')",
        "greeting = ['<p>Hello, {{ name|e }}!</p>']",
    ],
)

ANSWERS["02.2"] = Answers(
    mistakes={
        "the call of older tutorials": instead(
            ('request, "socket.html"', '"socket.html", {"request": request}')
        ),
        "needs two things, the request and the name": instead(('request, "', '"')),
        "Request with a capital is the class": instead(("(request, ", "(Request, ")),
        "without a dictionary around it": instead(("(request, ", '({"request": request}, ')),
        "have changed places": instead(('request, "socket.html"', '"socket.html", request')),
        "The second is the name of the template, and yours is a dict": instead(
            ('"socket.html"', '{"name": "socket.html"}')
        ),
        "no template 'sockets.html'": instead(("socket", "sockets")),
        "Its own name is right": instead(
            ("templates.T", 'Jinja2Templates("static").T'),
            ("async", "from fastapi.templating import Jinja2Templates\n\nasync"),
        ),
        'the answer was "socket.html"': from_here("templates", '"socket.html"\n'),
        "does not return it": instead(("return ", "")),
        "the function returned nothing": from_here("    return", "    pass\n"),
        "says what it is, so write request: Request": instead((": Request", "")),
        "name was looked for in the address": instead((": Request", ": Request, name")),
        "answered with status 404": instead(('html"', 'html", status_code=404')),
        "the answer was messageText": instead(
            ("templates.T", "Jinja2Templates(Path.cwd()).T"),
            ("async", "from pathlib import Path\nPath('socket.html').write_text('messageText')\n\nasync"),
        ),
        "The third is a dictionary": instead(('html"', 'html", request')),
        "is the page as a text": from_here("templates", 'templates.get_template("socket.html").render()\n'),
        "could make no JSONResponse of that": from_here("templates", "request, templates\n"),
        "'Jinja2Templates' object has no attribute 'TemplateRespons'": instead(("Response", "Respons")),
        "of type Jinja2Templates": and_then("front_page = templates"),
    },
    right=[
        instead(("async ", "")),
        instead(('request, "socket.html"', 'request=request, name="socket.html"')),
        instead(('"socket.html"', '"socket.html", {"title": "Chat"}')),
        instead(
            ("templates.T", "Jinja2Templates(Path.cwd() / 'templates').T"),
            ("async", "from pathlib import Path\n\nfrom fastapi.templating import Jinja2Templates\n\nasync"),
        ),
        instead(("(request: Request)", "(r: Request)"), ("(request, ", "(r, ")),
    ],
)
