"""A lesson in corrected digits that goes on whatever page is open."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from model.data import mnist
from model.engine import Actor, Engine, EngineError
from model.network import Network, from_vector
from model.training.rehearsal import BATCHES, SLICE, Correction, Skill, Teacher, as_digits, counted


class LessonPhase(StrEnum):
    """What a lesson is doing."""

    STARTING = "starting"
    TEACHING = "teaching"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, eq=False)
class LessonState:
    """All that a page shows of a lesson at one moment. Nothing in it changes afterwards."""

    phase: LessonPhase
    detail: str  # why it failed: the reason of an EngineError or DataError; empty otherwise
    losses: np.ndarray  # (k,) of each batch so far
    skills: tuple[Skill, ...]
    test_before: float | None
    test_after: float | None
    network: Network | None  # once it is done

    @property
    def share(self) -> float:
        """How much of the lesson is over, from 0 to 1."""
        return len(self.losses) / BATCHES

    @property
    def moving(self) -> bool:
        """Whether something happens without anybody's doing."""
        return self.phase in (LessonPhase.STARTING, LessonPhase.TEACHING)


class Lesson:
    """One lesson of one person, in a thread of its own. Methods may be called from any thread.

    Args:
        network: to start from; it is not changed.
        corrections: what to teach.
        base: what the screen calls the network that it began with.
        engine: where the work is done.
    """

    def __init__(
        self, network: Network, corrections: Sequence[Correction], base: str, engine: Engine
    ) -> None:
        as_digits(corrections)  # refused here rather than in a worker
        self._network, self._corrections = network, tuple(corrections)
        self.base = base
        self._origin = f"{base}, taught {counted(len(corrections))}"
        self._engine = engine
        self._lock = threading.Lock()
        empty = np.empty(0, np.float32)
        self._state = LessonState(LessonPhase.STARTING, "", empty, (), None, None, None)
        self._thread = threading.Thread(target=self._work, name=self._origin, daemon=True)
        self._thread.start()

    def state(self) -> LessonState:
        """What to show now."""
        with self._lock:
            return self._state

    def cancel(self) -> None:
        """Give it up; the slice that runs now is the last and its result is dropped."""
        self._change(phase=LessonPhase.CANCELLED)

    def wait(self, seconds: float) -> LessonState:
        """Wait until nothing moves any more, or for so long, and return what to show."""
        self._thread.join(seconds)
        return self.state()

    def _work(self) -> None:
        teacher: Actor[Teacher] | None = None
        try:
            teacher = self._engine.actor(Teacher, self._network, self._corrections)
            self._teach(teacher)
        except (EngineError, mnist.DataError, ValueError) as error:
            self._change(phase=LessonPhase.FAILED, detail=str(error))
        finally:
            if teacher is not None:
                teacher.close()

    def _teach(self, teacher: Actor[Teacher]) -> None:
        before, first = teacher.call(Teacher.test), teacher.call(Teacher.skill)
        self._change(phase=LessonPhase.TEACHING, test_before=before, skills=(first,))
        while self.state().moving:
            progress = teacher.call(Teacher.advance, SLICE)
            now = self.state()
            losses = np.concatenate([now.losses, progress.losses])
            self._change(losses=losses, skills=(*now.skills, progress.skill))
            if len(losses) >= BATCHES:
                weights = from_vector(self._network.config, progress.weights)
                self._change(
                    phase=LessonPhase.DONE,
                    test_after=teacher.call(Teacher.test),
                    network=Network(self._network.config, weights, self._origin),
                )

    def _change(self, **changes: object) -> None:
        """Set fields of the state, unless the lesson is over already."""
        with self._lock:
            if self._state.moving:
                self._state = LessonState(**(vars(self._state) | changes))
