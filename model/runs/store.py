"""Runs on disk: what is needed to find one again and to go on with it, whatever died meanwhile.

    runs/<id>/run.json        title, settings, what the run was doing, changes of the learning rate
    runs/<id>/epoch-0003.npz  the weights after epoch 3, its scores, and its batches' figures
    runs/<id>/last.npz        weights and optimiser's memories after the last epoch, and the figures
                              of all epochs

Every file is written whole or not at all (`write_atomically`). An epoch's file is written
before `last.npz` says that the epoch is over: whenever the process is killed, what is found belongs
together. Files are read as data only (`model.files`).

What cannot be read is made good from what lies beside it: the archives hold copies of run.json, the
newest epoch that is whole stands in for `last.npz`, and the figures are in both. `Saved.missing`
says what could not be had.
"""

import contextlib
import io
import json
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from model.data.cache import cache_folder, write_atomically
from model.files import Archive, FileError, FileReason, dataclass_of, parsed_json
from model.network import NetworkConfig, count_parameters
from model.runs.state import Cause, Missing, Reason, RunPhase
from model.training.config import RATES, RateChange, TrainingConfig
from model.training.trainer import EpochScores, Scores, Snapshot

FORMAT = 1
KEPT_SECONDS = 30 * 24 * 3600.0  # after its last change a run is kept so long, pinned ones for good
DELETED_SECONDS = 24 * 3600.0  # a deleted run can be brought back so long
KEPT_BYTES = 4_000_000_000  # of all runs together; the oldest that are not pinned go first
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{16}")
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


def valid(identifier: str) -> bool:
    """Whether this can be the id of a run: nothing else ever becomes part of a path."""
    return IDENTIFIER.fullmatch(identifier) is not None


def runs_folder() -> Path:
    """Where all runs are; writing makes it where it is missing."""
    return cache_folder() / "runs"


def close_to_others() -> None:
    """Let nobody but its owner list the runs: their ids open them. It once was open to all."""
    with contextlib.suppress(OSError):  # it is not there yet, or is not ours
        runs_folder().chmod(0o700)


