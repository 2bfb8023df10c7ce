"""What has come of a run so far: every batch, every epoch, and the networks of all epochs.

A `Record` lives in memory and is written to the run's folder after each epoch. A disk that takes
nothing more does not stop a run: its epochs wait in memory and are written as soon as that works.
"""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from model.network import NetworkConfig, count_parameters
from model.runs.saved import NOTHING, About, EpochRecord, Saved
from model.runs.state import Missing
from model.runs.store import RunFolder
from model.training.trainer import EpochEnd, EpochScores, Progress, Snapshot, norms

KEPT_WEIGHTS = 256_000_000
"""Bytes of weights that one run keeps: 680 epochs of the course's network. Beyond, the epochs that
are left out lie evenly among those that are kept."""
FEWEST_EPOCHS = 11  # kept of any network, however large


class Record:
    """Figures and weights of one run.

    All methods but `save` are called with the run's lock held; `save` takes it where it must, and
    writes without it, so that a slow disk holds nobody up. Only one thread at a time may save.

    Args:
        network: the architecture.
        folder: where it is written.
        saved: what an earlier process wrote; None for a new run.
    """

    def __init__(self, network: NetworkConfig, folder: RunFolder, saved: Saved | None) -> None:
        self.snapshot: Snapshot | None = None
        self.history: list[EpochScores] = []
        self.batch = 0  # batches done of the epoch that runs
        self.batches = 0  # in one epoch; 0 until it is known
        self.live: np.ndarray | None = None  # the weights as they are now, where they are sent
        self.weight_norms: dict[str, float] = {}
        self.gradient_norms: dict[str, float] = {}
        self.disk_full = False
        self.tried = False  # whether anything was written, or could not be
        self.generation = 0  # how often batches were taken back
        self.images_per_second = 0.0  # of training alone; 0 until it is known
        self._network = network
        self._parameters = count_parameters(network)
        self._folder = folder
        self._losses: list[np.ndarray] = []
        self._accuracies: list[np.ndarray] = []
        self._seconds = 0.0  # of training in the epoch that runs
        self._unsaved: dict[int, EpochRecord] = {}
        self._on_disk: set[int] = set()  # epochs whose weights are there
        self._about: About | None = None  # as it is on disk
        self.stamp: object = None  # of run.json as this server has read or written it last
        self.missing: frozenset[Missing] = frozenset()  # what could not be found again
        if saved is not None:
            self._load(saved)

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return self.snapshot.epoch if self.snapshot else 0

    @property
    def losses(self) -> np.ndarray:
        """(k,) float32: the loss of every batch since the beginning."""
        return _joined(self._losses)

    @property
    def accuracies(self) -> np.ndarray:
        """(k,) float32: likewise the share of right answers."""
        return _joined(self._accuracies)

    @property
    def positions(self) -> np.ndarray:
        """(k,) the place of each batch on the axis of epochs: 2.5 is half of the third."""
        return np.arange(1, len(self.losses) + 1) / max(self.batches, 1)

    @property
    def seconds(self) -> float:
        """Seconds of training since the beginning."""
        return sum(scores.seconds for scores in self.history) + self._seconds

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs whose weights are kept, in order; 0 is the untrained network."""
        waiting = (n for n, record in self._unsaved.items() if record.weights is not None)
        return tuple(sorted(self._on_disk.union(waiting)))

    @property
    def all_on_disk(self) -> bool:
        """Whether nothing would be lost if the memory were."""
        return self._about is not None and not self._unsaved and not self.disk_full

    @property
    def best_epoch(self) -> int:
        """The epoch with the lowest validation loss; 0 where none has one that is a number."""
        losses = [scores.validation.loss for scores in self.history]
        return 0 if np.isnan(losses).all() else int(np.nanargmin(losses)) + 1

    def begin(self, snapshot: Snapshot) -> None:
        """Take the untrained network."""
        self._keep(snapshot, EpochRecord(0, snapshot.weights, NOTHING, NOTHING, None))

    def add(self, progress: Progress) -> None:
        """Take what a slice of training brought."""
        self._losses.append(progress.losses)
        self._accuracies.append(progress.accuracies)
        self._seconds += progress.seconds
        speed, before = progress.images / progress.seconds, self.images_per_second
        self.images_per_second = 0.8 * before + 0.2 * speed if before else speed
        self.batches = progress.batches
        self.batch = progress.first_batch + len(progress.losses)
        self.live = progress.weights
        self.weight_norms = progress.weight_norms
        self.gradient_norms = progress.gradient_norms
        if progress.epoch_end is not None:
            self._end_epoch(progress.epoch_end)

    def forget_unfinished(self) -> None:
        """Drop the batches of the epoch that will be repeated or never finished."""
        kept = self.epoch * self.batches
        if len(self.losses) > kept:
            self.generation += 1
        self._losses, self._accuracies = [self.losses[:kept]], [self.accuracies[:kept]]
        self.batch, self._seconds = 0, 0.0
        if self.snapshot is not None:
            self.live = self.snapshot.weights
            self.weight_norms = norms(self._network, self.live)

    def weights_at(self, epoch: int) -> np.ndarray | None:
        """The weights at the end of an epoch; None where they are not kept."""
        if self.snapshot is not None and epoch == self.snapshot.epoch:
            return self.snapshot.weights
        if epoch in self._unsaved:
            return self._unsaved[epoch].weights
        if epoch not in self._on_disk:
            return None
        weights = self._folder.weights(epoch, self._parameters)
        if weights is None:  # damaged, or deleted meanwhile
            self._on_disk.discard(epoch)
            self.missing |= {Missing.NETWORKS}
        return weights

    def save(self, lock: threading.Condition, about: Callable[[], About]) -> None:
        """Write what is not on disk yet. A disk that refuses sets `disk_full`.

        Args:
            lock: the run's.
            about: asked with the lock held.
        """
        self._write(lock, about)
        with lock:
            self.tried = True
            lock.notify_all()
        self._thin_out(lock)

    def _write(self, lock: threading.Condition, about: Callable[[], About]) -> None:
        deleted = self._about is not None and not self._folder.there
        with lock:
            if deleted:
                self._forget_disk()
            now, waiting, last = about(), dict(self._unsaved), self.snapshot
            figures = self._figures() if waiting else []
        refused = False
        try:
            if self._about is None:  # before all else: it is found again from now on
                self._write_about(now)
            for epoch, record in waiting.items():
                self._folder.save_epoch(record, now)
                with lock:
                    self._written(epoch, record)
            if waiting and last is not None:
                self._folder.save_snapshot(last, figures, now)
        except OSError:
            refused = True
            with lock:  # the snapshot is still to be written, with the epoch that it belongs to
                for epoch in waiting.keys() & {self.epoch}:
                    self._unsaved.setdefault(epoch, waiting[epoch])
        try:  # what is small may find room where an epoch does not, and says how far the run came
            self._write_about(now)
        except OSError:
            refused = True
        self.disk_full = refused

    def _write_about(self, now: About) -> None:
        if now != self._about:
            self._folder.save_about(now)
            self._about, self.stamp = now, self._folder.stamp

    def _written(self, epoch: int, record: EpochRecord) -> None:
        if self._unsaved.get(epoch) is record:
            del self._unsaved[epoch]
        if record.weights is not None:
            self._on_disk.add(epoch)

    def _forget_disk(self) -> None:
        """Somebody deleted the folder: what is still known is to be written once more."""
        if self._on_disk - {self.epoch}:
            self.missing |= {Missing.NETWORKS}
        self._about = None
        self._on_disk.clear()
        if self.snapshot is not None:
            self._unsaved.setdefault(self.epoch, self._latest_record(self.snapshot))

    def _figures(self) -> list[EpochRecord]:
        """The records of all finished epochs, without weights."""
        ends = [slice(n * self.batches, (n + 1) * self.batches) for n in range(self.epoch)]
        return [
            EpochRecord(scores.epoch, None, self.losses[part], self.accuracies[part], scores)
            for scores, part in zip(self.history, ends, strict=True)
        ]

    def _latest_record(self, snapshot: Snapshot) -> EpochRecord:
        if snapshot.epoch == 0:
            return EpochRecord(0, snapshot.weights, NOTHING, NOTHING, None)
        return replace(self._figures()[-1], weights=snapshot.weights)

    def _thin_out(self, lock: threading.Condition) -> None:
        """Give weights up while there are more than a run may keep."""
        most = max(FEWEST_EPOCHS, KEPT_WEIGHTS // (4 * self._parameters))
        victims: list[int] = []
        with lock:
            while len(kept := self.epochs) > most:
                inner = range(1, len(kept) - 1)  # the untrained and the latest network stay
                victim = kept[min(inner, key=lambda place: kept[place + 1] - kept[place - 1])]
                if victim in self._unsaved:
                    self._unsaved[victim] = replace(self._unsaved[victim], weights=None)
                self._on_disk.discard(victim)
                victims.append(victim)
        with contextlib.suppress(OSError):  # on a disk that refuses, they only take more room
            for victim in victims:
                self._folder.drop_weights(victim)

    def _end_epoch(self, end: EpochEnd) -> None:
        epoch = end.snapshot.epoch
        scores = EpochScores(epoch, end.training, end.validation, self._seconds)
        self.history.append(scores)
        start = (epoch - 1) * self.batches
        record = EpochRecord(
            epoch, end.snapshot.weights, self.losses[start:], self.accuracies[start:], scores
        )
        self._keep(end.snapshot, record)
        self.batch, self._seconds = 0, 0.0

    def _keep(self, snapshot: Snapshot, record: EpochRecord) -> None:
        self.snapshot = snapshot
        self.live = snapshot.weights
        self._unsaved[snapshot.epoch] = record

    def reload(self, saved: Saved) -> None:
        """Take what another server has written since, in place of what was known."""
        before = self.losses
        self._unsaved.clear()
        self._load(saved)
        if not np.array_equal(self.losses[: len(before)], before):
            self.generation += 1

    def _load(self, saved: Saved) -> None:
        snapshot = saved.snapshot
        self.missing, self.stamp = saved.missing, saved.stamp
        self._about = None if Missing.DESCRIPTION in saved.missing else saved.about
        if snapshot is None:
            return
        self.snapshot = snapshot
        self._losses = [record.losses for record in saved.records]
        self._accuracies = [record.accuracies for record in saved.records]
        self.history = [record.scores for record in saved.records if record.scores is not None]
        self.batches = len(saved.records[-1].losses)
        self._on_disk = set(saved.with_weights)
        self.forget_unfinished()
        if snapshot.epoch not in self._on_disk or Missing.OPTIMIZER in saved.missing:
            self._unsaved[snapshot.epoch] = self._latest_record(snapshot)


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    """All parts as one array, which takes their place in the list."""
    if len(parts) != 1:
        parts[:] = [np.concatenate(parts) if parts else np.empty(0, np.float32)]
    return parts[0]
