"""Draw what happened between parties: a lane for each, an arrow for each message, a bar where one waits.

The picture is whole and still without its script, in print, and for who wants no motion; the same is
said in words below it.
"""

import html
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from pathlib import Path

from IPython.display import display

TIMES, LANE, HEAD, ROW = 64, 190, 40, 22  # units: left of the lanes, of a lane, above the rows, of a row
LETTER = 7.2  # a letter's width, about
SCRIPT = Path(__file__).with_name("timeline.js")
STYLE = Path(__file__).with_name("timeline.css")


@dataclass
class Moment:
    """A message from one party to another, or, where `target` is empty, what happened to one.

    Times are seconds; `sent` is None where only the arrival is known. What happens to one goes on
    `until` a time, as waiting does, or is over at once.
    """

    time: float
    source: str
    target: str
    text: str
    sent: float | None = None
    detail: str = ""  # what is told on hover and on focus
    until: float | None = None


def show_timeline(moments, title, parties=None):
    """Show the moments, in the order of their times, as a picture that can be stepped through."""
    moments = sorted(moments, key=lambda moment: moment.time)
    names = [name for one in moments for name in (one.source, one.target) if name]
    parties = list(dict.fromkeys([*(parties or []), *names]))
    text = "\n".join([title, *map(moment_in_words, moments)])
    display({"text/plain": text, "text/html": figure(moments, title, parties)}, raw=True)


def moment_in_words(moment):
    whom = f" to {moment.target}" if moment.target else ""
    way = moment.sent is not None
    late = f", on its way for {(moment.time - moment.sent) * 1000:.0f} ms" if way else ""
    span = f" until {moment.until * 1000:.0f} ms" if moment.until is not None else ""
    return f"{moment.time * 1000:6.0f} ms  {moment.source}{whom}: {moment.text}{span}{late}"


def figure(moments, title, parties):
    """Return the picture as HTML: SVG, buttons that the script shows, and the words."""
    title, width = html.escape(title), TIMES + LANE * len(parties)
    height = HEAD + ROW * (len(moments) + 1)
    times = [moment.time for moment in moments]
    lanes = [lane(name, TIMES + LANE * place + LANE // 2, height) for place, name in enumerate(parties)]
    rows = [row(moment, HEAD + ROW * (at + 1), times, parties) for at, moment in enumerate(moments)]
    words = "".join(f"<li>{html.escape(moment_in_words(moment).strip())}</li>" for moment in moments)
    return (
        f'<figure class="timeline" role="group" aria-label="{title}">'
        f"<style>{STYLE.read_text('utf-8')}</style><figcaption>{title}</figcaption>"
        '<p class="timeline-buttons" hidden><button type="button">Back</button> '
        '<button type="button">Step</button> <button type="button">Play</button> '
        '<output aria-live="polite"></output></p>'
        '<div class="timeline-picture" data-lm-suppress-shortcuts="true" tabindex="0" role="group" '
        f'aria-label="The picture: arrow keys step, space plays"><svg viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{"".join(lanes)}{"".join(rows)}</svg></div>'
        f"<details><summary>The same in words</summary><ol>{words}</ol></details>"
        f"<script>({SCRIPT.read_text('utf-8')})(document.currentScript)</script></figure>"
    )


def lane(name, x, height):
    return (
        f'<line class="lane" x1="{x}" x2="{x}" y1="{HEAD - 10}" y2="{height}"/>'
        f'<text class="party" x="{x}" y="20" text-anchor="middle">{html.escape(name)}</text>'
    )


def height_of(time, times, bisect):
    """Return how far down a time is: each moment has a row, and between two rows time goes evenly.

    `bisect` chooses among the rows of one time: an arrow begins at the last, a bar ends at the first.
    """
    after = bisect(times, time)
    if after in {0, len(times)}:
        return HEAD + ROW * (after + (time > times[-1]))  # above all rows, at the last, or below it
    part = (time - times[after - 1]) / (times[after] - times[after - 1])
    return HEAD + ROW * (after + part)


def row(moment, y, times, parties):
    """Return what is drawn of a moment, and its time at the left."""
    x = TIMES + LANE * parties.index(moment.source) + LANE // 2
    tip = html.escape(f"{moment_in_words(moment).strip()}. {moment.detail}".strip())
    if moment.target:
        end = TIMES + LANE * parties.index(moment.target) + LANE // 2
        start = y if moment.sent is None else height_of(moment.sent, times, bisect_right)
        drawn = arrow(x, start, end, y, moment.text)
    else:
        end = None if moment.until is None else max(y + 6, height_of(moment.until, times, bisect_left))
        drawn = mark(x, y, end) + beside(x, y, moment.text, moment.source == parties[-1])
    time = f'<text class="time" x="4" y="{y + 4}">{moment.time * 1000:.0f} ms</text>'
    named = f'<g class="moment" tabindex="0" role="img" aria-label="{tip}">'
    return f"{named}{time}{drawn}<title>{tip}</title></g>"


def arrow(x, start, end, y, text):
    """Return an arrow with its words above its tip, where no other arrow ends."""
    way = 1 if end > x else -1
    return (
        f'<line class="arrow" x1="{x}" y1="{start:.0f}" x2="{end}" y2="{y}"/>'
        f'<path class="tip" d="M{end} {y}l{-10 * way} -5v10z"/>'
        + label(end - way * 14, y - 5, fitting(text, abs(end - x)), "end" if way > 0 else "start")
    )


def mark(x, y, end):
    """Return a cross, or a bar down to an end."""
    if end is None:
        return f'<path class="mark" d="M{x - 6} {y - 6}l12 12m0 -12l-12 12"/>'
    return f'<rect class="bar" x="{x - 5}" y="{y}" width="10" height="{end - y:.0f}"/>'


def beside(x, y, text, last):
    """Return words beside a lane: right of it, and left of the last one, where there is more room."""
    way = -1 if last else 1
    return label(x + way * 12, y + 3, fitting(text), "end" if last else "start")


def fitting(text, width=LANE):
    """Return as much of a text as has room between two lanes that are so far apart."""
    room = int((width - 24) / LETTER)
    return text if len(text) <= room else f"{text[: room - 1]}…"


def label(x, y, text, anchor="start"):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{html.escape(text)}</text>'
