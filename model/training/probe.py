"""Ten fixed test digits, asked about again and again while a network learns."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from model.data import mnist
from model.network import Network, layers
from model.network.forward import every_output

OTHERS = 90
"""Digits beside the ten that tell whether a neuron ever wakes: together a hundred."""


@dataclass(frozen=True)
class Probe:
    """What a network makes of the digits of `probe_digits` at one moment.

    `probabilities` is (10, 10) float32, a row for each of the ten digits. `dead` is, for every
    layer with ReLU, the share of its filters or units that are zero for all hundred digits.
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
    x = probe_digits().inputs()[..., None]
    outputs = every_output(network.config)(list(network.weights.values()), x)
    dead = {}
    for layer in layers(network.config):
        if layer.activation == "relu":
            after = np.asarray(outputs[layer.name][1])
            strongest = after.reshape(-1, after.shape[-1]).max(axis=0)
            dead[layer.name] = float((strongest <= 0).mean())
    return Probe(network, np.asarray(outputs["output"][1])[:10], dead)
