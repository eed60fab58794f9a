"""Look for a seed with which a scenario fails, and for the least that has to be late for it."""

import time

from IPython.display import Pretty, display

from .picture import show_run
from .simulation import simulate

PAUSE = 0.2  # real seconds from one sign of progress to the next


def hunt(scenario, seeds=200):
    """Return the Run of the first seed that fails, with only those packets late that have to be, or None."""
    plan, shown = f"Hunting through {seeds} seeds.", time.monotonic()
    progress = display(Pretty(plan), display_id=True)  # None outside a notebook
    for seed in range(seeds):
        found = simulate(scenario, seed)
        if found.error:
            print(f"Seed {seed} fails: {found.error!r}")
            found = smallest(scenario, found)
            break
        if progress and time.monotonic() - shown > PAUSE:
            progress.update(Pretty(f"{plan} {seed + 1} have not failed."))
            shown = time.monotonic()
    else:
        found = print(f"None of {seeds} seeds fails.")
    if progress:
        progress.update(Pretty(plan))  # what is stored is the same, however fast a machine is
    return found


def smallest(scenario, found):
    """Return a Run that fails as that one, and in which no packet is late without need."""
    on_time, parts, in_vain = frozenset(), [range(1, found.packets + 1)], set()
    while parts:
        part = parts.pop()
        more = on_time.union(part)
        tried = None if more in in_vain else simulate(scenario, found.seed, more)
        if tried and type(tried.error) is type(found.error):
            on_time, found = more, tried
            continue
        in_vain.add(more)
        if len(part) > 1:
            half = len(part) // 2
            parts += [part[half:], part[:half]]
    late = {*range(1, found.packets + 1)} - on_time
    print(f"{len(late)} of its {found.packets} packets have to be late for that.")
    return found


def replay(scenario, seed=0, title=None, parties=None):
    """Run a scenario again with a seed, say how it ended, draw it, and return the Run."""
    again = simulate(scenario, seed)
    print(f"Seed {seed} fails: {again.error!r}" if again.error else f"Seed {seed} ends well.")
    show_run(again, title or f"Seed {seed}", parties)
    return again
