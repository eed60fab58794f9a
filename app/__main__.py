"""python3 -m app: serve the finished chat."""

import errno
import socket
import sys
from contextlib import suppress

from app.environment import Parser, ensure

parser = Parser(prog="python3 -m app", description="Serve the chat until Ctrl-C.")
parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
parser.add_argument("--port", default=8000, type=int, help="0 to 65535; 0 takes any free one (%(default)s)")
options = parser.parse_args()
if not 0 <= options.port <= 65535:
    parser.error(f"argument --port: {options.port} is not between 0 and 65535")
ensure("requirements.txt")

import uvicorn

from app.main import app

try:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.create_server((options.host, options.port), family=family)
except OSError as error:
    if error.errno == errno.EADDRINUSE:
        sys.exit(f"Port {options.port} is busy; stop what uses it, or run: {parser.prog} --port 0")
    reason = error.strerror.partition(" (")[0]  # Python adds what was tried in brackets
    sys.exit(f"Cannot listen on {options.host}, port {options.port}: {reason}; see: {parser.prog} --help")

host = f"[{options.host}]" if ":" in options.host else options.host
print(f"The chat is on http://{host}:{listener.getsockname()[1]}/ until you press Ctrl-C.", flush=True)
with suppress(KeyboardInterrupt):
    uvicorn.Server(uvicorn.Config(app, timeout_graceful_shutdown=1)).run(sockets=[listener])
