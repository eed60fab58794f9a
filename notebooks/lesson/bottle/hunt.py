"""Look for a seed with which a scenario fails, and for the least that has to be late for it."""

from .running import run


def hunt(scenario, seeds=200):
    """Return the Run of the first seed that fails, with only those packets late that have to be, or None."""
    for seed in range(seeds):
        print(f"\rseed {seed} of {seeds}", end="", flush=True)
        found = run(scenario, seed)
        if found.error:
            print(f"\rseed {seed} fails: {found.error!r}")
            return smallest(scenario, found)
    print(f"\rnone of {seeds} seeds fails")
    return None


def smallest(scenario, found):
    """Return a Run that fails as that one, and in which no packet is late without need."""
    on_time, packet = set(), 0
    while (packet := packet + 1) <= found.packets:
        tried = run(scenario, found.seed, on_time | {packet})
        if type(tried.error) is type(found.error):
            on_time, found = on_time | {packet}, tried
    print(f"{found.packets - len(on_time)} of {found.packets} packets have to be late for that")
    return found
