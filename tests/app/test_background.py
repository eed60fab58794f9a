"""BackgroundServer: start, stop, swap, replace, and what goes wrong."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from _thread import interrupt_main
from contextlib import asynccontextmanager, suppress

import httpx2
import pytest
from fastapi import FastAPI, WebSocket
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from app import limits
from app.background import BackgroundServer
from app.main import app
from app.ports import servers
from tests.conftest import HANDSHAKE, ROOT, knock, let_in, posix
from tests.deadlines import seconds, until
from tests.ports import free_port


@pytest.fixture
def serve():
    """A function that makes a server, on any free port if none is given; all are stopped afterwards."""
    made = []

    def serve(app=app, port=0):
        made.append(BackgroundServer(app, port))
        return made[-1]

    yield serve
    for server in made:
        server.stop()


@pytest.fixture
def taken():
    """A port that a program has."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def app_that_says(text):
    said = FastAPI()

    @said.websocket("/ws")
    async def answer_with(websocket: WebSocket):
        await websocket.accept()
        async for _ in websocket.iter_text():
            await websocket.send_text(text)

    return said


def app_that_lives(begin, end=lambda: None):
    """Return an app whose lifespan does, in a thread, the first, and at its end the other."""

    @asynccontextmanager
    async def lifespan(app):
        await asyncio.to_thread(begin)
        yield
        end()

    return FastAPI(lifespan=lifespan)


def answer_to_question(ws):
    ws.send("?")
    return ws.recv(timeout=seconds(5))


@pytest.mark.skipif(
    sys.platform == "win32" or sys.implementation.name != "cpython", reason="there is no uvloop here"
)
def test_uvloop(serve):
    """The server runs on uvloop where there is one."""
    loops = []

    @asynccontextmanager
    async def lifespan(app):
        loops.append(type(asyncio.get_running_loop()).__module__)
        yield

    serve(FastAPI(lifespan=lifespan)).start()
    assert loops == ["uvloop"]


def threads_and_sockets():
    descriptors = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"
    return threading.active_count(), len(os.listdir(descriptors))


def test_start_returns_the_server_that_answers(serve):
    """start() returns the server itself, which answers at its url and its ws_url."""
    server = serve()
    assert server.start() is server
    assert server.running
    assert server.url == f"http://127.0.0.1:{server.port}/"
    assert httpx2.get(server.url, trust_env=False).status_code == 200
    with connect(server.ws_url, proxy=None) as ws:
        assert answer_to_question(ws) == "Message text was: ?"


def test_start_twice(serve):
    """start() on a running server changes nothing."""
    server = serve().start()
    thread = server.uvicorn.thread
    assert server.start().uvicorn.thread is thread


def test_port_8000_or_any(serve):
    """Without a port, the server takes 8000 where it is free, and another one where it is not."""

    def has_8000_or_another_has():
        servers.clear()  # so that none replaces another, as in another kernel
        if serve(port=None).start().port == 8000:
            return True
        with suppress(OSError), socket.create_server(("127.0.0.1", 8000)):
            return False  # it is free by now
        return True

    until(has_8000_or_another_has, "server on port 8000")
    servers.clear()
    assert serve(port=None).start().port != 8000


def test_a_new_server_replaces_the_old_one(serve):
    """A second server without a port stops the first, and takes its port over."""
    serve(port=None).start()  # on port 8000, unless another test has it; so the next has one of its own
    servers.clear()
    first = serve(port=None).start()
    second = serve(port=None).start()
    assert not first.running
    assert second.port == first.port
    assert list(servers.values()) == [second]


def test_port_0_replaces_nothing(serve):
    """Servers with port 0 run side by side, and one that starts again keeps its port."""
    one, other = serve().start(), serve().start()
    port = one.port
    one.stop()
    assert other.running
    assert one.start().port == port


def test_slow_lifespan(serve, monkeypatch):
    """A lifespan that takes too long is an error; it ends when it is through, and unseen."""
    monkeypatch.setattr(limits, "START_SECONDS", seconds(1))
    events, go_on = [], threading.Event()
    server = serve(app_that_lives(lambda: go_on.wait(60), lambda: events.append("down")))
    with pytest.raises(RuntimeError, match=r"did not start.*Waiting for application startup"):
        server.start()
    assert not server.running
    assert server not in servers.values()
    go_on.set()
    server.uvicorn.thread.join(seconds(5))
    assert events == ["down"]


