"""What the forms and scripts of the room's own pages send, and nobody else's."""

import asyncio
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request, WebSocketException
from starlette.requests import ClientDisconnect

from app import limits
from app.guard import same_origin
from app.sessions import key_of

COOKIE = "room_session"


def key_in(request):
    """Return the key of the session that the cookie names, if it names one."""
    return key_of(request.cookies.get(COOKIE, ""))


async def own_page(request: Request):
    """Refuse what another origin sends, as a socket does: HTTPException 403."""
    try:
        await same_origin(request)
    except WebSocketException as error:
        raise HTTPException(403, error.reason) from None


async def body_of(request):
    """Return what came; HTTPException: it is too long, or not there in time."""
    body = b""
    try:
        async with asyncio.timeout(limits.REQUEST_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > limits.FORM_BYTES:
                    raise HTTPException(413, "the form is too long", {"Connection": "close"})
    except (TimeoutError, ClientDisconnect):
        raise HTTPException(408, "the form did not come", {"Connection": "close"}) from None
    return body


async def fields_of(request: Request):
    return dict(parse_qsl((await body_of(request)).decode(errors="replace")))


Fields = Annotated[dict, Depends(fields_of)]
