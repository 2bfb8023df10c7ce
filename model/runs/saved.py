"""What of a run is on disk, and how it stands in its files; `store` says when each is written.

Files are read as data only (`model.files`).
"""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from model.files import Archive, FileError, FileReason, dataclass_of, parsed_json
from model.network import NetworkConfig
from model.runs.state import Cause, Missing, Reason, RunPhase
from model.training.config import RATES, RateChange, TrainingConfig
from model.training.trainer import EpochScores, Scores, Snapshot

FORMAT = 1
LONGEST_ABOUT = 1_000_000  # bytes of run.json: some thousand changes of the learning rate
LONGEST_TITLE = 60
MOST_MORE = 1_000  # epochs that can be asked for at a time
MOST_EPOCHS = 1_000_000
NUMBERS = ("training loss", "accuracy", "validation loss", "accuracy", "seconds")
"""Of each epoch, in this order."""
ABOUT_COPY = "run"
NOTHING = np.empty(0, np.float32)


@dataclass(frozen=True)
class About:
    """What is known of a run beside its figures and weights.

    Raises:
        ValueError: a value that no run has.
    """

    title: str
    network: NetworkConfig
    settings: TrainingConfig
    created: float  # seconds since 1970
    phase: RunPhase  # what it was doing
    target: int  # the epoch at which it ends
    reason: Reason | None = None  # why it stands still
    changes: tuple[RateChange, ...] = ()
    pinned: bool = False
    deleted: bool = False
    epoch: int = 0  # finished epochs when this was written

    def __post_init__(self) -> None:
        low, high = RATES
        for right in (
            0 < len(self.title) <= LONGEST_TITLE,
            self.title == " ".join(self.title.split()),
            0 <= self.created < 1e11,
            1 <= self.target <= MOST_EPOCHS,
            0 <= self.epoch <= MOST_EPOCHS,
            all(low <= change.rate <= high for change in self.changes),
            all(change.epoch >= 0 and change.batch >= 0 for change in self.changes),
        ):
            if not right:
                raise ValueError("A description of a run has a value that no run has.")


@dataclass(frozen=True)
class EpochRecord:
    """A finished epoch, or the untrained network as epoch 0, which has no figures."""

    epoch: int
    weights: np.ndarray | None  # (parameters,) float32; None when they were given up for space
    losses: np.ndarray  # (batches,) float32
    accuracies: np.ndarray  # (batches,) float32
    scores: EpochScores | None


@dataclass(frozen=True)
class Saved:
    """A run as it is on disk; `records` reach from epoch 0 to that of the snapshot."""

    about: About
    snapshot: Snapshot | None
    records: tuple[EpochRecord, ...]  # without their weights, which are read one by one
    with_weights: frozenset[int]  # the epochs whose weights are there
    missing: frozenset[Missing] = field(default_factory=frozenset)
    stamp: object = None  # of run.json, see `RunFolder.stamp`


def about_from_json(content: bytes) -> About:
    """What run.json says.

    Raises:
        FileError: it is damaged, or of another version.
    """
    values = parsed_json(content, LONGEST_ABOUT)
    if values.pop("format", None) != FORMAT:
        raise FileError(FileReason.OTHER_VERSION)
    said = values.pop("sentence", "")  # before reasons had a type, they were words
    if said:
        values["reason"] = {"cause": Cause.TRAINING_FAILED, "detail": said}
    settings = values.get("settings")
    if isinstance(settings, dict):  # what older versions knew no word for
        values["settings"] = {"own": "", "start": "random", **settings}
    return dataclass_of(About, {"reason": None, "epoch": 0, **values})


def about_copy_in(archive: Archive) -> About:
    """What is known of the run, as one of its other files has it.

    Raises:
        FileError: it has none.
    """
    return about_from_json(archive.array(ABOUT_COPY, np.uint8, (None,), LONGEST_ABOUT).tobytes())


def about_file(about: About) -> bytes:
    """The content of run.json."""
    return json.dumps({"format": FORMAT, **asdict(about)}, indent=1).encode()


def epoch_file(record: EpochRecord, about: About | None) -> bytes:
    """The content of an epoch's file, with a copy of what is known of the run."""
    rows = [] if record.scores is None else [record.scores]
    arrays = {
        "losses": record.losses,
        "accuracies": record.accuracies,
        "scores": _table(rows).reshape(-1),
        **_copy(about),
    }
    if record.weights is not None:
        arrays["weights"] = record.weights
    return _packed(arrays)


