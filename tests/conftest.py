"""What several test modules share."""

import asyncio
import difflib
import inspect
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlsplit
from uuid import uuid4

import nbval.kernel
import pytest
from jupyter_client.manager import KernelManager
from nbval.plugin import get_sanitize_patterns
from playwright.sync_api import expect, sync_playwright
from websockets.sync.client import connect
from xdist.scheduler import LoadFileScheduling

from app.background import BackgroundServer
from app.hardened import SETTINGS
from app.main import app
from environment import ROOT
from lesson.kernels import by_files
from notebooks.teach.refresh import copy_kit
from tests.deadlines import FACTOR, seconds, until
from tests.ports import free_port

SCREENSHOTS = ROOT / "screenshots"
sys.path.insert(0, str(ROOT / "notebooks"))  # the lessons import `lesson` from there


def kernel_manager(folder=tempfile.TemporaryDirectory(), **options):  # noqa: B008 - one for all
    """Return the manager of a kernel that needs no port, as lesson/kernels.py has it."""
    return KernelManager(**options, **by_files(f"{folder.name}/{uuid4().hex}.json"))


nbval.kernel.KernelManager = kernel_manager
expect.set_options(timeout=seconds(15) * 1000)

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has other signals, limits and paths")
NORMAL = re.compile(
    r'"(GET|WebSocket) \S+( HTTP/1.1)?" (200|\[accepted\])|connection (open|closed)'
    r"|socket\.send\(\) raised exception\."  # how asyncio says that a client has gone
    r"|(The chat is on|Started server|Waiting for|Application (startup|shutdown) complete|Uvicorn running"
    r"|Shutting down|Finished server).*"
)
# long, and on their own
SPREAD = (
    "tests/lessons/test_runs.py",
    "tests/teach/test_",
    "tests/app/test_stream_log.py",
)
LONGEST = ("side_by_side", "15_measure_it", "tests/test_environment.py", "tests/bench/")
CHROMIUM = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
]
# without the popups of the address bar, of which nobody sees anything: a second of work for each page
BARE = ["--no-sandbox", "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup"]
HANDSHAKE = b"""\
GET /ws HTTP/1.1\r
Host: 127.0.0.1\r
Upgrade: websocket\r
Connection: Upgrade\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
\r
"""


class ByFile(LoadFileScheduling):
    """Keep the tests of a file on one worker, as they share a browser, a kernel or a .venv; not SPREAD."""

    def _split_scope(self, nodeid):
        return nodeid if nodeid.startswith(SPREAD) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run a test that is a coroutine in an event loop of its own."""
    if inspect.iscoroutinefunction(pyfuncitem.obj):
        names = pyfuncitem._fixtureinfo.argnames
        asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
        return True


def pytest_collection_modifyitems(items):
    """Begin with what takes longest, so that all tests end together."""
    items.sort(key=lambda item: not any(name in item.nodeid for name in LONGEST))


def pytest_terminal_summary(terminalreporter):
    """Say where the time went, and what was not tried, and why."""
    spent, missing = Counter(), Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration"):
                spent[report.nodeid.partition("::")[0]] += report.duration
    for report in terminalreporter.getreports("skipped"):
        missing[report.longrepr[2].removeprefix("Skipped: ")] += 1
    terminalreporter.section("where the time went, in seconds of one worker")
    for file, duration in spent.most_common(12):
        terminalreporter.line(f"{duration:7.1f}  {file}")
    if missing:
        terminalreporter.section("not tried")
        for reason, number in missing.most_common():
            terminalreporter.line(f"{number:4} test{'s' * (number > 1)}: {reason}")


def sanitized(text):
    """Return text without what may differ from run to run, as nbval leaves it out."""
    for pattern, replacement in get_sanitize_patterns((ROOT / "tests/lessons/nbval.cfg").read_text()):
        text = re.sub(pattern, replacement, text)  # and no flags, as nbval does it
    return text


def assert_same(texts, others, name, other):
    """Compare two dictionaries of path and text; fail with a unified diff of what differs."""
    lines = []
    for path in sorted(texts.keys() | others.keys()):
        sides = [side.get(path, "").splitlines(keepends=True) for side in (texts, others)]
        lines += difflib.unified_diff(*sides, f"{name}: {path}", f"{other}: {path}")
    if lines:
        pytest.fail("\n" + "".join(lines), pytrace=False)


def variables():
    of_the_run = {FACTOR, "PYTEST_CURRENT_TEST"}
    return {name: value for name, value in os.environ.items() if name not in of_the_run}


@pytest.fixture(autouse=True)
def same_environment():
    """No test leaves a variable to the next ones, nor to the programs and kernels that they start."""
    before = variables()
    yield
    assert variables() == before


@pytest.fixture
def kit(tmp_path):
    """A copy of the kit with no workspace, as a fresh clone has it."""
    copy_kit(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def chromium():
    """The path of Chromium; a test that needs it is skipped where it is missing, but not in CI."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None and os.environ.get("CI"):
        pytest.fail("CI needs Chromium: install the package chromium.")
    return path or pytest.skip("Chromium is not on PATH: install it to run the tests of the page.")


