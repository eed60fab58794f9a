"""The settings of a server that survives its clients: BackgroundServer(app, **SETTINGS)."""

from app import limits
from app.http_protocol import HttpProtocol
from app.protocol import Protocol

SETTINGS = {"http": HttpProtocol, "ws": Protocol, **limits.UVICORN}
