"""An engine that can be told to fail or to wait, and a small run for it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from model.engine import InlineEngine
from model.network import NetworkConfig
from model.runs import Run, RunPhase, RunState
from model.training.config import TrainingConfig
from model.training.trainer import Trainer

SMALL = NetworkConfig(filters=(3,), dense_units=8)
SETTINGS = TrainingConfig(images=160, epochs=3)  # five batches an epoch
PATIENCE = 120.0  # seconds until a test gives up
FIRST_SLICE = 3
"""Its number among the calls of a new run: the actor and its first snapshot came before."""


class Faulty(InlineEngine):
    """Counts what it is asked for; `fault`, when set, is raised by the next call."""

    def __init__(self) -> None:
        super().__init__(before=self._count)
        self.fault: Exception | None = None
        self.calls = 0
        self.before_call: Callable[[int], None] = lambda number: None
        self.trainers = 0  # built so far
        self.most: list[object] = []  # batches that each slice was limited to

    def _count(self, work: object, *arguments: object) -> None:
        self.calls += 1
        self.before_call(self.calls)
        fault, self.fault = self.fault, None
        if fault is not None:
            raise fault
        if work is Trainer:
            self.trainers += 1
        elif work is Trainer.advance:
            self.most.append(arguments[1])


@contextmanager
def held(engine: Faulty, number: int) -> Iterator[threading.Event]:
    """Let the engine wait at its call of this number; within, once `asked`, it does."""
    asked, answer = threading.Event(), threading.Event()

    def hold(call: int) -> None:
        if call == number:
            asked.set()
            assert answer.wait(PATIENCE)

    engine.before_call = hold
    try:
        yield asked
    finally:
        answer.set()


def at_rest(run: Run, phase: RunPhase) -> RunState:
    """Wait until nothing is left to do; the run must then be in this phase."""
    state = run.wait_until_idle(PATIENCE)
    assert state.phase is phase, state
    assert not state.underway
    return state
