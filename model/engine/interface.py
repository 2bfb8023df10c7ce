"""What every engine offers: the seam between those who need work done and those who do it.

`DaskEngine` does the work in worker processes, `InlineEngine` at once in the caller's process.
Functions and classes that are handed to an engine stand at the top of a module of `model`, so that
a worker can import them. Every method may be called from many threads at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Concatenate, Literal, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")

EnginePhase = Literal["starting", "warming", "ready", "restarting", "failed"]


class EngineFault(StrEnum):
    """Why an engine could not do its part."""

    NOT_STARTED = "the engine was not started"
    STARTING = "the engine is still starting"
    WARMING = "the engine is still warming up"
    RESTARTING = "the engine is starting again after a fault"
    FAILED = "the engine could not be started"
    CLOSED = "the engine was closed"
    SLOW = "the engine did not answer in time"
    LOST = "the worker ended, and this work or object with it"
    CANCELLED = "the work was cancelled"


class EngineError(RuntimeError):
    """The engine could not do its part; `fault` says why."""

    def __init__(self, fault: EngineFault) -> None:
        super().__init__(fault)
        self.fault = fault


class EngineLost(EngineError):  # noqa: N818 - it says what happened
    """The worker that held an object, or did some work, ended: what it held is gone."""

    def __init__(self) -> None:
        super().__init__(EngineFault.LOST)


@dataclass(frozen=True)
class EngineState:
    """What an engine is doing now."""

    phase: EnginePhase

    @property
    def fault(self) -> EngineFault:
        """Why it does not answer in time: it is slow, or not ready."""
        return EngineFault.SLOW if self.phase == "ready" else EngineFault[self.phase.upper()]


class Pending(Protocol[R_co]):
    """Work that was submitted."""

    def done(self) -> bool:
        """Whether `result` would return, or raise, at once."""
        ...

    def cancel(self) -> None:
        """Give the work up. What has not begun never runs; the result of what runs is dropped."""
        ...

    def result(self, timeout: float | None = None) -> R_co:
        """Wait for the result.

        Args:
            timeout: seconds; None waits as long as the work takes.

        Raises:
            EngineLost: the engine, or twice in a row the worker, ended meanwhile.
            EngineError: it was cancelled, or is not done in time.
            Exception: what the work itself raises comes back as it is.
        """
        ...


class Actor(Protocol[T_co]):
    """An object that lives in a worker; it is generic in the class of the object.

    Calls to it, and to the other objects in the same worker, are done one after the other, in the
    order in which they came: long work takes turns by being cut into short calls. The object is
    dropped at `close()`, or when nothing refers to this handle any more.
    """

    @property
    def lost(self) -> bool:
        """Whether the worker that held the object has ended."""
        ...

    @property
    def retiring(self) -> bool:
        """Whether its worker is being replaced: a new object would live in the fresh one."""
        ...

    def call(
        self, method: Callable[Concatenate[T_co, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Call a method of the object and wait for its result, up to two minutes.

        Args:
            method: a method of that class, as in `actor.call(Trainer.advance, 0.3)`.
            *args: its positional arguments.
            **kwargs: its keyword arguments.

        Raises:
            EngineLost: the worker ended, or the handle was closed; build the object again from
                what you kept.
            EngineError: no answer in time.
            Exception: what the method itself raises comes back as it is.
        """
        ...

    def close(self) -> None:
        """Drop the object. A call that is running ends first."""
        ...


class Runner(Protocol):
    """Runs functions: an engine, or an engine with another time limit."""

    def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a function in a worker that answers and return its result.

        Waits while the engine starts, and tries once more by itself when the worker ends during the
        work. It takes up to 30 seconds in all; `Engine.within` sets another limit.

        Args:
            work: a function at the top of a module of `model`.
            *args: its positional arguments.
            **kwargs: its keyword arguments.

        Raises:
            EngineLost: the worker ended twice during this work.
            EngineError: no answer in time, or the engine could not be started.
            Exception: what `work` itself raises comes back as it is.
        """
        ...


class Engine(Runner, Protocol):
    """Does work that the caller's process should not do itself."""

    @property
    def state(self) -> EngineState:
        """What the engine is doing now."""
        ...

    @property
    def training_workers(self) -> int | None:
        """How many of its workers train; None where that is not known, of a cluster."""
        ...

    def start(self) -> None:
        """Start the engine, also after it failed. Returns at once; a running one is left alone."""
        ...

    def within(self, seconds: float) -> Runner:
        """Return the engine with another time limit: `engine().within(5).run(work, …)`."""
        ...

    def submit(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Pending[R]:
        """Begin long work in a worker that trains and return at once when the engine is up.

        A worker cannot be interrupted in the middle of a function: work of many seconds is best
        submitted in slices, which can be cancelled in between and show how far they are.

        Args:
            work: a function at the top of a module of `model`.
            *args: its positional arguments.
            **kwargs: its keyword arguments.

        Raises:
            EngineError: the engine was not up within 30 seconds.
        """
        ...

    def actor(self, make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Actor[T]:
        """Build an object that lives in a worker that trains, and return a handle to it.

        Args:
            make: its class.
            *args: positional arguments of the class.
            **kwargs: keyword arguments of the class.

        Raises:
            EngineLost: the worker ended meanwhile.
            EngineError: no worker within two minutes.
            Exception: what the class itself raises comes back as it is.
        """
        ...

    def close(self) -> None:
        """End the engine. It cannot be started again."""
        ...