@pytest.fixture(scope="module")
def browser(chromium):
    path = shutil.which("chromium-headless-shell") or chromium  # the same without a window: a third less work
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path, args=BARE) as browser,
    ):
        yield browser


@pytest.fixture
def server():
    with BackgroundServer(app, port=0, **SETTINGS) as server:
        yield server


def ask(ws, message):
    ws.send(message)
    return ws.recv(timeout=seconds(10))


def ask_anew(url):
    with connect(url, proxy=None) as ws:
        return ask(ws, "still there?")


def reset_when_closed(client):
    """Let the other side of a socket get RST at its end, with no FIN before it."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def vanish(client):
    """Close a socket so that the other side gets RST, with no close frame and no FIN before it."""
    reset_when_closed(client)
    client.close()


def knock(port, request=HANDSHAKE):
    """Return a socket that has asked for the WebSocket handshake, or for what else a test wants."""
    client = socket.create_connection(("127.0.0.1", port), timeout=seconds(10))
    client.sendall(request)
    return client


def open_raw(port):
    """Return a socket that has done the WebSocket handshake, to send any bytes through."""
    client = knock(port)
    let_in(client)
    return client


def let_in(client):
    """Take the answer to a handshake, and not a byte more, from a socket; fail if it is a refusal."""
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += client.recv(1) or pytest.fail(f"no handshake: {answer}")
    assert answer.startswith(b"HTTP/1.1 101 "), answer


def without_normal(lines):
    return [line for line in lines if not NORMAL.fullmatch(line)]


def unusual(server):
    """Return the lines of the server's log that a normal connection does not leave."""
    server.stop()
    return without_normal(server.logs())


def start(*options, command=("-m", "app"), output=subprocess.PIPE):
    return subprocess.Popen(
        [sys.executable, *command, *options],
        cwd=ROOT,
        env={**os.environ, "ROOM_FILE": ":memory:"},  # one file is for one server at a time
        stdout=output,
        stderr=output,
        text=True,
    )


def port_in(said):
    """Return the port of the address that `python3 -m app` prints when it listens, or None."""
    found = re.search(r"http://127\.0\.0\.1:(\d+)/ until", said)
    return found and int(found[1])


