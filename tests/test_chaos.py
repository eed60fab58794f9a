"""The room while its servers, its NATS and its connections break; see chaos.py."""

from collections import Counter

import pytest

from tests.chaos import ACTS, Speaker, chaos, plan

SEED, LENGTH = 10, 12  # with which each act is done


async def test_chaos():
    """Everybody hears each text that was kept once, and all in one order, whatever was killed or frozen."""
    assert Counter(act for _, act, _, _ in plan(SEED, LENGTH)).keys() == ACTS.keys()
    figures, faults = await chaos(SEED, LENGTH)
    assert faults == []
    assert figures["texts kept"] > 100
    assert figures["texts heard"] == 20 * figures["texts kept"]


KEPT = {1: "P0 0", 2: "P1 0", 5: "P0 1"}


@pytest.mark.parametrize(
    ("heard", "fault"),
    [
        ([(1, "P0 0"), (2, "P1 0"), (5, "P0 1")], []),
        ([(1, "P0 0"), (5, "P0 1")], ["was not heard: (2, 'P1 0')"]),
        ([(1, "P0 0"), (2, "P1 0"), (5, "P0 1"), (2, "P1 0")], ["was heard 2 times: (2, 'P1 0')"]),
        ([(1, "P0 0"), (5, "P0 1"), (2, "P1 0")], ["the order was another one"]),
        ([(1, "P0 0"), (2, "P1 0"), (5, "P0 1"), (7, "P0 2")], ["was not kept: (7, 'P0 2')"]),
        ([(1, "P0 0"), (2, "P1 0"), (5, "x")], ["was not heard: (5, 'P0 1')", "was not kept: (5, 'x')"]),
    ],
)
def test_faults(heard, fault):
    """What is lost, told twice, told in another order, or told and not kept, is a fault."""
    speaker = Speaker(0, [])
    speaker.heard = heard
    assert list(speaker.faults(KEPT)) == fault


def test_plan():
    """A seed fixes what is done when; another one is another plan."""
    assert plan(1, 60) == plan(1, 60) != plan(2, 60)
