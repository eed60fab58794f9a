"""What the tests of the board share: the command, started, and learners who join."""

import json
import re
import subprocess
from contextlib import contextmanager
from uuid import uuid4

import pytest
from websockets.sync.client import connect

from tests.conftest import start
from tests.deadlines import seconds

LAST_LINE = "Ctrl-C ends it"


class BoardProgram:
    """`python3 -m notebooks board`, on any free port."""

    def __init__(self, *options):
        self.options = options

    def __enter__(self):
        command = ("-m", "notebooks", "board")
        self.process = start(*self.options, command=command)
        self.said = ""
        while LAST_LINE not in self.said:
            self.said += self.process.stdout.readline() or pytest.fail(self.process.stderr.read())
        self.page = re.search(r"http://\S+#\S+", self.said)[0]
        self.address, self.token = re.search(r'share\("(\S+)/(\w+)"\)', self.said).groups()
        return self

    def url(self, token=None, path="share"):
        return f"ws://{self.address}/{path}?token={self.token if token is None else token}"

    def end(self, signal):
        """Send a signal; return the exit code and what the board says last."""
        self.process.send_signal(signal)
        out, error = self.process.communicate(timeout=seconds(20))
        assert error == ""
        return self.process.returncode, out

    def __exit__(self, *error):
        self.process.kill()
        with self.process:
            pass


class Learner:
    """A learner's kernel, as the board sees it."""

    def __init__(self, ws, learner, name):
        self.ws, self.learner = ws, learner or uuid4().hex
        self.name = self.ask(type="join", learner=self.learner, name=name)["name"]

    def ask(self, **message):
        self.ws.send(json.dumps(message))
        return self.hears()

    def hears(self):
        return json.loads(self.ws.recv(timeout=seconds(10)))

    def event(self, id, exercise, what, at="2026-11-27T09:00:00Z"):
        answer = self.ask(type="event", id=id, exercise=exercise, what=what, at=at)
        while answer["type"] == "news":
            answer = self.hears()
        assert answer == {"type": "kept", "id": id}


@contextmanager
def learner_of(board, name, learner=None):
    with connect(board.url(), proxy=None, open_timeout=seconds(10)) as ws:
        yield Learner(ws, learner, name)


def refused_by_command(*options):
    """Return what the command says on its way out, and its exit code."""
    process = start(*options, command=("-m", "notebooks", "board"))
    try:
        out, error = process.communicate(timeout=seconds(20))
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return out + error, process.returncode
