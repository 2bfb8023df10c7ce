"""Training inside of experiments: so many updates on some digits, in slices."""

from collections.abc import Generator

import numpy as np

from model.data.mnist import DataSet, Digits, load
from model.experiments.experiment import Working
from model.network import Network, NetworkConfig, Weights, from_vector, to_vector
from model.network.forward import logits_and_probabilities
from model.training.augmentation import Augmentation
from model.training.config import TrainingConfig
from model.training.trainer import Snapshot, Trainer

SLICE = 0.2
"""Seconds between two signs of life."""
BATCH = 32


def trained(
    digits: Digits,
    updates: int,
    seed: int,
    *,
    config: NetworkConfig | None = None,
    augmentation: Augmentation | None = None,
    learning_rate: float = 0.001,
    start: Weights | None = None,
) -> Generator[Working, None, Network]:
    """Train a network for a number of updates, whatever the number of digits.

    Ten digits fill no batch of 32, so an epoch of theirs is one update: epochs differ in length,
    updates do not. Use it as `network = yield from trained(…)`.

    Args:
        digits: the training digits.
        updates: steps of the optimiser (Adam), each on a batch of 32 or of all digits.
        seed: of the first weights, the order of the digits and the variations.
        config: the architecture; None is the course's.
        augmentation: the variations of each digit; None is none.
        learning_rate: constant.
        start: weights to begin with; None draws them.
    """
    config = config or NetworkConfig()
    # The validation digits are asked at the end of each epoch; one costs next to nothing.
    few = load("embedded").validation.take(np.arange(1))
    settings = TrainingConfig(
        epochs=1000,
        batch_size=min(BATCH, len(digits)),
        seed=seed,
        learning_rate=learning_rate,
        augmentation=augmentation or Augmentation(),
    )
    trainer = Trainer(config, settings, _beginning(start), data=DataSet(digits, few, few))
    done = 0
    vector = trainer.snapshot().weights
    while done < updates:
        progress = trainer.advance(SLICE, updates - done)
        done += len(progress.losses)
        assert progress.weights is not None
        vector = progress.weights
        yield Working(done / updates)
    return Network(config, from_vector(config, vector), "an experiment")


def _beginning(weights: Weights | None) -> Snapshot | None:
    if weights is None:
        return None
    vector = to_vector(weights)
    return Snapshot(0, vector, np.zeros_like(vector), np.zeros_like(vector), 0)


def accuracy(network: Network, digits: Digits) -> float:
    """The share of digits that a network reads rightly."""
    return float((answers(network, digits) == digits.labels).mean())


def answers(network: Network, digits: Digits) -> np.ndarray:
    """The answer to each digit, (n,)."""
    _, probabilities = logits_and_probabilities(network, digits.inputs())
    found: np.ndarray = probabilities.argmax(axis=1)
    return found


def drawn(digits: Digits, count: int, seed: int) -> Digits:
    """So many digits by chance, as many of each class as can be."""
    order = np.random.default_rng((seed, count)).permutation(len(digits))
    shuffled = digits.take(order)
    turns = np.zeros(len(order), int)  # the how-manieth of its class each one is
    for label in range(10):
        places = np.flatnonzero(shuffled.labels == label)
        turns[places] = np.arange(len(places))
    return shuffled.take(np.argsort(turns, kind="stable")[:count])
