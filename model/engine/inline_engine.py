"""An engine without processes: it does everything at once, where it is called.

This is the seam for tests. A page or a run gets it in place of the workers:

    with using_engine(InlineEngine()):
        ...                                        # engine() is this one now

and `before` lets a test bring about what otherwise takes a broken machine:

    def lose(work, *arguments):                    # the worker ends at the second slice
        if work is Trainer.advance and …:
            raise EngineLost
    engine = InlineEngine(before=lose)
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar
from weakref import WeakSet

from model.engine.interface import EngineError, EngineFault, EngineLost, EnginePhase, EngineState

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


def _nothing(*work: Any, **named: Any) -> None:
    """Let the work be done."""


class InlinePending(Generic[R]):
    """Work that was done when it was submitted: what came of it."""

    def __init__(self, work: Callable[[], R]) -> None:
        self._cancelled = False
        self._error: Exception | None = None
        try:
            self._result = work()
        except Exception as error:  # noqa: BLE001 - whatever it is, `result` raises it again
            self._error = error

    def done(self) -> bool:
        """As `Pending.done`: always."""
        return True

    def cancel(self) -> None:
        """As `Pending.cancel`."""
        self._cancelled = True

    def result(self, timeout: float | None = None) -> R:
        """As `Pending.result`."""
        if self._cancelled:
            raise EngineError(EngineFault.CANCELLED)
        if self._error is not None:
            raise self._error
        return self._result


class InlineActor(Generic[T]):
    """An object in this process, behind the handle of one in a worker."""

    def __init__(self, engine: "InlineEngine", made: T) -> None:
        self._engine = engine
        self._made: T | None = made
        self.lost = False
        self.retiring = False

    def call(self, method: Callable[Concatenate[T, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """As `Actor.call`."""

        def called(*args: P.args, **kwargs: P.kwargs) -> R:
            if self.lost or self._made is None:
                raise EngineLost
            result: R = getattr(self._made, method.__name__)(*args, **kwargs)
            return result

        return self._engine.do(method, called, *args, **kwargs)

    def close(self) -> None:
        """As `Actor.close`."""
        self._made = None
        self._engine.forget(self)


class InlineEngine:
    """An `Engine` that does all work in the calling thread: see the module's docstring.

    Like a worker it does one thing after the other. Arguments and results are handed over as they
    are, not copied.

    Args:
        phase: what its state says. Unless that is "ready" it does no work and raises EngineError.
        before: is called before each piece of work with that (a function, class or method) and its
            arguments; what it raises takes the place of the work.
    """

    def __init__(
        self, phase: EnginePhase = "ready", before: Callable[..., None] = _nothing
    ) -> None:
        self.state = EngineState(phase)
        self._before = before
        self._worker = threading.RLock()
        self._actors: WeakSet[InlineActor[Any]] = WeakSet()
        self._closed = False

    @property
    def actors(self) -> tuple[InlineActor[Any], ...]:
        """Those that somebody still holds and has not closed; `lost` and `retiring` can be set."""
        return tuple(self._actors)

    @property
    def training_workers(self) -> int:
        """As `Engine.training_workers`."""
        return 1

    def start(self) -> None:
        """As `Engine.start`; there is nothing to start."""

    def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """As `Engine.run`."""
        return self.do(work, work, *args, **kwargs)

    def within(self, seconds: float) -> "InlineEngine":
        """As `Engine.within`: nothing is late here."""
        return self

    def submit(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> InlinePending[R]:
        """As `Engine.submit`, but it returns when the work is done."""
        self._check()
        return InlinePending(partial(self.do, work, work, *args, **kwargs))

    def actor(self, make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> InlineActor[T]:
        """As `Engine.actor`."""
        actor = InlineActor(self, self.do(make, make, *args, **kwargs))
        self._actors.add(actor)
        return actor

    def close(self) -> None:
        """As `Engine.close`."""
        self._closed = True
        for actor in self.actors:
            actor.lost = True

    def do(
        self, work: Callable[..., Any], call: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Do a piece of work, after `before` was told of it.

        Args:
            work: what `before` is told.
            call: does it.
            *args: positional arguments of both.
            **kwargs: keyword arguments of both.
        """
        self._check()
        self._before(work, *args, **kwargs)
        with self._worker:
            return call(*args, **kwargs)

    def forget(self, actor: InlineActor[Any]) -> None:
        """Take a closed actor off the list."""
        self._actors.discard(actor)

    def _check(self) -> None:
        if self._closed:
            raise EngineError(EngineFault.CLOSED)
        if self.state.phase != "ready":
            raise EngineError(self.state.fault)
