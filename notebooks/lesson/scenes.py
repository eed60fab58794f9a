"""Scenes in the bottle that the lessons draw, each with an app of the learner's."""

import asyncio

from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import connect

from .bottle import show_run, simulate, start_server

URL = "ws://server/ws"


def noted(app, network, source="server", call="endpoint"):
    """Return an app of which the network notes what its endpoint gets, gives, and waits for.

    `source` and `call` are lanes; {} in them stands for the client. As computing takes no time in a
    bottle, whatever takes time in an endpoint is waiting.
    """

    async def app_that_notes(scope, receive, send):
        there, here = (lane.format(scope["client"][0]) for lane in (source, call))
        since = network.time()

        def note(waited, message, *way):
            nonlocal since
            if network.time() > since:
                network.note(waited, here, "", sent=since)
            since, text = network.time(), message.get("text")
            network.note(message["type"].split(".")[1] if text is None else f'"{text}"', *way)

        async def get():
            message = await receive()
            note("waits for a message", message, there, here)
            return message

        async def give(message):
            note("waits", message, here, there)
            await send(message)

        await app(scope, get, give)

    return app_that_notes


def play(scenario, title, parties):
    run = simulate(scenario)
    if run.error:
        print(run.error)
    show_run(run, title, parties)


def show_talk(title, app, client):
    """Draw what the coroutine function `client` and an app's server and endpoint send each other."""
    name = client.__name__

    async def talk(network):
        await start_server(network, noted(app, network), lifespan="off")  # a real server may run the app
        await network.create_task(client(), name=name)
        if not network.between(name, "server"):
            network.note("the end of TCP", "server", name)

    play(talk, title, [name, "server", "endpoint"])


def show_way(app, text):
    """Draw the way of a text from a page, for which a client stands in, to an endpoint, and back."""

    async def page():
        ws = await connect(URL, proxy=None)
        await ws.send(text)
        await ws.recv()

    show_talk(f'The way of "{text}" and of its answer', app, page)


def show_two(app):
    """Draw how one loop serves Ann, and Ben, who comes 50 ms later: a lane for each call of the endpoint."""

    async def ask(text):
        ws = await connect(URL, proxy=None)
        await ws.send(text)
        await ws.recv()

    async def meet(network):
        await start_server(network, noted(app, network, "{}", "call for {}"), lifespan="off")
        ann = network.create_task(ask("one"), name="Ann")
        await asyncio.sleep(0.05)
        await asyncio.gather(ann, network.create_task(ask("two"), name="Ben"))

    play(meet, "One loop serves two", ["Ann", "call for Ann", "call for Ben", "Ben"])


def show_polling(app, news):
    """Draw how Ann asks an app five times for /news, and how Ben, who has a socket, is told."""

    async def compare(network):
        both, told = FastAPI(), asyncio.Event()

        @both.websocket("/ws")
        async def tell(websocket: WebSocket):
            await websocket.accept()
            await told.wait()
            await websocket.send_text(news[-1])

        both.mount("/", app)
        await start_server(network, both, lifespan="off")
        ann = network.create_task(poll(), name="Ann")
        network.create_task(listen(), name="Ben")
        await asyncio.sleep(0.7)
        network.note("news comes up", "server", "")
        news.append("The bridge is open.")
        told.set()
        await ann
        network.trace = [event for event in network.trace if event.data[:12] != b"HTTP/1.1 200"]

    async def poll():
        reader, writer = await asyncio.open_connection("server", 80)
        for _ in range(5):
            writer.write(b"GET /news HTTP/1.1\r\nHost: server\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")  # not drawn: what was answered is behind it
            await reader.readexactly(int(head.partition(b"content-length: ")[2].split()[0]))
            await asyncio.sleep(0.2)

    async def listen():
        ws = await connect(URL, proxy=None)
        await ws.recv()

    play(compare, "Ann asks, and Ben is told", ["Ann", "server", "Ben"])
