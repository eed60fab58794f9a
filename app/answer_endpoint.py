"""Answers word by word, over a socket and over SSE: whoever stops or leaves stops the work."""

import asyncio
from contextlib import aclosing, asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, WebSocket
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app import limits
from app.endpoints import closes_with_a_code, texts
from app.guard import RateLimit, same_origin
from app.language_model import make_words
from app.pages import own_page, templates

router = APIRouter(prefix="/answers")


async def send_answer(websocket, question):
    """Send the words of an answer, and after the last one that it is whole."""
    async with asynccontextmanager(closes_with_a_code)(websocket), aclosing(make_words(question)) as words:
        async for number, word in words:
            await websocket.send_json({"number": number, "word": word})
        await websocket.send_json({"end": "whole"})


@router.websocket("/ws", dependencies=[Depends(same_origin), Depends(closes_with_a_code)])
async def answer_over_a_socket(websocket: WebSocket):
    """Each text is a question, and an empty one means stop."""
    await websocket.accept()
    rate, answer = RateLimit(limits.MESSAGES_PER_SECOND, seconds=1), None
    try:
        async for question in texts(websocket, rate):
            if answer and answer.cancel():  # it was not done yet
                await asyncio.wait([answer])  # and now it is
                await websocket.send_json({"end": "stopped"})
            answer = asyncio.create_task(send_answer(websocket, question)) if question else None
    finally:
        if answer and not answer.cancel():
            answer.result()  # it is done, or it had a bug, which is raised here


async def words_wanted(question: str, last_event_id: Annotated[int, Header()] = 0):
    async with aclosing(make_words(question, last_event_id)) as words:
        yield words


@router.get("/sse", response_class=EventSourceResponse, dependencies=[Depends(own_page)])
async def answer_over_sse(words: Annotated[object, Depends(words_wanted)]):
    """Go on behind the last word that the client has: when it comes back, its browser says which."""
    async for number, word in words:
        yield ServerSentEvent(id=str(number), data=word)
    yield ServerSentEvent(event="end", data="whole")


@router.get("", response_class=HTMLResponse)
async def answers_page(request: Request):
    return templates.TemplateResponse(request, "answers.html")
