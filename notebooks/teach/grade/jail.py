"""Start a program within limits: `python jail.py ROOM FOLDER COMMAND…`.

As the first program in namespaces of its own, it brings up loopback, makes all of the file system
but ROOM read-only, hides the sockets of other programs, and gives up every right that it had for that.
"""

import ctypes
import fcntl
import os
import resource
import signal
import socket
import struct
import sys

GIGABYTE = 1 << 30
LIMITS = {"CPU": 600, "DATA": 2 * GIGABYTE, "FSIZE": GIGABYTE // 10, "CORE": 0, "NOFILE": 1024}
THREADS = 500  # in namespaces, where others do not count; elsewhere all that the user runs counts
SOCKETS = [b"/run", b"/dev/shm", b"/tmp/.X11-unix"]
SIOCSIFFLAGS, UP_AND_RUNNING = 0x8914, 0x41
MS_BIND, MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, READ_ONLY = 4096, 442, -100, 0x8000, 1
DROP_RIGHT, NO_NEW_RIGHTS, ADOPT, END_WITH_PARENT = 24, 38, 36, 1  # of prctl


def set_limits(threads):
    """Set the limits of this process, and of all that it starts."""
    for name, most in {**LIMITS, "NPROC": threads}.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def bring_up_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", UP_AND_RUNNING))


def seal(room):
    """Make all read-only but the room, hide sockets, and give up the rights for it. OSError: not possible."""
    libc = ctypes.CDLL(None, use_errno=True)

    def must(result):
        if result:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    def set_attributes(path, flags, add, remove):
        attributes = struct.pack("QQQQ", add, remove, 0, 0)
        must(libc.syscall(MOUNT_SETATTR, AT_FDCWD, path, flags, attributes, len(attributes)))

    must(libc.mount(room, room, None, MS_BIND, None))
    set_attributes(b"/", AT_RECURSIVE, READ_ONLY, 0)
    set_attributes(room, 0, 0, READ_ONLY)
    for folder in filter(os.path.isdir, SOCKETS):
        must(libc.mount(b"none", folder, b"tmpfs", 0, b"size=64m"))
    for right in range(64):
        libc.prctl(DROP_RIGHT, right, 0, 0, 0)
    must(libc.prctl(NO_NEW_RIGHTS, 1, 0, 0, 0))


if __name__ == "__main__":
    room, folder, *command = sys.argv[1:]
    alone = os.getpid() == 1
    if alone:
        bring_up_loopback()
        seal(os.fsencode(room))
    elif sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(ADOPT, 1, 0, 0, 0)  # a child whose parent ends stays in sight
        libc.prctl(END_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    set_limits(THREADS if alone else 8 * THREADS)
    os.chdir(folder)  # not before, because what was open stays read-only
    os.execv(command[0], command)
