"""What a check says, in a notebook with a bar on its left and a badge for how an answer went."""

import html
import re

from IPython.display import display

DONE, NOT_YET = "done", "not yet"
BADGES = {  # which differ by word, by shape, and by colours of their own, in light and in dark
    DONE: "background: #1b5e20; color: #fff; border: 2px solid #1b5e20; border-radius: 1em; padding: 0 0.6em",
    NOT_YET: "background: #fff3e0; color: #6d2c00; border: 2px dashed #6d2c00; padding: 0 0.6em",
}


def show_feedback(text):
    """Show text; a screen reader reads it by itself."""
    bar = "border-left: 0.4em solid currentColor; padding-left: 1em; white-space: pre-wrap"
    page = html.escape(text)
    for words, badge in BADGES.items():
        page = re.sub(rf"^([\d.]+) {words}:", rf'\1 <strong style="{badge}">{words}</strong>:', page)
    display({"text/plain": text, "text/html": f'<div role="status" style="{bar}">{page}</div>'}, raw=True)


def look_of(value):
    """Return how a value looks, also where its own code for that fails."""
    try:
        text = repr(value)
    except Exception:
        return f"something of type {type(value).__name__}"
    return text if len(text) < 80 else f"{text[:76]} …"
