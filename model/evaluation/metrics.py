"""How good a network is on digits that it has not learned from, and where it fails.

What the network says comes from `probabilities_of`, in a worker; the rest is arithmetic on it.
SciPy's statistics and scikit-learn are imported where they are first needed: that takes 0.6 s of
computing, which the start of the app must not wait for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from model.data.mnist import DigitSource, digits_of
from model.network import CLASSES, Network
from model.network.forward import probabilities

SLICE = 500
"""Digits that are read at a time: a tenth of a second, so that nobody else has to wait."""
BINS = 10
DRAWS = 400
"""Perfect networks that a calibration error is held against."""
AT_A_TIME = 1_000_000
"""Random numbers that are in memory at once."""
SMALLEST = 1e-7
"""Keras takes no probability for smaller than this before its logarithm."""


def probabilities_of(network: Network, source: DigitSource) -> np.ndarray:
    """Return the ten probabilities of each digit. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        source: the digits, or their name.

    Returns:
        (n, 10) float32.
    """
    return probabilities(network, digits_of(source).inputs())


def wilson(right: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, from 0 to 1.

    Wilson 1927, "Probable inference, the law of succession, and statistical inference". Unlike the
    textbook's p ± 1.96 σ it stays within 0 and 1 and is right for shares near them.

    Raises:
        ValueError: count below 1, or right not from 0 to count.
    """
    if not (count >= 1 and 0 <= right <= count):
        raise ValueError(f"Expected 0 to {count} right of at least 1 digit, got {right}.")
    from scipy.stats import binomtest

    interval = binomtest(right, count).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


@dataclass(frozen=True, eq=False)
class Reliability:
    """How often answers of about the same confidence are right; each array is (bins,).

    `edges` is (bins + 1,), equally spaced from 0 to 1. Where a bin is empty, `confidence` (the mean
    of its answers) and `accuracy` are not-a-number.
    """

    edges: np.ndarray
    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray

    @property
    def error(self) -> float:
        """The expected calibration error: |accuracy - confidence| in the mean over all answers.

        Guo, Pleiss, Sun and Weinberger 2017, "On calibration of modern neural networks".
        """
        filled = self.counts > 0
        gaps = np.abs(self.accuracy[filled] - self.confidence[filled])
        return float((gaps * self.counts[filled]).sum() / self.counts.sum())


