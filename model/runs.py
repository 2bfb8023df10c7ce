"""Runs: trainings that belong to a person and go on whatever page is open.

Each run has a thread of its own that asks the engine for one slice of training after the other
and keeps what comes back; pausing is not asking. When the worker or the whole engine is lost, the
run is built again from its last snapshot and repeats at most the epoch it was in.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from model.digits import DataError
from model.engine import Actor, Engine, EngineError, EngineLost
from model.network import Network, NetworkConfig, from_vector
from model.training import EpochEnd, Progress, Scores, Snapshot, Trainer, TrainingConfig

SLICE = 0.3
"""Seconds of training that are asked for at a time: three new stretches of curve a second."""


class Phase(StrEnum):
    """What a run is doing."""

    STARTING = "starting"
    TRAINING = "training"
    PAUSED = "paused"
    RECOVERING = "recovering"  # its worker was lost; it is being built again
    FINISHED = "finished"  # it has reached its last epoch; more can be asked for
    STOPPED = "stopped"  # by its person; the network of the last epoch is kept
    FAILED = "failed"

    @property
    def moving(self) -> bool:
        """Whether something happens without anybody's doing."""
        return self in (Phase.STARTING, Phase.TRAINING, Phase.RECOVERING)


@dataclass(frozen=True)
class EpochScores:
    """The bold points of the charts: one finished epoch."""

    epoch: int
    training: Scores
    validation: Scores


@dataclass(frozen=True)
class RunState:
    """All that a page shows of a run at one moment. Nothing in it changes afterwards."""

    phase: Phase
    sentence: str  # why it failed or waits; empty where there is nothing to say
    epoch: int  # finished epochs
    batch: int  # batches done of the epoch that runs
    batches: int  # in one epoch; 0 until it is known
    target: int  # the epoch at which it ends
    positions: np.ndarray  # (k,) of each batch on the axis of epochs: 2.5 is half of the third
    losses: np.ndarray  # (k,) of each batch
    accuracies: np.ndarray  # (k,) of each batch
    history: tuple[EpochScores, ...]
    images_per_second: float  # of training alone; 0 until it is known
    seconds_left: float | None

    @property
    def share(self) -> float:
        """How much of the run is done, from 0 to 1."""
        done = self.epoch + (self.batch / self.batches if self.batches else 0)
        return min(done / self.target, 1.0)


