"""python3 -m tests bench: how fast the kit is, beside what people would use in its place.

The peers of a row take turns, so that what else the machine does hits all of them, and a figure is the
median of its rounds. What counts is the ratio of two figures; each holds for one machine and one hour.
"""

import ast
import asyncio
import json
import math
import os
import platform
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from http.client import HTTPConnection
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles

import psutil
import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from websockets.asyncio.server import serve
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import enable_client_permessage_deflate
from websockets.protocol import OPEN
from websockets.sync.client import connect
from websockets.uri import parse_uri

from app.background import LIMITS, BackgroundServer, Protocol
from app.environment import ROOT, Parser

RESULTS = ROOT / "workspace" / "bench.json"
KIT = {"ws": Protocol, **LIMITS}  # as `python3 -m app` runs it; uvicorn takes uvloop where it is there
TUTORIAL = {"loop": "asyncio"}  # uvicorn's defaults, where nobody has installed uvloop
ROOM = {**KIT, "ws_ping_interval": None}  # of both rooms, whose many clients here answer no ping
QUESTION = "sixteen letters!"
WAIT = 10  # seconds for any answer
STILL = 5  # seconds without a delivery: the loop stands still
CROWD = 500
IDLE = 1000
MARK = b"^"  # each text in a room has one

# The servers: each runs in a process of its own, as `python3 -m tests.bench NAME`.

app = FastAPI()


@app.websocket("/ws")
async def echo(websocket: WebSocket):
    """Echo as FastAPI's documentation does, for the chat's own endpoint allows 20 messages a second."""
    await websocket.accept()
    with suppress(WebSocketDisconnect):
        while True:
            message = await websocket.receive_text()
            await websocket.send_text(f"Message text was: {message}")


def kit_room():
    from app import room

    room.RATE = 10_000
    app = FastAPI()
    app.include_router(room.router)
    return app


def documented_room():
    """Return an app that broadcasts as FastAPI's documentation does."""
    app, connections = FastAPI(), []

    @app.websocket("/room/ws")
    async def chat(websocket: WebSocket):
        await websocket.accept()
        connections.append(websocket)
        try:
            while True:
                text = await websocket.receive_text()
                for connection in connections:
                    await connection.send_text(text)
        except WebSocketDisconnect:
            connections.remove(websocket)

    return app


def run_uvicorn(app, listener, **settings):
    uvicorn.Server(uvicorn.Config(app, **settings)).run(sockets=[listener])


async def run_websockets(listener):
    async def answer(ws):
        async for message in ws:
            await ws.send(f"Message text was: {message}")

    async with serve(answer, sock=listener) as server:
        await server.serve_forever()


async def run_tcp(listener):
    async def copy(reader, writer):
        while data := await reader.read(65536):
            writer.write(data)

    async with await asyncio.start_server(copy, sock=listener) as server:
        await server.serve_forever()


SERVERS = {
    "kit": lambda listener: run_uvicorn(app, listener, **KIT),
    "tutorial": lambda listener: run_uvicorn(app, listener, **TUTORIAL),
    "websockets": lambda listener: asyncio.run(run_websockets(listener)),
    "TCP": lambda listener: asyncio.run(run_tcp(listener)),
    "room": lambda listener: run_uvicorn(kit_room(), listener, **ROOM),
    "documented room": lambda listener: run_uvicorn(documented_room(), listener, **ROOM),
}


