"""Does a network read somebody whom it has never seen?

It learns the digits of a class without those of one writer, from nothing, and is then asked about
these: "leave one subject out" cross-validation. A class has some hundred digits; small changes of
each (`VARIED`) let them stand for more.
"""

import math
from dataclasses import dataclass

import numpy as np

from model.classroom.digits.class_scores import Share
from model.data.mnist import DataSet, Digits
from model.network import Network, NetworkConfig, from_vector
from model.network.forward import probabilities
from model.training.augmentation import Augmentation
from model.training.config import TrainingConfig
from model.training.trainer import Trainer

BATCHES = 160
"""Some seconds of training; it holds up other trainings that long."""
BATCH_SIZE = 32
VARIED = Augmentation(shift=2, rotation=10, scale=0.1)
FEWEST = 20
"""Digits of others: with fewer there is nothing to learn."""


@dataclass(frozen=True)
class LeftOut:
    """What a network reads that has never seen one writer.

    Attributes:
        unseen: of the digits of the one who was left out.
        learned: of the digits that it has learned.
    """

    unseen: Share
    learned: Share


def train_without(digits: Digits, left_out: np.ndarray, seed: int = 0) -> LeftOut:
    """Train on all digits but some, and read both. Runs in a worker: it loads TensorFlow.

    Args:
        digits: of the whole class.
        left_out: (n,) bool, whose digits are never seen.
        seed: of the weights, the order and the variations.

    Raises:
        ValueError: fewer than `FEWEST` digits are left to learn, or none is left out.
    """
    learned, unseen = np.flatnonzero(~left_out), np.flatnonzero(left_out)
    if len(learned) < FEWEST or not len(unseen):
        raise ValueError(f"Expected {FEWEST} digits to learn and one to leave out.")
    seen, others = digits.take(learned), digits.take(unseen)
    epochs = math.ceil(BATCHES * BATCH_SIZE / len(learned))
    settings = TrainingConfig(epochs=epochs, batch_size=BATCH_SIZE, seed=seed, augmentation=VARIED)
    trainer = Trainer(NetworkConfig(), settings, data=DataSet(seen, others, others))
    while trainer.epoch < epochs:
        trainer.advance(math.inf)
    weights = from_vector(trainer.network, trainer.snapshot().weights)
    network = Network(trainer.network, weights, "class")
    return LeftOut(_share(network, others), _share(network, seen))


def _share(network: Network, digits: Digits) -> Share:
    right = probabilities(network, digits.inputs()).argmax(axis=1) == digits.labels
    return Share(int(right.sum()), len(digits))
