"""The deadlines of the kit, longer where the machine is busy or slow."""

import time

WORK = 0.02  # seconds of processor time, for which a busy machine takes longer
MOST = 6  # a learner is not kept waiting for more times the deadline than this


slowest = 1  # times what a quiet machine takes, in the cell that runs: what was granted is waited for


def patient(seconds):
    """Return the seconds that are to be waited here and now for what a quiet machine does in `seconds`."""
    global slowest
    began, worked = time.perf_counter(), time.process_time()
    while (done := time.process_time() - worked) < WORK:
        pass
    times = min(max(1, (time.perf_counter() - began) / done), MOST)
    slowest = max(slowest, times)
    return seconds * times
