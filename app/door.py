"""The room's door: open to all, or, where ACCOUNTS_FILE names a file, to those who are logged in."""

import asyncio
import os
from contextlib import suppress
from typing import Annotated

from fastapi import Depends, WebSocket, WebSocketException

from app import limits
from app.accounts import Accounts
from app.endpoints import GONE, texts
from app.guard import RateLimit
from app.messages import Join, Refused
from app.sessions import Session, Sessions
from app.tickets import Tickets

accounts = Accounts(os.environ["ACCOUNTS_FILE"]) if os.environ.get("ACCOUNTS_FILE") else None
sessions, tickets = Sessions(), Tickets()


async def session_of(websocket):
    """Return the session for which the first text is a ticket; WebSocketException: it is for none."""
    ticket = ""
    with suppress(TimeoutError):
        async with asyncio.timeout(limits.REQUEST_SECONDS):
            ticket = await anext(texts(websocket, RateLimit(1, seconds=1)), "")
    if session := sessions.find(tickets.take(ticket)):
        return session
    raise WebSocketException(1008, "no valid ticket")


async def close_at_the_end(session, websocket):
    reason = await session.end()
    with suppress(*GONE):
        await websocket.close(1008, reason)


async def admit(websocket: WebSocket):
    """Accept, and yield the session of the client, which is closed when that ends; None: all may come in."""
    await websocket.accept()
    session = await session_of(websocket) if accounts else None
    closing = session and asyncio.create_task(close_at_the_end(session, websocket))
    try:
        yield session
    finally:
        if closing:
            closing.cancel()


Visit = Annotated[Session | None, Depends(admit)]


def allowed(message, session):
    """Return a message that may be said in that session; Refused or WebSocketException: it may not."""
    if session and not session.lasts():
        raise WebSocketException(1008, "log in again")
    if session and isinstance(message, Join) and message.name != session.name:
        raise Refused(f"you are logged in as {session.name}")
    return message