def run_server(name):
    """Serve on any free port, and print its number."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        if "room" in name:  # a client that does not read shall be felt soon, and not after megabytes
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
        print(listener.getsockname()[1], flush=True)
        SERVERS[name](listener)


@contextmanager
def process(command, **options):
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT, **options}
    with subprocess.Popen(command, **quiet) as program:
        try:
            yield program
        finally:
            program.kill()


@contextmanager
def server(name):
    """Start a server of SERVERS; give its port and its process."""
    command = [sys.executable, "-m", "tests.bench", name]
    with process(command, stdout=subprocess.PIPE) as program:
        yield int(program.stdout.readline()), program


# The clients.


class Client:
    """A client that costs little, so that a time is mostly the server's: a socket, and no event loop.

    Its protocol is that of `websockets`, and offers compression as that does.
    """

    def __init__(self, port, path="/ws", buffer=None):
        uri = parse_uri(f"ws://127.0.0.1:{port}{path}")
        self.protocol = ClientProtocol(uri, extensions=enable_client_permessage_deflate(None))
        self.socket = socket.socket()
        self.socket.settimeout(WAIT)
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.connect(("127.0.0.1", port))
        self.protocol.send_request(self.protocol.connect())
        self.receive(1)

    def send(self, *texts):
        for text in texts:
            self.protocol.send_text(text.encode())
        self.socket.sendall(b"".join(self.protocol.data_to_send()))

    def receive(self, number):
        self.socket.sendall(b"".join(self.protocol.data_to_send()))
        while number > 0:
            self.protocol.receive_data(self.socket.recv(65536))
            number -= len(self.protocol.events_received())
        assert self.protocol.state is OPEN

    def ask(self, number=1):
        self.send(*[QUESTION] * number)
        self.receive(number)

    def hear(self, number):
        """Wait for so many texts with a mark, and do not take them apart."""
        while number > 0:
            data = self.socket.recv(65536)
            assert data, "the server has closed the connection"
            number -= data.count(MARK)

    def forget(self):
        """Drop what has come so far."""
        self.socket.setblocking(False)
        with suppress(BlockingIOError):
            while self.socket.recv(65536):
                pass
        self.socket.settimeout(STILL)


class Stream:
    """The same without a protocol: bytes there, the same bytes back."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT)

    def ask(self, number=1):
        self.socket.sendall(QUESTION.encode() * number)
        self.socket.recv(len(QUESTION) * number, socket.MSG_WAITALL)


# Measuring.


def seconds(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def p50(call, number=300):
    """Return the median time of a call in microseconds, after some that do not count."""
    return median([seconds(call) for _ in range(number + 50)][50:]) * 1e6


def in_turns(measures, rounds=5):
    """Call the measures in turns, there and back; return the median of each."""
    results = {name: [] for name in measures}
    for number in range(rounds):
        for name in list(measures)[:: 1 if number % 2 == 0 else -1]:
            results[name].append(measures[name]())
    return {name: median(found) for name, found in results.items()}


def line(what, ours, peers, *wanted, note="", missed=""):
    """Return a line of the table; `wanted` are pairs of a figure and the bound that it shall keep."""
    measured, notes = [], [note]
    for figure, bound in wanted:
        ratio = figure / float(bound.split()[1])
        met = ratio <= 1 if bound[0] == "≤" else ratio >= 1
        measured.append(f"{figure:.3g}" if met else f"**{figure:.3g}, missed**")
        notes += [missed] * (not met and missed not in notes)
    bounds, notes = "; ".join(bound for _, bound in wanted), "; ".join(filter(None, notes))
    row = {"what": what, "the kit": ours, "beside it": peers, "wanted": bounds}
    return {**row, "measured": ": ".join(filter(None, ["; ".join(measured), notes]))}


def told(found, unit):
    """Return all figures but the first, each with its name."""
    return ", ".join(f"{name} {value:,.0f} {unit}" for name, value in list(found.items())[1:])


# The rows.


def cell():
    """Round trips from a cell of a real kernel to servers in threads of it."""
    from notebooks.lesson.kernels import run_all

    [outputs] = run_all(["from tests.bench import in_a_cell\nin_a_cell()"], cwd=ROOT)
    kit, tutorial, plain = (found := ast.literal_eval(outputs[-1]["data"]["text/plain"])).values()
    bounds = (kit / tutorial, "≤ 0.5 × the tutorial's"), (kit / plain, "≤ 1.0 × plain websockets")
    missed = "one interpreter runs server and client in turns: what the client does is in each of the figures"
    yield line("echo from a cell, p50", f"{kit:.0f} µs", told(found, "µs"), *bounds, missed=missed)


def in_a_cell():
    """Return the median round trip to each server, for the client of the lessons as it comes."""

    def measure(url):
        with connect(url, proxy=None) as ws:
            return p50(lambda: (ws.send(QUESTION), ws.recv(timeout=WAIT)))

    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=asyncio.run, args=[run_websockets(listener)], daemon=True).start()
    defaults = {"ws": "auto", "ws_max_size": 16 * 2**20, "ws_per_message_deflate": True, **TUTORIAL}
    with BackgroundServer(app, port=0) as kit, BackgroundServer(app, port=0, **defaults) as tutorial:
        urls = {"kit": kit.ws_url, "tutorial": tutorial.ws_url}
        urls["websockets"] = f"ws://127.0.0.1:{listener.getsockname()[1]}/"
        return in_turns({name: partial(measure, url) for name, url in urls.items()}, 25)


