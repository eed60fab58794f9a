"""Talk to a learner's app over a real socket, and name what is commonly wrong with it."""

import ast
import inspect
import re
import textwrap
import traceback
from dataclasses import dataclass, field

import httpx2
from fastapi import APIRouter
from fastapi.routing import APIWebSocketRoute
from fastapi.testclient import TestClient
from IPython import get_ipython
from starlette.routing import Mount, WebSocketRoute
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from .checks import NotYet, end_thread, feedback_on_error, limited, own_lines, unawaited
from .feedback import look_of
from .patience import patient
from .serving import background_server
from .written import decorated_another

WAIT = 2  # seconds for one answer, on a quiet machine
FORGOTTEN = "{}() was called without await, so it never ran. Write await in front of it."
NO_ACCEPT = (
    "the client was refused with status {}, because the endpoint used the connection before it had "
    "accepted it. Let it begin with: await websocket.accept()"
)


@dataclass
class Talk:
    """What came back: answers, the close code or the refusing HTTP status, and what was raised."""

    answers: list = field(default_factory=list)
    close_code: int = None
    reason: str = None
    status: int = None
    messages: list = field(default_factory=list)  # that were to be sent
    accepted: bool = False
    silent: bool = False
    blocked: bool = False
    sent: int = 0  # by the app
    scope: dict = field(default_factory=dict)  # of the connection; the router adds what it found there
    unawaited: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    left: Exception = None  # what was raised because the client had left, which is no fault in most endpoints

    @property
    def endpoint(self):
        """The function that the app has for the socket, wherever it was put; None if there is none."""
        return self.scope.get("endpoint")


def talk(app, messages, then_wait=False):
    """Send the messages to `/ws`, one after the other, and return the Talk.

    With `then_wait`, go on receiving after the last answer until the server closes or is silent.
    """
    must_be_app(app)
    seen = Talk()

    async def guard(scope, receive, send):
        closed = False

        async def counted_send(message):
            nonlocal closed
            closed = closed or message["type"] == "websocket.close"
            seen.sent += message["type"] == "websocket.send"
            await send(message)

        if scope["type"] != "websocket":
            return await app(scope, receive, send)
        seen.scope = scope
        try:
            await app(scope, receive, counted_send)
        except SystemExit as error:  # which would end the loop of this server
            seen.errors.append(error)
        except Exception as error:
            if closed or not isinstance(error, WebSocketDisconnect):
                seen.errors.append(error)
            else:
                seen.left = error
            raise

    server = background_server(guard).start()
    with unawaited() as seen.unawaited:
        try:
            converse(server.ws_url, messages, seen, then_wait)
        finally:
            seen.blocked = stands_still(server)
            if seen.blocked:
                server.uvicorn.should_exit = True
                end_thread(server.uvicorn.thread)
            else:
                server.stop()
    return seen


def response_of(app, path):
    """Return how an app answers a GET; NotYet: it ends the program, or takes too long."""

    async def guarded(scope, receive, send):
        try:
            await app(scope, receive, send)
        except SystemExit:  # which would end the loop that TestClient has for it
            raise NotYet("your code ended the program with SystemExit. Let it return instead.") from None

    try:
        return limited(TestClient(guarded, follow_redirects=False).get, path)
    except Exception as error:
        if isinstance(error, NotYet) or own_lines(error):
            raise
        frames = [frame.f_locals for frame, _ in traceback.walk_tb(error.__traceback__)]
        for values in frames:
            if "raw_response" in values:  # of FastAPI, once the learner's function has returned
                kind = getattr(values.get("actual_response_class"), "__name__", "answer")
                raise NotYet(
                    f"your function returned {look_of(values['raw_response'])}, and FastAPI could make no "
                    f"{kind} of that. Look at what you return."
                ) from None
        raise


def stands_still(server):
    """Return whether the event loop of a server does not turn: then not even a refusal comes."""
    try:
        # verify=False: to read the certificates of all authorities takes longer than all else here
        httpx2.get(server.url, trust_env=False, verify=False, timeout=patient(WAIT))
    except httpx2.TimeoutException:
        return True
    except httpx2.HTTPError:  # what came was no HTTP, and it came
        pass
    return False


