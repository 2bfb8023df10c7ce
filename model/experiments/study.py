"""An experiment under way: driven by a thread, measured in a worker, kept on disk part by part.

    study = studies().begin(experiment, settings, inputs)
    study.state()         # finished parts, how far the one in work is, how long it will take

A study belongs to nobody: whoever asks for the same settings and inputs sees the same one. It goes
on while other pages are open. When its worker ends, another begins with the parts that are
there; when the server ends, the next one takes it up again. Several studies, and the trainings,
take turns (`model.engine.turns`); of several servers on one folder one measures and the others
read what it has written (`model.data.lease`).
"""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from model.data.lease import Lease, Owner, this_server
from model.data.mnist import DataError
from model.engine import Actor, Engine, EngineError, EngineFault, EngineLost
from model.engine.turns import Turn, turns_of
from model.experiments import store
from model.experiments.experiment import Experiment, Inputs, Part, Working
from model.experiments.store import Kept

SLICE = 0.3
"""Seconds of work that are asked for at a time."""
FOLLOW_SECONDS = 0.5
"""Between two looks at what another server has measured."""
TURN_SECONDS = 1.0
"""While it waits for its turn, a study looks so often whether it was cancelled."""
LOOKING_SECONDS = 10.0
"""Who asked for the state within so long is still looking."""
MOST_LOSSES = 5
"""So many workers may end during one part; then the part is what ends them."""


class StudyPhase(StrEnum):
    """What a study is doing."""

    RESTING = "resting"  # not begun, or cancelled
    WAITING = "waiting"  # for its turn, or for the engine
    MEASURING = "measuring"
    COMPLETE = "complete"
    FAILED = "failed"


class StudyFault(StrEnum):
    """Why a study failed, where neither the engine nor the data did."""

    ENDS_WORKERS = "this experiment ended its worker several times"
    FAULT = "a fault in the app ended this experiment"


@dataclass(frozen=True)
class StudyState:
    """What a page is told.

    Attributes:
        phase: what the study is doing.
        parts: those that are finished, in the order of the plan.
        count: how many the plan has.
        share: of the whole that is done, from 0 to 1, the part in work included.
        seconds_left: about how long it takes; None where that cannot be said yet.
        place: in the queue for the worker, from 1; None when it does not wait.
        fault: why it failed.
        kept: whether its parts are on disk.
    """

    phase: StudyPhase
    parts: tuple[Part, ...]
    count: int
    share: float
    seconds_left: float | None
    place: int | None
    fault: StudyFault | EngineFault | StrEnum | None
    kept: bool

    @property
    def moving(self) -> bool:
        """Whether it changes by itself."""
        return self.phase in (StudyPhase.WAITING, StudyPhase.MEASURING)


@dataclass(frozen=True)
class Advanced:
    """What one slice of work brought."""

    parts: tuple[Part, ...]
    share: float  # of the part in work
    complete: bool


class Measurer:
    """Lives in a worker: an experiment's generator, advanced in slices.

    Args:
        experiment: by its generator's module; it is imported there.
        settings: of the experiment.
        inputs: what it is given.
        done: the finished parts.
    """

    def __init__(
        self, experiment: Experiment[Any], settings: Any, inputs: Inputs, done: dict[str, Part]
    ) -> None:
        self._steps = experiment.measure(settings, inputs, done)
        self._began = time.monotonic()

    def advance(self, seconds: float) -> Advanced:
        """Go on for about so long, or until a part is finished."""
        until = time.monotonic() + seconds
        share = 0.0
        for step in self._steps:
            if isinstance(step, Working):
                share = step.share
                if time.monotonic() >= until:
                    return Advanced((), share, False)
            else:
                now = time.monotonic()
                took, self._began = now - self._began, now
                part = Part(step.key, step.values, step.arrays, took)
                return Advanced((part,), 0.0, False)
        return Advanced((), 1.0, True)


