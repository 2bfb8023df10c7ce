"""Integrated gradients: the mean gradient of a score while the digit fades in, times the ink.

Sundararajan, Taly and Yan 2017, "Axiomatic attribution for deep networks". From blank paper to the
digit a score is a line with thousands of kinks, one wherever a ReLU switches or a pooling window
changes its mind. So its gradient is a staircase, and a rule of high order (Gauss and Legendre's)
gains nothing over the middle of each interval. Most of the steps lie where the digit is still
faint: the intervals are narrow there, the cubes of even steps.

Where a digit's sum misses the change of its score, the intervals that miss most are cut in three,
for that digit only; the middle third keeps the gradient already known. The two ends of every
interval say what its gradient should have accounted for, and they cost no backward pass.

`integrated` runs in a worker: it loads TensorFlow.
"""

from dataclasses import dataclass

import numpy as np

from model.interpretability.gradients import pixel_gradients
from model.network import Network
from model.network.forward import logits_and_probabilities

INTERVALS = 128
REFINED = 16  # intervals cut in three in one round
MOST_POINTS = 1000  # for one digit; more would take longer than anybody should wait
COMPLETE = 0.01
"""The share of its score's change by which a map's sum may miss it."""
AIMED_AT = 0.95 * COMPLETE  # the finished map is rounded to float32, which must not undo it
SMALLEST_CHANGE = 0.01
"""A change smaller than this counts as this: one hundredth of nothing cannot be asked for."""


@dataclass(frozen=True, eq=False)
class Integrated:
    """The maps of some digits, and what they were made from.

    Attributes:
        maps: (28, 28, digits) float32.
        changes: (digits,) float64, what each score gained from blank paper to the digit.
        points: (digits,) how many pictures between paper and digit each map was made from.
    """

    maps: np.ndarray
    changes: np.ndarray
    points: np.ndarray


def integrated(network: Network, digit: np.ndarray, classes: tuple[int, ...]) -> Integrated:
    """Return the map of each digit that is asked about.

    Args:
        network: any network.
        digit: (28, 28) float32 in [0, 1].
        classes: digits from 0 to 9.
    """
    edges = np.linspace(0, 1, INTERVALS + 1) ** 3
    gradients = pixel_gradients(network, _faded(digit, (edges[:-1] + edges[1:]) / 2), classes)
    scores = _scores(network, digit, edges)[:, list(classes)]
    maps, points = [], []
    for place, label in enumerate(classes):
        mean, count = _mean_gradient(
            network, digit, label, edges, scores[:, place], gradients[:, :, :, place]
        )
        maps.append(mean.reshape(digit.shape) * digit)
        points.append(count)
    stack = np.stack(maps, axis=2).astype(np.float32)
    return Integrated(stack, scores[-1] - scores[0], np.array(points))


def shares_missed(sums: np.ndarray, changes: np.ndarray) -> np.ndarray:
    """Return by which share of each change the sum of a map misses it; 0 is complete."""
    return np.asarray(np.abs(sums - changes) / np.maximum(np.abs(changes), SMALLEST_CHANGE))


def _mean_gradient(
    network: Network,
    digit: np.ndarray,
    label: int,
    edges: np.ndarray,
    scores: np.ndarray,
    gradients: np.ndarray,
) -> tuple[np.ndarray, int]:
    """One digit's mean gradient by each pixel, (784,) float64, and from how many pictures.

    Args:
        network: any network.
        digit: (28, 28).
        label: whose score.
        edges: (n + 1,) shares of ink, from 0 to 1.
        scores: (n + 1,) of this digit there.
        gradients: (n, 28, 28) in the middle of each interval.
    """
    ink = digit.ravel().astype(np.float64)
    left, right, start, end = edges[:-1], edges[1:], scores[:-1], scores[1:]
    gradients = gradients.reshape(len(gradients), -1).astype(np.float64)
    change = scores[-1] - scores[0]
    while True:
        missed = end - start - gradients @ ink * (right - left)
        done = shares_missed(change - missed.sum(), change) <= AIMED_AT
        if done or len(left) + 2 * REFINED > MOST_POINTS:
            mean: np.ndarray = (right - left) @ gradients
            return mean, len(left)
        worst = np.argsort(np.abs(missed))
        kept, cut = worst[:-REFINED], worst[-REFINED:]
        third = (right[cut] - left[cut]) / 3
        first, second = left[cut] + third, right[cut] - third
        middles = np.concatenate([left[cut] + third / 2, right[cut] - third / 2])
        outer = pixel_gradients(network, _faded(digit, middles), (label,)).reshape(len(middles), -1)
        one, two = np.split(_scores(network, digit, np.concatenate([first, second]))[:, label], 2)
        gradients = np.concatenate(
            [gradients[kept], outer[:REFINED], gradients[cut], outer[REFINED:]]
        )
        start = np.concatenate([start[kept], start[cut], one, two])
        end = np.concatenate([end[kept], one, two, end[cut]])
        left, right = (
            np.concatenate([left[kept], left[cut], first, second]),
            np.concatenate([right[kept], first, second, right[cut]]),
        )


def _scores(network: Network, digit: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The ten scores, (n, 10) float64, of the digit faded to these shares of its ink."""
    return logits_and_probabilities(network, _faded(digit, shares))[0].astype(np.float64)


def _faded(digit: np.ndarray, shares: np.ndarray) -> np.ndarray:
    return np.asarray(shares[:, None, None] * digit, np.float32)