def converse(url, messages, seen, then_wait=False):
    """Send the messages to the socket at `url`, and note in `seen` what comes back."""
    wait, seen.messages = patient(WAIT), messages
    try:
        with connect(url, proxy=None, open_timeout=wait, close_timeout=0.2) as ws:
            seen.accepted = True
            for message in messages:
                ws.send(message)
                seen.answers.append(ws.recv(timeout=wait))
            if then_wait:
                seen.answers.append(ws.recv(timeout=wait))
    except TimeoutError:
        seen.silent = True
    except ConnectionClosed:
        seen.close_code, seen.reason = ws.close_code, ws.close_reason
    except InvalidStatus as refusal:
        seen.status = refusal.response.status_code
    return seen


def must_be_app(app, taker="check()"):
    """Raise NotYet for what no server could serve: ASGI is a call with three arguments."""
    calls = filter(inspect.iscoroutinefunction, [app, app.__call__] if callable(app) else [])
    is_asgi = any(len(inspect.signature(call).parameters) == 3 for call in calls)
    if not is_asgi or isinstance(app, APIRouter):  # which FastAPI serves within an app only
        raise NotYet(
            f"{taker} got something of type {type(app).__name__}, and it needs the app: the object that "
            "FastAPI() made, not the function below it."
        )


def places_of(routes, kind, before=""):
    """Yield the path of each route of a kind, without FastAPI's own, with those of other routers."""
    for route in routes:
        if router := getattr(route, "original_router", None):  # FastAPI's way to include one
            yield from places_of(router.routes, kind, before + route.include_context.prefix)
        elif isinstance(route, Mount):
            yield from places_of(route.routes, kind, before + route.path)
        elif isinstance(route, kind) and getattr(route.endpoint, "__module__", "") != "fastapi.applications":
            yield before + route.path


def elsewhere(app):
    """Return in a sentence where the learner put a route that the app does not have; or nothing."""
    name = decorated_another(app)
    if name is None:
        return ""
    if isinstance(get_ipython().user_ns[name], APIRouter):
        return f" {name} is a router, and the app has yet to take it in: include_router({name})"
    return f" The line with @ begins with @{name}, and that is not the app that is tried here."


def must_have_endpoint(app, seen, path="/ws"):
    """Raise NotYet if the app has nothing for the socket: what it has says why."""
    there = list(places_of(getattr(app, "routes", []), WebSocketRoute))
    if seen.endpoint or not seen.status or path in there:
        return
    raise NotYet(
        f"a client asked for {path} and was refused with {seen.status}: the app has a WebSocket endpoint "
        f"only at {', '.join(there)}. The path in the decorator is the address."
        if there
        else f"a client asked for {path} and was refused with {seen.status}: the app has no WebSocket "
        f"endpoint.{elsewhere(app) or f' A line with @, the app and .websocket({path!r}) makes one.'}"
    )


