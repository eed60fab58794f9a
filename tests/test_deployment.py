"""The files for a server in ADMINISTRATORS.md do what is said of them, with other ports and paths."""

import configparser
import http.client
import json
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.app.rooms import tell, told
from tests.conftest import ROOT, ask_anew, posix
from tests.deadlines import seconds, until
from tests.pages import TEXTS, section
from tests.ports import free_port
from tests.programs import NATS, Program, has_listener, nginx

CHAPTER = section(TEXTS["notebooks/ADMINISTRATORS.md"], "The chat on a server")
HOST = "chat.example.org"
ACCEPTED = '"WebSocket /room/ws" [accepted]'


def file_in_chapter(name):
    """Return a file that the chapter has, and that begins with its own name."""
    [text] = re.findall(rf"(?ms)^```\w+\n(# \S*{re.escape(name)}\n.*?)^```", CHAPTER)
    return text


def line_in_chapter(begin):
    [line] = re.findall(rf"(?m)^(?:sudo )?({re.escape(begin)}.*)$", CHAPTER)
    return line


def unit(name):
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read_string(file_in_chapter(name))
    return parser["Service"]


def replaced_each(text, changes):
    """Return a text with these changes, each of which has to be made."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, str(new))
    return text


def start_unit(name, ready, changes):
    """Start what a unit starts, in its environment."""
    service = unit(name)
    text = replaced_each(f"{service.get('Environment', '')}\n{service['ExecStart']}", changes)
    environment, command = map(shlex.split, text.split("\n"))
    return Program(ready, *command, **dict(pair.split("=", 1) for pair in environment))


@contextmanager
def two_servers_and_nats(folder):
    """The two servers of the chapter, and their NATS; each has its `port`."""
    here = {"4222": free_port()}
    place = {**here, "/srv/chat/python/bin/nats-server": NATS, "/var/lib/chat-nats": folder / "nats"}
    with start_unit("chat-nats.service", "Server is ready", place):
        ready, changes = "until you press Ctrl-C", {**here, "/srv/chat/python/bin/python": sys.executable}
        ports = [free_port(), free_port()]
        first, second = (start_unit("chat@.service", ready, {**changes, "%i": port}) for port in ports)
        with first, second:
            first.port, second.port = ports
            yield first, second


def make_certificate(folder):
    program = shutil.which("openssl") or pytest.skip(
        "openssl is not installed: install it to make a certificate."
    )
    command = replaced_each(line_in_chapter("openssl req"), {"/etc/ssl/chat": folder})
    subprocess.run([program, *shlex.split(command)[1:]], check=True, capture_output=True)


@contextmanager
def deployed(folder):
    """nginx before the two servers, with a certificate; give its ports for https and http, and them."""
    make_certificate(folder)
    secure, plain = free_port(), free_port()
    with two_servers_and_nats(folder) as servers:
        changes = {f"127.0.0.1:800{at}": f"127.0.0.1:{server.port}" for at, server in enumerate(servers, 1)}
        changes |= {"listen 443": f"listen 127.0.0.1:{secure}", "listen 80;": f"listen 127.0.0.1:{plain};"}
        changes |= {"/etc/ssl/chat": folder}
        with nginx(folder, replaced_each(file_in_chapter("chat.conf"), changes), secure):
            yield secure, plain, servers


def through_tls(folder, port, origin=None):
    """Connect to the room by its name, and trust no certificate but that one."""
    client = socket.create_connection(("127.0.0.1", port), timeout=seconds(10))
    trust = ssl.create_default_context(cafile=folder / "chat.pem")
    origin = origin or f"https://{HOST}:{port}"
    ws = connect(f"wss://{HOST}:{port}/room/ws", sock=client, ssl=trust, origin=origin, proxy=None)
    ws.heard = []
    return ws


def is_let_in(ws, name, **known):
    """Return whether somebody may join; the name can be taken until the server of before has ended."""
    tell(ws, type="join", name=name, **known)
    while (kind := told(ws)["type"]) not in ("welcome", "error"):
        pass
    return kind == "welcome"


@posix
def test_room_behind_nginx(tmp_path, browser):
    """Over TLS two people are at two servers and in one room; one server ends, and nothing is lost."""
    with deployed(tmp_path) as (secure, plain, servers):
        with through_tls(tmp_path, secure) as ann, through_tls(tmp_path, secure) as ben:
            assert [server.said().count(ACCEPTED) for server in servers] == [1, 1]
            assert is_let_in(ann, "Ann")
            assert is_let_in(ben, "Ben")
            tell(ann, "one", id=1)
            one = told(ben, type="message")
            assert one["text"] == "one"

            servers[1].process.terminate()  # as systemd does
            with pytest.raises(ConnectionClosed):
                told(ben, type="nothing has this type")
            assert ben.close_code == 1012
            servers[1].process.wait(timeout=seconds(10))
            tell(ann, "two", id=2)
            told(ann, type="kept")
            with through_tls(tmp_path, secure) as again:
                until(
                    lambda: is_let_in(again, "Ben", log=one["log"], after=one["number"]), "place in the room"
                )
                assert "two" in [message.get("text") for message in again.heard]
                see_in_browser(browser, f"https://127.0.0.1:{secure}/room")
        for origin in ["https://evil.example", f"http://{HOST}:{secure}1"]:
            with pytest.raises(InvalidStatus, match="403"):
                through_tls(tmp_path, secure, origin)
        asked = http.client.HTTPConnection("127.0.0.1", plain, timeout=seconds(10))
        asked.request("GET", "/room", headers={"Host": HOST})
        answer = asked.getresponse()
        assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/room")
        asked.close()


def see_in_browser(browser, address):
    """Join with the page, and see what was said."""
    with browser.new_context(ignore_https_errors=True) as context:
        page = context.new_page()
        page.goto(address)
        page.get_by_label("Name", exact=True).fill("Cleo")
        page.get_by_role("button", name="Join").click()
        expect(page.locator("#messages li").filter(has_text="Ann: ")).to_have_text(["Ann: one", "Ann: two"])
        expect(page.locator("#people li")).to_have_text(["Ann", "Ben", "Cleo"])


@posix
def test_units(tmp_path):
    """systemd finds no fault in the units, and finds one that is made."""
    program = shutil.which("systemd-analyze") or pytest.skip("systemd-analyze is not installed.")
    changes = {"/srv/chat/python/bin/nats-server": NATS, "/srv/chat/python/bin/python": sys.executable}
    for name in ["chat@.service", "chat-nats.service"]:
        text = file_in_chapter(name)
        made = {old: new for old, new in changes.items() if old in text}
        (tmp_path / name).write_text(replaced_each(text, made))

    def found():
        units = [tmp_path / "chat@8001.service", tmp_path / "chat-nats.service"]
        run = subprocess.run([program, "verify", *units], capture_output=True, text=True, timeout=seconds(30))
        return run.stdout + run.stderr

    assert found() == ""
    (tmp_path / "chat@.service").write_text((tmp_path / "chat@.service").read_text().replace("Pr", "Br"))
    assert "BrivateTmp" in found()


@posix
def test_container(tmp_path):
    """With the files that the container copies, and nothing else, its command serves the chat."""
    lines = [line.split(" ", 1) for line in file_in_chapter("Containerfile").splitlines()[1:]]
    copied = [name for kind, words in lines if kind == "COPY" for name in words.split()[:-1]]
    assert copied == line_in_chapter("cp -r").split()[2:-1]
    for name in copied:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    (tmp_path / "workspace").mkdir()
    settings, port = dict(lines), free_port()
    program, *options = json.loads(settings["CMD"])
    assert program == "python3"
    name, value = settings["ENV"].split("=")
    command = [sys.executable, *options, "--port", str(port)]
    with subprocess.Popen(command, cwd=tmp_path, env={"PATH": "", name: value}) as process:
        try:
            until(lambda: has_listener(port) or process.poll() is not None, "the chat", 20)
            assert ask_anew(f"ws://127.0.0.1:{port}/ws") == "Message text was: still there?"
            assert (tmp_path / "workspace/room.sqlite").exists()
        finally:
            process.terminate()
            process.wait(timeout=seconds(10))