class Chat:
    """`python3 -m app` on any free port, with all it prints in a file, because a pipe would fill up."""

    def __init__(self, log, command=("-m", "app")):
        self.command, self.log = command, log.open("w+", encoding="utf-8")
        self.seen, self.port = 0, None

    def __enter__(self):
        self.program = start("--port", "0", command=self.command, output=self.log)
        said = []
        until(lambda: self.listens(said) or self.program.poll() is not None, "port of the chat", 20)
        if not self.port:
            self.__exit__()
            pytest.fail(f"The chat did not start. It said: {''.join(said)}")
        self.ws_url = f"ws://127.0.0.1:{self.port}/ws"
        return self

    def listens(self, said):
        """Add the news to what was said; return the port, once a line of it has the address."""
        said.append(self.news())
        self.port = port_in("".join(said))
        return self.port

    def news(self):
        """Return the log since the last call, without levels and addresses."""
        with open(self.log.name, "rb") as log:  # self.log's read() would move where the program writes
            log.seek(self.seen)
            text = log.read()
        self.seen += len(text)
        return re.sub(r"^[A-Z]+: +|127\.0\.0\.1:\d+ - ", "", text.decode(), flags=re.MULTILINE)

    def unusual(self):
        """Return the lines since the last call that a normal connection does not leave."""
        return without_normal(self.news().splitlines())

    def __exit__(self, *error):
        try:
            self.program.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGINT)
            self.program.wait(timeout=seconds(10))
        finally:
            self.program.kill()
            self.log.close()


def few_variables(home):
    """Return what a program needs of this machine's environment, and a home for it."""
    names = ["PATH", "SYSTEMROOT", "TEMP"]  # Windows opens no socket without the second
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return kept | {"HOME": str(home), "USERPROFILE": str(home)}


def is_listened_at(address):
    """Return whether something listens at the host and port of an address."""
    place = urlsplit(address)
    with suppress(ConnectionRefusedError), socket.create_connection((place.hostname, place.port)):
        return True


@contextmanager
def jupyterlab(folder, *options):
    """Start JupyterLab in a copy of the kit by the kit's command; give its address, and stop it."""
    with subprocess.Popen(
        [sys.executable, "-m", "notebooks", "--no-browser", "--port", str(free_port()), *options],
        cwd=folder,
        env=few_variables(folder.parent),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        try:
            said = ""
            while not (address := re.search(r"http://127\.0\.0\.1:\d+/\S*lab/tree\S+", said)):
                said += program.stdout.readline() or pytest.fail(said)
            until(lambda: is_listened_at(address[0]), "JupyterLab", 20)  # it says so before it listens
            yield address[0]
        finally:
            program.terminate()
            try:
                said += program.communicate(timeout=seconds(20))[0]
            except subprocess.TimeoutExpired:  # once, on a busy machine, JupyterLab did not end by itself
                program.kill()
    said = said.partition("received signal")[0]  # after it, a kernel may warn that its parent has gone
    assert "warn" not in said.lower(), said


@pytest.fixture
def window(browser):
    """A page of Chromium with nothing of an earlier test."""
    with browser.new_context(viewport={"width": 1280, "height": 1000}) as context:
        context.set_default_timeout(seconds(30) * 1000)
        yield context.new_page()


@pytest.fixture
def open_html(browser):
    """Return the function that shows some HTML in a window of its own, with the options of a context."""
    with ExitStack() as contexts:

        def open_with(html, **options):
            page = contexts.enter_context(browser.new_context(**options)).new_page()
            page.set_content(html)
            return page

        yield open_with


def open_lesson(window, address):
    window.goto(f"{address}&reset")  # without the tabs of before, whose kernels are ready too early
    expect(window.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=seconds(30) * 1000)


def run_all_cells(window):
    window.get_by_role("menuitem", name="Run", exact=True).click()
    window.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def assert_echo(page):
    """Type into the page of the chat, which may be in a frame below a cell, and see the echo."""
    expect(page.get_by_role("status")).to_have_text("Connected.", timeout=seconds(30) * 1000)
    page.get_by_label("Message", exact=True).fill("hello from the notebook")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#messages li")).to_have_text(["Message text was: hello from the notebook"])


def shoot(window, name):
    SCREENSHOTS.mkdir(exist_ok=True)
    window.screenshot(path=SCREENSHOTS / f"{name}.png")
