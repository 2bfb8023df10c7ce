"""Training as a plain class that is told how long to train; it knows no process and no page."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from model.data import mnist
from model.network import Network, NetworkConfig, from_vector, layers, to_vector
from model.network.forward import Tensor, logits_and_probabilities
from model.network.keras_model import first_weights
from model.network.shipped import shipped
from model.training.config import RateChange, TrainingConfig, rate_at
from model.training.optimizer_steps import compiled_steps

STRETCH = 0.1
"""Seconds that one compiled call aims at: short enough to stop quickly, long enough to cost 1 %."""

LIVE_PARAMETERS = 2_000_000
"""A network with more is not sent along with every slice: 8 MB three times a second is enough."""


class TrainingReason(StrEnum):
    """Why a training cannot go on."""

    NO_MEMORY = "there is not enough memory for this training"


class TrainingError(ValueError):
    """A training that cannot go on; `reason` says why."""

    def __init__(self, reason: TrainingReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Snapshot:
    """All that a training needs to go on from the end of an epoch, as arrays of equal length."""

    epoch: int  # finished epochs; 0 is the untrained network
    weights: np.ndarray  # (parameters,) float32, see `network.to_vector`
    first_moment: np.ndarray
    second_moment: np.ndarray
    step: int  # batches done since the beginning


@dataclass(frozen=True)
class Scores:
    """Mean loss (nats) and share of right answers of one epoch."""

    loss: float
    accuracy: float


@dataclass(frozen=True)
class EpochEnd:
    """What is known when an epoch is over."""

    snapshot: Snapshot
    training: Scores  # mean over the epoch's batches, each as it was met
    validation: Scores


@dataclass(frozen=True)
class Progress:
    """What one call of `advance` did."""

    epoch: int  # the epoch worked on, from 1
    first_batch: int  # number within the epoch of the first entry of `losses`, from 0
    batches: int  # in one epoch
    losses: np.ndarray  # (k,) float32, one for each batch done in this call
    accuracies: np.ndarray  # (k,) float32
    images: int  # training digits seen in this call
    seconds: float  # that the call took in the worker
    weights: np.ndarray | None  # as they are now; None above LIVE_PARAMETERS
    weight_norms: dict[str, float]  # Euclidean, of all weights of each layer, by its name
    gradient_norms: dict[str, float]  # likewise, of the last batch's gradient
    epoch_end: EpochEnd | None


class Trainer:
    """Trains one network in slices of any length.

    The order of the digits and every other chance is drawn from (seed, epoch, batch) alone, so the
    curve is the same whether the training was paused, moved or continued from a snapshot.

    Args:
        network: the architecture.
        settings: everything else.
        start: where to go on; None begins at epoch 0 with new weights.
        changes: of the learning rate; those that lie ahead are made when their batch comes.
        data: the digits; None takes those that the settings name.

    Raises:
        DataError: the data cannot be had (see `mnist.load`).
        ValueError: the shipped weights do not fit the architecture.
    """

    def __init__(
        self,
        network: NetworkConfig,
        settings: TrainingConfig,
        start: Snapshot | None = None,
        changes: Sequence[RateChange] = (),
        data: mnist.DataSet | None = None,
    ) -> None:
        self.network = network
        self.settings = settings
        self._changes = tuple(changes)
        data = data or mnist.load(settings.data)
        self._validation = data.validation
        self._places = some_places(data.training.labels, settings.images).astype(np.int32)
        self._count = len(self._places)
        self._images, self._labels = _tensors(data)
        self._steps = compiled_steps(
            network, settings.optimizer, settings.augmentation, settings.batch_size
        )
        self._restore(start or self._beginning())
        self._seconds_a_batch = STRETCH / 8  # a first guess, corrected by every stretch

    @property
    def batches(self) -> int:
        """Batches in an epoch; the last may be smaller."""
        return math.ceil(self._count / self.settings.batch_size)

    def advance(self, seconds: float, most: int | None = None) -> Progress:
        """Train for about this long and say what happened; stops at the end of an epoch.

        Args:
            seconds: how long; at least one batch is done.
            most: no more than so many batches (1 is a single step).

        Raises:
            TrainingError: there is not enough memory.
        """
        began = time.perf_counter()
        first, epoch, gradient = self._batch, self.epoch + 1, self._state[0]
        losses: list[np.ndarray] = []
        accuracies: list[np.ndarray] = []
        left = self.batches - self._batch if most is None else min(most, self.batches - self._batch)
        while left:
            remaining = min(seconds - (time.perf_counter() - began), STRETCH)
            count = min(left, max(1, round(remaining / self._seconds_a_batch)))
            gradient, loss, accuracy = self._stretch(count)
            losses.append(loss)
            accuracies.append(accuracy)
            left -= count
            if time.perf_counter() - began >= seconds:
                break
        size = self.settings.batch_size
        images = min(self._batch * size, self._count) - first * size
        end = self._end_epoch() if self._batch == self.batches else None
        weights = self._state[0].numpy()
        return Progress(
            epoch,
            first,
            self.batches,
            np.concatenate(losses),
            np.concatenate(accuracies),
            images,
            time.perf_counter() - began,
            weights if len(weights) <= LIVE_PARAMETERS else None,
            norms(self.network, weights),
            norms(self.network, gradient.numpy()),
            end,
        )

    def change_rates(self, changes: Sequence[RateChange]) -> None:
        """Use these changes of the learning rate from the next batch on, instead of the others."""
        self._changes = tuple(changes)

    def evaluate(self) -> Scores:
        """Loss and accuracy on the validation digits."""
        vector = self._state[0].numpy()
        if not np.isfinite(vector).all():  # the training has diverged: there is no network to ask
            return Scores(math.nan, math.nan)
        weights = from_vector(self.network, vector)
        return scores(Network(self.network, weights, "in training"), self._validation)

    def snapshot(self) -> Snapshot:
        """The state at the last end of an epoch (or before the first)."""
        return self._last

    def _beginning(self) -> Snapshot:
        if self.settings.start == "shipped":
            if shipped().config != self.network:
                raise ValueError("The shipped weights fit no other architecture.")
            weights = to_vector(shipped().weights)
        else:
            weights = to_vector(first_weights(self.network, self.settings.seed))
        zeros = np.zeros_like(weights)
        return Snapshot(0, weights, zeros, zeros, 0)

    def _restore(self, start: Snapshot) -> None:
        import tensorflow as tf

        self._last = start
        self.epoch = start.epoch
        vectors = (start.weights, start.first_moment, start.second_moment)
        self._state: tuple[Tensor, ...] = tuple(tf.constant(vector) for vector in vectors)
        self._step = start.step
        self._begin_epoch()

    def _begin_epoch(self) -> None:
        import tensorflow as tf

        order = np.random.default_rng((self.settings.seed, self.epoch))
        self._order = tf.constant(self._places[order.permutation(self._count)])
        self._batch = 0
        self._sums = np.zeros(2)

    def _stretch(self, count: int) -> tuple[Tensor, np.ndarray, np.ndarray]:
        """Do the next `count` batches in one compiled call."""
        import tensorflow as tf

        began = time.perf_counter()
        try:
            *state, gradient, loss, accuracy = self._steps(
                *self._state,
                self._images,
                self._labels,
                self._order,
                np.int32(self._batch),
                np.int32(count),
                np.int32(self._step),
                self._rates(count),
                np.int32(self.settings.seed),
            )
        except tf.errors.ResourceExhaustedError:  # not to be sent: reading it loads TensorFlow
            raise TrainingError(TrainingReason.NO_MEMORY) from None
        self._state = tuple(state)
        losses, accuracies = loss.numpy(), accuracy.numpy()
        self._seconds_a_batch = max((time.perf_counter() - began) / count, 1e-6)
        size = self.settings.batch_size
        starts = np.arange(self._batch, self._batch + count) * size
        sizes = np.minimum(starts + size, self._count) - starts
        self._sums += [losses @ sizes, accuracies @ sizes]
        self._batch += count
        return gradient, losses, accuracies

    def _rates(self, count: int) -> np.ndarray:
        """The learning rate of each of the next batches."""
        batches = range(self._batch, self._batch + count)
        rates = np.array(
            [rate_at(self.settings, self._changes, self.epoch, batch) for batch in batches]
        )
        if self.settings.schedule == "cosine":
            done = self.epoch + (self._batch + np.arange(count)) / self.batches
            share = np.minimum(done / self.settings.epochs, 1)
            rates *= 0.5 * (1 + np.cos(np.pi * share))
        return rates.astype(np.float32)

    def _end_epoch(self) -> EpochEnd:
        self.epoch += 1
        self._step += self.batches
        training = Scores(*(float(s) for s in self._sums / self._count))
        weights, first, second = (vector.numpy() for vector in self._state)
        self._last = Snapshot(self.epoch, weights, first, second, self._step)
        self._begin_epoch()
        return EpochEnd(self._last, training, self.evaluate())


@lru_cache(maxsize=2)
def _tensors(data: mnist.DataSet) -> tuple[Tensor, Tensor]:
    """Training digits (n, 28, 28, 1) uint8 and labels (n,) int32, shared by all who use them."""
    import tensorflow as tf

    training = data.training
    with tf.device("/CPU:0"):
        return (
            tf.constant(training.images[..., None]),
            tf.constant(training.labels.astype(np.int32)),
        )


def norms(network: NetworkConfig, vector: np.ndarray) -> dict[str, float]:
    """The Euclidean norm of each layer's part (kernel and bias) of a vector, by layer name."""
    found: dict[str, float] = {}
    start = 0
    for layer in layers(network):
        if layer.parameters:
            part = vector[start : start + layer.parameters]
            found[layer.name] = float(np.linalg.norm(part))
            start += layer.parameters
    return found


