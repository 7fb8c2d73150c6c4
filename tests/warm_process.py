"""Python processes that begin with what they need imported: forked from one that has done nothing else so far.

A process that runs a training imports torch and its libraries for five seconds of a processor's time, whatever it then
does. What it is given, is asked and tells, and how it can end are the same here as of one that was started anew.
"""

import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import IO, Any

SIZE = 1 << 16  # bytes: the arguments and the environment of one process


class Forked:
    """A process, with what is used of subprocess.Popen."""

    def __init__(self, told: socket.socket, stdin: IO[bytes]) -> None:
        self.stdin, self.returncode = stdin, None
        self._told, self._lock = told.makefile("r"), threading.Lock()
        told.close()
        self.pid = int(self._told.readline())

    def wait(self) -> int:
        with self._lock:
            if self.returncode is None:
                self.returncode = int(self._told.readline())
                self._told.close()
        return self.returncode

    def poll(self) -> int | None:
        if self.returncode is None and not select.select([self._told], [], [], 0)[0]:
            return None
        return self.wait()

    def kill(self) -> None:
        if self.returncode is None:
            os.kill(self.pid, signal.SIGKILL)


class WarmPython:
    """One process that has imported these modules, and forks others. `subprocess` stands in for the module's name."""

    def __init__(self, modules: Iterable[str]) -> None:
        self._modules, self._control, self._lock = list(modules), None, threading.Lock()
        self.subprocess = SimpleNamespace(Popen=self.popen, PIPE=subprocess.PIPE, STDOUT=subprocess.STDOUT)

    def popen(
        self, command: Sequence[str], *, stdout: IO[bytes], env: Mapping[str, str], **fixed: Any
    ) -> "Forked | subprocess.Popen[bytes]":
        """What `python -c` or `python -m` would start."""
        plain = {"stdin": subprocess.PIPE, "stderr": subprocess.STDOUT}
        assert fixed in (plain, {**plain, "bufsize": 0, "process_group": 0})
        assert command[0] == sys.executable
        (mine, theirs), (read, write) = socket.socketpair(), os.pipe()
        with mine, theirs, self._lock:
            if self._control is None:
                self._control = self._start(env)
            asked = json.dumps([command[1:], dict(env), "process_group" in fixed]).encode()
            assert len(asked) <= SIZE
            socket.send_fds(self._control, [asked], [read, stdout.fileno(), theirs.fileno()])
            os.close(read)
            theirs.close()
            return Forked(mine, os.fdopen(write, "wb", buffering=0))

    def close(self) -> None:
        if self._control is not None:
            self._control.close()
            self._process.wait()

    def _start(self, env: Mapping[str, str]) -> socket.socket:
        mine, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, __file__, str(theirs.fileno()), *self._modules]
            path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env={**env, **path})
        return mine


def serve(control: socket.socket) -> None:
    """Fork what is asked for, until whoever asks has gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who watch
    while True:
        asked, files, _, _ = socket.recv_fds(control, SIZE, 3)
        if not asked:
            return
        if os.fork() == 0:
            control.close()
            _watch(*json.loads(asked), *files)
        for file in files:
            os.close(file)


def _watch(command: list[str], env: dict[str, str], alone: bool, stdin: int, output: int, told: int) -> None:
    """Start it as a child of this process, which tells its number, and how it ended; `alone`: in a group of its own."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if (child := os.fork()) == 0:
        os.close(told)
        if alone:
            os.setpgid(0, 0)
        for file, as_number in ((stdin, 0), (output, 1), (output, 2)):
            os.dup2(file, as_number)
        os.close(stdin)
        os.close(output)
        os.environ.clear()
        os.environ.update(env)
        _run(*command)
    os.close(stdin)
    os.close(output)
    os.write(told, f"{child}\n".encode())
    _, status = os.waitpid(child, 0)
    os.write(told, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _run(option: str, what: str, *arguments: str) -> None:
    """What `python -c` or `python -m` does, down to the exit status."""
    sys.argv = [option, *arguments]
    status: Any = 0
    try:
        if option == "-m":
            runpy.run_module(what, run_name="__main__", alter_sys=True)
        else:
            exec(what, {"__name__": "__main__"})
    except SystemExit as end:
        status = end.code or 0
        if isinstance(status, str):
            print(status, file=sys.stderr)
            status = 1
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    for module in sys.argv[2:]:
        importlib.import_module(module)
    with socket.socket(fileno=int(sys.argv[1])) as control:
        serve(control)