def snapshot_file(snapshot: Snapshot, records: Sequence[EpochRecord], about: About | None) -> bytes:
    """The content of last.npz: the snapshot, and the figures of all epochs from 1 on."""
    arrays = {
        "place": np.array([snapshot.epoch, snapshot.step]),
        "weights": snapshot.weights,
        "first_moment": snapshot.first_moment,
        "second_moment": snapshot.second_moment,
        **_copy(about),
    }
    if records:
        arrays |= {
            "losses": np.concatenate([record.losses for record in records]),
            "accuracies": np.concatenate([record.accuracies for record in records]),
            "scores": _table([record.scores for record in records if record.scores]),
        }
    return _packed(arrays)


def _copy(about: About | None) -> dict[str, np.ndarray]:
    return {} if about is None else {ABOUT_COPY: np.frombuffer(about_file(about), np.uint8)}


def _table(scores: Sequence[EpochScores]) -> np.ndarray:
    """(epochs, 5) float64, in the order of `NUMBERS`."""
    rows = [
        (*vars(each.training).values(), *vars(each.validation).values(), each.seconds)
        for each in scores
    ]
    return np.array(rows, np.float64).reshape(-1, len(NUMBERS))


def _scores(epoch: int, numbers: np.ndarray) -> EpochScores:
    figures = [float(number) for number in numbers]
    return EpochScores(epoch, Scores(*figures[:2]), Scores(*figures[2:4]), figures[4])


def epoch_of(archive: Archive, epoch: int) -> tuple[EpochRecord, bool]:
    """An epoch's record without its weights, and whether they are there.

    Raises:
        FileError: the file is damaged, or another epoch's.
    """
    losses, accuracies = (
        archive.array(name, np.float32, (None,)) for name in ("losses", "accuracies")
    )
    numbers = archive.array("scores", np.float64, (None,))
    if len(numbers) != (len(NUMBERS) if epoch else 0) or len(losses) != len(accuracies):
        raise FileError(FileReason.NOT_FITTING, f"the figures of epoch {epoch}")
    scores = _scores(epoch, numbers) if epoch else None
    return EpochRecord(epoch, None, losses, accuracies, scores), archive.holds("weights")


def snapshot_of(archive: Archive, parameters: int) -> Snapshot:
    """The snapshot of a network with so many parameters.

    Raises:
        FileError: it is damaged, or another network's.
    """
    epoch, step = (int(number) for number in archive.array("place", np.int64, (2,)))
    if not (0 <= epoch <= MOST_EPOCHS and 0 <= step < 1 << 31):
        raise FileError(FileReason.NOT_FITTING, "the place of the snapshot")
    weights, first, second = (
        archive.array(name, np.float32, (parameters,))
        for name in ("weights", "first_moment", "second_moment")
    )
    return Snapshot(epoch, weights, first, second, step)


def history_of(archive: Archive, epoch: int) -> list[EpochRecord]:
    """The records of all epochs from 1 on, where they stand beside the snapshot.

    Raises:
        FileError: they are damaged.
    """
    if not (epoch and archive.holds("scores")):
        return []
    numbers = archive.array("scores", np.float64, (epoch, len(NUMBERS)))
    losses = archive.array("losses", np.float32, (None,))
    accuracies = archive.array("accuracies", np.float32, losses.shape)
    if len(losses) % epoch:
        raise FileError(FileReason.NOT_FITTING, "the figures of the batches")
    batches = len(losses) // epoch
    return [
        EpochRecord(number, None, batch_losses, batch_accuracies, _scores(number, row))
        for number, (row, batch_losses, batch_accuracies) in enumerate(
            zip(
                numbers,
                losses.reshape(epoch, batches),
                accuracies.reshape(epoch, batches),
                strict=True,
            ),
            start=1,
        )
    ]


def without_gaps(
    records: dict[int, EpochRecord], last: int
) -> tuple[tuple[EpochRecord, ...], bool]:
    """All records up to the last epoch, and whether figures that are no numbers stand for some.

    An epoch has as many batches as the last one of which the figures are there.
    """
    known = [epoch for epoch in records if 0 < epoch <= last]
    batches = len(records[max(known)].losses) if known else 0
    unknown = np.full(batches, np.nan, np.float32)
    whole, gaps = [EpochRecord(0, None, NOTHING, NOTHING, None)], False
    for epoch in range(1, last + 1):
        record = records.get(epoch)
        if record is None or len(record.losses) != batches:
            gaps = True
            scores = _scores(epoch, np.array([*[np.nan] * 4, 0.0]))
            record = EpochRecord(epoch, None, unknown, unknown, scores)
        whole.append(record)
    return tuple(whole), gaps


def _packed(arrays: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()
