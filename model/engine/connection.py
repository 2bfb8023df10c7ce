"""One connection to one scheduler, and the objects that live in its workers.

`model.engine.client` is what the app uses. This file holds what is below it: the child program,
the Dask client, and the way a method call gets to a worker and its result, or its exception, comes
back.

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

from model.engine.protocol import LEAVING, PRELOAD, WARM_UP

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

Child = subprocess.Popen[str]

POLL_SECONDS = 0.5  # a waiting caller looks this often whether the other side still lives
CONNECT_SECONDS = 10.0
CLOSE_SECONDS = 3.0


class EngineError(RuntimeError):
    """The engine could not do its part. The message is a sentence for the screen."""


class EngineLost(EngineError):  # noqa: N818 - it says what happened
    """The worker that held an object, or did some work, ended: what it held is gone."""


LOST = "The engine had a fault and lost this work. It starts again by itself."
SLOW = "The engine did not answer in time."


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


class Actor(Generic[T]):
    """An object of class T that lives in a worker. Safe to use from several threads.

    Calls to it, and to the other objects in the same worker, are done one after the other, in the
    order in which they came: long work takes turns by being cut into short calls. The object is
    dropped at `close()`, or when nothing refers to this handle any more.
    """

    def __init__(self, link: "Link", future: Any, room: Any) -> None:
        self._link = link
        self._future = future
        self._room = room

    @property
    def lost(self) -> bool:
        """Whether the worker that held the object has ended."""
        return self._future.status != "finished" or not self._link.alive

    @property
    def leaving(self) -> bool:
        """Whether its worker is being replaced: a new object would live in the fresh one."""
        return self._room is not None and self._link.leaves(self._room)

    def call(self, method: Callable[Concatenate[T, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a method of the object and wait for its result, up to two minutes.

        Args:
            method: a method of T, as in `actor.call(Trainer.advance, 0.3)`.
            *args: its positional arguments.
            **kwargs: its keyword arguments.

        Raises:
            EngineLost: the worker ended; build the object again from what you kept.
            EngineError: no answer in time.
            Exception: what the method itself raises comes back as it is.
        """
        result: R = self.ask("ask", method.__name__, args, kwargs, seconds=120.0)
        return result

    def ask(self, *request: Any, seconds: float) -> Any:
        """Send a request to the room and wait for its outcome; see `Room` for the requests."""
        deadline = time.monotonic() + seconds
        room, name, *arguments = self._room, *request
        if room is None or self.lost:
            raise EngineLost(LOST)
        try:
            answer = getattr(room, name)(*arguments)
        except RuntimeError:  # Dask's, for an actor that was lost this instant
            raise EngineLost(LOST) from None
        while True:
            left = deadline - time.monotonic()
            try:
                outcome = answer.result(timeout=max(0.001, min(POLL_SECONDS, left)))
                break
            except TimeoutError:
                if self.lost:
                    raise EngineLost(LOST) from None
                if left <= POLL_SECONDS:
                    raise EngineError(SLOW) from None
            except (OSError, CancelledError) as fault:
                raise EngineLost(LOST) from fault
        return unwrapped(outcome)

    def close(self) -> None:
        """Drop the object. A call that is running ends first."""
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
    ) -> Actor[T]:
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
                    raise EngineLost(LOST) from None
                if left <= POLL_SECONDS:
                    raise EngineError(SLOW) from None
            except (OSError, CancelledError, _killed_worker()) as fault:
                raise EngineLost(LOST) from fault
        actor: Actor[T] = Actor(self, future, room)
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
            raise EngineLost(LOST) from None

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
        raise EngineError("The engine could not be started.")
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
