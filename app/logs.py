"""The log of a server in a thread, which printed could land below any cell."""

import logging
import re
import threading

here = threading.local()  # in a server's thread, here.lines are the lines of that server


def into_lines(record):
    """Filter log records: a server's thread keeps its own, and of a traceback the last line."""
    lines = getattr(here, "lines", None)
    if lines is not None:
        last_line = logging.Formatter().format(record).strip().split("\n")[-1]
        lines.append(re.sub(r"^[\d.]+:\d+ - ", "", last_line))
    return lines is None


for name in ["uvicorn.error", "uvicorn.access", "asyncio"]:
    logging.getLogger(name).addFilter(into_lines)
logging.getLogger("uvicorn.access").addHandler(logging.NullHandler())  # with none, uvicorn logs no access
