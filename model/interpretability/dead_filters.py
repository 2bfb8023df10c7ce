"""Dead filters: those that answer no digit at all."""

from dataclasses import dataclass

import numpy as np

from model.network import Layer, Network, layers
from model.network.forward import every_output

BATCH = 100  # digits at a time: all outputs of all layers take 0.5 MB a digit


@dataclass(frozen=True)
class Firing:
    """How often each filter (or dense unit) of a ReLU layer fires.

    `counts` is (filters,): for how many of the `digits` its output is above zero somewhere.
    """

    layer: Layer
    digits: int
    counts: np.ndarray

    @property
    def dead(self) -> tuple[int, ...]:
        """The filters that never fire."""
        return tuple(int(channel) for channel in np.flatnonzero(self.counts == 0))


def firing(network: Network, images: np.ndarray) -> tuple[Firing, ...]:
    """Return how often every filter fires. Runs in a worker: it loads TensorFlow.

    A unit behind ReLU whose sum is negative for every input passes nothing on, and its weights get
    no gradient: it cannot come back to life by training on these inputs.

    Args:
        network: any network.
        images: (n, 28, 28) uint8, 255 is ink; at least one.

    Returns:
        One Firing a layer with ReLU, in forward order.

    Raises:
        ValueError: images of another shape or type, or none.
    """
    if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8:
        raise ValueError(f"Expected (n, 28, 28) uint8, got {images.shape} {images.dtype}.")
    if not len(images):
        raise ValueError("Expected at least one digit.")
    table = [layer for layer in layers(network.config) if layer.activation == "relu"]
    counts = {layer.name: np.zeros(layer.output_shape[-1], np.int64) for layer in table}
    run, weights = every_output(network.config), list(network.weights.values())
    for start in range(0, len(images), BATCH):
        digits = images[start : start + BATCH, ..., None].astype(np.float32) / np.float32(255)
        outputs = run(weights, digits)
        for layer in table:
            fires = np.asarray(outputs[layer.name][1]) > 0  # (n, …, channels)
            counts[layer.name] += fires.any(axis=tuple(range(1, fires.ndim - 1))).sum(axis=0)
    return tuple(Firing(layer, len(images), counts[layer.name]) for layer in table)
