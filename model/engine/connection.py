"""One connection to one scheduler, and the objects that live in its workers.

`model.engine.dask_engine` is built on it. Here are the child program, the Dask client, and the way
a method call gets to a worker and its result, or its exception, comes back.

Calls go to Dask actors, over a direct connection to the worker: there and back takes 1.3 ms, while
a task through the scheduler takes 14 ms (measured on two cores).
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from model.engine.interface import EngineError, EngineFault, EngineLost
from model.engine.protocol import LEAVING, PRELOAD, WARM_UP

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

Child = subprocess.Popen[str]

POLL_SECONDS = 0.5  # a waiting caller looks this often whether the other side still lives
CONNECT_SECONDS = 10.0
CLOSE_SECONDS = 3.0


@dataclass(frozen=True)
class Raised:
    """An OSError of the work itself, sent as a value: Dask raises OSErrors for its own reasons."""

    error: OSError


def shielded(work: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """In a worker: return what `work` returns, or its OSError as a value."""
    try:
        return work(*args, **kwargs)
    except OSError as error:
        return Raised(error)


def unwrapped(outcome: Any) -> Any:
    """In the caller: the result of `shielded`, or raise the OSError that the work raised."""
    if isinstance(outcome, Raised):
        raise outcome.error
    return outcome


class Room:
    """In a worker: keeps one object and calls its methods. This is what Dask knows as the actor."""

    def move_in(
        self, make: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Raised | None:
        """Build the object that lives here."""
        made = shielded(make, args, kwargs)
        if isinstance(made, Raised):
            return made
        self._tenant = made
        return None

    def ask(self, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call one of its methods by name."""
        return shielded(getattr(self._tenant, method), args, kwargs)


