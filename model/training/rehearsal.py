"""Teaching a network a few corrected digits without letting it forget the others.

A network that is trained on new examples alone loses what it knew ("catastrophic forgetting",
McCloskey and Cohen 1989). So every batch mixes the corrected digits with training digits that it
has seen before: rehearsal (Robins 1995, "Catastrophic forgetting, rehearsal and pseudorehearsal").
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.data import mnist
from model.network import CLASSES, SIDE, Network, from_vector, to_vector
from model.network.forward import probabilities
from model.training.augmentation import Augmentation
from model.training.optimizer_steps import compiled_steps

BATCHES = 90
ROUND = 10  # batches between two looks at what the network can do
BATCH_SIZE = 32
CORRECTED = 8  # corrected digits in each batch; the other 24 are rehearsed
RATE = 0.0005  # Adam's, half of the usual: the network is nearly right
SLICE = 0.3  # seconds of teaching that are asked for at a time
VARIED = Augmentation(shift=1, rotation=8, scale=0.08)
"""Three digits alone would be learned by heart; small changes make them stand for their kind."""


@dataclass(frozen=True, eq=False)
class Correction:
    """A digit, (28, 28) float32 in [0, 1], with the label that its writer gave it."""

    pixels: np.ndarray
    label: int


@dataclass(frozen=True)
class Skill:
    """What the network can do at one moment: shares of digits read rightly, from 0 to 1."""

    batch: int  # batches taught before
    corrected: float
    unseen: float  # of the 500 validation digits


@dataclass(frozen=True, eq=False)
class TeachProgress:
    """What one call of `advance` did."""

    losses: np.ndarray  # (k,) float32, one for each batch
    skill: Skill
    weights: np.ndarray  # (parameters,) as they are now


class Teacher:
    """Teaches one network in slices; like `Trainer` it knows no process and no page.

    Args:
        network: to start from; it is not changed.
        corrections: at least one.
        seed: of the order, the rehearsed digits and the variations.

    Raises:
        ValueError: no correction, or one of a wrong shape, range or label.
    """

    def __init__(self, network: Network, corrections: Sequence[Correction], seed: int = 0) -> None:
        import tensorflow as tf

        self._config = network.config
        self._new = as_digits(corrections)
        data = mnist.embedded()
        self._unseen, self._test = data.validation, data.test
        order, rehearsed = schedule(len(self._new), len(data.training), seed)
        old = data.training.take(rehearsed)
        images = np.concatenate([self._new.images, old.images])
        labels = np.concatenate([self._new.labels, old.labels])
        with tf.device("/CPU:0"):
            self._images = tf.constant(images[..., None])
            self._labels = tf.constant(labels.astype(np.int32))
            self._order = tf.constant(order)
        self._steps = compiled_steps(self._config, "adam", VARIED, BATCH_SIZE)
        zeros = tf.zeros_like(start := tf.constant(to_vector(network.weights)))
        self._state = (start, zeros, zeros)
        self._seed = seed
        self._done = 0

    def advance(self, seconds: float) -> TeachProgress:
        """Teach for about this long, whole rounds of `ROUND` batches, at least one."""
        began, losses = time.perf_counter(), []
        while self._done < BATCHES:
            count = min(ROUND, BATCHES - self._done)
            *state, _, loss, _ = self._steps(
                *self._state,
                self._images,
                self._labels,
                self._order,
                np.int32(self._done),
                np.int32(count),
                np.int32(0),
                np.full(count, RATE, np.float32),
                np.int32(self._seed),
            )
            self._state = tuple(state)
            self._done += count
            losses.append(loss.numpy())
            if time.perf_counter() - began >= seconds:
                break
        joined = np.concatenate(losses) if losses else np.empty(0, np.float32)
        return TeachProgress(joined, self.skill(), self._state[0].numpy())

    def skill(self) -> Skill:
        """What the network can do now."""
        network = self._network()
        return Skill(
            self._done, share_right(network, self._new), share_right(network, self._unseen)
        )

    def test(self) -> float:
        """The share of the 500 test digits that the network reads rightly now."""
        return share_right(self._network(), self._test)

    def _network(self) -> Network:
        return Network(self._config, from_vector(self._config, self._state[0].numpy()), "taught")


def as_digits(corrections: Sequence[Correction]) -> mnist.Digits:
    """Return corrections in the form of the data sets.

    Raises:
        ValueError: none, or one of a wrong shape, range or label.
    """
    if not corrections:
        raise ValueError("Keep at least one digit with its right label first.")
    for each in corrections:
        if each.pixels.shape != (SIDE, SIDE) or each.label not in range(CLASSES):
            raise ValueError(f"Expected ({SIDE}, {SIDE}) and a label from 0 to 9.")
        if not (each.pixels.min() >= 0 and each.pixels.max() <= 1):
            raise ValueError("Expected values from 0 (paper) to 1 (ink).")
    images = np.stack([each.pixels for each in corrections])
    labels = np.array([each.label for each in corrections], np.uint8)
    return mnist.Digits(np.rint(images * 255).astype(np.uint8), labels)


def counted(number: int) -> str:
    """A number of digits in words."""
    return f"{number} digit{'' if number == 1 else 's'}"


def share_right(network: Network, data: mnist.Digits) -> float:
    """The share of digits that a network reads rightly."""
    return float((probabilities(network, data.inputs()).argmax(axis=1) == data.labels).mean())


def schedule(new: int, available: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Which digits each batch takes.

    Returns:
        order: (BATCHES · BATCH_SIZE,) int32 places, the corrected digits being the first `new`.
        rehearsed: which training digits stand behind them, each used once.
    """
    chance = np.random.default_rng((seed, new))
    old = BATCH_SIZE - CORRECTED
    rehearsed = chance.permutation(available)[: BATCHES * old]
    places = new + np.resize(np.arange(len(rehearsed)), BATCHES * old)
    turns = np.resize(np.arange(new), BATCHES * CORRECTED)  # each corrected digit equally often
    batches = np.concatenate([turns.reshape(BATCHES, -1), places.reshape(BATCHES, -1)], axis=1)
    return batches.astype(np.int32).ravel(), rehearsed