class Study:
    """One experiment with its settings and inputs. Methods may be called from any thread.

    Args:
        kept: what it is.
        engine: where the work is done.
        server: who measures, among several servers.
    """

    def __init__(self, kept: Kept, engine: Callable[[], Engine], server: Owner) -> None:
        self.experiment, self.settings, self.inputs = kept.experiment, kept.settings, kept.inputs
        self.fingerprint = self.experiment.fingerprint(self.settings, self.inputs)
        self.plan = tuple(self.experiment.plan(self.settings))
        self._engine = engine
        self._lease = Lease(store.folder_of(self.fingerprint), server)
        self._changed = threading.Condition()  # guards all below
        self._parts = store.load_parts(self.fingerprint, self.plan)
        self._wanted = False
        self._alive = False
        self._share = 0.0
        self._turn: Turn | None = None
        self._measuring = False
        self._fault: StudyFault | EngineFault | StrEnum | None = None
        self._kept = True
        self._began: tuple[float, int] | None = None  # when, and with how many parts, it went on
        self._looking: dict[str, float] = {}

    @property
    def complete(self) -> bool:
        """Whether all parts are there."""
        return len(self._parts) == len(self.plan)

    def begin(self) -> None:
        """Measure what is missing; one that is under way or complete is left alone."""
        with self._changed:
            if self.complete:
                return
            self._wanted, self._fault = True, None
            if not self._alive:
                self._alive, self._share = True, 0.0
                self._began = None
                name = f"experiment {self.experiment.name}"
                threading.Thread(target=self._work, name=name, daemon=True).start()
            self._changed.notify_all()

    def cancel(self, who: str = "") -> bool:
        """Stop after the slice that runs now; finished parts stay.

        Args:
            who: asks for it. While others look at the study, it goes on for them.

        Returns:
            Whether it stops.
        """
        with self._changed:
            self._looking.pop(who, None)
            now = time.monotonic()
            if any(now - when < LOOKING_SECONDS for when in self._looking.values()):
                return False
            self._wanted = False
            self._changed.notify_all()
            return True

    def state(self, who: str | None = None) -> StudyState:
        """What it is doing now.

        Args:
            who: looks; None does not count as looking.
        """
        with self._changed:
            if who is not None:
                self._looking[who] = time.monotonic()
            parts = tuple(self._parts[key] for key in self.plan if key in self._parts)
            share = (len(parts) + self._share) / len(self.plan) if self.plan else 1.0
            return StudyState(
                self._phase(),
                parts,
                len(self.plan),
                1.0 if self.complete else min(share, 1.0),
                self._seconds_left(),
                None if self._turn is None else self._turn.place,
                self._fault,
                self._kept,
            )

    def wait(self, seconds: float, count: int | None = None) -> None:
        """Wait until it stands still or has so many parts, or for so long."""
        with self._changed:
            self._changed.wait_for(
                lambda: not self._alive or (count is not None and len(self._parts) >= count),
                seconds,
            )

    def _phase(self) -> StudyPhase:
        if self.complete:
            return StudyPhase.COMPLETE
        if self._fault is not None:
            return StudyPhase.FAILED
        if not self._wanted:
            return StudyPhase.RESTING
        begun = self._measuring or self._share > 0
        return StudyPhase.MEASURING if begun else StudyPhase.WAITING

    def _seconds_left(self) -> float | None:
        if self._began is None or not self._wanted or self.complete:
            return None
        when, before = self._began
        done = len(self._parts) - before + self._share
        if done < 0.3:
            return None
        left = len(self.plan) - len(self._parts) - self._share
        return max(left, 0.0) * (time.monotonic() - when) / done

    # All below runs in the study's own thread.

    def _work(self) -> None:
        fault: StrEnum | None = StudyFault.FAULT  # of an exception that nobody expects
        try:
            self._keep_about()
            self._measure_or_follow()
            fault = None
        except EngineError as error:
            fault = error.fault
        except DataError as error:
            fault = error.reason
        except _EndsWorkersError:
            fault = StudyFault.ENDS_WORKERS
        finally:
            self._lease.give_back()
            with self._changed:
                again = fault is None and self._wanted and not self.complete
                self._fault = fault
                self._wanted = self._wanted and fault is None
                self._alive = self._measuring = False
                self._share = 0.0
                self._changed.notify_all()
            self._keep_about()
            if again:  # it was asked for while the thread was ending
                self.begin()

    def _measure_or_follow(self) -> None:
        while self._going():
            if self._lease.take():
                self._measure()
            else:
                found = store.load_parts(self.fingerprint, self.plan)
                with self._changed:
                    self._parts |= found
                    self._changed.notify_all()
                    self._changed.wait_for(lambda: not self._wanted, FOLLOW_SECONDS)

    def _going(self) -> bool:
        with self._changed:
            return self._wanted and not self.complete

    def _measure(self) -> None:
        with self._changed:
            self._parts |= store.load_parts(self.fingerprint, self.plan)
            self._began = time.monotonic(), len(self._parts)
        measurer: Actor[Measurer] | None = None
        losses = 0
        try:
            while self._going() and self._lease.still_held():
                with self._next_turn() as has_come:
                    if not has_come:
                        continue
                    try:
                        if measurer is None:
                            measurer = self._build()
                        advanced = measurer.call(Measurer.advance, SLICE)
                    except EngineLost as error:
                        measurer, losses = None, losses + 1
                        if losses == MOST_LOSSES:
                            raise _EndsWorkersError from error
                        continue
                losses = 0 if advanced.parts else losses
                self._take(advanced)
                if advanced.parts and measurer.retiring:
                    measurer.close()
                    measurer = None
                if advanced.complete:
                    return
        finally:
            if measurer is not None:
                measurer.close()

    def _build(self) -> Actor[Measurer]:
        with self._changed:
            done = dict(self._parts)
        arguments = (self.experiment, self.settings, self.inputs, done)
        return self._engine().actor(Measurer, *arguments)

    @contextlib.contextmanager
    def _next_turn(self) -> Any:
        """Wait for the worker; yields False when it was cancelled meanwhile."""
        come = threading.Event()
        turn = turns_of(self._engine()).join(come.set)
        try:
            with self._changed:
                self._turn = turn
            while not come.wait(TURN_SECONDS) and self._going():
                pass
            with self._changed:
                self._measuring = turn.has_come and self._wanted
            yield turn.has_come and self._going()
        finally:
            with self._changed:
                self._turn = None
            turn.leave()

    def _take(self, advanced: Advanced) -> None:
        for part in advanced.parts:
            place = self.plan.index(part.key)
            try:
                store.keep_part(self.fingerprint, place, part)
            except OSError:  # it is measured all the same, and shown as long as the server lives
                self._kept = False
        with self._changed:
            self._parts |= {part.key: part for part in advanced.parts}
            self._share = advanced.share
            self._changed.notify_all()

    def _keep_about(self) -> None:
        kept = Kept(self.experiment, self.settings, self.inputs, self._going())
        try:
            store.keep_about(self.fingerprint, kept)
        except OSError:
            self._kept = False