def usual(app, seen, count):
    """Raise NotYet for what commonly goes wrong in an endpoint that owes `count` answers."""
    error = seen.errors[-1] if seen.errors else None
    must_have_endpoint(app, seen)
    function = seen.endpoint if inspect.isfunction(seen.endpoint) else None  # and no class, which may serve
    lacking = error or seen.status or len(seen.answers) < count
    if lacking and inspect.isasyncgenfunction(function):
        raise NotYet("the endpoint has a yield, which makes a generator of it. Take the yield out.")
    if lacking and function and not inspect.iscoroutinefunction(function):
        raise NotYet("the endpoint is a plain function. It has to pause, so it begins with: async def")
    if seen.blocked and seen.answers and seen.sent > count + 1:
        raise NotYet(
            f'"{seen.answers[-1]}" came again and again, {seen.sent} times: the endpoint sends in a loop, '
            "and nothing in that loop receives. Let each turn of the loop begin with a message."
        )
    if seen.blocked:
        raise NotYet(
            "the server stood still: a line of the endpoint keeps the event loop for itself, such as "
            "time.sleep() or a loop without await. Whoever waits there has to wait with await."
        )
    if re.search('"websocket.accept"|call "accept" first', str(error)) and seen.status:
        raise NotYet(NO_ACCEPT.format(seen.status))
    if error:
        raise NotYet(feedback_on_error(error))
    if seen.unawaited:
        raise NotYet(FORGOTTEN.format(seen.unawaited[0]))
    if seen.status:
        raise NotYet(f"the client was refused with status {seen.status}{why_refused(function, seen)}")
    if seen.silent and not seen.accepted:
        raise NotYet(
            f"a client asked for the connection, and was neither let in nor refused within {WAIT} s. Let "
            "the endpoint begin with: await websocket.accept()"
        )
    if seen.silent and not seen.answers and count:
        raise NotYet(
            f"the connection stood, a message was sent, and no answer came within {WAIT} s. "
            + why_silent(function)
        )
    has = {type(line) for line in written_in(function)}
    if seen.close_code and not seen.answers and count and returns_a_value(function):
        raise NotYet(
            f"the endpoint ended without an answer, which is close code {seen.close_code}. A value that it "
            "returns goes nowhere: what the client is to get, await websocket.send_text(...) has to send."
        )
    if len(seen.answers) < count and seen.silent:
        raise NotYet(
            f"the endpoint answered {len(seen.answers)} of {count} messages, and to "
            f"{look_of(seen.messages[len(seen.answers)])} none came within {WAIT} s, while the connection "
            "stood. Where does it wait?"
        )
    if len(seen.answers) < count:
        raise NotYet(
            f"the endpoint answered {len(seen.answers)} of {count} messages, and then the connection ended "
            f"with close code {seen.close_code}. "
            + (
                "What ends the loop there?"
                if has & {ast.While, ast.For, ast.AsyncFor} or not has
                else "It has to receive in a loop, for as long as the client is there."
            )
        )


def why_refused(function, seen):
    """Return how a sentence goes on that names the refusal of a client, without an error of the endpoint."""
    first = ": nothing accepted it. Let the endpoint begin with: await websocket.accept()"
    if not function or not isinstance(seen.scope.get("route"), APIWebSocketRoute):
        return first  # for Starlette looks at no types
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    if not parameters:
        return ". The endpoint gets the connection as its parameter: websocket: WebSocket"
    asked = [it for it in parameters if it.default is it.empty and it.annotation in (it.empty, str, int)]
    if asked and not any(f"{{{it.name}" in seen.scope["route"].path for it in asked):
        return (
            f" before the endpoint ran: FastAPI took {asked[0].name} for a part of the address. It goes by "
            "the type: the connection is websocket: WebSocket."
        )
    return first


def written_in(function):
    """Return the parts of a function's syntax tree; nothing where its text is not known."""
    try:
        return list(ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))))
    except (OSError, TypeError, SyntaxError):
        return []


def why_silent(function):
    """Return what an endpoint's text proves about an answer that does not come, or else a question."""
    parts = written_in(function)
    sends = [it for it in parts if isinstance(it, ast.Attribute) and it.attr.startswith("send")]
    loops = [it for it in parts if isinstance(it, ast.While | ast.For | ast.AsyncFor)]
    if parts and not sends:
        return "The endpoint has no line with send_text(...)."
    if loops and not any(send in ast.walk(loop) for send in sends for loop in loops):
        return "The line with send_text(...) stands outside of the loop."
    return "Follow your endpoint from receive_text() to send_text(...): where does it wait?"


def one_for_each(seen):
    """Raise NotYet if more texts came than messages were sent."""
    if seen.sent > len(seen.messages):
        texts = " and ".join(f'"{text}"' for text in seen.answers[:2])
        raise NotYet(
            f"to {len(seen.messages)} messages more texts were sent, {texts} first. Send one for each."
        )


def returns_a_value(function):
    return any(isinstance(line, ast.Return) and line.value for line in written_in(function))
