"""Joining, speaking, breaks and restarts, in any order: what is kept is heard, once, in one order.

To look for new orders: FUZZ=1000 python3 -m tests tests/app/test_room_states.py --timeout 0
"""

import json
from contextlib import ExitStack

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from app import limits
from tests.app.rooms import new_place, serve_room, tell, visit
from tests.app.test_fuzz import EXAMPLES, fuzz
from tests.conftest import vanish
from tests.deadlines import seconds, until
from tests.programs import nats_server


class Somebody:
    """A client as the page is one: it notes what it hears, and says again what it was not told to be kept."""

    def __init__(self, name):
        self.name, self.log, self.after, self.ws = name, "", 0, None
        self.heard, self.kept, self.said = [], {}, 0  # pairs of number and text; id -> number; how many texts

    def come(self, server):
        """Be in the room; the connection of before may have the name for a moment, and the log be away."""
        self.stack = ExitStack()
        self.ws = self.stack.enter_context(visit(server))

        def is_in():
            tell(self.ws, type="join", name=self.name, log=self.log, after=self.after)
            return self.hear_until("welcome", "error") == "welcome"

        until(is_in, f"{self.name} in the room", 20)

    def hear(self, timeout):
        """Take in the next message, and return its type; TimeoutError: there is none."""
        message = json.loads(self.ws.recv(timeout))
        match message["type"]:
            case "message":
                self.log, self.after = message["log"], message["number"]
                self.heard.append((message["number"], message["text"]))
            case "kept":
                self.kept[message["id"]] = message["number"]
        return message["type"]

    def hear_until(self, *types):
        while (type := self.hear(seconds(10))) not in types:
            pass
        return type

    def speak_up(self):
        """Say the text that is not known to be kept, or a new one."""
        self.said += self.said == len(self.kept)
        tell(self.ws, f"{self.name} {self.said - 1}", id=self.said - 1)

    def say_until_kept(self):
        def is_kept():
            self.speak_up()
            return self.hear_until("kept", "error") == "kept"

        until(is_kept, "log", 20)

    def break_after(self, frames):
        """Let the connection break after so many of the frames that have come; the rest is lost."""
        self.ws.ping().wait(seconds(10))  # what was sent before the answer is here then
        try:
            for _ in range(frames):
                self.hear(0)
        except TimeoutError:
            pass
        vanish(self.ws.socket)
        self.leave()

    def leave(self):
        self.stack.close()
        self.ws = None


class RoomMachine(RuleBasedStateMachine):
    """One room with three people; `place` is where its log is."""

    def __init__(self, place, nats):
        super().__init__()
        self.place, self.nats, self.people = place, nats, [Somebody(name) for name in ["Ann", "Bén", "李 🙂"]]
        self.start()

    def start(self):
        self.stack = ExitStack()
        self.server = self.stack.enter_context(serve_room(**self.place))

    def somebody(self, number):
        one = self.people[number]
        if not one.ws:
            one.come(self.server)
        return one

    people_numbers = st.integers(0, 2)
    frames = st.integers(0, 6)

    @rule(number=people_numbers)
    def speak(self, number):
        self.somebody(number).say_until_kept()

    @rule(number=people_numbers, texts=st.integers(0, 3), frames=frames)
    def speak_and_break(self, number, texts, frames):
        one = self.somebody(number)
        for _ in range(texts):
            one.speak_up()
        one.break_after(frames)

    @rule(number=people_numbers)
    def leave(self, number):
        if self.people[number].ws:
            self.people[number].leave()

    @rule(frames=frames)
    def restart(self, frames):
        for one in self.people:
            if one.ws:
                one.break_after(frames)
        self.stack.close()
        self.start()

    @rule()
    def restart_nats(self):
        if self.nats:
            self.nats.kill()
            self.nats.start_again()

    def teardown(self):
        try:
            for number, one in enumerate(self.people):
                self.somebody(number)
                while len(one.kept) < one.said:
                    one.say_until_kept()
            kept = sorted((n, f"{one.name} {id}") for one in self.people for id, n in one.kept.items())
            for one in self.people:
                while kept and one.after < kept[-1][0]:
                    one.hear(seconds(10))
                assert one.heard == kept, one.name
        finally:
            for one in self.people:
                if one.ws:
                    one.leave()
            self.stack.close()


@pytest.mark.parametrize(("kind", "examples"), [("file", 20), ("stream", 6)])
def test_any_order(kind, examples, tmp_path, monkeypatch):
    """Whatever the order, at the end everybody has heard all that was kept, once, and all in one order."""
    monkeypatch.setattr(limits, "MESSAGES_PER_SECOND", 10_000)
    monkeypatch.setattr(limits, "BEAT_SECONDS", 0.05)
    number = settings(fuzz, max_examples=EXAMPLES or examples, stateful_step_count=15)
    with ExitStack() as stack:
        nats = stack.enter_context(nats_server(tmp_path)) if kind == "stream" else None
        run_state_machine_as_test(lambda: RoomMachine(new_place(kind, tmp_path, nats), nats), settings=number)