class _EndsWorkersError(Exception):
    """A part of the experiment ends the workers that measure it."""


class Studies:
    """All studies of this server, each found by its fingerprint.

    Args:
        engine: returns the engine; the first call may start it.
    """

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine
        self._server = this_server()
        self._lock = threading.Lock()
        self._known: dict[str, Study] = {}

    def of(self, experiment: Experiment[Any], settings: Any, inputs: Inputs | None = None) -> Study:
        """The study of these settings and inputs; one that was under way goes on."""
        inputs = inputs or Inputs()
        fingerprint = experiment.fingerprint(settings, inputs)
        with self._lock:
            study = self._known.get(fingerprint)
            if study is None:
                kept = Kept(experiment, settings, inputs, False)
                study = Study(kept, self._engine, self._server)
                self._remember(study)
        return study

    def take_up(self) -> None:
        """Go on with what was under way when an earlier server ended."""
        store.delete_oldest()
        for fingerprint in store.all_fingerprints():
            kept = store.load(fingerprint)
            if kept is not None and kept.wanted:
                self.of(kept.experiment, kept.settings, kept.inputs).begin()

    def _remember(self, study: Study) -> None:
        """With the lock held. What stands still and was not asked for lately is on disk."""
        self._known[study.fingerprint] = study
        for name, other in list(self._known.items())[: -store.KEPT_FOLDERS]:
            if not other.state().moving:
                del self._known[name]
