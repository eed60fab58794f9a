"""The page where Python runs on another machine: on a hub, behind https, in Codespaces, on Colab."""

import json
import os
import re
import ssl
from contextlib import ExitStack
from types import SimpleNamespace

import html5lib
import pytest
import trustme
from playwright.sync_api import expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from lesson.page import address_of, show_page
from tests.conftest import ROOT, ask, assert_echo, free_port, jupyterlab, open_lesson, run_all_cells, shoot
from tests.deadlines import seconds
from tests.programs import nginx

ADMINISTRATORS = (ROOT / "notebooks/ADMINISTRATORS.md").read_text(encoding="utf-8")
SERVER = SimpleNamespace(port=8123, url="http://127.0.0.1:8123/", running=True)
OWN = {"base_url": "/", "hostname": "localhost"}  # what JupyterLab notes on a learner's machine
HUB = {"base_url": "/user/ann/", "hostname": "0.0.0.0"}
CODESPACE = {
    "CODESPACES": "true",
    "CODESPACE_NAME": "ann-b7",
    "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.github.dev",
}


@pytest.fixture
def place(monkeypatch, tmp_path):
    """A function that puts this process into a place: what its JupyterLab noted, and its environment."""

    def place(lab, variables):
        for name in [*CODESPACE, "COLAB_RELEASE_TAG", "JUPYTERHUB_SERVICE_PREFIX", "SSH_CONNECTION"]:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
        for name, value in {"JUPYTER_RUNTIME_DIR": str(tmp_path), **variables}.items():
            monkeypatch.setenv(name, value)
        if lab:
            (tmp_path / f"jpserver-{os.getppid()}.json").write_text(json.dumps(lab))

    return place


@pytest.mark.parametrize(
    ("lab", "variables", "address"),
    [
        (OWN, {}, SERVER.url),
        (OWN | {"hostname": "127.0.0.1"}, {}, SERVER.url),
        (OWN | {"hostname": "::1"}, {}, SERVER.url),
        (None, {}, SERVER.url),  # VS Code, or a kernel without any server
        (HUB, {}, "/user/ann/proxy/8123/"),
        (OWN | {"base_url": "/lab1/"}, {}, "/lab1/proxy/8123/"),
        (OWN | {"hostname": "0.0.0.0"}, {}, "/proxy/8123/"),
        (OWN, {"SSH_CONNECTION": "1.2.3.4 5 6.7.8.9 22"}, "/proxy/8123/"),
        (None, {"JUPYTERHUB_SERVICE_PREFIX": "/user/ben/"}, "/user/ben/proxy/8123/"),
        (HUB, {"JUPYTERHUB_SERVICE_PREFIX": "/user/ben/"}, "/user/ben/proxy/8123/"),
        (OWN, CODESPACE, "/proxy/8123/"),
        (None, CODESPACE, "https://ann-b7-8123.app.github.dev/"),
        (None, {"COLAB_RELEASE_TAG": "release"}, None),
    ],
)
def test_address(place, lab, variables, address):
    """The browser is sent through what lies between it and the server, and nowhere else."""
    place(lab, variables)
    assert address_of(SERVER) == address


def test_no_page(place, capsys):
    """Where no page can reach the server, a sentence says so, and how to go on."""
    place(None, {"COLAB_RELEASE_TAG": "release"})
    show_page(SERVER)
    assert "Go on with the clients in Python" in capsys.readouterr().out


def test_two_pages_side_by_side(place, monkeypatch):
    """Each title is that of an iframe, all have the same width, and no address is taken for HTML."""
    place(None, {})
    shown = {}
    monkeypatch.setattr("lesson.page.display", lambda data, raw: shown.update(data))
    show_page(SERVER, 'room?"a"', "Ann's page", "Ben's page")
    page = html5lib.parse(shown["text/html"], namespaceHTMLElements=False)
    iframes = page.findall(".//iframe")
    assert [iframe.get("title") for iframe in iframes] == ["Ann's page", "Ben's page"]
    addresses = {iframe.get("src") for iframe in iframes} | {page.find(".//a").get("href")}
    assert addresses == {SERVER.url + 'room?"a"'}
    assert all("width: 50%" in iframe.get("style") for iframe in iframes)


