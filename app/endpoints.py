"""What all endpoints share: how they take the texts of a client, and with which code they end."""

import asyncio
import time
from contextlib import suppress

from fastapi import WebSocket, WebSocketDisconnect, WebSocketException

GONE = (WebSocketDisconnect, RuntimeError)  # what a send raises when the client is not there any more
moments = {}  # event loop -> the last moment up to which it has taken in all that had come


async def pulse(loop):
    """Note that moment ten times a second, as long as the loop runs; not while the server stands still."""
    try:
        while True:
            now = time.monotonic()
            for _ in range(3):  # rounds of the loop, in which it reads what is there, and hands it on
                await asyncio.sleep(0)
            moments[loop] = now
            await asyncio.sleep(0.1)
    finally:
        del moments[loop]


async def texts(websocket, rate):
    """Yield what a client says until it leaves; WebSocketException: it sent bytes, or more than its rate."""
    loop, nothing_waited = asyncio.get_running_loop(), time.monotonic()
    if loop not in moments:
        moments[loop] = nothing_waited
        loop.create_task(pulse(loop))  # its timer keeps it
    while True:
        asked = time.monotonic()
        try:
            text = await websocket.receive_text()
        except GONE:
            return
        except KeyError:
            raise WebSocketException(1003, "text only") from None
        if asked < moments[loop]:  # it had to wait, and did so while the loop was awake
            nothing_waited = moments[loop]
        if rate.exceeded(nothing_waited):
            raise WebSocketException(1008, "too many messages")
        yield text


async def closes_with_a_code(websocket: WebSocket):
    """End an endpoint with the code that it raises, or 1011 where it has a bug, which goes on to the log."""
    try:
        yield
    except WebSocketDisconnect:  # a client may leave at any moment
        pass
    except Exception as error:
        bug = WebSocketException(1011, "an error of the server")
        end = error if isinstance(error, WebSocketException) else bug
        with suppress(*GONE):
            await websocket.close(end.code, end.reason)
        if end is bug:
            raise
