"""Talk to a learner's app over a real socket, and name what is commonly wrong with it."""

import inspect
import re
from dataclasses import dataclass, field

import httpx2
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from .checks import NotYet, end_thread, feedback_on_error, unawaited
from .patience import patient
from .serving import background_server

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
    silent: bool = False
    blocked: bool = False
    unawaited: list = field(default_factory=list)
    errors: list = field(default_factory=list)


def talk(app, messages, then_wait=False):
    """Send the messages to `/ws`, one after the other, and return the Talk.

    With `then_wait`, go on receiving after the last answer until the server closes or is silent.
    """
    seen = Talk()

    async def guard(scope, receive, send):
        try:
            await app(scope, receive, send)
        except Exception as error:
            seen.errors.append(error)
            raise

    server = background_server(guard).start()
    with unawaited() as seen.unawaited:
        try:
            converse(server.ws_url, messages, seen, then_wait)
        finally:
            try:
                httpx2.get(server.url, trust_env=False, timeout=patient(WAIT))
                server.stop()
            except httpx2.TimeoutException:
                seen.blocked = True
                server.uvicorn.should_exit = True
                end_thread(server.uvicorn.thread)
    return seen


def converse(url, messages, seen, then_wait=False):
    """Send the messages to the socket at `url`, and note in `seen` what comes back."""
    wait = patient(WAIT)
    try:
        with connect(url, proxy=None, open_timeout=wait, close_timeout=0.2) as ws:
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


def endpoint(app, path="/ws"):
    """Return the function behind the socket; NotYet if the app has no endpoint there."""
    if not isinstance(app, FastAPI):
        raise NotYet(
            f"check() got something of type {type(app).__name__}, and it needs the app: the object that "
            "FastAPI() made, not the function below it."
        )
    sockets = [route for route in app.routes if type(route).__name__ == "APIWebSocketRoute"]
    for route in sockets:
        if route.path == path:
            return route.endpoint
    there = ", ".join(route.path for route in sockets)
    raise NotYet(
        f"the app has no WebSocket endpoint at {path}, only at {there}. A client that asks for {path} is "
        "refused with 403: the path in the decorator is the address."
        if there
        else f"the app has no WebSocket endpoint. A line with @, the app and .websocket({path!r}) makes one."
    )


def usual(app, seen, count):
    """Raise NotYet for what commonly goes wrong in an endpoint that owes `count` answers."""
    error = seen.errors[-1] if seen.errors else None
    if not inspect.iscoroutinefunction(endpoint(app)):
        raise NotYet("the endpoint is a plain function. It has to pause, so it begins with: async def")
    if seen.blocked and seen.answers:
        raise NotYet(
            f'"{seen.answers[-1]}" came again and again: the endpoint sends in a loop, and '
            "nothing in that loop "
            "receives. Let each turn of the loop begin with a message."
        )
    if seen.blocked:
        raise NotYet(
            "the server stood still: a line of the endpoint keeps the event loop for itself, such as "
            "time.sleep() or a loop without await. Whoever waits there has to wait with await."
        )
    if re.search('"websocket.accept"|call "accept" first', str(error)):
        raise NotYet(NO_ACCEPT.format(seen.status))
    if error:
        raise NotYet(feedback_on_error(error))
    if seen.unawaited:
        raise NotYet(FORGOTTEN.format(seen.unawaited[0]))
    if seen.status:
        raise NotYet(
            f"the client was refused with status {seen.status}: the endpoint ended without "
            "await websocket.accept(), its first line."
        )
    if seen.silent and not seen.answers:
        raise NotYet(
            f"the connection stood, and no answer came within {WAIT} s. The endpoint has to receive each "
            "message and then send with await websocket.send_text(...)."
        )
    if seen.close_code and not seen.answers:
        raise NotYet(
            "the endpoint ended without an answer. A value that it returns goes nowhere: what the client "
            "is to get, await websocket.send_text(...) has to send."
        )
    if len(seen.answers) < count:
        raise NotYet(
            f"the endpoint answered {len(seen.answers)} of {count} messages and was then done. It has to "
            "receive in a loop, for as long as the client is there."
        )