def from_outside():
    """Round trips, and a thousand messages at once, to servers in other processes."""
    with ExitStack() as stack:
        ports = {name: stack.enter_context(server(name))[0] for name in list(SERVERS)[:4]}
        clients = {name: (Stream if name == "TCP" else Client)(port) for name, port in ports.items()}
        times = in_turns({name: partial(p50, client.ask) for name, client in clients.items()}, 25)
        del clients["TCP"]
        each = {name: partial(seconds, partial(client.ask, 1000)) for name, client in clients.items()}
        rates = {name: 1 / took for name, took in in_turns(each, 25).items()}
    kit, tutorial, _, floor = times.values()
    note = f"{kit - floor:.0f} µs above TCP, the floor; the tutorial's {tutorial - floor:.0f} µs"
    bound = kit / tutorial, "≤ 0.6 × the tutorial's"
    yield line("echo from another process, p50", f"{kit:.0f} µs", told(times, "µs"), bound, note=note)
    what, ratio = "echo from another process, pipelined", rates["kit"] / rates["tutorial"]
    yield line(what, f"{rates['kit']:.0f} k/s", told(rates, "k/s"), (ratio, "≥ 1.0 × the tutorial's"))


def first_answer(port, program=None):
    """Wait until a server, and the program that is to start it, answers a request for its page."""
    end = time.monotonic() + 300
    while time.monotonic() < end and (program is None or program.poll() is None):
        with suppress(OSError):
            connection = HTTPConnection("127.0.0.1", port, timeout=WAIT)
            connection.request("GET", "/")
            return connection.getresponse().read()
        time.sleep(0.005)
    raise TimeoutError(f"Nobody answered at port {port} in time, or before the program ended.")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def start():
    """BackgroundServer's start and stop beside uvicorn in a process of its own."""
    from app.main import app

    def ours():
        began = time.perf_counter()
        with BackgroundServer(app, port=0) as background:
            first_answer(background.port)
            return time.perf_counter() - began

    def other(port):
        command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(port)]
        with process(command) as program:
            return seconds(lambda: first_answer(port, program))

    def stop():
        background = BackgroundServer(app, port=0).start()
        clients = [Client(background.port) for _ in range(100)]
        took = seconds(background.stop)
        assert len(clients) == 100
        return took * 1000

    ours()  # what is loaded late is loaded now
    found = in_turns({"kit": ours, "uvicorn as a process": lambda: other(free_port())})
    kit, uvicorn = found.values()
    ended = median(stop() for _ in range(5))
    peers, bound = f"uvicorn as a process {uvicorn * 1000:.0f} ms", (kit / uvicorn, "≤ 0.05 × uvicorn's")
    yield line("start() to first answer", f"{kit * 1000:.0f} ms", peers, bound)
    yield line("stop() with 100 clients", f"{ended:.0f} ms", "–", (ended, "≤ 300 ms"))