def test_interrupted_start(serve):
    """A start that the learner interrupts leaves no server behind."""
    up = threading.Event()

    def begin():
        threading.Timer(0.2, interrupt_main).start()
        up.wait(60)

    server = serve(app_that_lives(begin))
    with pytest.raises(KeyboardInterrupt):
        server.start()
    assert server not in servers.values()
    up.set()
    server.stop()
    assert not server.uvicorn.thread.is_alive()


def test_busy_port(serve, taken):
    """A port of one's own choice that is busy is an error that says what to do."""
    with pytest.raises(RuntimeError, match=f"^Port {taken} is busy. Stop what uses it, or leave out"):
        serve(port=taken).start()


HEAD = """
import os, signal, socket, sys, threading, time
from app.background import BackgroundServer
from app.main import app
from app.ports import servers
from tests.ports import free_port
def tried(server):
    try:
        return server.start().running
    except RuntimeError as error:
        return error
"""


def said_by(program):
    """Return the lines that a program prints, which makes no complaint."""
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds(60))
    assert run.stderr == ""
    return run.stdout.splitlines()


@posix
def test_no_descriptor_to_be_had():
    """Wherever the system has no descriptor left, start() says so; with enough of them it serves again."""
    said = said_by(
        HEAD
        + """
import resource
server = BackgroundServer(app, port=0)
print(tried(server))  # so that all is imported
server.stop()
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
used = os.open(os.devnull, os.O_RDONLY)
os.close(used)
for few in range(8):
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + few, hard))
    print(tried(server))
    server.stop()
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
print(tried(server), len(servers))
"""
    )
    assert said[0] == "True"
    assert said[1].startswith("No server can listen on ")
    assert all("Too many open files" in line for line in said[1:-1] if line != "True"), said
    assert said[-1] == "True 1"


@posix
def test_no_thread_to_be_had():
    """Where the system has no thread left, start() says so, and leaves the port free."""
    said = said_by(
        HEAD
        + """
server = BackgroundServer(app, port=0)
usual = threading.stack_size(2**46)
print(tried(server), len(servers))
socket.create_server(("127.0.0.1", server.port)).close()
threading.stack_size(usual)
print(tried(server))
"""
    )
    assert said == ["The server did not start: can't start new thread. 0", "True"]


@posix
def test_port_of_a_forked_child():
    """A child that was forked keeps the port of a server that ended: the next one says so, or goes around."""
    said = said_by(
        HEAD
        + """
import warnings
warnings.simplefilter("ignore")  # newer Pythons warn of a fork beside a thread
port = free_port()
server = BackgroundServer(app, port)
print(tried(server))
end, begin = os.pipe()
child = os.fork()
if not child:
    os.close(begin)
    os.read(end, 1)
    os._exit(0)
server.stop()
print(str(tried(server)).replace(str(port), "PORT"))
other = BackgroundServer(app)
print(tried(other), other.port != port)
os.close(begin)
os.waitpid(child, 0)
print(tried(server))
"""
    )
    busy = "Port PORT is busy. Stop what uses it, or leave out the port."
    assert said == ["True", busy, "True True", "True"]


