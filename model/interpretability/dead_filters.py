"""How often each filter fires, and which are dead (see `model.network.activations.dead`)."""

from dataclasses import dataclass

import numpy as np

from model.data.mnist import DigitSource, digits_of
from model.network import Layer, Network, layers
from model.network.activations import fires, layer_outputs


@dataclass(frozen=True)
class Firing:
    """How often each filter (or dense unit) of a ReLU layer fires.

    `counts` is (filters,): for how many of the `digits` it does.
    """

    layer: Layer
    digits: int
    counts: np.ndarray

    @property
    def dead(self) -> tuple[int, ...]:
        """The dead filters: those that never fire."""
        return tuple(int(channel) for channel in np.flatnonzero(self.counts == 0))


def firing(network: Network, source: DigitSource) -> tuple[Firing, ...]:
    """Return how often every filter fires. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        source: the digits or their name; at least one.

    Returns:
        One Firing a layer with ReLU, in forward order.

    Raises:
        ValueError: no digit.
    """
    digits = digits_of(source)
    if not len(digits):
        raise ValueError("Expected at least one digit.")
    table = {layer.name: layer for layer in layers(network.config) if layer.activation == "relu"}
    counts = {name: np.zeros(layer.output_shape[-1], np.int64) for name, layer in table.items()}
    for batch in layer_outputs(network, digits.inputs(), table):
        for name, output in batch.items():
            counts[name] += fires(output.after).sum(axis=0)
    return tuple(Firing(layer, len(digits), counts[name]) for name, layer in table.items())