@dataclass(frozen=True)
class ChanceError:
    """The expected calibration error of perfect networks, by chance alone.

    Attributes:
        mean: of many of them.
        high: that of 95 in a hundred is no larger.
    """

    mean: float
    high: float


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a network said of some digits, and what they are.

    Attributes:
        labels: (n,) uint8, the true digits; at least one.
        probabilities: (n, 10) float32, the network's.
    """

    labels: np.ndarray
    probabilities: np.ndarray

    def __post_init__(self) -> None:
        if not len(self.labels) or self.probabilities.shape != (len(self.labels), CLASSES):
            raise ValueError(
                f"Expected ({len(self.labels)}, {CLASSES}) probabilities of at least one digit, "
                f"got {self.probabilities.shape}."
            )

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def answers(self) -> np.ndarray:
        """(n,) the digit that got the largest probability."""
        answers: np.ndarray = self.probabilities.argmax(axis=1)
        return answers

    @cached_property
    def confidence(self) -> np.ndarray:
        """(n,) float32, that probability."""
        best: np.ndarray = self.probabilities.max(axis=1)
        return best

    @cached_property
    def hits(self) -> np.ndarray:
        """(n,) bool, whether the answer is right."""
        hits: np.ndarray = self.answers == self.labels
        return hits

    @property
    def right(self) -> int:
        """How many answers are right."""
        return int(self.hits.sum())

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return self.right / len(self)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the accuracy."""
        return wilson(self.right, len(self))

    @property
    def loss(self) -> float:
        """The mean of -log(probability of the true digit): Keras' cross-entropy."""
        true = self.probabilities[np.arange(len(self)), self.labels].astype(np.float64)
        return float(-np.log(np.clip(true, SMALLEST, 1 - SMALLEST)).mean())

    @cached_property
    def confusion(self) -> np.ndarray:
        """(10, 10) int64: how many of the digits `row` were taken for `column`."""
        from sklearn.metrics import confusion_matrix

        return np.asarray(confusion_matrix(self.labels, self.answers, labels=range(CLASSES)))

    @cached_property
    def precision(self) -> np.ndarray:
        """(10,) of the answers "3", the share that are a 3; not-a-number where there is none."""
        from sklearn.metrics import precision_score

        return self._by_digit(precision_score)

    @cached_property
    def recall(self) -> np.ndarray:
        """(10,) of the digits 3, the share that were read as a 3; likewise."""
        from sklearn.metrics import recall_score

        return self._by_digit(recall_score)

    def _by_digit(self, score: Callable[..., np.ndarray]) -> np.ndarray:
        """A score of scikit-learn for each digit; not-a-number where there is nothing to share."""
        return np.asarray(
            score(
                self.labels,
                self.answers,
                labels=range(CLASSES),
                average=None,
                zero_division=np.nan,
            )
        )

    def reliability(self, bins: int = BINS) -> Reliability:
        """Compare how sure the answers are with how often they are right.

        Counted here: scikit-learn's `calibration_curve` puts a confidence on an edge into the upper
        bin, leaves empty bins out and does not say how many answers each bin has.

        Args:
            bins: of equal width; a confidence on the edge of two belongs to the lower one.
        """
        place = self._bins(bins)
        counts = np.bincount(place, minlength=bins)
        sure = np.bincount(place, weights=self.confidence, minlength=bins)
        hits = np.bincount(place, weights=self.hits, minlength=bins)
        edges = np.linspace(0, 1, bins + 1)
        return Reliability(edges, counts, _shares(sure, counts), _shares(hits, counts))

    def error_by_chance(self, bins: int = BINS, draws: int = DRAWS, seed: int = 0) -> ChanceError:
        """The calibration error that a network with these confidences has when it is perfect.

        Each answer is right with exactly its confidence, so all that is left is chance: few digits
        never fall as their probabilities say. Bröcker and Smith 2007, "Increasing the reliability
        of reliability diagrams", draw the same bars by the same means.

        Args:
            bins: as in `reliability`.
            draws: how often all answers are drawn.
            seed: of the draws.
        """
        place, confidence = self._bins(bins), self.confidence.astype(np.float64)
        member = (place[:, None] == np.arange(bins)).astype(np.float32)  # (n, bins)
        expected = np.bincount(place, weights=confidence, minlength=bins)
        chance = np.random.default_rng(seed)
        errors: list[float] = []
        while len(errors) < draws:
            count = min(draws - len(errors), max(1, AT_A_TIME // len(self)))
            hits = chance.random((count, len(self)), np.float32) < confidence
            gaps = np.abs(hits.astype(np.float32) @ member - expected)
            errors += list(gaps.sum(axis=1) / len(self))
        return ChanceError(float(np.mean(errors)), float(np.quantile(errors, 0.95)))

    def _bins(self, bins: int) -> np.ndarray:
        """(n,) the bin of each answer's confidence."""
        place = np.clip(np.ceil(self.confidence.astype(np.float64) * bins) - 1, 0, bins - 1)
        whole: np.ndarray = place.astype(np.int64)
        return whole

    def cell(self, truth: int, answer: int) -> np.ndarray:
        """The places of the digits `truth` that were taken for `answer`, the surest first."""
        return self._surest_first((self.labels == truth) & (self.answers == answer))

    def mistakes(self) -> np.ndarray:
        """The places of all wrong answers, the surest first: what is confidently wrong leads."""
        return self._surest_first(~self.hits)

    def confidently_wrong(self, least: float = 0.9) -> np.ndarray:
        """The mistakes with at least this confidence, the surest first."""
        return self._surest_first(~self.hits & (self.confidence >= least))

    def unsure(self) -> np.ndarray:
        """All places, the answers with the smallest margin over the runner-up first."""
        best_two = np.partition(self.probabilities, CLASSES - 2, axis=1)[:, -2:]
        margins = best_two[:, 1] - best_two[:, 0]
        order: np.ndarray = np.argsort(margins, kind="stable")
        return order

    def _surest_first(self, chosen: np.ndarray) -> np.ndarray:
        """The places where `chosen`, (n,) bool, holds."""
        places = np.flatnonzero(chosen)
        order: np.ndarray = places[np.argsort(-self.confidence[places], kind="stable")]
        return order


def _shares(parts: np.ndarray, wholes: np.ndarray) -> np.ndarray:
    shares = np.full(len(wholes), np.nan)
    np.divide(parts.astype(np.float64), wholes, out=shares, where=wholes > 0)
    return shares
