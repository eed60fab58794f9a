"""A run in the bottle as a time line."""

from ..frame_words import frames_in_words
from ..timeline import Moment, show_timeline


def show_run(run, title, parties=None):
    """Show who sent what to whom, when it came, and what the scenario did to the network.

    With `parties`, what is between these; otherwise all.
    """
    shown = [
        event
        for event in run.trace
        if not parties or {event.source, event.target or event.source} <= {*parties}
    ]
    show_timeline([moment(event) for event in shown], title, parties)


def moment(event):
    if event.data:
        detail = f"{len(event.data):,} bytes: {event.data[:8].hex(' ')}{' …' if len(event.data) > 8 else ''}"
        words = frames_in_words(event.data) + (", never read" if event.what == "never read" else "")
        return Moment(event.time, event.source, event.target, words, event.sent, detail)
    if event.sent is not None and not event.target:  # noted when it was over
        return Moment(event.sent, event.source, "", event.what, until=event.time)
    return Moment(event.time, event.source, event.target, event.what)
