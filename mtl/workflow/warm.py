"""A process that has imported the libraries of a training, and forks for each one.

Importing torch takes seconds of processor time, more than many a small training. Here one process
imports it, and each job is a copy of that process that does what `python -m <module> <arguments>`
would, with the folder, the environment and the files of the command that asked for it. Only
libraries are imported ahead, so that a job sees this package as it is on disk when it starts.

The command waits for its job, passes on the signals that end it, and takes it along when it is
killed. The process ends with that which started it. Where there is none, or it cannot be reached,
a command does its work itself: the results are the same, only later.
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mtl.errors import MtlError

VARIABLE = "MTL_WARM"
"""The environment variable with the address of the process."""
LIBRARIES = ("numpy", "torch", "safetensors.torch", "pydantic", "yaml")

# Kept, since their standard input is closed when they are forgotten.
_started: list[subprocess.Popen[bytes]] = []
_FILES = (1, 2)
_LENGTH = 4
_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def start(libraries: Sequence[str] = LIBRARIES) -> subprocess.Popen[bytes] | None:
    """Start the process, for the commands that this one runs from now on.

    It ends when this one does, however that happens, or when its standard input is closed.

    Returns:
        The process; None where the system has no place for its socket.
    """
    folder = Path(tempfile.mkdtemp(prefix="mtl-"))
    address = folder / "socket"
    with socket.socket(socket.AF_UNIX) as listener:
        try:
            listener.bind(str(address))
        except OSError:  # such paths may not be long
            shutil.rmtree(folder)
            return None
        listener.listen(128)
        # A session of its own: the signals of a terminal reach the commands, which pass them on.
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(address), str(listener.fileno()), *libraries],
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
    _started.append(process)
    os.environ[VARIABLE] = str(address)
    return process


def run(module: str, arguments: Sequence[str]) -> int | None:
    """Have the process do what `python -m <module> <arguments>` would, and wait for it.

    Returns:
        The exit status, 128 and the signal's number where one ended it; None where there is no
        process to do it.

    Raises:
        MtlError: when the process ended meanwhile.
    """
    address = os.environ.get(VARIABLE)
    if not address:
        return None
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(address)
        except OSError:
            return None
        request = {
            "module": module,
            "arguments": list(arguments),
            "folder": os.getcwd(),
            "environment": {k: v for k, v in os.environ.items() if k != VARIABLE},
        }
        body = json.dumps(request).encode()
        for name in _FORWARDED:
            signal.signal(name, lambda number, _: connection.sendall(bytes([number])))
        try:
            socket.send_fds(connection, [len(body).to_bytes(_LENGTH, "big")], _FILES)
            connection.sendall(body)
            answer = _receive(connection, _LENGTH)
        except OSError:
            answer = b""
    if not answer:
        raise MtlError("the process that the training was given to has ended; run it again")
    status = int.from_bytes(answer, "big", signed=True)
    return status if status >= 0 else 128 - status


def _receive(connection: socket.socket, size: int) -> bytes:
    """So many bytes; none where the other side has ended."""
    received = b""
    while len(received) < size:
        part = connection.recv(size - len(received))
        if not part:
            return b""
        received += part
    return received


def _job(request: dict[str, Any], files: Sequence[int]) -> int:
    """Do the work, in a process forked for it; returns its exit status."""
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    for file, name in zip(files, _FILES, strict=True):
        os.dup2(file, name)
        os.close(file)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.path[0] = request["folder"]
    sys.argv = [request["module"], *request["arguments"]]
    try:
        runpy.run_module(request["module"], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


class _Server:
    """Takes requests and forks; one thread, since only the thread that forks lives on in a job."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.jobs: dict[int, socket.socket] = {}
        self.ended, self.wakeup = socket.socketpair()
        for end in (self.ended, self.wakeup):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.wakeup.fileno())
        self.selector = selectors.DefaultSelector()
        for source, act in (
            (listener, self._accept), (self.ended, self._reap), (sys.stdin, self._stop)
        ):  # fmt: skip
            self.selector.register(source, selectors.EVENT_READ, act)
        self.stopped = False

    def serve(self) -> None:
        """Until standard input ends; jobs that are left are killed."""
        while not self.stopped:
            for key, _ in self.selector.select():
                key.data(key.fileobj)
        for process in self.jobs:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def _stop(self, _: object) -> None:
        self.stopped = not os.read(0, 1)

    def _accept(self, _: object) -> None:
        connection, _ = self.listener.accept()
        length, files, _, _ = socket.recv_fds(connection, _LENGTH, len(_FILES))
        body = _receive(connection, int.from_bytes(length, "big"))
        if not body or len(files) != len(_FILES):  # the command was killed while it asked
            connection.close()
            for file in files:
                os.close(file)
            return
        process = os.fork()
        if process == 0:
            self._become_job(json.loads(body), files)
        for file in files:
            os.close(file)
        self.jobs[process] = connection
        self.selector.register(
            connection, selectors.EVENT_READ, lambda one: self._signal(process, one)
        )

    def _become_job(self, request: dict[str, Any], files: Sequence[int]) -> None:
        """Forget the server and do the work; never returns."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self.selector.close()
            for connection in (self.listener, self.ended, self.wakeup, *self.jobs.values()):
                connection.close()
            status = _job(request, files)
        finally:
            with contextlib.suppress(OSError, ValueError):
                sys.stdout.flush()
            os._exit(status)

    def _signal(self, process: int, connection: socket.socket) -> None:
        """Pass on what the command says; one that is gone takes its job along."""
        try:
            numbers = connection.recv(16) or bytes([signal.SIGKILL])
        except OSError:
            numbers = bytes([signal.SIGKILL])
        for number in numbers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)
        if signal.SIGKILL in numbers:
            self.selector.unregister(connection)

    def _reap(self, _: object) -> None:
        with contextlib.suppress(BlockingIOError):
            while self.ended.recv(64):
                pass
        while self.jobs:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return
            connection = self.jobs.pop(process)
            with contextlib.suppress(KeyError):
                self.selector.unregister(connection)
            code = os.waitstatus_to_exitcode(status)
            with contextlib.suppress(OSError):
                connection.sendall(code.to_bytes(_LENGTH, "big", signed=True))
            connection.close()


def _main(address: str, listener: int, libraries: Sequence[str]) -> None:
    try:
        for name in libraries:
            __import__(name)
        with socket.socket(fileno=listener) as opened:
            _Server(opened).serve()
    finally:
        shutil.rmtree(Path(address).parent, ignore_errors=True)


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
