"""Which server has which port, so that the next one takes its place."""

import errno
import socket
import threading

servers = {}  # requested port -> its server, which the next one for that port replaces
changing = threading.RLock()  # held by the one thread that starts or stops a server


def take_place(server):
    """Stop the server whose place this one takes; return the ports to try, the first of them its own."""
    previous = servers.get(server.key, server)
    previous.stop()
    servers[server.key] = server
    wanted = [8000, 0] if server.requested is None else [server.requested]
    return [previous.port, *wanted] if previous.port else wanted


def leave_place(server):
    if servers.get(server.key) is server:
        del servers[server.key]


def first_free(ports):
    """Return a socket that listens on the first of `ports` that can be had; 0 stands for any."""
    for port in ports:
        try:
            return socket.create_server(("127.0.0.1", port))
        except OSError as error:
            number, reason = error.errno, error.strerror.partition(" (")[0]  # Python adds what it tried
    if number == errno.EADDRINUSE:
        raise RuntimeError(f"Port {port} is busy. Stop what uses it, or leave out the port.")
    raise RuntimeError(f"No server can listen on {f'port {port}' if port else 'any port'}: {reason}.")
