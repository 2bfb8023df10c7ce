"""Ten fixed test digits, asked about again and again while a network learns."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from model.data import mnist
from model.network import Network, layers
from model.network.activations import dead, layer_outputs

OTHERS = 90
"""Digits beside the ten that tell whether a neuron ever fires: together a hundred."""


@dataclass(frozen=True)
class Probe:
    """What a network makes of the digits of `probe_digits` at one moment.

    `probabilities` is (10, 10) float32, a row for each of the ten digits. `dead` is, for every
    layer with ReLU, the share of its filters or units that fire for none of the hundred digits.
    """

    network: Network
    probabilities: np.ndarray
    dead: Mapping[str, float]


@lru_cache(maxsize=1)
def probe_digits() -> mnist.Digits:
    """A hundred embedded test digits; the first ten are one of each class, from 0 to 9."""
    test = mnist.embedded().test
    first = np.array([np.flatnonzero(test.labels == label)[0] for label in range(10)])
    others = np.setdiff1d(np.arange(len(test)), first)[:OTHERS]
    return test.take(np.concatenate([first, others]))


def probe(network: Network) -> Probe:
    """Ask a network about the digits of `probe_digits`. Runs in a worker: it loads TensorFlow."""
    with_relu = [layer.name for layer in layers(network.config) if layer.activation == "relu"]
    # a hundred digits are one batch
    (batch,) = layer_outputs(network, probe_digits().inputs(), [*with_relu, "output"])
    shares = {name: float(dead(batch[name].after).mean()) for name in with_relu}
    return Probe(network, batch["output"].after[:10], shares)
