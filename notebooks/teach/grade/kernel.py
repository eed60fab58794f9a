"""A kernel for one lesson of one learner: its cells run in it, and it answers, within limits of time."""

import time
from queue import Empty

from jupyter_client.blocking import BlockingKernelClient

from lesson.lessons import KitError
from lesson.patience import patient

from .launch import launch_kernel
from .processes import end_with_descendants, takes_too_much

START, CELL, LESSON = 60, 20, 90  # seconds, on a quiet machine
INTERRUPT = 5  # seconds in which a cell that is interrupted has to end
LOOK = 0.5  # seconds from one look at what a kernel takes to the next
LONGEST_REPLY = 2_000_000  # bytes


class Stopped(KitError):
    """A kernel has ended, or is to be ended; its text says why."""


class GradingKernel:
    """A context manager: a kernel that starts in kit/workspace of a folder, and ends with all it started."""

    def __init__(self, folder, namespaces, cancelled):
        self.folder, self.namespaces, self.cancelled = folder, namespaces, cancelled

    def __enter__(self):
        self.program, file = launch_kernel(self.folder, self.namespaces)
        self.client = BlockingKernelClient(connection_file=file)
        self.client.context.maxmsgsize = LONGEST_REPLY
        self.client.load_connection_file()
        # What a cell prints is not asked for: a gigabyte of it costs the grader nothing.
        self.client.start_channels(iopub=False, stdin=False, hb=False)
        self.looked = time.monotonic()
        self.end = self.looked + patient(LESSON)
        return self

    def wait_for_start(self):
        """Return when the kernel answers. Stopped: it does not."""
        if self.reply_to(self.client.execute("", silent=True), START) is None:
            raise Stopped(f"never ran, because the kernel did not start in {START} s")

    def run_cell(self, source):
        """Run a cell; return the name of the error with which it ended, or None. Stopped: the kernel ends."""
        id = self.client.execute(source, allow_stdin=False)
        content = self.reply_to(id, CELL)
        if content is None:
            self.client.control_channel.send(self.client.session.msg("interrupt_request", {}))
            if self.reply_to(id, INTERRUPT) is None:
                raise Stopped(f"was stopped after {CELL:.0f} s, and the lesson with it")
            return f"an interrupt after {CELL:.0f} s"
        return content.get("ename")

    def value_of(self, expression):
        """Return the repr of an expression, or in words why there is none. Stopped: the kernel ends."""
        id = self.client.execute("", silent=True, user_expressions={"it": expression}, allow_stdin=False)
        content = self.reply_to(id, CELL)
        if content is None:
            raise Stopped(f"was checked for {CELL:.0f} s and then stopped, and the lesson with it")
        value = content["user_expressions"]["it"]
        return value["data"]["text/plain"] if "data" in value else f"{value['ename']}: {value['evalue']}"

    def reply_to(self, id, seconds):
        """Return what the kernel replies to a request, or None after some seconds. Stopped: see there."""
        deadline = time.monotonic() + patient(seconds)
        while time.monotonic() < deadline:
            try:
                reply = self.client.get_shell_msg(timeout=LOOK / 2)
                if reply["parent_header"].get("msg_id") == id:
                    return reply["content"]
            except Empty:
                if self.program.poll() is not None:
                    raise Stopped("ended the program") from None
            self.look()
        return None

    def look(self):
        """Stopped: the kernel takes too much, or too long, or nobody waits for it any more."""
        now = time.monotonic()
        if self.cancelled.is_set():
            raise Stopped("was stopped, because the grading was")
        if now > self.end:
            raise Stopped(f"was stopped, because the lesson took more than {LESSON} s")
        if now > self.looked + LOOK:
            self.looked = now
            if too_much := takes_too_much(self.program, self.folder):
                raise Stopped(f"{too_much}, and was stopped")

    def __exit__(self, *error):
        end_with_descendants(self.program)
        self.client.stop_channels()
