"""The board's app: a page, its files, and a socket for each side."""

import json
import mimetypes
import secrets
from contextlib import suppress
from pathlib import Path

from fastapi import Depends, FastAPI, HTTPException, Request, WebSocket, WebSocketException
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from app.endpoints import GONE, closes_with_a_code, texts
from app.guard import RateLimit, same_origin
from app.history import BEFORE_ALL
from app.messages import Away, Refused
from lesson.lessons import LESSONS
from lesson.progress import exercise_ids

from .texts import TEXTS, Joining, from_kernel, from_page, read_text_of

PAGE = Path(__file__).with_name("page")
mimetypes.add_type("text/javascript", ".js")  # some Windows machines say text/plain


def has_token(board, whose, token):
    """Return whether a token opens this side of the board."""
    return secrets.compare_digest(token.encode(), board.links[whose].encode())


def of_kernels(websocket: WebSocket, token: str = ""):
    if not has_token(websocket.app.state.board, "kernels", token):
        raise WebSocketException(1008, "another token")


def of_pages(websocket: WebSocket, token: str = ""):
    if not has_token(websocket.app.state.board, "pages", token):
        raise WebSocketException(1008, "another token")


async def answer_with(websocket, **message):
    with suppress(*GONE):  # whoever is slow may have been turned out meanwhile
        await websocket.send_text(json.dumps(message))


async def hear_all_texts(websocket, on_text):
    """Hand on each text of a socket that is open; to one that is refused, answer why."""
    async for text in texts(websocket, RateLimit(*TEXTS)):
        try:
            await on_text(text)
        except Refused as error:
            await answer_with(websocket, type="error", reason=str(error), again=isinstance(error, Away))


async def kernel_endpoint(websocket: WebSocket):
    """A learner's kernel joins, sends events, and hears the news."""
    board, learner, person = websocket.app.state.board, None, None

    async def on_text(text):
        nonlocal learner, person
        message = read_text_of(text, from_kernel)
        if isinstance(message, Joining):
            name, learner = await board.join(message), message.learner
            await answer_with(websocket, type="welcome", name=name)
            person = person or board.kernels.let_in(websocket, message.news)
        elif learner is None:
            raise Refused("join first")
        else:
            await board.note(learner, message)
            await answer_with(websocket, type="kept", id=message.id)

    try:
        await websocket.accept()
        await hear_all_texts(websocket, on_text)
    finally:
        if person:
            await board.kernels.leave(person)


async def page_endpoint(websocket: WebSocket, log: str = "", after: int = BEFORE_ALL):
    """The instructor's page is told of changes, and sends to everybody; `after` is the last number it has."""
    board, person = websocket.app.state.board, None
    read = after if log == board.rows.log else BEFORE_ALL
    code = {"address": board.address, "token": board.links["kernels"]}

    async def on_text(text):
        await board.send_to_all(read_text_of(text, from_page))
        await answer_with(websocket, type="sent")

    try:
        await websocket.accept()
        await answer_with(websocket, type="welcome", lessons=LESSONS, exercises=exercise_ids(), code=code)
        person = board.pages.let_in(websocket, read)
        await hear_all_texts(websocket, on_text)
    finally:
        if person:
            await board.pages.leave(person)


async def page_is_known(request: Request, token: str = ""):
    """Say to a page whose socket did not open whether its token is the reason, which a browser hides."""
    if not has_token(request.app.state.board, "pages", token):
        raise HTTPException(403)


async def show_board():
    return FileResponse(PAGE / "board.html")


def app_of(board):
    """Return the app that serves a board."""
    app = FastAPI(openapi_url=None)
    app.state.board = board
    for path, token, endpoint in [
        ("/share", of_kernels, kernel_endpoint),
        ("/watch", of_pages, page_endpoint),
    ]:
        guards = [Depends(guard) for guard in (same_origin, token, closes_with_a_code)]
        app.add_api_websocket_route(path, endpoint, dependencies=guards)
    app.add_api_route("/watch", page_is_known, status_code=204)
    app.add_api_route("/", show_board)
    app.mount("/page", StaticFiles(directory=PAGE))
    return app
