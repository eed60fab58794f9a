"""The chat: a page, its script, and a socket that answers."""

import mimetypes

from fastapi import Depends, FastAPI, Request, WebSocket
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from app import announcements, answer_endpoint, door, limits, login, room_endpoint
from app.asyncapi import document
from app.endpoints import closes_with_a_code, texts
from app.guard import RateLimit, same_origin
from app.pages import ROOT, templates

mimetypes.add_type("text/javascript", ".js")  # some Windows machines say text/plain

app = FastAPI()
if door.accounts:
    app.include_router(login.router)  # first, for its /room is found before the one below
app.include_router(room_endpoint.router)
app.include_router(answer_endpoint.router)
if announcements.KEY:
    app.include_router(announcements.router)
app.mount("/static", StaticFiles(directory=ROOT / "static"), name="static")


@app.get("/", response_class=HTMLResponse)
async def index(request: Request):
    return templates.TemplateResponse(request, "socket.html")


@app.get("/room", response_class=HTMLResponse)
async def room_page(request: Request):
    return templates.TemplateResponse(request, "room.html")


@app.get("/messages", response_class=HTMLResponse)
async def messages_page(request: Request):
    return templates.TemplateResponse(request, "messages.html", {"document": document()})


@app.get("/asyncapi.json")
async def asyncapi():
    return document()


@app.websocket("/ws", dependencies=[Depends(same_origin), Depends(closes_with_a_code)])
async def websocket_endpoint(websocket: WebSocket):
    await websocket.accept()
    rate = RateLimit(limits.MESSAGES_PER_SECOND, seconds=1)
    async for message in texts(websocket, rate):
        await websocket.send_text(f"Message text was: {message}")
