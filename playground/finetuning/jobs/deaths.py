"""How a training's process is asked to end, and why one ended that could not say so itself."""

import logging
import signal
import subprocess

from playground.backends.local.files.child_process import last_line
from playground.finetuning.jobs.job import JobFolder

log = logging.getLogger(__name__)


def describe_death(status: int, folder: JobFolder, *, told: bool = True) -> str:
    """Why a training's process ended that wrote down no end. Strangers are not `told` what it printed last."""
    again = way_on(folder)
    if status == -getattr(signal, "SIGKILL", 9):
        return f"The training's process was killed, most likely because memory ran out. {again}"
    if status < 0:
        name = next((one.name for one in signal.Signals if one == -status), str(-status))
        return f"The training's process was ended by the signal {name}. {again}"
    last = last_line(folder.log)
    if not told:
        log.error("The training in %s broke off: %s", folder.path, last)
        last = "the server's log says why"
    return f"The training broke off: {last}. {again}"


def way_on(folder: JobFolder) -> str:
    """Where a training that broke off would go on."""
    return "It can go on from its last checkpoint." if folder.has_checkpoint else "It would begin anew."


def ask_to_stop(child: "subprocess.Popen[bytes]") -> None:
    """Let a training keep where it stands and end."""
    assert child.stdin is not None
    try:
        child.stdin.write(b"s")
    except OSError:  # it has just ended by itself
        log.debug("A training ended before it could be asked to.")
