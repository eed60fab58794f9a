"""Answers word by word: the model, the socket and SSE, over the real server and in the bottle."""

import asyncio
import gc
import json
import re
from contextlib import contextmanager, suppress
from types import SimpleNamespace

import httpx2
import pytest
from websockets.asyncio import client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from app import answer_endpoint, language_model, limits
from app.background import BackgroundServer
from app.hardened import SETTINGS
from app.main import app
from lesson.bottle import simulate, start_server
from tests.deadlines import seconds, until

FOREIGN = "http://evil.example"


@pytest.fixture(scope="module")
def server():
    with BackgroundServer(app, port=0, **SETTINGS) as server:
        yield server


@pytest.fixture(autouse=True)
def pace(monkeypatch, server):
    monkeypatch.setattr(limits, "WORD_SECONDS", 0.01)
    server.logs()


@contextmanager
def socket(server, **options):
    with connect(server.url.replace("http", "ws") + "answers/ws", proxy=None, **options) as ws:
        yield ws


def told_next(ws):
    return json.loads(ws.recv(timeout=seconds(10)))


def rest(ws):
    """Return what comes, up to the end of an answer."""
    messages = [told_next(ws)]
    while "end" not in messages[-1]:
        messages.append(told_next(ws))
    return messages


def events(server, question="Why?", behind=0):
    """Return the events of an answer over SSE, as dictionaries."""
    url, headers = f"{server.url}answers/sse?question={question}", {"Last-Event-ID": str(behind)}
    answer = httpx2.get(url, headers=headers, trust_env=False, timeout=seconds(20))
    assert answer.status_code == 200
    blocks = answer.text.strip().split("\n\n")
    return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]


def worked(server, lines, count=1):
    """Return up to which words the server has worked, once it has ended so many answers."""

    def ended():
        lines.extend(server.logs())
        numbers = re.findall(r"up to word (\d+)", "\n".join(lines))
        return [int(number) for number in numbers] if len(numbers) >= count else None

    return until(ended, f"end of {count} answers")


def whole(question, skip=0):
    async def all_words():
        return [pair async for pair in language_model.make_words(question, skip)]

    return asyncio.run(all_words())


def test_model():
    """An answer is the same each time, its words follow as in the text, and it ends with a full stop."""
    why = whole("Why?")
    assert why == whole("Why?") != whole("What?")
    assert [number for number, _ in why] == [*range(1, len(why) + 1)]
    assert len(why) >= limits.ANSWER_WORDS
    assert why[-1][1] == "."
    text = [word.strip() for _, word in why]
    for one, after in zip([".", *text], text, strict=False):
        assert after in language_model.FOLLOWERS[one]
    assert whole("Why?", skip=38) == why[38:]
    assert whole("Why?", skip=1000) == []


def test_each_word_has_a_follower():
    """No question leads to a word after which nothing comes; from each there is a way to a full stop."""
    ends = {"."}
    for _ in language_model.FOLLOWERS:
        ends |= {word for word, after in language_model.FOLLOWERS.items() if ends & {*after}}
    assert ends == language_model.FOLLOWERS.keys()


def test_same_over_both(server):
    """Over both ways come all words of an answer with their numbers, and then an end."""
    with socket(server) as ws:
        ws.send("Why?")
        *told, end = rest(ws)
    assert end == {"end": "whole"}
    assert [(one["number"], one["word"]) for one in told] == whole("Why?")
    *streamed, end = events(server)
    assert end == {"event": "end", "data": '"whole"'}
    assert [(int(one["id"]), json.loads(one["data"])) for one in streamed] == whole("Why?")


def test_stop(server):
    """An empty text stops the work, is answered after that, and the socket takes the next question."""
    lines = []
    with socket(server) as ws:
        ws.send("Why?")
        told_next(ws)
        ws.send("")
        *told, end = rest(ws)
        assert end == {"end": "stopped"}
        shown = told[-1]["number"] if told else 1
        [number] = worked(server, lines)
        assert shown <= number <= shown + 1 < limits.ANSWER_WORDS
        ws.send("What?")
        assert rest(ws)[-1] == {"end": "whole"}


def test_stopped_is_true(server, monkeypatch):
    """The server says that an answer is stopped when the work has come to its end, and not before."""
    ended = []

    async def slow_to_end(question):
        try:
            yield 1, "one"
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.2)
            ended.append(question)

    monkeypatch.setattr(answer_endpoint, "make_words", slow_to_end)
    with socket(server) as ws:
        ws.send("Why?")
        told_next(ws)
        ws.send("")
        assert told_next(ws) == {"end": "stopped"}
        assert ended == ["Why?"]


def test_stop_when_nothing_comes(server):
    """A stop before a question and after an answer changes nothing, and is not answered."""
    with socket(server) as ws:
        ws.send("")
        ws.send("Why?")
        assert rest(ws)[-1] == {"end": "whole"}
        ws.send("")
        ws.send("What?")
        assert told_next(ws)["number"] == 1


def test_next_question_stops_the_one_before(server):
    """There is one answer at a time: the words of two do not mix."""
    with socket(server) as ws:
        ws.send("Why?")
        told_next(ws)
        ws.send("What?")
        assert rest(ws)[-1] == {"end": "stopped"}
        assert [(one["number"], one["word"]) for one in rest(ws)[:-1]] == whole("What?")


