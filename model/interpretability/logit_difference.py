"""Why this digit and not that one: the difference of two scores, taken apart without remainder.

Each score is a weighted sum of the dense units plus a bias, so the difference of two scores is one
too: every unit adds its value times the difference of its two weights.
"""

from dataclasses import dataclass

import numpy as np

from model.data.mnist import DigitSource, digits_of
from model.network import CLASSES, Network
from model.network.activations import ForwardPass, dense_features


@dataclass(frozen=True, eq=False)
class Contrast:
    """The score of one digit minus that of another, unit by unit.

    Attributes:
        first: the digit that is asked about.
        second: the digit that it is held against.
        values: (units,) float32 of the dense layer after ReLU.
        weights: (units,) float64, weight to the first digit minus weight to the second.
        bias: the difference of the two biases.
        difference: of the two scores as the network computed them.
    """

    first: int
    second: int
    values: np.ndarray
    weights: np.ndarray
    bias: float
    difference: float

    @property
    def parts(self) -> np.ndarray:
        """(units,) float64: what each unit adds for the first digit or, below 0, the second."""
        return np.asarray(self.values.astype(np.float64) * self.weights)

    @property
    def order(self) -> np.ndarray:
        """The numbers of the units, the largest part (of either sign) first."""
        return np.argsort(-np.abs(self.parts), kind="stable")

    @property
    def total(self) -> float:
        """The sum of all parts and the bias."""
        return float(self.parts.sum() + self.bias)


def contrast(network: Network, inside: ForwardPass, first: int, second: int) -> Contrast:
    """Take the difference of two scores apart. Needs no worker.

    Args:
        network: any network.
        inside: what it made of the digit.
        first: 0 to 9.
        second: 0 to 9, another one.

    Raises:
        ValueError: digits that are not two different ones from 0 to 9.
    """
    if first == second or not {first, second} <= set(range(CLASSES)):
        raise ValueError(f"Expected two different digits from 0 to 9, got {first} and {second}.")
    output = inside.layers[-1]
    kernel, bias = (network.weights[name].astype(np.float64) for name in output.layer.weight_shapes)
    values = inside.layers[-2].after
    scores = output.before.astype(np.float64)
    return Contrast(
        first,
        second,
        values,
        kernel[:, first] - kernel[:, second],
        float(bias[first] - bias[second]),
        float(scores[first] - scores[second]),
    )


def dense_values(network: Network, source: DigitSource) -> np.ndarray:
    """Return what each dense unit answers to each digit. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        source: the digits, or their name.

    Returns:
        (n, units) float32, after ReLU.
    """
    return dense_features(network, digits_of(source).inputs()).features


def most_exciting(values: np.ndarray, unit: int, count: int) -> np.ndarray:
    """Return the places of the digits that excite a unit most, the strongest first.

    Args:
        values: (n, units), see `dense_values`.
        unit: its number.
        count: how many at most; digits that leave the unit at zero are left out.
    """
    order = np.argsort(-values[:, unit], kind="stable")[:count]
    return np.asarray(order[values[order, unit] > 0])
