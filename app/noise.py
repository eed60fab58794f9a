"""What the log leaves out, for a client could fill the disk with it."""

from asyncio import CancelledError


def without_noise(record):
    """Filter log records: text that is no UTF-8 is the client's mistake, and needs no traceback.

    Nor does an endpoint that was cancelled: uvicorn has said in a line of its own that it did so.
    """
    if str(record.msg).startswith("Invalid UTF-8"):
        record.exc_info = None
    return not (record.exc_info and isinstance(record.exc_info[1], CancelledError))
