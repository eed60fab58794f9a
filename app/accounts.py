"""Who has an account: a file with names, and with what their passwords were made into."""

import asyncio
import hashlib
import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from precis_i18n import get_profile

from app import limits
from app.messages import read

COST = {"n": 2**14, "r": 8, "p": 5}  # of each guess: 16 MiB and some tenths of a second, as OWASP advises
PASSWORD = get_profile("OpaqueString")  # of RFC 8265: one password, on whatever keyboard it is typed
NOBODY = {"cost": COST, "salt": "", "hash": ""}  # whose password nothing is
worker = ThreadPoolExecutor(1)  # many guesses take one processor, and the room keeps the others


def hash_of(password, salt, cost):
    """Return the hash as hex digits; UnicodeEncodeError: nobody can have that password."""
    plain = PASSWORD.enforce(password).encode()
    return hashlib.scrypt(plain, salt=bytes.fromhex(salt), **cost).hex()


class Accounts:
    def __init__(self, path):
        self.path, self.waiting = Path(path), 0

    def all(self):
        return json.loads(self.path.read_text("utf-8")) if self.path.exists() else {}

    def add(self, name, password):
        """Keep an account, or its new password; Refused or ValueError: it takes no such name or password."""
        name = read(json.dumps({"type": "join", "name": name})).name
        if len(password) < limits.PASSWORD_CHARACTERS:
            raise ValueError(f"a password has at least {limits.PASSWORD_CHARACTERS} characters")
        salt = secrets.token_hex(16)
        account = {"cost": COST, "salt": salt, "hash": hash_of(password, salt, COST)}
        text, new = json.dumps({**self.all(), name: account}, indent=1), self.path.with_suffix(".new")
        new.touch(mode=0o600)  # nobody else reads it
        new.write_text(text, "utf-8")
        new.replace(self.path)  # at once: a server may be reading

    async def has(self, name, password):
        """Return whether that is the name's password; it takes as long where there is no such name."""
        account = self.all().get(name, NOBODY)
        work = hash_of, password, account["salt"], account["cost"]
        self.waiting += 1
        try:
            found = await asyncio.get_running_loop().run_in_executor(worker, *work)
        except UnicodeEncodeError:
            return False
        finally:
            self.waiting -= 1
        return secrets.compare_digest(found, account["hash"])
