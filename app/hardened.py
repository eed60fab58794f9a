"""The settings of a server that survives its clients: BackgroundServer(app, **SETTINGS)."""

import logging

from app import limits
from app.http_protocol import HttpProtocol
from app.noise import without_noise
from app.protocol import Protocol

logging.getLogger("uvicorn.error").filters.insert(0, without_noise)  # before the one that keeps lines
SETTINGS = {"http": HttpProtocol, "ws": Protocol, **limits.UVICORN}
