"""What a run tells a page: its phase, and everything to show of it at one moment."""

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


@dataclass(frozen=True)
class RunState:
    """All that a page shows of a run at one moment. Nothing in it changes afterwards."""

    phase: RunPhase
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
    seconds: float  # of training so far
    learning_rate: float  # of the next batch, before the schedule
    changes: tuple[RateChange, ...]  # of the learning rate, made by hand
    slow: bool
    weight_norms: dict[str, float]  # Euclidean, by layer name; empty until they are known
    gradient_norms: dict[str, float]  # likewise, of the last batch's gradient
    underway: bool  # it changes by itself: it moves, or pauses when its last batches are home

    @property
    def share(self) -> float:
        """How much of the run is done, from 0 to 1."""
        done = self.epoch + (self.batch / self.batches if self.batches else 0)
        return min(done / self.target, 1.0)
