"""Show a page of an app or a server below a cell, at the address by which the reader's browser reaches it."""

import html
import json
import os
from contextlib import suppress
from pathlib import Path

import psutil
from IPython.display import display
from jupyter_core.paths import jupyter_runtime_dir

from .serving import server_of

FAR_BROWSER = {"SSH_CONNECTION", "JUPYTERHUB_USER", "CODESPACES"}  # set where it is on another machine
HERE = {"localhost", "127.0.0.1", "::1"}  # what JupyterLab listens on, where the browser is on this machine


def show_page(app_or_server, path="", *titles, height=280):
    """Show a page of a running server in an iframe for each title, with a link to it below.

    An app is served first, on port 8000 or any free one; the next app takes its place, at the same port.
    `path` comes after the server's address. KitError: it is neither.
    """
    address, path = address_of(server_of(app_or_server)), path.lstrip("/")
    if address is None:
        print(
            "This notebook runs where no page can open a WebSocket, so there is none to show. "
            "Go on with the clients in Python: they reach the server."
        )
        return
    url, titles = html.escape(address + path), titles or ["The page of the chat"]
    size = f"width: {100 // len(titles)}%; height: {height}px"
    style = f"box-sizing: border-box; {size}; border: 1px solid gray"
    iframes = "".join(
        f'<iframe title="{html.escape(title)}" src="{url}" style="{style}"></iframe>' for title in titles
    )
    link = f'<a href="{url}" target="_blank">Open the page in a tab of its own</a>'
    shown = f"<div>{iframes}</div><div>{link}</div>"
    display({"text/plain": ", ".join(titles), "text/html": shown}, raw=True)


def address_of(server):
    """Return where a browser finds the server, or None if it could open no WebSocket there."""
    if "COLAB_RELEASE_TAG" in os.environ:  # Colab hands on requests, but no WebSockets
        return None
    lab = lab_of_this_kernel()
    if "JUPYTERHUB_SERVICE_PREFIX" in os.environ:
        return f"{os.environ['JUPYTERHUB_SERVICE_PREFIX']}proxy/{server.port}/"
    if lab and (lab["base_url"] != "/" or lab["hostname"] not in HERE or FAR_BROWSER & os.environ.keys()):
        return f"{lab['base_url']}proxy/{server.port}/"  # jupyter-server-proxy answers there
    if "CODESPACE_NAME" in os.environ:
        domain = os.environ["GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN"]
        return f"https://{os.environ['CODESPACE_NAME']}-{server.port}.{domain}/"
    return server.url


def lab_of_this_kernel():
    """Return what the Jupyter server that started this kernel says of itself, or None if there is none."""
    for parent in psutil.Process().parents():
        with suppress(OSError, ValueError):  # there is no such file, or it is being written
            file = Path(jupyter_runtime_dir()) / f"jpserver-{parent.pid}.json"
            return json.loads(file.read_text(encoding="utf-8"))
    return None
