"""The deadlines of the kit, longer where the machine is busy or slow."""

import time

WORK = 0.02  # seconds of processor time, for which a busy machine takes longer
MOST = 6  # a learner is not kept waiting for more times the deadline than this
VALID = 1  # seconds for which a measurement is taken as what is so now


slowest = 1  # times what a quiet machine takes, in the cell that runs: what was granted is waited for
measured = (-VALID, 1)  # when, and how many times what a quiet machine takes


def patient(seconds):
    """Return the seconds that are to be waited here and now for what a quiet machine does in `seconds`."""
    global slowest, measured
    at, times = measured
    began, worked = time.perf_counter(), time.process_time()
    if began > at + VALID:
        while (done := time.process_time() - worked) < WORK:
            pass
        times = min(max(1, (time.perf_counter() - began) / done), MOST)
        measured = began, times
    slowest = max(slowest, times)
    return seconds * times
