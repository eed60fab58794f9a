"""python3 -m app: serve the finished chat."""

import asyncio
import errno
import os
import socket
import sys
from contextlib import suppress
from getpass import getpass

from environment import ROOT, Parser, ensure


def port(text):
    """Return the port as a number; ValueError where there is no such port."""
    if not 0 <= int(text) <= 65535:
        raise ValueError
    return int(text)


def open_listener(parser, options):
    """Return a listening socket; one sentence and exit code 1 where there can be none."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        return socket.create_server((options.host, options.port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sys.exit(f"Port {options.port} is busy; stop what uses it, or run: {parser.prog} --port 0")
        reason = error.strerror.partition(" (")[0]  # Python adds what was tried in brackets
        parser.error(f"{options.host}, port {options.port} cannot be listened on: {reason}")
    except (TypeError, UnicodeError):
        parser.error(f"argument --host: {options.host!r} is no host name")


def room_file():
    """Return where the room's messages are kept, beside what learners write."""
    workspace = ROOT / "workspace"
    workspace.mkdir(exist_ok=True)
    return workspace / "room.sqlite"


def add_account(name):
    """Add an account to ACCOUNTS_FILE, or give it a new password; or exit, and say why not."""
    from app.accounts import Accounts
    from app.messages import Refused

    file = os.environ.get("ACCOUNTS_FILE") or sys.exit("Set ACCOUNTS_FILE to a file, which may be new")
    try:
        Accounts(file).add(name, getpass(f"Password of {name}: "))
    except (Refused, ValueError, OSError, EOFError) as error:
        sys.exit(f"No password of {name!r} was kept: {error}")
    print(f"{name} has an account now.")


def main():
    parser = Parser(prog="python3 -m app", description="Serve the chat until Ctrl-C.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", default=8000, type=port, help="its port, 0 for any free one (%(default)s)")
    parser.add_argument("--add-account", metavar="NAME", help="add to ACCOUNTS_FILE, and do not serve")
    options = parser.parse_args()
    if not options.host:
        parser.error("argument --host: it is empty")
    ensure("requirements.txt")
    if options.add_account is not None:
        return add_account(options.add_account)
    listener = open_listener(parser, options)

    import uvicorn

    from app import logs
    from app.goodbye import PartingServer
    from app.hardened import SETTINGS

    os.environ.setdefault("ROOM_FILE", str(room_file()))
    try:
        from app.main import app
        from app.room_endpoint import link
    except ConnectionError as error:
        sys.exit(f"{error}.")
    host = f"[{options.host}]" if ":" in options.host else options.host
    address = f"http://{host}:{listener.getsockname()[1]}/"
    logs.install_filters()
    server = PartingServer(uvicorn.Config(app, **SETTINGS))

    async def serve():
        try:
            await link.connect()
        except ConnectionError as error:
            sys.exit(f"{error}; start one there, or leave out NATS_URL")
        print(f"The chat is on {address} until you press Ctrl-C.", flush=True)
        await server.serve(sockets=[listener])

    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(serve())


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
