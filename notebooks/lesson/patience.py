"""The deadlines of the kit, longer where the machine is busy or slow."""

import time

WORK = 0.02  # seconds of processor time, for which a busy machine takes longer
MOST = 6  # a learner is not kept waiting for more times the deadline than this


def patient(seconds):
    """Return the seconds that are to be waited here and now for what a quiet machine does in `seconds`."""
    began, worked = time.perf_counter(), time.process_time()
    while (done := time.process_time() - worked) < WORK:
        pass
    return seconds * min(max(1, (time.perf_counter() - began) / done), MOST)
