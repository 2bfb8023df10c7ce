"""Many digits as points in a plane: near each other where the network sees them alike.

What is laid out is the output of the dense layer, 64 numbers a digit in the course's network: what
the network knows of a digit just before it names it. Two ways down to two dimensions:

PCA turns the cloud of points so that its two longest directions lie in the plane (Pearson 1901,
"On lines and planes of closest fit to systems of points in space").

t-SNE moves points about in the plane until their neighbours are those that they have in the 64
dimensions (van der Maaten and Hinton 2008, "Visualizing data using t-SNE"). It is written here
rather than taken from a library because it must go in slices: a step at a time, for as long as
somebody is watching.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from model.data.mnist import DigitSource, digits_of
from model.network import Network
from model.network.activations import DenseFeatures, dense_features

SLICE = 250
"""Digits that are read at a time."""

PERPLEXITY = 30.0  # about so many neighbours count for each point
STEPS = 300
STEPS_A_SLICE = 6
EARLY = 90  # steps in which neighbours pull `EXAGGERATION` times as hard, so that groups form
EXAGGERATION = 12.0
MOMENTUM = (0.5, 0.8)  # in the early steps and after them
SMALLEST_GAIN = 0.01
HALVINGS = 25
TINY = 1e-12
SAME = 1e-4  # share of its length that a point may be off by rounding


def features_of(network: Network, source: DigitSource) -> DenseFeatures:
    """Return what the dense layer makes of digits. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        source: the digits, or their name.

    Returns:
        Probabilities (n, 10) and the dense layer's output (n, units).
    """
    return dense_features(network, digits_of(source).inputs())


@dataclass(frozen=True, eq=False)
class Projection:
    """A plane through a cloud of points.

    Attributes:
        mean: (units,) of the cloud.
        axes: (2, units) of length 1, the directions in which the cloud is longest.
        shares: (2,) the shares of the whole variance that lie along them.
    """

    mean: np.ndarray
    axes: np.ndarray
    shares: np.ndarray

    def points(self, features: np.ndarray) -> np.ndarray:
        """Return (n, 2), where points (n, units) fall on the plane."""
        fallen: np.ndarray = (features - self.mean) @ self.axes.T
        return fallen


def pca(features: np.ndarray) -> Projection:
    """Find the two longest directions of a cloud by singular value decomposition.

    Args:
        features: (n, units), at least two points. A network with one unit has a second direction
            of length zero.

    Raises:
        ValueError: fewer than two points.
    """
    if features.ndim != 2 or len(features) < 2:
        raise ValueError(f"Expected at least two points (n, units), got {features.shape}.")
    mean = features.mean(axis=0)
    _, lengths, axes = np.linalg.svd(features.astype(np.float64) - mean, full_matrices=False)
    variances = lengths**2
    whole = float(variances.sum())
    if len(axes) < 2:
        axes, variances = np.vstack([axes, np.zeros_like(axes)]), np.append(variances, 0.0)
    # A direction may point either way: the largest weight is made positive, so that the map of the
    # next epoch is not this one turned over.
    signs = np.sign(axes[np.arange(2), np.abs(axes[:2]).argmax(axis=1)])
    axes = axes[:2] * np.where(signs == 0, 1, signs)[:, None]
    shares = variances[:2] / whole if whole else np.zeros(2)
    return Projection(mean, axes.astype(np.float32), shares)


def neighbours(features: np.ndarray, own: np.ndarray, count: int) -> np.ndarray:
    """Return the places of the `count` points nearest to one, the nearest first.

    The point itself is left out where it is among them.

    Args:
        features: (n, units).
        own: (units,).
        count: of them.
    """
    distances = np.linalg.norm(features - own, axis=1)
    order = np.argsort(distances, kind="stable")
    others: np.ndarray = order[distances[order] > SAME * np.linalg.norm(own)]
    return others[:count]


@dataclass(frozen=True, eq=False)
class Layout:
    """A t-SNE map under way; `points`, `speed` and `gains` are (n, 2) float32."""

    step: int
    points: np.ndarray
    speed: np.ndarray
    gains: np.ndarray

    @property
    def done(self) -> bool:
        """Whether all steps are taken."""
        return self.step >= STEPS


def first_layout(features: np.ndarray) -> Layout:
    """Start from the PCA map, shrunk to a small cloud: the same digits make the same map."""
    points = pca(features).points(features)
    widest = float(points[:, 0].std()) or 1.0
    points = (points / widest * 1e-2).astype(np.float32)
    return Layout(0, points, np.zeros_like(points), np.ones_like(points))


def advance_layout(features: np.ndarray, layout: Layout, steps: int = STEPS_A_SLICE) -> Layout:
    """Take some steps of t-SNE: gradient descent with momentum and a gain for each number.

    Args:
        features: (n, units) float32, always the same ones for one map.
        layout: where the points are.
        steps: at most; the map is done after `STEPS`.
    """
    alike = _affinities(features.tobytes(), features.shape)
    rate = np.float32(max(len(features) / EXAGGERATION / 4, 10.0))
    points, speed, gains = layout.points, layout.speed, layout.gains
    last = min(layout.step + steps, STEPS)
    for step in range(layout.step, last):
        early = step < EARLY
        pull = np.float32(EXAGGERATION if early else 1.0)
        rise = gradient(alike, points, pull)
        # A number that keeps its direction gets longer steps, one that swings shorter ones.
        swings = np.sign(rise) == np.sign(speed)
        gains = np.maximum(np.where(swings, gains * 0.8, gains + 0.2), SMALLEST_GAIN)
        gains = gains.astype(np.float32)
        speed = np.float32(MOMENTUM[0 if early else 1]) * speed - rate * gains * rise
        points = points + speed
        points = points - points.mean(axis=0)
    return Layout(last, points, speed, gains)


def gradient(alike: np.ndarray, points: np.ndarray, pull: np.float32) -> np.ndarray:
    """Return the gradient of t-SNE's cost, (n, 2) float32: where it rises.

    Args:
        alike: (n, n) the likeness of each two points; sums to 1.
        points: (n, 2) on the map.
        pull: what `alike` is multiplied by.
    """
    # Student's t with one degree of freedom
    close = np.reciprocal(1 + _squared_distances(points))
    np.fill_diagonal(close, 0)
    force = (pull * alike - close / max(float(close.sum()), TINY)) * close
    rise: np.ndarray = 4 * (force.sum(axis=1, keepdims=True) * points - force @ points)
    return rise


def affinities(features: np.ndarray, perplexity: float = PERPLEXITY) -> np.ndarray:
    """Return how alike each two points are: (n, n) float32, symmetric, sums to 1.

    Around each point lies a bell curve, just so wide that `perplexity` points count: its width is
    found by halving an interval.
    """
    squared = _squared_distances(features)
    count = len(squared)
    others = squared[~np.eye(count, dtype=bool)].reshape(count, count - 1)
    others = others - others.min(axis=1, keepdims=True)  # the nearest one counts fully
    wanted = np.log(min(perplexity, (count - 1) / 3))
    low, high = np.zeros((count, 1)), np.full((count, 1), np.inf)
    narrow = np.full((count, 1), 1 / max(float(others.mean()), TINY))
    for _ in range(HALVINGS):
        bells = np.exp(-others * narrow.astype(np.float32))
        whole = bells.sum(axis=1, keepdims=True)
        entropy = np.log(whole) + narrow * (others * bells).sum(axis=1, keepdims=True) / whole
        wide = entropy > wanted
        low, high = np.where(wide, narrow, low), np.where(wide, high, narrow)
        narrow = np.where(np.isinf(high), narrow * 2, (low + np.where(np.isinf(high), 0, high)) / 2)
    alike = np.zeros((count, count))
    alike[~np.eye(count, dtype=bool)] = (bells / whole).ravel()
    alike = alike + alike.T
    result: np.ndarray = (alike / alike.sum()).astype(np.float32)
    return result


@lru_cache(maxsize=4)
def _affinities(features: bytes, shape: tuple[int, int]) -> np.ndarray:
    """The same for one map, computed once in each worker."""
    return affinities(np.frombuffer(features, np.float32).reshape(shape))


def _squared_distances(points: np.ndarray) -> np.ndarray:
    lengths = (points**2).sum(axis=1)
    squared: np.ndarray = lengths[:, None] + lengths[None, :] - 2 * points @ points.T
    np.maximum(squared, 0, out=squared)
    return squared
