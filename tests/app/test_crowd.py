"""A thousand clients at once, four times over, and one that pings and does not read.

`python3 -m app` serves them all and keeps nothing of them.
"""

import socket

import psutil
import pytest

from tests.conftest import Chat, ask_anew, knock, let_in, open_raw, vanish
from tests.deadlines import until

resource = pytest.importorskip("resource")  # which Windows has not
CLIENTS = 1000
MESSAGE = b"x" * 10_000
QUESTION = b"\x81\xfe" + len(MESSAGE).to_bytes(2) + b"\0\0\0\0" + MESSAGE  # masked with zeros, so unchanged
ECHO = b"Message text was: " + MESSAGE
ANSWER = b"\x81\x7e" + len(ECHO).to_bytes(2) + ECHO
PING = b"\x89\xfd\0\0\0\0" + b"x" * 125


@pytest.fixture
def many_files():
    """Let this process and what it starts have two open files a client, where they may have fewer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < 2 * CLIENTS:
        resource.setrlimit(resource.RLIMIT_NOFILE, (2 * CLIENTS, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def chat(tmp_path, many_files):
    with Chat(tmp_path / "log") as chat:
        assert ask_anew(chat.ws_url) == "Message text was: still there?"  # what is loaded late is loaded now
        yield chat


def data_frame(client):
    """Return the next frame that is no ping: the server asks after a client that has to wait for long."""
    while (head := client.recv(2, socket.MSG_WAITALL))[:1] == b"\x89":
        client.recv(head[1], socket.MSG_WAITALL)
    return head + client.recv(len(ANSWER) - 2, socket.MSG_WAITALL)


def answers_of_thousand(chat):
    """Let a thousand clients connect at once, ask and vanish; return their answers."""
    clients = [knock(chat.port) for _ in range(CLIENTS)]
    for client in clients:
        let_in(client)
    for client in clients:
        client.sendall(QUESTION)
    answers = [data_frame(client) for client in clients]
    figures(chat)
    for client in clients:
        vanish(client)
    return answers


def figures(chat):
    """Return and print what the server holds: open files, threads, and MiB of memory."""
    server = psutil.Process(chat.program.pid)
    held = server.num_fds(), server.num_threads(), server.memory_info().rss / 2**20
    print("{} open files, {} threads, {:.1f} MiB".format(*held))
    return held


def test_thousand_clients(chat):
    """Each of a thousand is answered, and when they have vanished they leave no file, thread or memory.

    A third and a fourth thousand leave the memory where the second left it. Two thousand messages weigh
    19 MiB, and two thousand connections more than 60. Half of the less is allowed, because an allocator
    does not return all it has: 1 to 5 MiB were measured. The first thousand does not count: on Python 3.13
    the second one took 14 MiB more, and the next six no more.
    """
    files, threads, _ = figures(chat)
    memory = []
    for _ in range(4):
        assert answers_of_thousand(chat) == [ANSWER] * CLIENTS
        until(lambda: ask_anew(chat.ws_url) and figures(chat)[:2] == (files, threads), "end of the crowd")
        memory.append(figures(chat)[2])
    assert memory[3] - memory[1] < 2 * CLIENTS * len(MESSAGE) / 2**20 / 2
    assert chat.unusual() == []


def test_pings_of_a_client_that_does_not_read(chat):
    """A client that floods pings and fetches no pong is cut off, and the server keeps no memory of it.

    50 MiB of pings would leave as much in pongs.
    """
    _, _, before = figures(chat)
    with open_raw(chat.port) as client, pytest.raises(ConnectionError):
        client.sendall(PING * (50 * 2**20 // len(PING)))
    assert ask_anew(chat.ws_url) == "Message text was: still there?"
    assert figures(chat)[2] - before < 20
    assert chat.unusual() == []
