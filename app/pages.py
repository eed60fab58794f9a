"""What the chat's pages share: their folder, their templates, and who asks for them."""

from pathlib import Path
from typing import Annotated

from fastapi import Cookie, Depends, HTTPException, Request, WebSocketException
from fastapi.templating import Jinja2Templates

from app.guard import same_origin
from app.sessions import key_of

ROOT = Path(__file__).resolve().parent.parent
templates = Jinja2Templates(directory=ROOT / "templates")


async def own_page(request: Request):
    """Refuse what another origin sends, as a socket does: HTTPException 403."""
    try:
        await same_origin(request)
    except WebSocketException as error:
        raise HTTPException(403, error.reason) from None


COOKIE = "room_session"


async def key_in(cookie: Annotated[str, Cookie(alias=COOKIE)] = ""):
    """Return the key of the session that the cookie names, if it names one."""
    return key_of(cookie)


Key = Annotated[str, Depends(key_in)]