@pytest.mark.parametrize("count", [1, 2])
def test_started_in_two_threads(serve, count):
    """One server, or two for one port, may be started and stopped by two threads at once."""
    port = free_port()
    made, failed, at_once = [serve(port=port) for _ in range(count)] * (2 // count), [], threading.Barrier(2)

    def start_at_once(server):
        for _ in range(10):
            at_once.wait(seconds(20))
            try:
                server.start()
            except Exception as error:
                failed.append(error)
            at_once.wait(seconds(20))
            server.stop()

    threads = [threading.Thread(target=start_at_once, args=[server]) for server in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds(60))
    assert failed == []
    assert serve(port=port).start().running


@posix
def test_interrupted_anywhere():
    """After a start() that was interrupted, at whatever moment, the next one serves."""
    said = said_by(
        HEAD
        + """
class Signalled(BaseException):
    pass
def on_alarm(number, frame):
    raise Signalled
signal.signal(signal.SIGALRM, on_alarm)
sys.unraisablehook = lambda unraisable: None  # where Python itself swallows the signal
port = free_port()
server, signalled = BackgroundServer(app, port), 0
for number in range(30):
    signal.setitimer(signal.ITIMER_REAL, 0.0004 * number + 0.0001)
    try:
        server.start()
        signal.setitimer(signal.ITIMER_REAL, 0)
    except Signalled:
        signalled += 1
    assert tried(server) is True
    server.stop()
while threading.active_count() > 1:  # of a run that was given up
    time.sleep(0.01)
print(signalled > 3, len(servers))
"""
    )
    assert said == ["True 0"]


def test_failed_lifespan(serve):
    """An app whose lifespan fails is an error with that failure's text; its port is free again."""

    def begin():
        raise ValueError("no database")

    server = serve(app_that_lives(begin))
    with pytest.raises(RuntimeError, match="ValueError: no database"):
        server.start()
    assert not server.running
    server.uvicorn.thread.join(seconds(5))
    socket.create_server(("127.0.0.1", server.port)).close()


def test_lifespan_runs_to_its_end(serve):
    """stop() lets the app's lifespan end."""
    events = []
    living = app_that_lives(lambda: events.append("up"), lambda: events.append("down"))
    serve(living).start().stop()
    assert events == ["up", "down"]


def test_stop_closes_open_sockets(serve):
    """stop() closes an open socket with code 1012, may be repeated, and ends soon."""
    server = serve().start()
    with connect(server.ws_url, proxy=None) as ws:
        answer_to_question(ws)
        server.stop()
        server.stop()
        with pytest.raises(ConnectionClosedError):
            ws.recv(timeout=seconds(5))
        assert ws.close_code == 1012
    assert not server.running


LONG_COOKIE = HANDSHAKE.removesuffix(b"\r\n") + b"Cookie: " + b"a" * 9000 + b"\r\n\r\n"
CLOSE = b"\x88\x80\0\0\0\0"
UNTELLABLE = {"a long cookie": LONG_COOKIE, "a close": HANDSHAKE}  # what its client sends


@pytest.mark.parametrize("kind", UNTELLABLE)
def test_stop_beside_a_client_that_cannot_be_told(serve, kind):
    """Beside such a client stop() says 1012 to the others, and the lifespan ends; the log has no error."""
    events = []
    living = app_that_lives(lambda: events.append("up"), lambda: events.append("down"))

    @living.websocket("/ws")
    async def tell_much(websocket: WebSocket):
        await websocket.accept()
        await websocket.send_text("x" * 20_000_000)  # which fills the way to one that does not read
        await websocket.receive()

    @living.websocket("/wait")
    async def wait(websocket: WebSocket):
        await websocket.accept()
        await websocket.receive()

    server = serve(living).start()
    with connect(f"ws://127.0.0.1:{server.port}/wait", proxy=None) as ws:
        with knock(server.port, UNTELLABLE[kind]) as client:
            if kind == "a close":
                let_in(client)
                client.sendall(CLOSE)
            connections = server.uvicorn.server_state.connections
            until(lambda: any(map(untellable, connections)), "that client")
            server.stop()
        with pytest.raises(ConnectionClosedError):
            ws.recv(timeout=seconds(5))
        assert ws.close_code == 1012
    assert events == ["up", "down"]
    assert [line for line in server.logs() if "Error" in line] == []


def untellable(connection):
    return getattr(connection, "handshake_initiated", None) is False or connection.transport.is_closing()


def test_stop_ends_a_handler_that_never_returns(serve):
    """stop() ends a handler that waits for ever within 3 seconds."""
    stuck = FastAPI()

    @stuck.websocket("/ws")
    async def wait(websocket: WebSocket):
        await websocket.accept()
        await asyncio.Event().wait()

    server = serve(stuck).start()
    with connect(server.ws_url, proxy=None):
        began = time.monotonic()
        server.stop()
    assert time.monotonic() - began < seconds(3)
    assert not server.running


def test_stop_gives_up_on_a_blocked_loop(serve, monkeypatch):
    """stop() says so when a handler blocks the event loop, and the next server starts all the same."""
    blocked, release = FastAPI(), threading.Event()

    @blocked.websocket("/ws")
    async def block(websocket: WebSocket):
        await websocket.accept()
        release.wait(seconds(20))

    server = serve(blocked, port=None).start()
    with connect(server.ws_url, proxy=None, close_timeout=0):
        with monkeypatch.context() as impatient:
            impatient.setattr(limits, "STOP_SECONDS", 0.5)
            with pytest.raises(RuntimeError, match="Restart the kernel"):
                server.stop()
        assert serve(port=None).start().running
        release.set()
        server.uvicorn.thread.join(seconds(10))
        assert server.start().running


@posix
def test_ten_cycles_leave_nothing():
    """Ten starts and stops leave no thread and no socket behind."""
    server = BackgroundServer(app, port=0)
    with server:
        pass
    before = threads_and_sockets()
    for _ in range(10):
        server.start()
        server.stop()
    assert threads_and_sockets() == before


def test_swap(serve):
    """swap() gives new connections to the new app; an open socket keeps the old one, and its port."""
    server = serve(app_that_says("old")).start()
    port = server.port
    with connect(server.ws_url, proxy=None) as early:
        assert answer_to_question(early) == "old"
        server.swap(app_that_says("new"))
        with connect(server.ws_url, proxy=None) as late:
            assert (answer_to_question(early), answer_to_question(late)) == ("old", "new")
    assert server.port == port


def test_logs(serve):
    """logs() returns what came since the last call, without addresses, and of an error its last line."""
    broken = FastAPI()

    @broken.get("/broken")
    async def fail():
        raise ValueError("on purpose")

    server = serve(broken).start()
    assert server.logs() == []
    httpx2.get(server.url + "broken", trust_env=False)
    server.stop()
    assert server.logs()[:2] == ['"GET /broken HTTP/1.1" 500', "ValueError: on purpose"]
    assert server.logs() == []


def test_each_server_has_its_own_log(serve):
    """Two servers in one process keep their logs apart."""
    one, other = serve().start(), serve().start()
    httpx2.get(one.url, trust_env=False)
    httpx2.get(other.url + "static/ws.js", trust_env=False)
    assert one.logs() == ['"GET / HTTP/1.1" 200']
    assert other.logs() == ['"GET /static/ws.js HTTP/1.1" 200']


def test_nothing_is_printed(serve, capfd):
    """A server prints nothing, not even after uvicorn has set up its own logging."""
    import uvicorn

    uvicorn.Config(app)
    server = serve().start()
    httpx2.get(server.url, trust_env=False)
    server.stop()
    assert capfd.readouterr() == ("", "")


def test_log_and_end_without_pytest():
    """Where nobody has set up logging, a server keeps its access log, prints nothing, and leaves nothing."""
    said = said_by("""
import gc, weakref
import httpx2
from app.background import BackgroundServer
from app.main import app
server = BackgroundServer(app, port=0).start()
httpx2.get(server.url, trust_env=False)
print(*server.logs())
server.stop()
gone = weakref.ref(server)
del server
gc.collect()
print(gone())
""")
    assert said == ['"GET / HTTP/1.1" 200', "None"]


def test_after_nest_asyncio():
    """The server starts, answers and stops in a process where nest_asyncio is applied."""
    said = said_by("""
import asyncio, nest_asyncio
nest_asyncio.apply()
from app.background import BackgroundServer
from app.main import app
from websockets.sync.client import connect
with BackgroundServer(app, port=0) as server, connect(server.ws_url, proxy=None) as ws:
    ws.send("patched")
    print(ws.recv(timeout=5))
""")
    assert said == ["Message text was: patched"]


def test_the_end_of_the_process_ends_the_lifespan():
    """A program that ends without stop() ends at once, and the app's lifespan ends with it."""
    said = said_by("""
from contextlib import asynccontextmanager
from fastapi import FastAPI
from app.background import BackgroundServer
@asynccontextmanager
async def lifespan(app):
    yield
    print("down")
BackgroundServer(FastAPI(lifespan=lifespan), port=0).start()
""")
    assert said == ["down"]


def test_settings():
    """What BackgroundServer is given beside the app and the port are settings of uvicorn."""
    server = BackgroundServer(app, port=0, ws_max_size=10)
    with server, connect(server.ws_url, proxy=None) as ws:
        ws.send("x" * 11)
        with pytest.raises(ConnectionClosedError) as closed:
            ws.recv(timeout=seconds(5))
    assert closed.value.rcvd.code == 1009
