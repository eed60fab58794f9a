"""What the log says, and where it says it: all filters of the chat. install_filters() sets them to work."""

import logging
import re
import threading
from asyncio import CancelledError

SETTINGS = {"log_config": None, "log_level": "info"}  # of uvicorn: what it says goes through our filters
here = threading.local()  # in a server's thread, here.lines are the lines of that server


def into_lines(record):
    """Filter log records: a server's thread keeps its own, which printed could land below any cell."""
    lines = getattr(here, "lines", None)
    if lines is not None:
        last_line = logging.Formatter().format(record).strip().split("\n")[-1]
        lines.append(re.sub(r"^[\d.]+:\d+ - ", "", last_line))
    return lines is None


def without_noise(record):
    """Filter log records: text that is no UTF-8 is the client's mistake, and needs no traceback.

    Nor does an endpoint that was cancelled: uvicorn has said in a line of its own that it did so.
    """
    if str(record.msg).startswith("Invalid UTF-8"):
        record.exc_info = None
    return not (record.exc_info and isinstance(record.exc_info[1], CancelledError))


def install_filters():
    """Have uvicorn and asyncio log through the filters, in this order; a second call changes nothing."""
    for name in ["uvicorn.error", "uvicorn.access", "asyncio"]:
        for passes in (without_noise, into_lines):
            logging.getLogger(name).addFilter(passes)
    access = logging.getLogger("uvicorn.access")
    if not access.handlers:  # without one uvicorn logs no access
        access.addHandler(logging.NullHandler())
