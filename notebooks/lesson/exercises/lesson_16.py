"""The exercises of lesson 16, who may come in."""

import re

from ..checks import NotYet, exercise, feedback_on_error, limited, own_lines
from ..feedback import look_of
from ..reading import must_be_function, must_be_true_or_false, must_run
from ..serving import background_server, imported_anew
from ..talk import WAIT, Talk, converse, must_have_endpoint, talk, usual

ARRIVES = [
    (False, "A page can choose no header for its handshake: new WebSocket takes no third argument."),
    (True, "Both are of one site, school.example, and SameSite looks at the site, not at the origin."),
    (False, "evil.example is another site, and SameSite=Lax keeps the cookie away from its requests."),
    (False, "HttpOnly means just that: the browser sends it, and no script can read it."),
    (True, "A program that is no browser writes what it likes into its request."),
    (True, "wss hides the address on the way. At its end the server reads it, and writes it into its log."),
]


@exercise(
    "16.1",
    todo="put True or False in the place of each row of three dots.",
    hints=[
        "Which of the four places did the page reach, and for whom did the cookie come along?",
        "A site is more than an origin: the registered name, without what stands before it. evil.example is "
        "another one.",
        "Three of the six are true: is_true = [False, True, ..., ..., True, ...]",
    ],
)
def what_arrives(answer):
    must_be_true_or_false(answer, ARRIVES)
    return "a page has the cookie, the query and the subprotocol; a header is for programs."


REFUSED = {  # the query, and the reason for which it is refused
    "?age=17": "too young",
    "?age=0": "too young",
    "": "which age?",
    "?age=": "which age?",
    "?age=old": "which age?",
}


@exercise(
    "16.2",
    todo="make an app with an endpoint, and hand it to check().",
    hints=[
        "A page reads a close code and a reason. Before which line can there be none?",
        'FastAPI looks at age: int before your first line runs. With age: str = "" it takes all.',
        "After accept: if not age.isdecimal(): await websocket.close(1008, …) and elif int(age) < 18: "
        'await websocket.close(1008, "too young")',
    ],
)
def a_door_that_says_why(app):
    first = talk(app, [])
    must_have_endpoint(app, first)
    if not first.status:  # which is what the exercise is about
        usual(app, first, 0)
    with background_server(app) as server:
        for query in ["?age=18", "?age=65"]:
            seen = converse(server.ws_url + query, [], Talk(), then_wait=True)
            if seen.answers != ["welcome"]:
                raise NotYet(
                    f"a guest came with {query}, and {came_back(seen, server)}. "
                    "Who is 18 or older is told 'welcome'."
                )
        for query, reason in REFUSED.items():
            must_say_why(converse(server.ws_url + query, [], Talk(), then_wait=True), server, query, reason)
    return "who is 18 comes in, and who is refused can read why, with 1008: five were."


def came_back(seen, server):
    """Say what a client got, and whether an error was the reason."""
    if seen.status:
        return f"the handshake was refused with {seen.status}"
    if seen.answers:
        return f"was told {look_of(seen.answers[0])}"
    if seen.silent:
        return f"heard nothing for {WAIT} s"
    server.stop()  # then its log has all
    errors = [line for line in server.logs() if re.match(r"\w+(Error|Exception)\b", line)]
    if errors:
        return f"your code raised {errors[0]}"
    return f"the connection ended with {seen.close_code} and the reason {seen.reason!r}"


def must_say_why(seen, server, query, reason):
    """Raise NotYet unless a guest was closed with 1008 and this reason, and told nothing else."""
    guest = f"a guest came with {query}" if query else "a guest came without an age"
    if seen.status:
        raise NotYet(
            f"{guest}, and the handshake was refused with {seen.status}, of which a page reads nothing. "
            "Accept first. And where age has no default, or the type int, FastAPI refuses before your code "
            "runs."
        )
    if (seen.close_code, seen.reason) == (1008, reason) and not seen.answers:
        return
    raise NotYet(
        f"{guest}, and {came_back(seen, server)}. The code 1008 was expected, with the reason {reason!r}."
    )


@exercise(
    "16.3",
    todo="hand the function log_out_everywhere to check().",
    hints=[
        "Under what does sessions.open have a session: under its name?",
        "Go through the keys and the sessions, and look at the name of each. While a loop goes through a "
        "dictionary, nothing may be taken out of it.",
        "for key, session in list(sessions.open.items()): and in it, for the right name, "
        "sessions.finish(key)",
    ],
)
def log_out_everywhere(function):
    function = must_be_function(function, "sessions", "name")
    must_run(function)
    module = imported_anew("app.sessions")
    sessions = module.Sessions()
    mine = [sessions.find(module.key_of(sessions.begin("Ann"))) for _ in range(3)]
    others = [sessions.find(module.key_of(sessions.begin(name))) for name in ["Ben", "Anna"]]
    try:
        limited(function, sessions, "Ann")
    except RuntimeError as error:
        if own_lines(error) and "changed size" in str(error):
            raise NotYet(
                "the dictionary changed while a loop went through it, for finish() takes a session out. Go "
                "through a copy: list(sessions.open.items())"
            ) from None
        raise NotYet(feedback_on_error(error)) from None
    ended = sum(session.over.is_set() for session in mine)
    there = sum(session in sessions.open.values() for session in mine)
    if any(not session.lasts() or session not in sessions.open.values() for session in others):
        raise NotYet(
            "Ann, Ben and Anna were logged in, and not only the sessions of Ann are over. Compare names."
        )
    if not ended and there < 3:
        raise NotYet(
            f"{3 - there} of Ann's 3 sessions are out of the dictionary, and none has been ended: their "
            "sockets stay open. finish(key) does both."
        )
    if ended < 3:
        raise NotYet(
            f"Ann was logged in on 3 machines. Sessions that were finished: {ended}. finish() takes a key of "
            "sessions.open, and each session has its name. Go through all of them."
        )
    limited(function, sessions, "Zoe")
    limited(function, sessions, "Ben")
    if others[0].lasts():
        raise NotYet(
            "the sessions of Ann are over, and then not that of Ben. Compare with the argument name."
        )
    return "all three sessions of Ann are over, those of others went on; Zoe has none, and that is no error."
