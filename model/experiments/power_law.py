"""A straight line on two logarithmic axes: how an error falls with the number of examples."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Promise:
    """What a law says of a number of examples that was not measured.

    Attributes:
        error: the most likely.
        low: 95 of 100 new measurements should lie between this …
        high: … and this, if the law goes on.
    """

    error: float
    low: float
    high: float

    def holds(self, error: float) -> bool:
        """Whether an error is what was promised."""
        return self.low <= error <= self.high


@dataclass(frozen=True)
class PowerLaw:
    """error = scale · count^(−exponent), as it was fitted to some measurements.

    Attributes:
        scale: the error of a single example.
        exponent: 0.5: four times as many examples halve the error.
        spread: standard deviation of a measurement about the line, in natural logarithms.
        measurements: how many.
        centre: mean of the logarithms of their counts.
        width: sum of the squared distances from it.
    """

    scale: float
    exponent: float
    spread: float
    measurements: int
    centre: float
    width: float

    def error(self, count: float) -> float:
        """On the line."""
        return float(self.scale * count**-self.exponent)

    def promise(self, count: float) -> Promise:
        """With its interval: that of a new observation in a linear regression."""
        from scipy.stats import t

        away = (math.log(count) - self.centre) ** 2 / self.width
        deviation = self.spread * math.sqrt(1 + 1 / self.measurements + away)
        reach = float(t.ppf(0.975, self.measurements - 2)) * deviation
        error = self.error(count)
        return Promise(error, error * math.exp(-reach), error * math.exp(reach))


def fitted_law(counts: Sequence[float], errors: Sequence[float]) -> PowerLaw | None:
    """The law of some measurements: least squares on the logarithms of both.

    Args:
        counts: of examples, one for each measurement.
        errors: shares; those that are 0 have no logarithm and are left out.

    Returns:
        None where there are fewer than three different counts.
    """
    from scipy.stats import linregress

    pairs = np.array([pair for pair in zip(counts, errors, strict=True) if pair[1] > 0], float)
    if len(pairs) < 3 or len(np.unique(pairs[:, 0])) < 3:
        return None
    x, y = np.log(pairs).T
    line = linregress(x, y)
    rest = y - (line.intercept + line.slope * x)
    return PowerLaw(
        math.exp(line.intercept),
        -float(line.slope),
        math.sqrt(float((rest**2).sum()) / (len(x) - 2)),
        len(x),
        float(x.mean()),
        float(((x - x.mean()) ** 2).sum()),
    )
