"""The helper that workers are forked off: a process that has imported what they need, once for all.

TensorFlow's import takes 5 s of processor time, and it starts no threads of its own before it has
computed something: so it can be done once, and a worker that is forked off afterwards is there in
0.2 s. The helper belongs to the app and not to the engine's program, which borrows it: when that
program is killed, the next one finds the helper warm. (The next batch of a run came after 13 to 16
s where each program began with a helper of its own; README says how soon it comes now.)

It is the fork server of Python's multiprocessing. That knows only one that the same process has
started, so `borrow` says where this one listens. Who may connect says the file system: its socket
lies in a folder that only its owner can open. It ends when all have ended that know it: the app,
the engine's program and its workers, however they end.

On macOS TensorFlow's libraries do not bear a fork; there workers are started one by one.
"""

import contextlib
import importlib
import multiprocessing.forkserver
import multiprocessing.resource_tracker
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

IMPORTS = ("distributed.nanny", "tensorflow", "keras", "scipy.ndimage", "sklearn")
COLD = IMPORTS[:1]  # for workers without TensorFlow
PROGRAM = "import sys; from model.engine.forking import serve; serve(*sys.argv[1:])"
CLOSE_SECONDS = 3.0
LENT = "DIGITSCOPE_HELPER"
"""Tells the engine's program of the helper: its process, a file descriptor, its address."""


class Helper:
    """In the app: the helper's process. For one thread at a time.

    Args:
        environment: of the helper, and so of the workers.
        imports: what it imports.
    """

    def __init__(self, environment: Mapping[str, str], imports: tuple[str, ...]) -> None:
        self._folder = tempfile.mkdtemp(prefix="digitscope-")  # only its owner can open it
        self._address = str(Path(self._folder) / "helper")
        reads, self._alive = os.pipe()  # all that know the helper hold the end that writes
        try:
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(self._address)
                listener.listen()
                passed = (listener.fileno(), reads)
                arguments = [str(number) for number in passed]
                self._process = subprocess.Popen(
                    [*python(), "-c", PROGRAM, *arguments, self._folder, *imports],
                    stdin=subprocess.DEVNULL,
                    stdout=2,  # what libraries print is for the log
                    env=environment,
                    pass_fds=passed,
                    start_new_session=True,  # Ctrl-C in the terminal is for the app
                )
        except BaseException:
            os.close(self._alive)
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        finally:
            os.close(reads)

    @property
    def process(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether workers can be forked off it."""
        return self._process.poll() is None

    @property
    def lent(self) -> str:
        """What the engine's program must know of it: the value of `LENT`."""
        return f"{self.process} {self._alive} {self._address}"

    @property
    def passed(self) -> tuple[int, ...]:
        """The file descriptors that the engine's program must inherit."""
        return (self._alive,)

    def close(self) -> None:
        """End it; by force where some of those that know it are still there after a while."""
        os.close(self._alive)
        try:
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def python() -> list[str]:
    """Python, as the engine's programs are run with it."""
    # Of a program that was killed, multiprocessing reports what it cleans up: no news.
    return [sys.executable, "-P", "-W", "ignore:resource_tracker"]


def serve(listener: str, alive: str, folder: str, *imports: str) -> None:
    """In the helper: import what workers need, then fork one off for each that asks.

    Args:
        listener: the file descriptor of the socket.
        alive: of the pipe whose end says that nobody is left.
        folder: of the socket; it is deleted in the end.
        *imports: modules.
    """
    for name in imports:
        with contextlib.suppress(ImportError):  # the worker that needs it will tell
            importlib.import_module(name)
    try:
        with contextlib.suppress(SystemExit):  # all have ended
            multiprocessing.forkserver.main(int(listener), int(alive), [])
    finally:  # not in the workers: they end in there
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # Python would take TensorFlow apart first, and who closes the engine would wait


class _Borrowed(multiprocessing.forkserver.ForkServer):
    """A fork server that somebody else has started."""

    _forkserver_address: str | None
    _forkserver_alive_fd: int | None

    def __init__(self, address: str, alive: int) -> None:
        super().__init__()
        self._forkserver_address, self._forkserver_alive_fd = address, alive

    def ensure_running(self) -> None:
        """It runs, or the engine ends: see `model.engine.server`."""
        multiprocessing.resource_tracker.ensure_running()


def borrow() -> int | None:
    """In the engine's program: have workers forked off the helper that the app has lent.

    Returns:
        The helper's process; None where none was lent.
    """
    lent = os.environ.pop(LENT, None)
    if lent is None:
        return None
    process, alive, address = lent.split(" ", 2)
    os.set_inheritable(int(alive), False)  # workers get it with each fork, and nobody else
    borrowed = _Borrowed(address, int(alive))
    multiprocessing.forkserver.connect_to_new_process = borrowed.connect_to_new_process
    return int(process)