def some(data: mnist.Digits, count: int | None) -> mnist.Digits:
    """The first so many digits of a part, as many of each class as can be; None: all of them."""
    return data.take(some_places(data.labels, count))


def some_places(labels: np.ndarray, count: int | None) -> np.ndarray:
    """The places of the digits that `some` takes, in order."""
    if count is None or count >= len(labels):
        return np.arange(len(labels))
    places = [np.flatnonzero(labels == label) for label in range(10)]
    turns = [
        part[turn] for turn in range(max(map(len, places))) for part in places if turn < len(part)
    ]
    return np.sort(np.array(turns[:count]))


def scores(network: Network, data: mnist.Digits) -> Scores:
    """Mean loss and share of right answers of a network on some digits."""
    logits, _ = logits_and_probabilities(network, data.inputs())
    logits = logits.astype(np.float64)
    highest = logits.max(axis=1, keepdims=True)
    log_sums = highest[:, 0] + np.log(np.exp(logits - highest).sum(axis=1))
    losses = log_sums - logits[np.arange(len(data)), data.labels]
    return Scores(float(losses.mean()), float((logits.argmax(axis=1) == data.labels).mean()))


@dataclass(frozen=True)
class EpochScores:
    """The bold points of the charts: one finished epoch."""

    epoch: int
    training: Scores
    validation: Scores
    seconds: float = 0.0  # of training; the same run takes longer beside others
