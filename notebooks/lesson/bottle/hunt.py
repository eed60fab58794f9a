"""Look for a seed with which a scenario fails, and for the least that has to be late for it."""

from .running import run


def hunt(scenario, seeds=200):
    """Return the Run of the first seed that fails, with as few late packets as still fail; None: none fails."""
    for seed in range(seeds):
        found = run(scenario, seed)
        if found.error:
            return smallest(scenario, found)
    return None


def smallest(scenario, found):
    """Return the Run in which each late packet is needed: without its delay nothing fails."""
    on_time = set()
    for packet in range(1, found.packets + 1):
        tried = run(scenario, found.seed, on_time | {packet})
        if type(tried.error) is type(found.error):
            on_time, found = on_time | {packet}, tried
    return found
