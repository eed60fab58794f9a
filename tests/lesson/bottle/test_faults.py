"""What a scenario does to the network."""

from lesson.bottle import simulate
from tests.lesson.bottle.two_networks import cut_and_mended


def test_cut():
    bottled = simulate(cut_and_mended, 3)
    assert bottled.error is None, bottled.error
    assert bottled.result["Ann"] == [
        ("connected",),
        ("waits", True),
        ("heard", 5, "hello"),
        ("closed", 1000, ""),
    ]
    assert [event.time > 5 for event in bottled.trace if event.data.endswith(b"hello")] == [True]