@pytest.mark.parametrize("way", ["socket", "sse"])
def test_who_leaves_stops_the_work(server, way):
    """When a client leaves, the work ends long before the answer would."""
    if way == "socket":
        with socket(server) as ws:
            ws.send("Why?")
            told_next(ws)
    else:
        url = server.url + "answers/sse?question=Why?"
        with httpx2.stream("GET", url, trust_env=False, timeout=seconds(10)) as answer:
            next(answer.iter_lines())
    assert worked(server, [])[0] < limits.ANSWER_WORDS


@pytest.fixture
def nothing_collected():
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("way", ["sse", "socket"])
def test_who_leaves_between_two_words(server, monkeypatch, nothing_collected, way):
    """A generator that was left at its yield, and not where it works, is ended with its client as well."""
    monkeypatch.setattr(limits, "WORD_SECONDS", 0.001)
    monkeypatch.setattr(limits, "ANSWER_WORDS", 10**9)
    url, lines = f"{server.url}answers/sse?question=Why?", []
    for count in range(1, 31):
        if way == "socket":
            with socket(server) as ws:
                ws.send("Why?")
                told_next(ws)
        else:
            with httpx2.stream("GET", url, trust_env=False, timeout=seconds(20)) as answer:
                next(answer.iter_raw())
        worked(server, lines, count)


def test_coming_back(server):
    """Whoever says which word was the last gets the rest; behind the last one, the end alone."""
    whole = events(server)
    assert events(server, behind=38) == whole[38:]
    assert events(server, behind=len(whole) - 1) == whole[-1:]


def test_foreign_page(server):
    """A page of another origin cannot let the server work."""
    with pytest.raises(InvalidStatus, match="403"), socket(server, origin=FOREIGN):
        pass
    url = server.url + "answers/sse?question=Why?"
    answer = httpx2.get(url, headers={"origin": FOREIGN}, trust_env=False, timeout=seconds(10))
    assert (answer.status_code, answer.json()) == (403, {"detail": "another origin"})
    assert not [line for line in server.logs() if "up to word" in line]


def test_too_many_questions(server):
    """Whoever asks too fast is turned out, and nobody works on."""
    lines = []
    with socket(server) as ws:
        for _ in range(limits.MESSAGES_PER_SECOND + 1):
            ws.send("Why?")
        with suppress(ConnectionClosed):
            while True:
                told_next(ws)
    assert ws.close_code == 1008
    assert len(events(server)) > limits.ANSWER_WORDS  # which takes longer than what was begun would
    assert [number for number in worked(server, lines) if number >= limits.ANSWER_WORDS] == [40]
    assert not [line for line in lines if "never retrieved" in line or "Error" in line]


def test_bug_in_the_model(server, monkeypatch):
    """A bug ends the connection with 1011, and stands in the log."""

    async def broken(question):
        yield 1, "one"
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(answer_endpoint, "make_words", broken)
    lines = []
    with socket(server) as ws:
        ws.send("Why?")
        told_next(ws)
        with pytest.raises(ConnectionClosed):
            told_next(ws)
    assert ws.close_code == 1011
    until(lambda: lines.extend(server.logs()) or "a bug" in "\n".join(lines), "line with the bug")


async def leave_after(network, way, wait):
    """Ask over a way, in the bottle, and leave after so many seconds."""
    if way == "socket":
        async with client.connect("ws://server/answers/ws", proxy=None) as ws:
            await ws.send("Why?")
            await asyncio.sleep(wait)
    else:
        _, writer = await asyncio.open_connection("server", 80)
        writer.write(b"GET /answers/sse?question=Why HTTP/1.1\r\nHost: server\r\n\r\n")
        await asyncio.sleep(wait)
        writer.close()


@pytest.mark.parametrize("way", ["socket", "sse"])
def test_leaving_in_a_long_thought(monkeypatch, way):
    """The work ends when the client leaves, and not at the next word, which would come 40 seconds later."""
    monkeypatch.setattr(limits, "WORD_SECONDS", 50)
    ended = []

    async def scenario(network):
        monkeypatch.setattr(
            language_model, "log", SimpleNamespace(info=lambda *_: ended.append(network.time()))
        )
        await start_server(network, app, **SETTINGS)
        await network.create_task(leave_after(network, way, 10), name="Ann")
        await asyncio.sleep(1)

    run = simulate(scenario)
    assert run.error is None
    [moment] = ended
    assert 10 < moment < 11


@pytest.mark.parametrize("way", ["socket", "sse"])
def test_slow_reader_holds_up_the_work(monkeypatch, way):
    """The words that a reader does not take are not made: what piles up is bounded."""
    made = []

    async def long_words(question, skip=0):
        for number in range(5000):
            await asyncio.sleep(0.001)
            made.append(number)
            yield number, 1000 * "x"

    async def scenario(network):
        monkeypatch.setattr(answer_endpoint, "make_words", long_words)
        await start_server(network, app, **SETTINGS)
        network.create_task(leave_after(network, way, 20), name="Lazy")
        await asyncio.sleep(0.2)
        network.stall("Lazy")
        await asyncio.sleep(10)
        return len(made)

    run = simulate(scenario)
    assert run.error is None
    assert 60 < run.result < 300
