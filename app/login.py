"""The room's pages where it has accounts: to log in, to get a ticket, to log out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from app import limits
from app.door import accounts, sessions, tickets
from app.guard import RateLimit
from app.pages import COOKIE, Key, own_page, templates

router = APIRouter(prefix="/room", dependencies=[Depends(own_page)], max_body_size=limits.FORM_BYTES)


@router.get("", response_class=HTMLResponse)
async def members_page(request: Request, key: Key):
    if session := sessions.find(key):
        return templates.TemplateResponse(request, "room.html", {"account": session.name})
    return RedirectResponse("room/login", 303)


@router.post("/ticket")
async def sell_ticket(key: Key):
    if not sessions.find(key):
        raise HTTPException(401, "log in first")
    return PlainTextResponse(tickets.sell(key), headers={"Cache-Control": "no-store"})


@router.post("/logout")
async def log_out(key: Key):
    sessions.finish(key)
    return RedirectResponse("login", 303)


Entry = Annotated[str, Form()]
tries = [RateLimit(limits.TRIES_PER_MINUTE, seconds=60) for _ in range(1000)]  # for all names there may be


def login_page(request, problem="", status=200):
    return templates.TemplateResponse(request, "login.html", {"problem": problem}, status)


@router.get("/login", response_class=HTMLResponse)
async def ask_who_it_is(request: Request):
    return login_page(request)


@router.post("/login")
async def log_in(request: Request, key: Key, name: Entry = "", password: Entry = ""):
    name, https = name.strip(), request.url.scheme == "https"
    if accounts.waiting >= limits.WAITING_LOGINS or tries[hash(name) % len(tries)].exceeded():
        return login_page(request, "Too many tries. Wait a minute, then log in.", 429)
    if not await accounts.has(name, password):
        return login_page(request, "No account has that name and that password.", 401)
    sessions.finish(key)
    answer = RedirectResponse("../room", 303)
    # Without a path the cookie belongs to this folder, also where a proxy has put that below another.
    answer.set_cookie(COOKIE, sessions.begin(name), path=None, httponly=True, samesite="lax", secure=https)
    return answer
