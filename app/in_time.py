"""Start the thread of a server, and end it: in time, or with an error that says why not."""

import time

from app import limits


def true_within(condition, seconds):
    """Return condition(), once it holds or the time is over; a Ctrl-C leaves nothing half done here."""
    deadline = time.monotonic() + seconds
    while not (result := condition()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return result


def start_in_time(run):
    """Return when it serves; RuntimeError: there is no thread, or the server did not start in time."""
    try:
        run.thread.start()
    except RuntimeError as error:
        raise RuntimeError(f"The server did not start: {error}.") from None
    true_within(lambda: run.started or run.ended, limits.START_SECONDS)
    log = run.background.logs()
    if not run.running:
        raise RuntimeError(f"The server did not start. Its log ends: {' / '.join(log[-2:])}")


def end_in_time(run):
    """Return when it has ended; RuntimeError: it has not."""
    run.give_up()
    if run.alive:
        if not true_within(lambda: not run.alive, limits.STOP_SECONDS):
            raise RuntimeError("A handler or the lifespan does not end. Restart the kernel to stop it.")
        run.thread.join()
