"""python3 -m tests bench: how fast the kit is, beside what people would use in its place.

The peers of a row take short turns in a random order, so that what else the machine does hits all of
them, and a figure is the median of its turns. What counts is the ratio of two figures; each figure
holds for one machine and one hour.
"""

import ast
import json
import math
import os
import platform
import random
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
from itertools import count
from pathlib import Path
from statistics import median, quantiles

import psutil
from websockets.sync.client import connect

from app.background import BackgroundServer
from environment import ROOT, Parser
from tests.bench.peers import (
    FLOODS,
    KIT,
    LEAST,
    MARK,
    QUESTION,
    SERVERS,
    WAIT,
    SocketClient,
    SocketStream,
    app,
    flooded,
    listening_socket,
    longest_wait,
    served,
    started_program,
)
from tests.ports import free_port
from tests.programs import nats_server

RESULTS = ROOT / "workspace" / "bench.json"
TURNS = 150  # of an echo, each of 20 round trips
CROWD = 500
IDLE = 1000


def duration(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def p50(call):
    """Return the median of 20 calls in microseconds, after one that does not count."""
    return median([duration(call) for _ in range(21)][1:]) * 1e6


def in_turns(measures, turns=5):
    """Call the measures in turns, each time in another order; return the median of each."""
    found = {name: [] for name in measures}
    for _ in range(turns):
        for name in random.sample(list(measures), len(measures)):
            found[name].append(measures[name]())
    return {name: median(values) for name, values in found.items()}


@contextmanager
def one_processor():
    """Keep this process and those that it starts on one processor, where the system can (macOS cannot).

    Otherwise chance puts a server and its client on one or on two of them, and to wake another
    processor up can take longer than all the rest of a round trip.
    """
    this = psutil.Process()
    all_of_them = getattr(this, "cpu_affinity", list)()
    if all_of_them:
        this.cpu_affinity(all_of_them[:1])
    try:
        yield
    finally:
        if all_of_them:
            this.cpu_affinity(all_of_them)


def table_row(what, ours, beside, *wanted, note=""):
    """Return a row of the table; `wanted` are pairs of a figure and the bound that it shall keep."""
    measured = []
    for figure, bound in wanted:
        sign, limit = bound.split()[:2]
        met = figure <= float(limit) if sign == "≤" else figure >= float(limit)
        measured.append(f"{figure:.3g}" if met else f"**{figure:.3g}, missed**")
    measured = ": ".join(filter(None, ["; ".join(measured), note]))
    wanted = "; ".join(bound for _, bound in wanted)
    return {"what": what, "the kit": ours, "beside it": beside, "wanted": wanted, "measured": measured}


def named_figures(found, unit):
    """Return all figures but the first, each with its name."""
    return ", ".join(f"{name} {value:,.0f} {unit}" for name, value in list(found.items())[1:])


# The rows.


def measure_cell():
    """Round trips from a cell of a real kernel to servers in threads of it."""
    from lesson.kernels import run_all

    with one_processor():
        [outputs] = run_all(["from tests.bench.measure import in_a_cell\nin_a_cell()"], cwd=ROOT)
    kit, tutorial, plain = (found := ast.literal_eval(outputs[-1]["data"]["text/plain"])).values()
    bounds = (kit / tutorial, "≤ 0.5 × the tutorial's"), (kit / plain, "≤ 1.0 × plain websockets")
    note = "the client is in each figure: with a server that only sends ready bytes it was 0.58"
    yield table_row("echo from a cell, p50", f"{kit:.0f} µs", named_figures(found, "µs"), *bounds, note=note)


def in_a_cell():
    """Return the median round trip to each server, for the client of the lessons as it comes."""

    def round_trip(ws):
        ws.send(QUESTION)
        ws.recv(timeout=WAIT)

    with ExitStack() as stack:
        ports = {"kit": stack.enter_context(BackgroundServer(app, port=0, **KIT)).port}
        for name in ["tutorial", "websockets"]:
            listener, ports[name] = listening_socket()
            threading.Thread(target=SERVERS[name], args=[listener], daemon=True).start()
        urls = {name: f"ws://127.0.0.1:{port}/ws" for name, port in ports.items()}
        clients = {name: stack.enter_context(connect(url, proxy=None)) for name, url in urls.items()}
        return in_turns({name: partial(p50, partial(round_trip, ws)) for name, ws in clients.items()}, TURNS)


def measure_echo():
    """Round trips, and a thousand messages at once, to servers in other processes."""
    with one_processor(), ExitStack() as stack:
        ports = {name: stack.enter_context(served(name))[0] for name in list(SERVERS)[:4]}
        clients = {
            name: (SocketStream if name == "TCP" else SocketClient)(port) for name, port in ports.items()
        }
        times = in_turns({name: partial(p50, client.round_trips) for name, client in clients.items()}, TURNS)
        del clients["TCP"]
        each = {
            name: partial(duration, partial(client.round_trips, 1000)) for name, client in clients.items()
        }
        rates = {name: 1 / took for name, took in in_turns(each, TURNS // 6).items()}
    kit, tutorial, _, floor = times.values()
    note = f"{kit - floor:.0f} µs above TCP, the floor; the tutorial's {tutorial - floor:.0f} µs"
    bound = kit / tutorial, "≤ 0.6 × the tutorial's"
    yield table_row(
        "echo from another process, p50", f"{kit:.0f} µs", named_figures(times, "µs"), bound, note=note
    )
    ours, bound = f"{rates['kit']:.0f} k/s", (rates["kit"] / rates["tutorial"], "≥ 1.0 × the tutorial's")
    yield table_row("echo from another process, pipelined", ours, named_figures(rates, "k/s"), bound)


def first_answer(port, began, program=None):
    """Return the seconds until a server, and the program that is to start it, answers a request."""
    while time.perf_counter() < began + 300 and (program is None or program.poll() is None):
        with suppress(OSError):
            connection = HTTPConnection("127.0.0.1", port, timeout=WAIT)
            connection.request("GET", "/")
            connection.getresponse().read()
            return time.perf_counter() - began
        time.sleep(0.005)
    raise TimeoutError(f"Nobody answered at port {port} in time, or before the program ended.")


def launch(command, port, **options):
    """Return the seconds from the start of a program to its first answer."""
    began = time.perf_counter()
    with started_program(command, **options) as program:
        return first_answer(port, began, program)


def measure_start():
    """BackgroundServer's start and stop beside uvicorn in a process of its own."""
    from app.main import app

    def ours():
        began = time.perf_counter()
        with BackgroundServer(app, port=0, **KIT) as background:
            return first_answer(background.port, began)

    def other():
        port = free_port()
        return launch([sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(port)], port)

    def stop():
        background = BackgroundServer(app, port=0, **KIT).start()
        clients = [SocketClient(background.port) for _ in range(100)]
        took = duration(background.stop)
        assert all(client.socket.recv(1) for client in clients), "the server has not said goodbye"
        return took * 1000

    ours()  # what is loaded late is loaded now
    kit, uvicorn = in_turns({"kit": ours, "uvicorn": other}).values()
    beside, bound = f"uvicorn as a process {uvicorn * 1000:.0f} ms", (kit / uvicorn, "≤ 0.05 × uvicorn's")
    yield table_row("start() to first answer", f"{kit * 1000:.0f} ms", beside, bound)
    ended = in_turns({"kit": stop})["kit"]
    yield table_row("stop() with 100 clients", f"{ended:.0f} ms", "–", (ended, "≤ 300 ms"))


class Crowd:
    """The clients of a room's server, and how long they take to hear what one of them says."""

    def __init__(self, name, port):
        self.is_kit, self.port, self.still = name != "documented room", port, False
        self.bursts, self.singles = [], []
        self.text = self.wrapped(type="message", text="x" * 500 + MARK.decode())
        self.clients = [self.join(f"{number:04}") for number in range(CROWD)]
        self.deliver(1)  # and hear who else has come

    def wrapped(self, **message):
        return json.dumps(message) if self.is_kit else message["text"]

    def join(self, name):
        client = SocketClient(self.port, "/room/ws")
        if self.is_kit:
            client.send_texts(self.wrapped(type="join", name=name))
        return client

    def deliver(self, number):
        """Let one client say so many texts at once; return the seconds until all have heard all."""
        began = time.perf_counter()
        self.clients[0].send_texts(*[self.text] * number)
        for client in self.clients:
            client.await_marks(number)
        return time.perf_counter() - began

    def hurt(self, number):
        """Add a client that stops reading, and one that vanishes."""
        self.stopped = self.join(f"stopped {number}")
        self.stopped.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        vanished = self.join(f"vanished {number}")
        vanished.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        vanished.socket.close()

    def measure(self):
        """Measure a burst and some single texts, unless the loop stands still."""
        try:
            if not self.still:
                self.bursts.append(self.deliver(50))
                self.singles += [self.deliver(1) for _ in range(20)]
        except TimeoutError:
            self.still = True

    def figures(self):
        """Return deliveries per second and, in milliseconds, p50 and p99 of the last to hear."""
        hundredths = quantiles(self.singles, n=100)
        return 50 * CROWD / median(self.bursts), hundredths[49] * 1000, hundredths[98] * 1000

    def summary(self):
        if self.still:
            return f"stands still (nothing for {WAIT} s)"
        rate, p50, p99 = self.figures()
        return f"{rate / 1000:.0f} k/s, last to hear p50 {p50:.1f} ms, p99 {p99:.1f} ms"


def crowds_of(stack, names):
    """Return crowds, each at a server of its own; a room of the kit keeps what is said in a file."""
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    files = [f"{folder}/{number}.sqlite" for number in range(len(names))]
    servers = [served(name, ROOM_FILE=file) for name, file in zip(names, files, strict=True)]
    return [Crowd(name, stack.enter_context(server)[0]) for name, server in zip(names, servers, strict=True)]


def measure_room():
    """Fan-out: one sender, 500 clients, all healthy and not."""
    with ExitStack() as stack:
        ours, other, *hurt = crowds = crowds_of(stack, ["room", "documented room"] * 2)
        for number in range(5):
            for crowd in hurt:
                if not crowd.still:
                    crowd.hurt(number)
            for crowd in crowds * 6:
                crowd.measure()
    what, healthy = f"room, 1 sender, {CROWD} clients", ours.figures()
    bound = healthy[0] / other.figures()[0], "≥ 0.9 × its deliveries"
    yield table_row(f"{what}, all healthy", ours.summary(), f"documented loop {other.summary()}", bound)
    what, (ours, other) = f"{what}, one stopped reading, one vanished", hurt
    beside, bound = f"documented loop {other.summary()}", "≤ 1.2 × its healthy figures"
    if ours.still:
        yield table_row(what, ours.summary(), beside, (math.inf, bound))
        return
    rate, p50, p99 = ours.figures()
    ratios = {"deliveries": healthy[0] / rate, "p50": p50 / healthy[1], "p99": p99 / healthy[2]}
    note = ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())
    yield table_row(what, ours.summary(), beside, (max(ratios.values()), bound), note=note)


def measure_log():
    """What it costs to keep what is said: the same room with a log in a file, and with none."""
    with ExitStack() as stack:
        crowds = crowds_of(stack, ["room", "room without a log"])
        for _ in range(30):
            for crowd in random.sample(crowds, 2):
                crowd.measure()
    ours, other = crowds
    bound = ours.figures()[0] / other.figures()[0], "≥ 0.8 × its deliveries"
    what, beside = f"room with its log, 1 sender, {CROWD} clients", f"without a log {other.summary()}"
    yield table_row(what, ours.summary(), beside, bound)


def measure_stream():
    """From what a client says to its hearing it, by a stream of NATS and by core NATS."""
    with ExitStack() as stack:
        nats = stack.enter_context(nats_server(stack.enter_context(tempfile.TemporaryDirectory())))
        environ, clients = {"NATS_URL": nats.url, "ROOM_NAME": "bench"}, {}
        for name in ["room", "core NATS room"]:
            client = SocketClient(stack.enter_context(served(name, **environ))[0], "/room/ws")
            client.send_texts(json.dumps({"type": "join", "name": "Ann"}))
            clients[name] = client
        text = json.dumps({"type": "message", "text": "x" * 500 + MARK.decode()})

        def say_and_hear(client):
            client.send_texts(text)
            client.await_marks(1)

        measures = {name: partial(p50, partial(say_and_hear, client)) for name, client in clients.items()}
        kit, core = (found := in_turns(measures, TURNS // 2)).values()
    what, bound = "what one says is heard, by a stream of NATS, p50", (kit / core, "≤ 3 × by core NATS")
    yield table_row(what, f"{kit:.0f} µs", named_figures(found, "µs"), bound)


def measure_coming_back():
    """From coming back to having heard the thousand texts that were missed."""
    text, names = "x" * 500 + MARK.decode(), count()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        room, _ = stack.enter_context(served("room", ROOM_FILE=f"{folder}/room.sqlite"))
        sender, _ = stack.enter_context(served("thousand texts"))
        with connect(f"ws://127.0.0.1:{room}/room/ws", proxy=None) as ws:
            ws.send('{"type": "join", "name": "Ann"}')
            log = json.loads(ws.recv())["log"]
            for _ in range(1001):
                ws.send(json.dumps({"type": "message", "text": text}))
                while json.loads(ws.recv())["type"] != "kept":
                    pass

        def come_back():
            client = SocketClient(room, "/room/ws")
            name = f"Ben {next(names)}"
            asked = json.dumps({"type": "join", "name": name, "log": log, "after": 1})
            return ask_for_thousand(client, asked)

        def ask():
            return ask_for_thousand(SocketClient(sender, "/room/ws"), text)

        def ask_for_thousand(client, asked):
            with client.socket:
                return duration(lambda: client.send_texts(asked) or client.await_marks(1000)) * 1000

        kit, plain = in_turns({"kit": come_back, "plain": ask}, TURNS // 6).values()
    what, bound = "coming back with 1,000 missed", (kit / plain, "≤ 3 × its time")  # 100 ms in all
    yield table_row(what, f"{kit:.0f} ms", f"a loop of 1,000 sends {plain:.0f} ms", bound)


def measure_flood():
    """Another client's longest wait while one floods, beside its longest wait without."""

    def waits(name):
        with served(name) as (port, _), connect(f"ws://127.0.0.1:{port}/ws", proxy=None) as ws:
            quiet, found = max(longest_wait(ws, 2), LEAST), {}
            for kind in FLOODS:
                with flooded(port, kind):
                    found[kind] = longest_wait(ws, 2)
        return quiet, found

    (quiet, ours), (_, beside) = waits("kit"), waits("tutorial")
    worst = max(ours.values())
    note = ", ".join(f"{kind} {wait * 1000:.0f} ms" for kind, wait in ours.items())
    other = "tutorial " + ", ".join(f"{kind} {wait * 1000:,.0f} ms" for kind, wait in beside.items())
    bound = worst / quiet, "≤ 10 × without the flood"
    what = "one client floods, another's longest wait"
    yield table_row(what, f"{worst * 1000:.0f} ms", other, bound, note=note)


def measure_memory():
    """What a server's process grows by when 1,000 clients are connected and silent."""

    def grow(name):
        with served(name) as (port, program):
            clients = [SocketClient(port) for _ in range(10)]  # what is loaded late is loaded now
            before = psutil.Process(program.pid).memory_info().rss
            clients += [SocketClient(port) for _ in range(IDLE)]
            return (psutil.Process(program.pid).memory_info().rss - before) / IDLE / 1024

    found = in_turns({name: partial(grow, name) for name in ["kit", "websockets"]})
    bound = found["kit"] / found["websockets"], "≤ 1.5 × plain websockets"
    yield table_row(
        f"{IDLE} idle connections, memory each", f"{found['kit']:.0f} KiB", named_figures(found, "KiB"), bound
    )


def measure_nbval():
    """nbval over all lessons, once: as the tests run it, in turn, and the kernels and imports alone."""
    from lesson.kernels import run_all
    from lesson.lessons import lessons
    from notebooks.teach.refresh import copy_kit

    def run_module(*words, folder=ROOT):
        done = subprocess.run([sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stdout.strip().splitlines()[-3:]}")

    def in_turn():
        options = [
            "--nbval-cell-timeout",
            "60",
            "--nbval-sanitize-with",
            "tests/lessons/nbval.cfg",
            "-p",
            "no:xdist",
        ]
        with tempfile.TemporaryDirectory() as folder:
            copy_kit(folder)
            run_module("pytest", "-q", "--nbval", "notebooks", *options, folder=folder)

    def floor():
        imports = ["import lesson, fastapi.testclient, uvicorn, websockets.sync.client"]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda _: run_all(imports, cwd=ROOT / "notebooks"), lessons()))

    kit, turn, least = map(duration, [lambda: run_module("tests", "-q", "-k", "test_nbval"), in_turn, floor])
    peers = f"in turn {turn:.0f} s, kernels and imports alone {least:.0f} s"
    bounds = (kit / turn, "≤ 0.7 × in turn"), (kit / least, "≤ 1.5 × the floor")
    note = "the lessons wait on purpose: for deadlines, pings, restarts, and test runs of their own"
    yield table_row(f"nbval over {len(lessons())} lessons", f"{kit:.0f} s", peers, *bounds, note=note)


def measure_clone():
    """From a fresh clone to a JupyterLab that answers, with no uv on PATH."""
    from notebooks.teach.refresh import copy_kit

    python = getattr(sys, "_base_executable", sys.executable)
    path = [folder for folder in os.environ["PATH"].split(os.pathsep) if not shutil.which("uv", path=folder)]
    plain = {key: text for key, text in os.environ.items() if key not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    venv = f"'{python}' -m venv .venv && .venv/bin/pip install -r requirements.txt"

    def from_clone(command, caches):
        with tempfile.TemporaryDirectory() as folder:
            copy_kit(folder)
            caches = {f"{name}_CACHE_DIR": f"{caches or folder}/{name}" for name in ("PIP", "UV")}
            port, environment = free_port(), {**plain, **caches, "PATH": os.pathsep.join(path)}
            command += f" --allow-root --no-browser --port {port} --ServerApp.port_retries=0"
            return launch(command, port, shell=True, cwd=folder, env=environment)

    commands = {"hand": f"{venv} && exec .venv/bin/jupyter lab", "kit": f"exec '{python}' -m notebooks"}
    for kind in ["nothing cached", "packages cached"]:
        with tempfile.TemporaryDirectory() as caches:
            kept = caches if kind == "packages cached" else None
            measures = {name: partial(from_clone, command, kept) for name, command in commands.items()}
            if kept:
                for measure in measures.values():  # once, to fill the caches
                    measure()
            found = in_turns(measures, 3)
        bound, by_hand = (found["kit"] / found["hand"], "≤ 0.3 × by hand"), f"by hand {found['hand']:.1f} s"
        yield table_row(f"fresh clone to JupyterLab, {kind}", f"{found['kit']:.1f} s", by_hand, bound)


ROWS = {
    "cell": measure_cell,
    "echo": measure_echo,
    "start": measure_start,
    "room": measure_room,
    "log": measure_log,
    "stream": measure_stream,
    "back": measure_coming_back,
    "flood": measure_flood,
    "memory": measure_memory,
    "nbval": measure_nbval,
    "clone": measure_clone,
}


def measured_on():
    """Return what the figures hold for."""
    processor = platform.processor() or platform.machine()
    with suppress(OSError, StopIteration):  # Linux knows more
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        processor = next(line for line in lines if line.startswith("model name")).split(": ")[1]
    packages = ", ".join(f"{name} {version(name)}" for name in ["uvicorn", "websockets", "fastapi"])
    busy = f"{psutil.cpu_percent(1) / 100 * os.cpu_count():.1f} of {os.cpu_count()} processors busy before"
    return f"{processor}, {busy}, {platform.system()}, Python {platform.python_version()}, {packages}"


def table(lines):
    """Return the lines as a Markdown table."""
    rows = [list(lines[0]), ["---"] * len(lines[0]), *(line.values() for line in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def measure_rows(words):
    """Measure the rows that are named, else all; print the table, and write it as JSON."""
    parser = Parser(prog="python3 -m tests bench", description="Measure the kit beside its peers.")
    parser.add_argument("rows", nargs="*", metavar="ROW", default=list(ROWS), help=f"of {', '.join(ROWS)}")
    rows, lines = parser.parse_args(words).rows, []
    if unknown := [name for name in rows if name not in ROWS]:
        parser.error(f"there is no row {unknown[0]!r}, only {', '.join(ROWS)}")
    results = {"machine": measured_on(), "lines": lines}
    for name in rows:
        began = time.monotonic()
        try:
            lines += ROWS[name]()
        except Exception as error:  # the other rows took their minutes
            lines.append(table_row(name, "–", "–", note=f"not measured: {error!r}"))
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False), encoding="utf-8")
    print(f"{table(lines)}\n\nMeasured on {results['machine']}. As JSON: {RESULTS.relative_to(ROOT)}")
