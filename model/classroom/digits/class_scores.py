"""How well a network reads a class, whose digits fail, and whose writing is like whose."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from model.network import CLASSES

W = TypeVar("W")


@dataclass(frozen=True)
class Share:
    """So many of so many were read rightly."""

    right: int
    count: int


@dataclass(frozen=True)
class ClassScores(Generic[W]):
    """What a network reads of a class.

    Attributes:
        all: of all digits.
        digits: of each digit, 0 to 9.
        writers: of each writer, in the order in which they first wrote.
    """

    all: Share
    digits: tuple[Share, ...]
    writers: dict[W, Share]


def class_scores(
    probabilities: np.ndarray, labels: np.ndarray, writers: Sequence[W]
) -> ClassScores[W]:
    """Count what was read rightly.

    Args:
        probabilities: (n, 10), the network's answers.
        labels: (n,), what was asked for.
        writers: n, whose digits they are.

    Raises:
        ValueError: not as many of each.
    """
    if not len(probabilities) == len(labels) == len(writers):
        raise ValueError("Expected an answer, a label and a writer for each digit.")
    right = probabilities.argmax(axis=1) == labels
    whose = {writer: [] for writer in writers}  # type: dict[W, list[bool]]
    for writer, one in zip(writers, right.tolist(), strict=True):
        whose[writer].append(one)
    return ClassScores(
        Share(int(right.sum()), len(right)),
        tuple(
            Share(int(right[labels == digit].sum()), int((labels == digit).sum()))
            for digit in range(CLASSES)
        ),
        {writer: Share(sum(each), len(each)) for writer, each in whose.items()},
    )


def nearest_writers(
    features: np.ndarray, labels: np.ndarray, writers: Sequence[W]
) -> dict[W, tuple[W, int, int]]:
    """Return whose writing is nearest to whose, as the network sees it.

    Of each digit the nearest one of the same label by somebody else is looked for (Euclidean
    distance of the dense layer's outputs, as on the map of digits); the writer who is found most
    often is the nearest.

    Args:
        features: (n, units).
        labels: (n,).
        writers: n, whose digits they are.

    Returns:
        By writer: the nearest other one, for how many digits, of how many.
    """
    order = list(dict.fromkeys(writers))
    number = np.array([order.index(writer) for writer in writers], int)
    found: dict[W, list[int]] = {writer: [] for writer in order}
    for place in range(len(labels)):
        others = np.flatnonzero((labels == labels[place]) & (number != number[place]))
        if len(others):
            distances = np.linalg.norm(features[others] - features[place], axis=1)
            found[writers[place]].append(int(number[others[distances.argmin()]]))
    result = {}
    for writer, places in found.items():
        if places:
            counts = np.bincount(places, minlength=len(order))
            result[writer] = (order[int(counts.argmax())], int(counts.max()), len(places))
    return result
