"""The command: serve the board until Ctrl-C."""

import asyncio
from contextlib import closing, suppress
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace

import uvicorn

from app import limits, logs
from app.goodbye import PartingServer
from app.hardened import SETTINGS
from lesson.lessons import KitError
from lesson.page import address_of

from .board import Board
from .place import EVERYWHERE, listening_at, own_address, prepare_file, with_port
from .serving import app_of
from .texts import KEPT_TEXTS

PORT = 8765
ONLY_HERE = "Only kernels of this machine can join. For the room's network, add: --host 0.0.0.0"
OPEN_TO_ALL = (
    "--host 0.0.0.0 means: every machine that reaches this one can open the board's port, and who has a link "
    "or the code gets in. Nothing is encrypted. Use it in a network that you trust."
)


def board(host, port, keep):
    """Serve the board until Ctrl-C, and return 0. KitError: the host, the port or the file cannot be used."""
    if not host:
        raise KitError("--host is empty: give it an address of this machine, or 0.0.0.0 for all it has.")
    if port is not None and not 0 <= port <= 65535:
        raise KitError(f"There is no port {port}: choose one from 1 to 65535, or leave --port out.")
    listening_at(host, [0]).close()  # before a file is made for it
    if keep is not None:
        prepare_file(Path(keep))
    limits.KEPT_MESSAGES = KEPT_TEXTS  # in this process: what falls out of the log falls out of the board
    try:
        kept = Board(keep or ":memory:")
    except ConnectionError as error:
        raise KitError(f"{error}.".replace("where the room keeps its messages, ", "")) from None
    with closing(kept.log.database), suppress(KeyboardInterrupt):
        serve_board(kept, host, port, keep)
    print(f"The board has ended. {keep} keeps it." if keep else "The board has ended, and forgotten all.")
    return 0


def serve_board(kept, host, port, keep):
    """Serve a board. KeyboardInterrupt: Ctrl-C was pressed, and all connections are closed."""
    wanted = (kept.links or {}).get("port", PORT) if port is None else port
    with listening_at(host, [wanted, 0]) as listener:
        port = listener.getsockname()[1]
        kept.address = with_port(own_address(host), port)
        logs.install_filters()
        server = PartingServer(uvicorn.Config(app_of(kept), log_level="warning", **SETTINGS))

        async def open_and_serve():
            await kept.open(port)
            if wanted not in (0, port):
                print(f"Port {wanted} is busy, so the board has another one.")
            print("\n".join(terminal_lines(kept, host, port, keep)), flush=True)
            await server.serve(sockets=[listener])

        with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            runner.run(open_and_serve())


def terminal_lines(kept, host, port, keep):
    """Yield what the terminal shows of a board that listens."""
    here = with_port("127.0.0.1" if host in EVERYWHERE else host, port)
    url = f"http://{here}/"
    shown = address_of(SimpleNamespace(port=port, url=url)) or url
    yield f"The board, for you and the projector:  {url}#{kept.links['pages']}"
    if shown != url:
        whole = shown if "://" in shown else f"https://YOUR-HUB{shown}"
        yield f"The same where JupyterLab is far away: {whole}#{kept.links['pages']}"
    yield f'A learner\'s line, in any cell:         from lesson import share; share("{join_code(kept)}")'
    if host in EVERYWHERE:
        yield OPEN_TO_ALL
    elif is_loopback(host):
        yield ONLY_HERE
    yield f"Ctrl-C ends it; {f'{keep} keeps all' if keep else 'then it forgets all'}."


def join_code(kept):
    """Return what a learner gives to share()."""
    return f"{kept.address}/{kept.links['kernels']}"


def is_loopback(host):
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
