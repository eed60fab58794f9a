"""The scenes that lessons draw are those of the app that they are given."""

import pytest

from lesson.kernels import run_all

ENDPOINT = """
import asyncio
from fastapi import FastAPI, WebSocket
from lesson.scenes import connect, show_polling, show_talk, show_two, show_way

app, news = FastAPI(), []

@app.get("/news")
async def latest():
    return news

@app.websocket("/ws")
async def answer(websocket: WebSocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        await asyncio.sleep(0.2)
        await websocket.send_text(text.upper())
"""
SILENT = ENDPOINT.replace("await websocket.send_text(text.upper())", "pass")
CLOSES = """
async def ann():
    async with connect("ws://server/ws", proxy=None) as ws:
        await ws.close(4000, "done")

show_talk("Bye", app, ann)"""


@pytest.fixture
def lines_of(kit):
    """Return the function that runs a cell, and returns what it printed, and each line of its picture."""

    def draw(cell):
        outputs = run_all([cell], cwd=kit / "notebooks")[0]
        printed = "".join(output["text"] for output in outputs if "text" in output)
        [picture] = [output["data"]["text/plain"] for output in outputs if "data" in output]
        return printed, [line.split("ms  ")[-1].partition(", on its")[0] for line in picture.splitlines()]

    return draw


def test_way(lines_of):
    """A word goes from the page to the server to the endpoint, and the answer back; the endpoint waits."""
    logs = "import logging.config, uvicorn; logging.config.dictConfig(uvicorn.config.LOGGING_CONFIG)"
    printed, lines = lines_of(ENDPOINT + logs + '\nshow_way(app, "hi")')
    assert (printed, lines[0]) == ("", 'The way of "hi" and of its answer')
    assert lines[lines.index('page to server: "hi"') :] == [
        'page to server: "hi"',
        'server to endpoint: "hi"',
        lines[-3],
        'endpoint to server: "HI"',
        'server to page: "HI"',
    ]
    assert lines[-3].startswith("endpoint: waits until ")
    assert sum(line.startswith("endpoint: waits for a message until ") for line in lines) == 1


def test_error(lines_of):
    """What goes wrong in an endpoint that is drawn is printed, as a server does."""
    printed, lines = lines_of(ENDPOINT.replace("text.upper()", "text.shout()") + 'show_way(app, "hi")')
    assert "AttributeError: 'str' object has no attribute 'shout'" in printed
    assert 'server to endpoint: "hi"' in lines


def test_no_answer(lines_of):
    """Of an endpoint that says nothing the picture is lines_of, and who waits is said."""
    printed, lines = lines_of(SILENT + 'show_way(app, "hi")')
    assert "everybody waits and nothing will come" in printed
    assert "page waits in line" in printed
    assert 'server to endpoint: "hi"' in lines


def test_close(lines_of):
    """Both send a close frame, the endpoint hears of it, and TCP ends."""
    _, lines = lines_of(ENDPOINT + CLOSES)
    assert lines[-4:] == [
        "ann to server: close 4000 done",
        "server to endpoint: disconnect",
        "server to ann: close 4000 done",
        "server to ann: the end of TCP",
    ]


def test_two(lines_of):
    """While Ann's call waits, Ben's text is taken; no call waits for the other one."""
    _, lines = lines_of(ENDPOINT + "show_two(app)")
    said = [line for line in lines if '"' in line]
    assert said == [
        'Ann to call for Ann: "one"',
        'Ben to call for Ben: "two"',
        'call for Ann to Ann: "ONE"',
        'call for Ben to Ben: "TWO"',
    ]


def test_polling(lines_of):
    """Ann asks five times, three of them in vain; Ben is told once, and before her."""
    _, lines = lines_of(ENDPOINT + "show_polling(app, news)")
    assert lines.count("Ann to server: GET /news") == 5
    answers = [line.partition(": ")[2] for line in lines if line.startswith("server to Ann")]
    assert answers == ["[]"] * 3 + ['["The bridge is open."]'] * 2
    assert lines.index('server to Ben: "The bridge is open."') < lines.index(f"server to Ann: {answers[3]}")
    assert sum("Ben" in line for line in lines[1:]) == 4
