"""What decides a training: its settings, and changes of the learning rate made while it ran."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from model.data import mnist
from model.training.augmentation import Augmentation
from model.training.optimizer_steps import Optimizer

RATES = (1e-7, 10.0)
"""The smallest and the largest learning rate."""
OWN = re.compile(r"[0-9a-f]{0,16}")


@dataclass(frozen=True)
class TrainingConfig:
    """Everything that decides a training beside the architecture. Defaults: the course's.

    Raises:
        ValueError: a value out of its range; the message says which and what is possible.
    """

    data: mnist.Name = "embedded"
    images: int | None = None  # how many training digits, as many of each class; None: all
    epochs: int = 10
    batch_size: int = 32
    optimizer: Optimizer = "adam"
    learning_rate: float = 0.001
    schedule: Literal["constant", "cosine"] = "constant"  # cosine falls to 0 at the last epoch
    augmentation: Augmentation = field(default_factory=Augmentation)
    patience: int = 0  # early stopping: epochs without a better validation loss; 0 is never
    seed: int = 0  # of the first weights, the order of the digits, dropout and variations
    own: str = ""  # digits that were written here take the place of `data`; see `model.runs.run`
    start: Literal["random", "shipped"] = "random"  # the first weights

    def __post_init__(self) -> None:
        ranges = {
            "epochs": (1, 1000),
            "batch_size": (1, 1024),
            "learning_rate": RATES,
            "patience": (0, 100),
            "seed": (0, 10_000_000),
        }
        for name, (low, high) in ranges.items():
            if not low <= getattr(self, name) <= high:
                words = name.replace("_", " ")
                raise ValueError(f"The {words} must lie between {low:g} and {high:g}.")
        if self.images is not None and self.images < 10:
            raise ValueError("At least 10 training digits are needed, one of each.")
        if not OWN.fullmatch(self.own):
            raise ValueError("This names no digits that were written here.")


@dataclass(frozen=True)
class RateChange:
    """From the place (epoch, batch) on, the learning rate is another: set by hand while it ran."""

    epoch: int  # finished epochs at that moment
    batch: int  # batches done of the epoch that ran
    rate: float


def rate_at(
    settings: TrainingConfig, changes: Sequence[RateChange], epoch: int, batch: int
) -> float:
    """The learning rate, before the schedule, of one batch.

    Args:
        settings: of the training.
        changes: in the order in which they were made.
        epoch: finished epochs before the batch.
        batch: its number within the epoch, from 0.
    """
    rate = settings.learning_rate
    for change in changes:
        if (change.epoch, change.batch) <= (epoch, batch):
            rate = change.rate
    return rate