class DaskActor(Generic[T]):
    """An object of class T that lives in a worker, as `Actor`. Safe to use from several threads."""

    def __init__(self, link: "Link", future: Any, room: Any) -> None:
        self._link = link
        self._future = future
        self._room = room

    @property
    def lost(self) -> bool:
        """As `Actor.lost`."""
        return self._future.status != "finished" or not self._link.alive

    @property
    def retiring(self) -> bool:
        """As `Actor.retiring`."""
        return self._room is not None and self._link.leaves(self._room)

    def call(self, method: Callable[Concatenate[T, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """As `Actor.call`."""
        result: R = self.ask("ask", method.__name__, args, kwargs, seconds=120.0)
        return result

    def ask(self, *request: Any, seconds: float) -> Any:
        """Send a request to the room and wait for its outcome; see `Room` for the requests."""
        deadline = time.monotonic() + seconds
        room, name, *arguments = self._room, *request
        if room is None or self.lost:
            raise EngineLost
        try:
            answer = getattr(room, name)(*arguments)
        except RuntimeError:  # Dask's, for an actor that was lost this instant
            raise EngineLost from None
        while True:
            left = deadline - time.monotonic()
            try:
                outcome = answer.result(timeout=max(0.001, min(POLL_SECONDS, left)))
                break
            except TimeoutError:
                if self.lost:
                    raise EngineLost from None
                if left <= POLL_SECONDS:
                    raise EngineError(EngineFault.SLOW) from None
            except (OSError, CancelledError) as fault:
                raise EngineLost from fault
        return unwrapped(outcome)

    def close(self) -> None:
        """As `Actor.close`."""
        self._room = None
        self._link.drop(self._future)


class Link:
    """A Dask client, and the child program with the scheduler if that is ours."""

    def __init__(self, client: Any, child: Child | None) -> None:
        self.client = client
        self._child = child
        self._leaving: set[str] = set()  # addresses of workers that are being replaced
        client.subscribe_topic(LEAVING, self._note_leaving)

    @property
    def alive(self) -> bool:
        """Whether the scheduler can be reached. Asks nobody: cheap enough to poll."""
        ended = self._child is not None and self._child.poll() is not None
        return not ended and self.client.status == "running"

    @property
    def process(self) -> int | None:
        """The process id of the child program; None where a cluster does the work."""
        return None if self._child is None else self._child.pid

    @property
    def address(self) -> str:
        """Of the scheduler, as Dask writes it: tcp://host:port."""
        address: str = self.client.scheduler.address
        return address

    def leaves(self, room: Any) -> bool:
        """Whether the worker with this room is being replaced."""
        return room._address in self._leaving

    def _note_leaving(self, event: tuple[float, dict[str, str]]) -> None:
        self._leaving.add(event[1]["worker"])

    def actor(
        self,
        resource: str,
        make: Callable[P, T],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        seconds: float,
    ) -> DaskActor[T]:
        """Build an object in a worker that has the resource; wait for the worker if need be.

        Raises:
            EngineLost: the scheduler, or twice in a row the worker, ended meanwhile.
            EngineError: no worker in time.
            Exception: what `make` raises comes back as it is.
        """
        deadline = time.monotonic() + seconds
        future = self.submit(Room, actor=True, resources={resource: 1})
        while True:
            left = deadline - time.monotonic()
            try:
                # Bound to this client, and not to whichever was made last in this process.
                with self.client.as_current():
                    room = future.result(timeout=max(0.001, min(POLL_SECONDS, left)))
                break
            except TimeoutError:
                if not self.alive:
                    raise EngineLost from None
                if left <= POLL_SECONDS:
                    raise EngineError(EngineFault.SLOW) from None
            except (OSError, CancelledError, _killed_worker()) as fault:
                raise EngineLost from fault
        actor: DaskActor[T] = DaskActor(self, future, room)
        actor.ask("move_in", make, args, kwargs, seconds=max(1.0, deadline - time.monotonic()))
        return actor

    def submit(self, work: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Hand a task to the scheduler.

        Returns:
            Dask's future of it.

        Raises:
            EngineLost: the connection has ended.
        """
        from distributed.client import ClosedClientError

        try:
            return self.client.submit(work, *args, pure=False, **options)
        except ClosedClientError:
            raise EngineLost from None

    def drop(self, future: Any) -> None:
        """Let the scheduler forget a task or an actor, whoever else holds its future.

        Releasing it is not enough: what Dask keeps of a time-out may hold a second one.
        """
        from distributed.client import ClosedClientError

        with contextlib.suppress(CancelledError, ClosedClientError):
            future.cancel()

    def close(self) -> None:
        """Close the connection and end the child program. Waiting callers get EngineLost."""
        with contextlib.suppress(OSError):  # a scheduler that is gone needs no good-bye
            self.client.close(timeout=1)
        if self._child is not None:
            _end_child(self._child)


def open_link(address: str | None, warm_up: bool) -> Link:
    """Connect to the scheduler at an address, or start one of our own and connect to that.

    Raises:
        OSError: nobody answers there.
        EngineError: our own could not be started.
    """
    if address is not None:
        return _connect(address, None)
    child = _start_child(warm_up)
    try:
        return _connect(_scheduler_address(child), child)
    except (OSError, EngineError):
        _end_child(child)
        raise


def _connect(address: str, child: Child | None) -> Link:
    loop = _loop()
    from distributed import Client

    client = Client(
        address,
        loop=loop,
        timeout=CONNECT_SECONDS,
        direct_to_workers=True,  # a tenth of the time of the way through the scheduler
        set_as_default=False,
        name="digitscope",
    )
    return Link(client, child)


def _start_child(warm_up: bool) -> Child:
    """Start the engine's program. It ends when this process does: see `model.engine.server`."""
    root = str(Path(__file__).resolve().parents[2])
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])),
    }
    if not warm_up:
        environment[WARM_UP] = "0"
    return subprocess.Popen(
        # Of a program that was killed, multiprocessing reports what it cleans up: no news.
        [sys.executable, "-P", "-W", "ignore:resource_tracker", "-m", PRELOAD],
        stdin=subprocess.PIPE,  # its end tells the child that we are gone
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,  # Ctrl-C in the terminal is for us; the child follows in good order
    )


def _scheduler_address(child: Child) -> str:
    """Wait for the child's one line.

    Raises:
        EngineError: the child ended without it.
    """
    assert child.stdout is not None
    with child.stdout as report:
        line = report.readline()
    if not line:
        raise EngineError(EngineFault.FAILED)
    address: str = json.loads(line)["scheduler"]
    return address


def _end_child(child: Child) -> None:
    """End the child program in good order, or by force after `CLOSE_SECONDS`."""
    assert child.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        child.stdin.close()
    try:
        child.wait(CLOSE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


_loop_lock = threading.Lock()


@cache
def _started_loop() -> Any:
    import dask

    # Read when distributed is imported. What goes wrong reaches the callers as exceptions.
    dask.config.set({"logging": {"distributed": "critical", "distributed.client": "critical"}})
    from distributed.utils import LoopRunner

    runner = LoopRunner()
    runner.start()
    return runner


def _loop() -> Any:
    """The event loop of every client: it outlives them, so no waiting caller is left behind."""
    with _loop_lock:
        return _started_loop().loop


def _killed_worker() -> type[Exception]:
    from distributed import KilledWorker

    killed: type[Exception] = KilledWorker
    return killed
