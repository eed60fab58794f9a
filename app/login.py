"""The room's pages where it has accounts: to log in, to get a ticket, to log out."""

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from app import limits
from app.door import accounts, sessions, tickets
from app.forms import COOKIE, Fields, key_in, own_page
from app.guard import RateLimit
from app.pages import templates

router = APIRouter(prefix="/room", dependencies=[Depends(own_page)])
tries = [RateLimit(limits.TRIES_PER_MINUTE, seconds=60) for _ in range(1000)]  # for all names there may be


def login_page(request, problem="", status=200):
    return templates.TemplateResponse(request, "login.html", {"problem": problem}, status)


@router.get("", response_class=HTMLResponse)
async def members_page(request: Request):
    if session := sessions.find(key_in(request)):
        return templates.TemplateResponse(request, "room.html", {"account": session.name})
    return RedirectResponse("room/login", 303)


@router.get("/login", response_class=HTMLResponse)
async def ask_who_it_is(request: Request):
    return login_page(request)


@router.post("/login")
async def log_in(request: Request, fields: Fields):
    name = fields.get("name", "").strip()
    if tries[hash(name) % len(tries)].exceeded():
        return login_page(request, "Too many tries. Wait a minute, then log in.", 429)
    if not await accounts.has(name, fields.get("password", "")):
        return login_page(request, "No account has that name and that password.", 401)
    answer, https = RedirectResponse("../room", 303), request.url.scheme == "https"
    sessions.finish(key_in(request))
    # Without a path the cookie belongs to this folder, also where a proxy has put that below another.
    answer.set_cookie(COOKIE, sessions.begin(name), path=None, httponly=True, samesite="lax", secure=https)
    return answer


@router.post("/ticket")
async def sell_ticket(request: Request):
    key = key_in(request)
    if not sessions.find(key):
        raise HTTPException(401, "log in first")
    return PlainTextResponse(tickets.sell(key), headers={"Cache-Control": "no-store"})


@router.post("/logout")
async def log_out(request: Request):
    sessions.finish(key_in(request))
    return RedirectResponse("login", 303)
