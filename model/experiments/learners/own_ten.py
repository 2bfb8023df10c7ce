"""Ten training digits that a person chose, against a thousand choices by chance.

The learner is the quickest one that is any good with ten digits: each unseen digit gets the label
of the most similar of the ten, by their histograms of oriented gradients. A network would take
seconds for each of the thousand choices, this takes none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from model.data.mnist import Digits, load
from model.experiments.learners.five import hog_features

OFFERED = 100
"""Training digits, by chance: those that a person, and chance, chooses from."""
TEN = 10
CHOICES = 1000
SEED = 10


@dataclass(frozen=True, eq=False)
class Ranking:
    """How a choice of digits stands among choices by chance.

    Attributes:
        accuracy: of the person's, on the unseen test digits.
        classes: how many different digits are among them.
        accuracies: (1000,) float64, of choices by chance from the same hundred.
        covered: (1000,) int64, their classes.
    """

    accuracy: float
    classes: int
    accuracies: np.ndarray
    covered: np.ndarray

    @property
    def beaten(self) -> int:
        """How many of the thousand read less."""
        return int((self.accuracies < self.accuracy).sum())


@lru_cache(maxsize=1)
def offered() -> Digits:
    """The hundred digits to choose from, in an order that tells nothing."""
    training = load("embedded").training
    order = np.random.default_rng(SEED).permutation(len(training))
    return training.take(order[:OFFERED])


@lru_cache(maxsize=1)
def _distances() -> np.ndarray:
    """From each test digit to each of the hundred: (500, 100), squared."""
    test, ours = hog_features(load("embedded").test.images), hog_features(offered().images)
    found: np.ndarray = ((test[:, None] - ours[None]) ** 2).sum(axis=2)
    return found


def choice_accuracy(places: Sequence[int]) -> float:
    """The share of test digits that get the right label from these of the hundred."""
    chosen = np.asarray(places)
    nearest = chosen[_distances()[:, chosen].argmin(axis=1)]
    return float((offered().labels[nearest] == load("embedded").test.labels).mean())


@lru_cache(maxsize=1)
def _by_chance() -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(SEED + 1)
    choices = [chance.choice(OFFERED, TEN, replace=False) for _ in range(CHOICES)]
    labels = offered().labels
    return (
        np.array([choice_accuracy(choice.tolist()) for choice in choices]),
        np.array([len(np.unique(labels[choice])) for choice in choices]),
    )


def ranking(places: Sequence[int]) -> Ranking:
    """How good ten of the hundred are to learn from.

    Args:
        places: ten different numbers from 0 to 99.

    Raises:
        ValueError: other ones.
    """
    if len(set(places)) != TEN or len(places) != TEN or not set(places) <= set(range(OFFERED)):
        raise ValueError("Choose ten different ones of the hundred digits.")
    classes = len(np.unique(offered().labels[np.asarray(places)]))
    return Ranking(choice_accuracy(places), classes, *_by_chance())
