"""Runs on disk: what is needed to find one again and to go on with it, whatever died meanwhile.

    runs/<id>/run.json        title, settings, what the run was doing, changes of the learning rate
    runs/<id>/epoch-0003.npz  the weights after epoch 3, its scores, and its batches' figures
    runs/<id>/last.npz        weights and optimiser's memories after the last epoch

Every file is written whole or not at all (`write_atomically`). An epoch's file is written
before `last.npz` says that the epoch is over: whenever the process is killed, what is found belongs
together. Files are read as data only; what cannot be read counts as not there, and then the run,
being a function of its seed, is simply done again.
"""

import contextlib
import io
import json
import re
import shutil
import time
import zipfile
import zlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from model.data.cache import cache_folder, write_atomically
from model.network import NetworkConfig, count_parameters
from model.network.weights_file import config_from_json
from model.runs.state import Cause, Reason
from model.training.augmentation import Augmentation
from model.training.config import RateChange, TrainingConfig
from model.training.trainer import EpochScores, Scores, Snapshot

FORMAT = 1
KEPT_SECONDS = 30 * 24 * 3600.0  # after its last change a run is kept so long, pinned ones for good
DELETED_SECONDS = 24 * 3600.0  # a deleted run can be brought back so long
KEPT_BYTES = 4_000_000_000  # of all runs together; the oldest that are not pinned go first
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{16}")

UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class About:
    """What is known of a run beside its figures and weights."""

    title: str
    network: NetworkConfig
    settings: TrainingConfig
    created: float  # seconds since 1970
    phase: str  # what it was doing, a value of `RunPhase`
    target: int  # the epoch at which it ends
    reason: Reason | None = None  # why it stands still
    changes: tuple[RateChange, ...] = ()
    pinned: bool = False
    deleted: bool = False


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

    def save_about(self, about: About) -> None:
        """Write what is known of the run."""
        text = json.dumps({"format": FORMAT, **asdict(about)}, indent=1)
        self._write("run.json", text.encode())

    def save_epoch(self, record: EpochRecord) -> None:
        """Write a finished epoch, or epoch 0."""
        scores, figures = record.scores, np.empty(0)
        if scores is not None:
            figures = np.array(
                [
                    scores.training.loss,
                    scores.training.accuracy,
                    scores.validation.loss,
                    scores.validation.accuracy,
                    scores.seconds,
                ]
            )
        arrays = {"losses": record.losses, "accuracies": record.accuracies, "scores": figures}
        if record.weights is not None:
            arrays["weights"] = record.weights
        self._write(_epoch_name(record.epoch), _packed(arrays))

    def save_snapshot(self, snapshot: Snapshot) -> None:
        """Write what is needed to go on; the epoch's own file must be written before."""
        arrays = {
            "place": np.array([snapshot.epoch, snapshot.step]),
            "weights": snapshot.weights,
            "first_moment": snapshot.first_moment,
            "second_moment": snapshot.second_moment,
        }
        self._write("last.npz", _packed(arrays))

    def drop_weights(self, epoch: int) -> None:
        """Give the weights of an epoch up for space; its figures stay."""
        record = self._read_epoch(epoch)
        if record is not None:
            self.save_epoch(replace(record, weights=None))

    def weights(self, epoch: int, parameters: int) -> np.ndarray | None:
        """The weights at the end of an epoch, (parameters,) float32; None where there are none."""
        try:
            with np.load(self._path(_epoch_name(epoch)), allow_pickle=False) as file:
                return _vector(file, "weights", parameters)
        except UNREADABLE:
            return None

    def load(self) -> Saved | None:
        """Everything but the weights of the epochs; None where there is no such run."""
        try:
            about = _about_from_json(json.loads(self._path("run.json").read_bytes()))
        except UNREADABLE:
            return None
        for leftover in self._path("").glob("*.part"):
            leftover.unlink(missing_ok=True)  # of a write that was killed
        nothing = Saved(about, None, (), frozenset())
        snapshot = self._read_snapshot(count_parameters(about.network))
        if snapshot is None:
            return nothing
        records: list[EpochRecord] = []
        present: set[int] = set()
        for epoch in range(snapshot.epoch + 1):
            record = self._read_epoch(epoch, weights=False)
            if record is None:
                return nothing
            records.append(record)
            if record.weights is not None:
                present.add(epoch)
        light = tuple(replace(record, weights=None) for record in records)
        return Saved(about, snapshot, light, frozenset(present))

    def _path(self, file: str) -> Path:
        return runs_folder() / self._name / file

    def _write(self, file: str, content: bytes) -> None:
        write_atomically(self._path(file), content)

    def _read_snapshot(self, parameters: int) -> Snapshot | None:
        try:
            with np.load(self._path("last.npz"), allow_pickle=False) as file:
                epoch, step = (int(number) for number in file["place"])
                names = ("weights", "first_moment", "second_moment")
                weights, first, second = (_vector(file, name, parameters) for name in names)
        except UNREADABLE:
            return None
        return Snapshot(epoch, weights, first, second, step)

    def _read_epoch(self, epoch: int, weights: bool = True) -> EpochRecord | None:
        """An epoch's record; without `weights` an empty array stands for those that are there."""
        try:
            with np.load(self._path(_epoch_name(epoch)), allow_pickle=False) as file:
                figures = [float(number) for number in file["scores"]]
                losses, accuracies = file["losses"], file["accuracies"]
                vector = None
                if "weights" in file.files:
                    vector = file["weights"] if weights else np.empty(0, np.float32)
        except UNREADABLE:
            return None
        scores = None
        if figures:
            scores = EpochScores(epoch, Scores(*figures[:2]), Scores(*figures[2:4]), figures[4])
        return EpochRecord(epoch, vector, losses, accuracies, scores)


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
        try:
            about = _about_from_json(json.loads((folder / "run.json").read_bytes()))
        except UNREADABLE:
            about = None
        stats = [file.stat() for file in folder.iterdir()]
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


def settings_from_json(values: dict[str, Any]) -> TrainingConfig:
    """Rebuild settings from what `asdict` made of them; ValueError or TypeError where they lie."""
    augmentation = Augmentation(**values["augmentation"])
    return TrainingConfig(**{**values, "augmentation": augmentation})


def _about_from_json(values: dict[str, Any]) -> About:
    if values.pop("format") != FORMAT:
        raise ValueError("written by another version")
    values["network"] = config_from_json(values["network"])
    values["settings"] = settings_from_json(values["settings"])
    values["changes"] = tuple(RateChange(**change) for change in values["changes"])
    if said := values.pop("sentence", ""):  # before reasons had a type, they were words
        values["reason"] = {"cause": Cause.TRAINING_FAILED, "detail": said}
    if (reason := values.get("reason")) is not None:
        values["reason"] = Reason(Cause(reason["cause"]), str(reason["detail"]))
    return About(**values)


def _epoch_name(epoch: int) -> str:
    return f"epoch-{epoch:04}.npz"


def _packed(arrays: dict[str, np.ndarray]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _vector(file: Any, name: str, parameters: int) -> np.ndarray:
    vector: np.ndarray = file[name]
    if vector.shape != (parameters,) or vector.dtype != np.float32:
        raise ValueError(f"{name} does not fit the network")
    return vector