class Crowd:
    """The clients of a room's server, and how long they take to hear what one of them says."""

    def __init__(self, port, is_kit):
        self.port, self.is_kit, self.bursts, self.singles, self.still = port, is_kit, [], [], False
        self.text = self.wrapped(type="message", text="x" * 500 + MARK.decode())
        self.clients = [self.join(f"{number:04}") for number in range(CROWD)]
        time.sleep(1)
        for client in self.clients:
            client.forget()  # who else has come

    def wrapped(self, **message):
        return json.dumps(message) if self.is_kit else message.get("text")

    def join(self, name, buffer=None):
        client = Client(self.port, "/room/ws", buffer)
        if self.is_kit:
            client.send(self.wrapped(type="join", name=name))
        return client

    def say(self, number):
        """Let one client say so many texts at once; return the seconds until all have heard all."""
        began = time.perf_counter()
        self.clients[0].send(*[self.text] * number)
        for client in self.clients:
            client.hear(number)
        return time.perf_counter() - began

    def hurt(self, number):
        """Add a client that stops reading, and one that vanishes."""
        self.stopped = self.join(f"stopped {number}", buffer=4096)
        vanished = self.join(f"vanished {number}")
        vanished.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        vanished.socket.close()

    def measure(self):
        """Measure a burst and some single texts, unless the loop stands still."""
        if self.still:
            return
        try:
            self.bursts.append(self.say(50))
            self.singles += [self.say(1) for _ in range(20)]
        except TimeoutError:
            self.still = True

    def figures(self):
        """Return deliveries per second and, in milliseconds, p50 and p99 of the last to hear."""
        hundredths = quantiles(self.singles, n=100)
        return 50 * CROWD / median(self.bursts), hundredths[49] * 1000, hundredths[98] * 1000

    def told(self):
        if self.still:
            return f"stands still (nothing for {STILL} s)"
        rate, p50, p99 = self.figures()
        return f"{rate / 1000:.0f} k/s, last to hear p50 {p50:.1f} ms, p99 {p99:.1f} ms"


def room():
    """Fan-out: one sender, 500 clients, all healthy and not."""
    with ExitStack() as stack:
        names = ["room", "documented room"] * 2
        crowds = [Crowd(stack.enter_context(server(name))[0], name == "room") for name in names]
        ours, other, ours_hurt, other_hurt = crowds
        for number in range(5):
            for crowd in [ours_hurt, other_hurt]:
                if not crowd.still:
                    crowd.hurt(number)
            for _ in range(6):
                for crowd in crowds:
                    crowd.measure()
    what, healthy = f"room, 1 sender, {CROWD} clients", ours.figures()
    bound = healthy[0] / other.figures()[0], "≥ 0.9 × its deliveries"
    yield line(f"{what}, all healthy", ours.told(), f"documented loop {other.told()}", bound)
    worst, note = math.inf, ""
    if not ours_hurt.still:
        rate, p50, p99 = ours_hurt.figures()
        ratios = {"deliveries": healthy[0] / rate, "p50": p50 / healthy[1], "p99": p99 / healthy[2]}
        worst, note = max(ratios.values()), ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())
    peers, bound = f"documented loop {other_hurt.told()}", (worst, "≤ 1.2 × its healthy figures")
    yield line(f"{what}, one stopped reading, one vanished", ours_hurt.told(), peers, bound, note=note)


def memory():
    """What a server's process grows by when 1,000 clients are connected and silent."""

    def grow(name):
        with server(name) as (port, program):
            clients = [Client(port) for _ in range(10)]  # what is loaded late is loaded now
            before = psutil.Process(program.pid).memory_info().rss
            clients += [Client(port) for _ in range(IDLE)]
            return (psutil.Process(program.pid).memory_info().rss - before) / IDLE / 1024

    found = in_turns({name: partial(grow, name) for name in ["kit", "websockets"]})
    bound = found["kit"] / found["websockets"], "≤ 1.5 × plain websockets"
    yield line(f"{IDLE} idle connections, memory each", f"{found['kit']:.0f} KiB", told(found, "KiB"), bound)


def nbval():
    """nbval over all lessons, once: as the tests run it, in turn, and the kernels and imports alone."""
    from notebooks.lesson.kernels import run_all
    from notebooks.lesson.refresh import copy_kit
    from notebooks.lesson.workspace import lessons

    def run(*words, folder=ROOT):
        done = subprocess.run([sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stdout.strip().splitlines()[-3:]}")

    def in_turn():
        options = ["--nbval-cell-timeout", "60", "--nbval-sanitize-with", "tests/nbval.cfg", "-p", "no:xdist"]
        with tempfile.TemporaryDirectory() as folder:
            copy_kit(folder)
            run("pytest", "-q", "--nbval", "notebooks", *options, folder=folder)

    def floor():
        imports = ["import lesson, fastapi.testclient, uvicorn, websockets.sync.client"]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda _: run_all(imports, cwd=ROOT / "notebooks"), lessons()))

    kit, turn, least = map(seconds, [lambda: run("tests", "-q", "-k", "test_nbval"), in_turn, floor])
    peers = f"in turn {turn:.0f} s, kernels and imports alone {least:.0f} s"
    bounds = (kit / turn, "≤ 0.7 × in turn"), (kit / least, "≤ 1.5 × the floor")
    missed = "the lessons wait on purpose: for deadlines, pings, restarts, and test runs of their own"
    yield line(f"nbval over {len(lessons())} lessons", f"{kit:.0f} s", peers, *bounds, missed=missed)


