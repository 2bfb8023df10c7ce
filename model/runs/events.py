"""What can happen to a run: a person's commands, and reports of what comes of the training.

What each makes of the run stands in `model.runs.transitions`.
"""

from dataclasses import dataclass

# Commands: what a person asks for.


@dataclass(frozen=True)
class Resume:
    """Train to the target, or one epoch more where it is reached."""


@dataclass(frozen=True)
class More:
    """Train so many epochs more than were asked for, or than are done where the run had ended."""

    epochs: int


@dataclass(frozen=True)
class OneEpoch:
    """Train to the end of the epoch that runs, or a whole one, then pause."""


@dataclass(frozen=True)
class OneBatch:
    """Train one batch, then pause."""


@dataclass(frozen=True)
class Pause:
    """Ask for no more batches."""


@dataclass(frozen=True)
class Stop:
    """End the run at its last finished epoch."""


@dataclass(frozen=True)
class SetRate:
    """Use another learning rate from the next batch on."""

    rate: float


@dataclass(frozen=True)
class SetSlow:
    """Slow motion on or off."""

    on: bool


@dataclass(frozen=True)
class Rename:
    """Give it another title."""

    title: str


@dataclass(frozen=True)
class Pin:
    """Keep its files for good, or not."""

    on: bool


@dataclass(frozen=True)
class Delete:
    """Throw it away, or bring it back."""

    on: bool


Command = (
    Resume | More | OneEpoch | OneBatch | Pause | Stop | SetRate | SetSlow | Rename | Pin | Delete
)


# Reports: what comes of the training.


@dataclass(frozen=True)
class SliceDone:
    """Some batches are done."""

    epoch: int  # finished epochs now
    best_epoch: int = 0  # the one with the lowest validation loss; 0 is none
    one_batch: bool = False  # it was the single batch that had been asked for
    unwatched: bool = False  # nobody looks at the run any more


@dataclass(frozen=True)
class AtBatch:
    """The next batch is this one of its epoch: a new learning rate gets its place."""

    batch: int


@dataclass(frozen=True)
class WorkerLost:
    """The worker that trained is gone, with the epoch that it was in."""


@dataclass(frozen=True)
class EngineFailed:
    """The engine could not do its part."""

    detail: str


@dataclass(frozen=True)
class TrainingFailed:
    """This training cannot be done."""

    detail: str


@dataclass(frozen=True)
class AppFailed:
    """A fault in the program ended the worker loop."""


Report = SliceDone | AtBatch | WorkerLost | EngineFailed | TrainingFailed | AppFailed