@pytest.fixture
def https(tmp_path):
    """A function that puts nginx before a port, as ADMINISTRATORS.md says; return its port, for https."""
    certificate = trustme.CA().issue_cert("127.0.0.1")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    location = re.search(r"```nginx\n(.+?)```", ADMINISTRATORS, re.DOTALL)[1]
    with ExitStack() as started:

        def https(upstream):
            here, port = location.replace("127.0.0.1:8888", f"127.0.0.1:{upstream}"), free_port()
            assert here != location
            http = f"""
                proxy_buffering off;
                server {{
                    listen 127.0.0.1:{port} ssl;
                    ssl_certificate both.pem;
                    ssl_certificate_key both.pem;
                    {here}
                }}
            """
            started.enter_context(nginx(tmp_path, http, port))
            return port

        yield https


def test_origin_behind_https(https, server):
    """Behind nginx the own page is let in over wss, and a page of another origin is refused."""
    port = https(server.port)
    trust_all = ssl.create_default_context()
    trust_all.check_hostname, trust_all.verify_mode = False, ssl.CERT_NONE
    options = {"ssl": trust_all, "proxy": None}
    with connect(f"wss://127.0.0.1:{port}/ws", origin=f"https://127.0.0.1:{port}", **options) as ws:
        assert ask(ws, "own") == "Message text was: own"
    for origin in ["https://evil.example", f"https://127.0.0.1:{server.port}"]:
        with (
            pytest.raises(InvalidStatus, match="403"),
            connect(f"wss://127.0.0.1:{port}/ws", origin=origin, **options),
        ):
            pass


def test_page_behind_https(https, server, browser):
    """Behind nginx the page, its script and its socket all come over TLS, and the echo is there."""
    with browser.new_context(ignore_https_errors=True) as context:
        page, sockets = context.new_page(), []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        port = https(server.port)
        page.goto(f"https://127.0.0.1:{port}/")
        assert_echo(page)
        assert sockets == [f"wss://127.0.0.1:{port}/ws"]


def test_first_echo_of_their_own(kit, window):
    """In JupyterLab lesson 04 serves the learner's app, and its page below the cell has the echo."""
    window.set_viewport_size({"width": 1280, "height": 4000})  # which has the page in it without scrolling
    with jupyterlab(kit) as address:
        open_lesson(window, address.replace("00_start_here", "04_echo_endpoint"))
        run_all_cells(window)
        assert_echo(window.frame_locator("iframe[title='The page of the chat']"))
        last = window.locator(".jp-CodeCell .jp-InputPrompt").last  # a kernel that ends in a cell says so
        expect(last).to_have_text(re.compile(r"\[\d+\]"))


def test_page_on_a_hub(kit, https, browser):
    """In JupyterLab at /user/ann/, behind https, lesson 00 shows the page, and a stranger has to log in."""
    with (
        jupyterlab(kit, "--ServerApp.base_url=/user/ann/") as address,
        browser.new_context(ignore_https_errors=True, viewport={"width": 1280, "height": 1000}) as context,
    ):
        direct = re.match(r"http://127\.0\.0\.1:(\d+)/user/ann/lab/tree/\S+\?token=", address)
        port = https(direct[1])
        window = context.new_page()
        window.set_default_timeout(seconds(30) * 1000)
        open_lesson(window, address.replace(f"http://127.0.0.1:{direct[1]}", f"https://127.0.0.1:{port}"))
        expect(window.locator(".jp-DirtyIndicator, .lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
        run_all_cells(window)
        assert_echo(window.frame_locator("iframe[src^='/user/ann/proxy/']"))
        shoot(window, "lesson-00-on-a-hub")
        with window.expect_popup() as popup:
            window.get_by_role("link", name="Open the page in a tab of its own").click()
        assert_echo(popup.value)
        with browser.new_context(ignore_https_errors=True) as stranger:
            page = stranger.new_page()
            page.goto(popup.value.url)
            expect(page).to_have_url(re.compile("/user/ann/login"))
