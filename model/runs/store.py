"""Runs on disk: what is needed to find one again and to go on with it, whatever died meanwhile.

    runs/<id>/run.json        title, settings, what the run was doing, changes of the learning rate
    runs/<id>/epoch-0003.npz  the weights after epoch 3, its scores, and its batches' figures
    runs/<id>/last.npz        weights and optimiser's memories after the last epoch, and the figures
                              of all epochs

Every file is written whole or not at all (`write_atomically`). An epoch's file is written
before `last.npz` says that the epoch is over: whenever the process is killed, what is found belongs
together. How each of them is made and read: `saved` beside this file.

What cannot be read is made good from what lies beside it: the archives hold copies of run.json, the
newest epoch that is whole stands in for `last.npz`, and the figures are in both. `Saved.missing`
says what could not be had.
"""

import contextlib
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from model.data.cache import cache_folder, write_atomically
from model.files import Archive, FileError, FileReason
from model.network import count_parameters
from model.runs.saved import (
    LONGEST_ABOUT,
    MOST_EPOCHS,
    About,
    EpochRecord,
    Saved,
    about_copy_in,
    about_file,
    about_from_json,
    epoch_file,
    epoch_of,
    history_of,
    snapshot_file,
    snapshot_of,
    without_gaps,
)
from model.runs.state import Missing
from model.training.trainer import Snapshot

KEPT_SECONDS = 30 * 24 * 3600.0  # after its last change a run is kept so long, pinned ones for good
DELETED_SECONDS = 24 * 3600.0  # a deleted run can be brought back so long
KEPT_BYTES = 4_000_000_000  # of all runs together; the oldest that are not pinned go first
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{16}")


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
        self._write("run.json", about_file(about))

    def save_epoch(self, record: EpochRecord, about: About | None = None) -> None:
        """Write a finished epoch, or epoch 0, with a copy of what is known of the run."""
        self._write(_epoch_name(record.epoch), epoch_file(record, about))

    def save_snapshot(
        self, snapshot: Snapshot, records: Sequence[EpochRecord] = (), about: About | None = None
    ) -> None:
        """Write what is needed to go on; the epoch's own file must be written before.

        Args:
            snapshot: of the last epoch.
            records: of all epochs from 1 on, for their figures.
            about: of which a copy is kept.
        """
        self._write("last.npz", snapshot_file(snapshot, records, about))

    def drop_weights(self, epoch: int) -> None:
        """Give the weights of an epoch up for space; its figures stay."""
        with contextlib.suppress(FileError):  # what cannot be read takes no part in anything
            with self._archive(_epoch_name(epoch)) as archive:
                record, _ = epoch_of(archive, epoch)
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
            return about_from_json(self._content("run.json", LONGEST_ABOUT)), False
        except FileError:
            pass  # the other files have copies of it, and the caller is told that it is one
        for name in ("last.npz", *map(_epoch_name, reversed(self._epochs()))):
            try:
                with self._archive(name) as archive:
                    return about_copy_in(archive), True
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
        whole, gaps = without_gaps(records, snapshot.epoch)
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
                records[epoch], has_weights = epoch_of(archive, epoch)
                if has_weights:
                    present.add(epoch)
        return records, frozenset(present)

    def _read_snapshot(self, parameters: int, records: dict[int, EpochRecord]) -> Snapshot | None:
        """The snapshot; the figures beside it go into `records`, where they are missing."""
        try:
            with self._archive("last.npz") as archive:
                snapshot = snapshot_of(archive, parameters)
                history = history_of(archive, snapshot.epoch)
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


def _epoch_name(epoch: int) -> str:
    return f"epoch-{epoch:04}.npz"