class RunFolder:
    """The files of one run. Writing raises OSError when the disk is full or closed to us.

    Args:
        identifier: of the run.

    Raises:
        ValueError: that cannot be an id.
    """

    def __init__(self, identifier: str) -> None:
        if not valid(identifier):
            raise ValueError("This is not the id of a run.")
        self._name = identifier

    @property
    def path(self) -> Path:
        """Where its files are."""
        return runs_folder() / self._name

    @property
    def stamp(self) -> object:
        """Another one whenever run.json was written anew; None where there is none."""
        try:
            found = self._path("run.json").stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    @property
    def there(self) -> bool:
        """Whether the run's description is where it was written: else its folder was deleted."""
        return self.stamp is not None

    def save_about(self, about: About) -> None:
        """Write what is known of the run."""
        self._write("run.json", _json(about))

    def save_epoch(self, record: EpochRecord, about: About | None = None) -> None:
        """Write a finished epoch, or epoch 0, with a copy of what is known of the run."""
        rows = [] if record.scores is None else [record.scores]
        arrays = {
            "losses": record.losses,
            "accuracies": record.accuracies,
            "scores": _table(rows).reshape(-1),
            **_copy(about),
        }
        if record.weights is not None:
            arrays["weights"] = record.weights
        self._write(_epoch_name(record.epoch), _packed(arrays))

    def save_snapshot(
        self, snapshot: Snapshot, records: Sequence[EpochRecord] = (), about: About | None = None
    ) -> None:
        """Write what is needed to go on; the epoch's own file must be written before.

        Args:
            snapshot: of the last epoch.
            records: of all epochs from 1 on, for their figures.
            about: of which a copy is kept.
        """
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
        self._write("last.npz", _packed(arrays))

    def drop_weights(self, epoch: int) -> None:
        """Give the weights of an epoch up for space; its figures stay."""
        with contextlib.suppress(FileError):  # what cannot be read takes no part in anything
            with self._archive(_epoch_name(epoch)) as archive:
                record, _ = _epoch_of(archive, epoch)
            self.save_epoch(record)

    def weights(self, epoch: int, parameters: int) -> np.ndarray | None:
        """The weights at the end of an epoch, (parameters,) float32; None where there are none."""
        try:
            with self._archive(_epoch_name(epoch)) as archive:
                return archive.array("weights", np.float32, (parameters,))
        except FileError:
            return None

    def about(self) -> tuple[About, bool] | None:
        """What is known of the run, and whether it is a copy; None where there is no such run."""
        try:
            return _about_from_json(self._content("run.json", LONGEST_ABOUT)), False
        except FileError:
            pass  # the other files have copies of it, and the caller is told that it is one
        for name in ("last.npz", *map(_epoch_name, reversed(self._epochs()))):
            try:
                with self._archive(name) as archive:
                    copy = archive.array(ABOUT_COPY, np.uint8, (None,), LONGEST_ABOUT)
                return _about_from_json(copy.tobytes()), True
            except FileError:
                continue
        return None

    def load(self) -> Saved | None:
        """Everything but the weights of the epochs; None where there is no such run.

        The run is at its newest epoch that is whole; `missing` says what is not there any more.
        """
        stamp = self.stamp  # first: what is written while it is read is noticed later
        found = self.about()
        if found is None:
            return None
        about, is_copy = found
        missing = {Missing.DESCRIPTION} if is_copy else set()
        parameters = count_parameters(about.network)
        records, present = self._read_epochs()
        readable = set(records)
        snapshot = self._read_snapshot(parameters, records)
        # Where the disk had no room for the snapshot, epochs may have been written after it. A run
        # that moves does them again, to the same figures; one that has ended comes back as it was.
        behind = snapshot is not None and snapshot.epoch < about.epoch and not about.phase.moving
        if snapshot is None or behind:
            newest = self._newest(about.epoch, parameters, present)
            if newest is not None and (snapshot is None or newest.epoch > snapshot.epoch):
                snapshot = newest
                if snapshot.epoch:
                    missing.add(Missing.OPTIMIZER)
        if snapshot is None:
            return Saved(about, None, (), frozenset(), frozenset(missing), stamp)
        whole, gaps = _without_gaps(records, snapshot.epoch)
        if gaps:
            missing.add(Missing.FIGURES)
        if not readable.issuperset(range(snapshot.epoch + 1)):
            missing.add(Missing.NETWORKS)
        there = frozenset(epoch for epoch in present if epoch <= snapshot.epoch)
        return Saved(about, snapshot, whole, there, frozenset(missing), stamp)

    def tidy_up(self) -> None:
        """Delete what a write that was killed has left."""
        with contextlib.suppress(OSError):  # they only take room
            for leftover in self._path("").glob("*.part"):
                leftover.unlink(missing_ok=True)

    def _path(self, file: str) -> Path:
        return self.path / file

    def _write(self, file: str, content: bytes) -> None:
        write_atomically(self._path(file), content)

    def _content(self, file: str, largest: int) -> bytes:
        try:
            with self._path(file).open("rb") as opened:
                content = opened.read(largest + 1)
        except OSError as error:
            raise FileError(FileReason.DAMAGED, str(error)) from error
        if len(content) > largest:
            raise FileError(FileReason.TOO_LONG, file)
        return content

    @contextlib.contextmanager
    def _archive(self, file: str) -> Iterator[Archive]:
        """One of its archives, while it is read."""
        try:
            opened = self._path(file).open("rb")
        except OSError as error:
            raise FileError(FileReason.DAMAGED, str(error)) from error
        with opened:
            yield Archive(opened)

    def _epochs(self) -> list[int]:
        """The epochs of which there is a file, in order."""
        with contextlib.suppress(OSError):  # `load` says then that they are missing
            names = [path.name for path in self._path("").glob("epoch-*.npz")]
            numbers = (re.fullmatch(r"epoch-(\d{4,7})\.npz", name) for name in names)
            return sorted(int(number[1]) for number in numbers if number)
        return []

    def _read_epochs(self) -> tuple[dict[int, EpochRecord], frozenset[int]]:
        """The figures of every epoch whose file can be read, and the epochs that have weights."""
        records, present = {}, set()
        for epoch in self._epochs():
            # `load` says which of them are missing.
            with contextlib.suppress(FileError), self._archive(_epoch_name(epoch)) as archive:
                records[epoch], has_weights = _epoch_of(archive, epoch)
                if has_weights:
                    present.add(epoch)
        return records, frozenset(present)

    def _read_snapshot(self, parameters: int, records: dict[int, EpochRecord]) -> Snapshot | None:
        """The snapshot; the figures beside it go into `records`, where they are missing."""
        try:
            with self._archive("last.npz") as archive:
                snapshot = _snapshot_of(archive, parameters)
                history = _history_of(archive, snapshot.epoch)
        except FileError:
            return None
        for record in history:
            records.setdefault(record.epoch, record)
        return snapshot

    def _newest(self, finished: int, parameters: int, present: frozenset[int]) -> Snapshot | None:
        """A snapshot of the newest epoch whose weights are whole; the optimiser begins anew.

        An epoch counts when the run's description says that it is over, or when there has been a
        snapshot. Until then the run, being a function of its seed, does it again.
        """
        with contextlib.suppress(OSError):  # then what the description says counts
            if self._path("last.npz").exists():
                finished = MOST_EPOCHS
        for epoch in sorted(present, reverse=True):
            weights = self.weights(epoch, parameters) if epoch <= finished else None
            if weights is not None:
                nothing = np.zeros_like(weights)
                return Snapshot(epoch, weights, nothing, nothing, 0)
        return None