def clone():
    """From a fresh clone to a JupyterLab that answers, twice; the packages are in pip's and uv's caches."""
    from notebooks.lesson.refresh import copy_kit

    python, uv = getattr(sys, "_base_executable", sys.executable), shutil.which("uv")
    path = [folder for folder in os.environ["PATH"].split(os.pathsep) if not shutil.which("uv", path=folder)]
    plain = {key: text for key, text in os.environ.items() if key not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    venv = f"'{python}' -m venv .venv && .venv/bin/pip install -r requirements.txt"

    def measure(command, *tools):
        with tempfile.TemporaryDirectory() as folder:
            copy_kit(folder)
            for tool in tools:
                Path(folder, Path(tool).name).symlink_to(tool)
            port, environment = free_port(), {**plain, "PATH": os.pathsep.join([folder, *path])}
            command += f" --allow-root --no-browser --port {port} --ServerApp.port_retries=0"
            began = time.perf_counter()
            with process(command, shell=True, cwd=folder, env=environment) as program:
                first_answer(port, program)
                return time.perf_counter() - began

    by_hand, ours = f"{venv} && exec .venv/bin/jupyter lab", f"exec '{python}' -m notebooks"
    bounds = {"pip": "≤ 1.1 × by hand", "uv": "≤ 0.6 × by hand"}
    measures = {"by hand": [by_hand], "pip": [ours]} | ({"uv": [ours, uv]} if uv else {})
    found = in_turns({name: partial(measure, *words) for name, words in measures.items()}, rounds=2)
    hand = found.pop("by hand")
    for name, took in found.items():
        what = f"fresh clone to JupyterLab ready, {name}"
        yield line(what, f"{took:.1f} s", f"by hand {hand:.1f} s", (took / hand, bounds[name]))


ROWS = dict(cell=cell, echo=from_outside, start=start, room=room, memory=memory, nbval=nbval, clone=clone)


def machine():
    """Return what the figures hold for."""
    processor = platform.processor() or platform.machine()
    with suppress(OSError, IndexError):  # Linux knows more
        processor = re.findall(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())[0]
    packages = ", ".join(f"{name} {version(name)}" for name in ["uvicorn", "websockets", "fastapi"])
    busy = f"{psutil.cpu_percent(1) / 100 * os.cpu_count():.1f} of {os.cpu_count()} processors busy before"
    return f"{processor}, {busy}, {platform.system()}, Python {platform.python_version()}, {packages}"


def table(lines):
    """Return the lines as a Markdown table."""
    rows = [list(lines[0]), ["---"] * len(lines[0]), *(line.values() for line in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main(words):
    """Measure the rows that are named, else all; print the table, and write it as JSON."""
    parser = Parser(prog="python3 -m tests bench", description="Measure the kit beside its peers.")
    parser.add_argument("rows", nargs="*", metavar="ROW", default=list(ROWS), help=f"of {', '.join(ROWS)}")
    rows, lines = parser.parse_args(words).rows, []
    for name in rows:
        if name not in ROWS:
            parser.error(f"there is no row {name}, only {', '.join(ROWS)}")
    results = {"machine": machine(), "lines": lines}
    for name in rows:
        began = time.monotonic()
        try:
            lines += ROWS[name]()
        except Exception as error:  # the other rows took their minutes
            lines.append(line(name, "–", "–", note=f"not measured: {error!r}"))
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False), encoding="utf-8")
    print(f"{table(lines)}\n\nMeasured on {results['machine']}. As JSON: {RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    run_server(sys.argv[1])
