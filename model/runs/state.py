"""What a run tells a page: its phase and why, and everything to show of it at one moment."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from model.training.config import RateChange
from model.training.trainer import EpochScores


class RunPhase(StrEnum):
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
        return self in (RunPhase.STARTING, RunPhase.TRAINING, RunPhase.RECOVERING)


class Cause(StrEnum):
    """Why a run stands still, or begins an epoch again, without its person's doing."""

    SERVER_RESTARTED = "server restarted"
    WORKER_LOST = "worker lost"
    LOST_OFTEN = "worker lost often"  # several times in a row, without a batch between
    ENGINE_FAILED = "engine failed"
    TRAINING_FAILED = "training failed"  # it cannot be done: no data, not enough memory
    APP_FAILED = "app failed"
    NO_BETTER = "no better"  # early stopping
    UNWATCHED = "unwatched"  # nobody has looked at it for a while
    EPOCHS_LOST = "epochs lost"  # it had come further than its files reach


class Missing(StrEnum):
    """What could not be found again of a run, because its files are damaged or gone."""

    DESCRIPTION = "description"  # it was made again from a copy, as it was after an epoch
    OPTIMIZER = "optimizer"  # its memories: it begins anew, and the curve goes another way
    FIGURES = "figures"  # of some epochs
    NETWORKS = "networks"  # of some epochs


@dataclass(frozen=True)
class Reason:
    """Why a run is in its phase."""

    cause: Cause
    detail: str = ""  # of an EngineError, DataError or TrainingError: its own reason

    @property
    def passing(self) -> bool:
        """Whether nobody wished the pause: after a restart of the server the run goes on."""
        return self.cause in (Cause.LOST_OFTEN, Cause.ENGINE_FAILED)


@dataclass(frozen=True)
class RunState:
    """All that a page shows of a run at one moment. Nothing in it changes afterwards."""

    phase: RunPhase
    reason: Reason | None  # None where the phase says everything
    disk_full: bool  # the disk takes nothing more: the latest epochs are in memory alone
    epoch: int  # finished epochs
    batch: int  # batches done of the epoch that runs
    batches: int  # in one epoch; 0 until it is known
    target: int  # the epoch at which it ends
    generation: int  # another one: batches were taken back; else those shown before still hold
    positions: np.ndarray  # (k,) of each batch on the axis of epochs: 2.5 is half of the third
    losses: np.ndarray  # (k,) of each batch
    accuracies: np.ndarray  # (k,) of each batch
    history: tuple[EpochScores, ...]
    images_per_second: float  # of training alone; 0 until it is known
    seconds_left: float | None
    seconds: float  # of training so far
    learning_rate: float  # of the next batch, before the schedule
    changes: tuple[RateChange, ...]  # of the learning rate, made by hand
    slow: bool
    weight_norms: dict[str, float]  # Euclidean, by layer name; empty until they are known
    gradient_norms: dict[str, float]  # likewise, of the last batch's gradient
    missing: frozenset[Missing]  # what could not be found again
    elsewhere: bool  # another server trains it; what is asked for is passed on
    place_in_queue: int | None  # for the worker that trains, from 1; None while it does not wait
    seconds_to_turn: float | None  # that it will wait there; None while that is not known
    sharing: int  # how many runs take turns now, this one included
    underway: bool  # it changes by itself: it moves, or pauses when its last batches are home

    @property
    def share(self) -> float:
        """How much of the run is done, from 0 to 1."""
        done = self.epoch + (self.batch / self.batches if self.batches else 0)
        return min(done / self.target, 1.0)