def clear(keep: set[str], now: float | None = None) -> None:
    """Delete the folders of runs that are too old, were deleted, or are too many for the disk.

    Args:
        keep: ids that are not to be touched.
        now: seconds since 1970; the time now when left out.

    Raises:
        OSError: the folder of all runs cannot be read.
    """
    now = time.time() if now is None else now
    left: list[tuple[float, int, Path]] = []
    for folder in runs_folder().iterdir():
        if not valid(folder.name) or folder.name in keep:
            continue
        found = RunFolder(folder.name).about()
        about = found[0] if found else None
        stats = [file.stat() for file in folder.iterdir() if file.is_file()]
        age = now - max((stat.st_mtime for stat in stats), default=0.0)
        pinned = about is not None and about.pinned and not about.deleted
        limit = DELETED_SECONDS if about is None or about.deleted else KEPT_SECONDS
        if not pinned and age > limit:
            shutil.rmtree(folder, ignore_errors=True)
        elif not pinned:
            left.append((age, sum(stat.st_size for stat in stats), folder))
    total = 0
    for _, size, folder in sorted(left):  # the youngest first
        total += size
        if total > KEPT_BYTES:
            shutil.rmtree(folder, ignore_errors=True)


def _about_from_json(content: bytes) -> About:
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


def _json(about: About) -> bytes:
    return json.dumps({"format": FORMAT, **asdict(about)}, indent=1).encode()


def _copy(about: About | None) -> dict[str, np.ndarray]:
    return {} if about is None else {ABOUT_COPY: np.frombuffer(_json(about), np.uint8)}


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


def _epoch_of(archive: Archive, epoch: int) -> tuple[EpochRecord, bool]:
    """An epoch's record without its weights, and whether they are there."""
    losses, accuracies = (
        archive.array(name, np.float32, (None,)) for name in ("losses", "accuracies")
    )
    numbers = archive.array("scores", np.float64, (None,))
    if len(numbers) != (len(NUMBERS) if epoch else 0) or len(losses) != len(accuracies):
        raise FileError(FileReason.NOT_FITTING, f"the figures of epoch {epoch}")
    scores = _scores(epoch, numbers) if epoch else None
    return EpochRecord(epoch, None, losses, accuracies, scores), archive.holds("weights")


def _snapshot_of(archive: Archive, parameters: int) -> Snapshot:
    epoch, step = (int(number) for number in archive.array("place", np.int64, (2,)))
    if not (0 <= epoch <= MOST_EPOCHS and 0 <= step < 1 << 31):
        raise FileError(FileReason.NOT_FITTING, "the place of the snapshot")
    weights, first, second = (
        archive.array(name, np.float32, (parameters,))
        for name in ("weights", "first_moment", "second_moment")
    )
    return Snapshot(epoch, weights, first, second, step)


def _history_of(archive: Archive, epoch: int) -> list[EpochRecord]:
    """The records of all epochs from 1 on, where they stand beside the snapshot."""
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


def _without_gaps(
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


def _epoch_name(epoch: int) -> str:
    return f"epoch-{epoch:04}.npz"


def _packed(arrays: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()
