"""Run cells in a kernel of their own, all queued at once, as JupyterLab's Run All does."""

import os
from queue import Empty
from tempfile import TemporaryDirectory

from jupyter_client.manager import KernelManager

from .patience import patient

OUTPUTS = {"stream", "error", "execute_result", "display_data"}


def run_all(sources, may_raise=(), silence=60, **launch):
    """Return for each source its list of outputs, or None where the kernel never took it up.

    As in JupyterLab, the cells after an error put out nothing, unless the position of the
    failing cell is in `may_raise`. The run is over after `silence` seconds without a message,
    and more on a busy machine. The rest goes to start_kernel().
    """
    with TemporaryDirectory() as folder:
        manager = KernelManager(**by_files(f"{folder}/kernel.json"))
        manager.start_kernel(**{"transport_encryption": "auto", **launch})
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=60)
            return outputs_of(client, sources, may_raise, patient(silence))
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def by_files(path):
    """Return the settings of a kernel that is talked to by files beside that path, where the system can.

    The ports of another are chosen before it takes them, and another program can be faster.
    """
    return {} if os.name == "nt" else {"transport": "ipc", "connection_file": path}


def outputs_of(client, sources, may_raise, wait):
    """Return for each source its list of outputs, or None where the kernel never took it up."""
    from nbformat.v4 import output_from_msg  # here, for its import takes a second

    ids = [
        client.execute(source, allow_stdin=False, stop_on_error=position not in may_raise)
        for position, source in enumerate(sources)
    ]
    outputs, finished = {id: [] for id in ids}, set()
    while len(finished) < len(ids):
        try:
            message = client.get_iopub_msg(timeout=wait)
        except Empty:
            break
        id = message["parent_header"].get("msg_id")
        if id in outputs and message["msg_type"] in OUTPUTS:
            outputs[id].append(output_from_msg(message))
        elif id in outputs and message["content"].get("execution_state") == "idle":
            finished.add(id)
    return [outputs[id] if id in finished else None for id in ids]
