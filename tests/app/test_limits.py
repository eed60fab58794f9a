"""The limits as they are shipped; the tests of what they limit have no time for them, and set their own."""

import pytest

from app import limits

PATIENCE = ["START", "STOP", "REQUEST", "CLOSE", "CATCH_UP", "NATS_ANSWER"]


@pytest.mark.parametrize("what", PATIENCE)
def test_patience_as_shipped(what):
    """Whoever is slow has five seconds at the least, and nobody waits for it for more than twenty."""
    assert 5 <= getattr(limits, f"{what}_SECONDS") <= 20