class Run:
    """One training of one person. All methods may be called from any thread.

    Args:
        title: what the screen calls it.
        network: the architecture.
        settings: of the training.
        engine: where the work is done.
    """

    def __init__(
        self, title: str, network: NetworkConfig, settings: TrainingConfig, engine: Engine
    ) -> None:
        self.id = secrets.token_urlsafe(12)  # unguessable: whoever knows it sees the run
        self.title = title
        self.network = network
        self.settings = settings
        self._engine = engine
        self._changed = threading.Condition()  # guards everything below
        self._phase = Phase.STARTING
        self._sentence = ""
        self._target = settings.epochs
        self._batches = 0
        self._batch = 0
        self._losses: list[np.ndarray] = []
        self._accuracies: list[np.ndarray] = []
        self._positions: list[np.ndarray] = []
        self._history: list[EpochScores] = []
        self._weights: dict[int, np.ndarray] = {}  # at the end of every epoch; 0 is untrained
        self._last: Snapshot | None = None
        self._speed = 0.0
        self._drive = 0  # the number of the thread that drives the run; 0 when none does
        self._drives = 0
        self._start_driving()

    def pause(self) -> None:
        """Ask for no more slices until `resume`."""
        with self._changed:
            if self._phase.moving:
                self._enter(Phase.PAUSED)

    def resume(self) -> None:
        """Go on, to the epoch where the run was to end, or for one more when it had reached it."""
        with self._changed:
            self._target = max(self._target, self.epoch + 1)
            self._go_on()

    def more(self, epochs: int) -> None:
        """Train so many epochs from the last finished one, then stand still."""
        with self._changed:
            self._target = self.epoch + epochs
            self._go_on()

    def stop(self) -> None:
        """End the run. The networks of its finished epochs stay; the unfinished one is dropped."""
        with self._changed:
            if self._phase is not Phase.FAILED:
                self._forget_unfinished()
                self._drive = 0  # what its thread still brings home is not wanted
                self._enter(Phase.STOPPED)

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return self._last.epoch if self._last else 0

    def state(self) -> RunState:
        """What to show now."""
        with self._changed:
            done = self.epoch * self._batches + self._batch
            left = max(self._target * self._batches - done, 0)
            known = self._speed and self._phase.moving
            return RunState(
                self._phase, self._sentence, self.epoch, self._batch, self._batches, self._target,
                _joined(self._positions), _joined(self._losses), _joined(self._accuracies),
                tuple(self._history), self._speed,
                left * self.settings.batch_size / self._speed if known else None,
            )  # fmt: skip

    def network_at(self, epoch: int | None = None) -> Network | None:
        """The network as it was at the end of an epoch; None without one means the latest.

        Returns None when there is no such epoch yet, or its weights are not numbers any more.
        """
        with self._changed:
            epoch = self.epoch if epoch is None else epoch
            weights = self._weights.get(epoch)
        if weights is None or not np.isfinite(weights).all():
            return None
        origin = f"{self.title}, epoch {epoch}"
        return Network(self.network, from_vector(self.network, weights), origin)

    def _go_on(self) -> None:
        if self._phase.moving:
            return
        self._enter(Phase.STARTING)
        if not self._drive:
            self._start_driving()

    def _enter(self, phase: Phase, sentence: str = "") -> None:
        with self._changed:
            self._phase, self._sentence = phase, sentence
            self._changed.notify_all()

    def _start_driving(self) -> None:
        self._drives += 1
        self._drive = self._drives
        name = f"{self.title}, drive {self._drive}"
        threading.Thread(target=self._work, args=(self._drive,), name=name, daemon=True).start()

    def _work(self, drive: int) -> None:
        """Drive the run until it stands still, or another thread drives it."""
        trainer: Actor[Trainer] | None = None
        while self._wanted(drive):
            try:
                if trainer is None:
                    trainer = self._build()
                self._record(trainer.call(Trainer.advance, SLICE), drive)
            except EngineLost:
                trainer = None
                self._recover(drive)
            except (DataError, ValueError) as error:
                self._give_up(drive, Phase.FAILED, str(error))
            except EngineError as error:
                trainer = None
                self._recover(drive)
                self._give_up(drive, Phase.PAUSED, f"{error} Press Resume to go on.")
        if trainer is not None:
            trainer.close()

    def _wanted(self, drive: int) -> bool:
        """Wait while paused; return whether this thread has more to train."""
        with self._changed:
            self._changed.wait_for(lambda: self._drive != drive or self._phase is not Phase.PAUSED)
            if self._drive != drive:
                return False
            if not self._phase.moving:
                self._drive = 0
                return False
            return True

    def _build(self) -> Actor[Trainer]:
        with self._changed:
            last = self._last
        trainer = self._engine.actor(Trainer, self.network, self.settings, last)
        if last is None:
            first = trainer.call(Trainer.snapshot)
            with self._changed:
                self._keep(first)
        return trainer

    def _recover(self, drive: int) -> None:
        with self._changed:
            if self._drive == drive:
                self._forget_unfinished()
                if self._phase.moving:
                    words = "Its worker was lost. It goes on from its last epoch."
                    self._enter(Phase.RECOVERING, words)

    def _give_up(self, drive: int, phase: Phase, sentence: str) -> None:
        with self._changed:
            if self._drive == drive:
                self._drive = 0
                self._enter(phase, sentence)

    def _forget_unfinished(self) -> None:
        """Drop the points of the epoch that will be repeated or never finished."""
        done = float(self.epoch)
        positions = _joined(self._positions)
        kept = positions <= done + 1e-6
        self._losses = [_joined(self._losses)[kept]]
        self._accuracies = [_joined(self._accuracies)[kept]]
        self._positions = [positions[kept]]
        self._batch = 0

    def _record(self, progress: Progress, drive: int) -> None:
        with self._changed:
            if self._drive != drive:
                return
            if self._phase.moving:
                self._enter(Phase.TRAINING)
            batches, count = progress.batches, len(progress.losses)
            numbers = progress.first_batch + 1 + np.arange(count)
            self._positions.append(progress.epoch - 1 + numbers / batches)
            self._losses.append(progress.losses)
            self._accuracies.append(progress.accuracies)
            self._batches, self._batch = batches, progress.first_batch + count
            speed = progress.images / progress.seconds
            self._speed = speed if not self._speed else 0.8 * self._speed + 0.2 * speed
            if progress.epoch_end is not None:
                self._end_epoch(progress.epoch_end)

    def _end_epoch(self, end: EpochEnd) -> None:
        self._keep(end.snapshot)
        self._batch = 0
        self._history.append(EpochScores(end.snapshot.epoch, end.training, end.validation))
        if not self._phase.moving:
            return
        if end.snapshot.epoch >= self._target:
            self._enter(Phase.FINISHED)
        elif self._stopped_improving():
            words = (
                f"Stopped early: the validation loss has not fallen for {self.settings.patience}"
            )
            self._enter(Phase.FINISHED, f"{words} epochs.")

    def _stopped_improving(self) -> bool:
        """Early stopping: the best validation loss is `patience` epochs old or older."""
        losses = [scores.validation.loss for scores in self._history]
        patience = self.settings.patience
        return 0 < patience <= len(losses) - 1 - int(np.argmin(losses))

    def _keep(self, snapshot: Snapshot) -> None:
        self._last = snapshot
        self._weights[snapshot.epoch] = snapshot.weights


class Runs:
    """The runs of everybody on this server, each found by its id alone."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}

    def start(self, title: str, network: NetworkConfig, settings: TrainingConfig) -> Run:
        """Begin a run; it trains at once."""
        run = Run(title, network, settings, self._engine())
        with self._lock:
            self._runs[run.id] = run
        return run

    def get(self, identifier: str) -> Run | None:
        """The run with this id; None where there is none."""
        with self._lock:
            return self._runs.get(identifier)


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.empty(0, np.float32)
