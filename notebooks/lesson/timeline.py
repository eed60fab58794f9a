"""Draw what happened between parties: a lane for each, an arrow for each message, step by step.

The picture is whole and still without its script, in print, and for who wants no motion; the same is
said in words below it.
"""

import html
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from IPython.display import display

LANE, HEAD, ROW = 190, 40, 34  # units of the picture: between two lanes, above the first row, for each row
SCRIPT = Path(__file__).with_name("timeline.js")
STYLE = Path(__file__).with_name("timeline.css")
numbers = count(1)


@dataclass
class Moment:
    """A message from one party to another, or, where `target` is empty, what happened to one.

    Times are seconds; `sent` is None where only the arrival is known.
    """

    time: float
    source: str
    target: str
    text: str
    sent: float | None = None
    detail: str = ""  # what is told on hover and on focus


def show_timeline(moments, title, parties=None):
    """Show the moments, in the order of their times, as a picture that can be stepped through."""
    moments = sorted(moments, key=lambda moment: moment.time)
    parties = parties or list(
        dict.fromkeys(name for one in moments for name in (one.source, one.target) if name)
    )
    text = "\n".join([title, *in_words(moments)])
    display({"text/plain": text, "text/html": figure(moments, title, parties)}, raw=True)


def in_words(moments):
    for moment in moments:
        whom = f" to {moment.target}" if moment.target else ""
        late = (
            f", on its way for {(moment.time - moment.sent) * 1000:.0f} ms" if moment.sent is not None else ""
        )
        yield f"{moment.time * 1000:6.0f} ms  {moment.source}{whom}: {moment.text}{late}"


def figure(moments, title, parties):
    """Return the picture as HTML: SVG, buttons that the script shows, and the words."""
    number, height = next(numbers), HEAD + ROW * (len(moments) + 1)
    lanes = [lane(name, LANE * place + LANE // 2, height) for place, name in enumerate(parties)]
    rows = [row(moment, at, moments, parties) for at, moment in enumerate(moments)]
    words = "".join(f"<li>{html.escape(line.strip())}</li>" for line in in_words(moments))
    return (
        f'<figure class="timeline" id="timeline{number}" role="group" aria-label="{html.escape(title)}">'
        f"<style>{STYLE.read_text('utf-8')}</style>"
        f"<figcaption>{html.escape(title)}</figcaption>"
        '<p class="timeline-buttons" hidden><button>Back</button> <button>Step</button> <button>Play</button> '
        '<output aria-live="polite"></output></p>'
        f'<div class="timeline-picture" tabindex="0"><svg viewBox="0 0 {LANE * len(parties)} {height}" '
        f'width="{LANE * len(parties)}" height="{height}" role="img" aria-label="{html.escape(title)}">'
        f"{ARROW}{''.join(lanes)}{''.join(rows)}</svg></div>"
        f"<details><summary>The same in words</summary><ol>{words}</ol></details>"
        f"<script>({SCRIPT.read_text('utf-8')})(document.getElementById('timeline{number}'))</script></figure>"
    )


ARROW = (
    '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
    'orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="currentColor"/></marker></defs>'
)


def lane(name, x, height):
    return (
        f'<line class="lane" x1="{x}" x2="{x}" y1="{HEAD - 10}" y2="{height}"/>'
        f'<text class="party" x="{x}" y="20" text-anchor="middle">{html.escape(name)}</text>'
    )


def row(moment, at, moments, parties):
    """Return what is drawn of a moment; its arrow starts at the row of the time when it was sent."""
    y = HEAD + ROW * (at + 1)
    x = LANE * parties.index(moment.source) + LANE // 2
    tip = html.escape(f"{moment.time * 1000:.0f} ms: {moment.text}. {moment.detail}".strip())
    words = html.escape(moment.text)
    if not moment.target:
        drawn = f'<path class="mark" d="M{x - 6} {y - 6}l12 12m0 -12l-12 12"/>'
        drawn += f'<text x="{x + 12}" y="{y + 4}">{words}</text>'
    else:
        end = LANE * parties.index(moment.target) + LANE // 2
        since = moment.time if moment.sent is None else moment.sent
        earlier = sum(1 for one in moments[:at] if one.time > since)
        start = y - ROW * earlier - (8 if moment.sent is not None else 0)
        drawn = (
            f'<line class="arrow" x1="{x}" y1="{start}" x2="{end}" y2="{y}" marker-end="url(#tip)"/>'
            f'<text x="{(x + end) / 2}" y="{(start + y) / 2 - 6}" text-anchor="middle">{words}</text>'
        )
    return f'<g class="moment" tabindex="0" role="img" aria-label="{tip}"><title>{tip}</title>{drawn}</g>'
