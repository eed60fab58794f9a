"""The limits as they are shipped; the tests of what they limit have no time for them, and set their own."""

import pytest

from app import limits

PATIENCE = [
    limits.START_SECONDS,
    limits.STOP_SECONDS,
    limits.REQUEST_SECONDS,
    limits.CLOSE_SECONDS,
    limits.CATCH_UP_SECONDS,
]


@pytest.mark.parametrize("limit", PATIENCE)
def test_patience_as_shipped(limit):
    """Whoever is slow has five seconds at the least, and nobody waits for it for more than twenty."""
    assert 5 <= limit <= 20
