"""Repeated measurements: their mean, how far they spread, and whether two of them differ."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from model.experiments.experiment import Part, Value


@dataclass(frozen=True)
class Band:
    """The same measurement with other chances.

    Attributes:
        mean: of all.
        low: the lowest.
        high: the highest.
        count: how many.
    """

    mean: float
    low: float
    high: float
    count: int

    def holds(self, value: float) -> bool:
        """Whether a value lies in the band, its ends included."""
        return self.low <= value <= self.high


class Comparison(Enum):
    """What two bands tell of each other."""

    HIGHER = "higher"
    LOWER = "lower"
    WITHIN = "within the band"  # they overlap: chance alone may do that


def band(values: Iterable[float]) -> Band:
    """The band of some measurements.

    Raises:
        ValueError: there is none.
    """
    found = list(values)
    if not found:
        raise ValueError("A band needs at least one measurement.")
    return Band(sum(found) / len(found), min(found), max(found), len(found))


def compare(first: Band, second: Band) -> Comparison:
    """How the first stands to the second. One measurement a side is never a difference."""
    if min(first.count, second.count) < 2:
        return Comparison.WITHIN
    if first.low > second.high:
        return Comparison.HIGHER
    if first.high < second.low:
        return Comparison.LOWER
    return Comparison.WITHIN


def is_chance(found: Band, questions: int, answers: int = 10) -> bool:
    """Whether a share of right answers is what guessing gives.

    Args:
        found: the shares of repeated measurements.
        questions: of each measurement; the fewer, the more luck counts.
        answers: among which one guesses, all as often.
    """
    guessed = 1 / answers
    deviation = math.sqrt(guessed * (1 - guessed) / (questions * found.count))
    return found.mean <= guessed + 2 * deviation  # 98 of 100 guessers read no more


def chosen(parts: Iterable[Part], **wanted: Value) -> list[Part]:
    """The parts that have these values: `chosen(parts, varied=True, count=100)`."""
    return [part for part in parts if wanted.items() <= part.values.items()]


def numbers(parts: Sequence[Part], name: str) -> list[float]:
    """One value of each part that has it as a number."""
    found = (part.values.get(name) for part in parts)
    return [float(value) for value in found if isinstance(value, int | float)]
