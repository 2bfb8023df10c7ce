"""One map of one digit at many epochs: how a filter became what it is."""

from collections.abc import Sequence

import numpy as np

from model.network import Network, NetworkConfig, from_vector, layers
from model.network.activations import check_digit, layer_outputs


def epochs_to_show(kept: Sequence[int], most: int) -> list[int]:
    """Return at most so many of the kept epochs, evenly spread from the first to the last.

    Raises:
        ValueError: fewer than two wanted.
    """
    if most < 2:
        raise ValueError(f"Expected at least 2 frames, not {most}.")
    places = np.rint(np.linspace(0, len(kept) - 1, min(most, len(kept)))).astype(int)
    return [kept[place] for place in places]


def map_over_epochs(
    config: NetworkConfig,
    weights: Sequence[np.ndarray],
    digit: np.ndarray,
    layer: str,
    channel: int,
    activated: bool = True,
) -> np.ndarray:
    """Return one map as networks of the same architecture make it. Runs in a worker.

    Args:
        config: the architecture of all of them.
        weights: one vector for each frame, as `network.to_vector` makes it.
        digit: (28, 28) float32 in [0, 1].
        layer: the name of a convolution or pooling layer.
        channel: of its maps.
        activated: after the activation function, or before it.

    Returns:
        (height, width, frames) float32.

    Raises:
        ValueError: no frame, no such layer with maps, no such channel, or a wrong digit.
    """
    check_digit(digit)
    found = [row for row in layers(config) if row.name == layer and row.has_maps]
    if not found or not 0 <= channel < found[0].output_shape[-1] or not weights:
        raise ValueError(f"There is no map {channel} of {layer} at {len(weights)} epochs.")

    def frame(vector: np.ndarray) -> np.ndarray:
        network = Network(config, from_vector(config, vector), "one epoch")
        (batch,) = layer_outputs(network, digit[None], (layer,))
        values = batch[layer].after if activated else batch[layer].before
        return values[0, :, :, channel]

    return np.stack([frame(vector) for vector in weights], axis=-1)
