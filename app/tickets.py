"""Tickets: each opens one socket, once, within some seconds."""

import secrets
import time
from itertools import takewhile

from itsdangerous import BadData, URLSafeTimedSerializer

from app import limits


class Tickets:
    def __init__(self):
        self.signer = URLSafeTimedSerializer(secrets.token_bytes(32), "ticket")
        self.taken = {}  # number -> when, the oldest first

    def sell(self, key):
        """Return a ticket for the session of that key. Anybody can read it, and nobody can make one."""
        return self.signer.dumps([key, secrets.token_hex(8)])

    def take(self, ticket):
        """Return the key of the session; None: the ticket is not ours, is too old, or was taken before."""
        try:
            key, number = self.signer.loads(ticket, max_age=limits.TICKET_SECONDS)
        except BadData:
            return None
        now = time.monotonic()
        for old in list(takewhile(lambda one: now - self.taken[one] > 2 * limits.TICKET_SECONDS, self.taken)):
            del self.taken[old]
        if number in self.taken:
            return None
        self.taken[number] = now  # and not the ticket: the same one can be written in several ways
        return key
