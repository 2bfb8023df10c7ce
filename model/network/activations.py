"""What the layers of a network make of digits: of one, all at once; of many, batch by batch.

Only this module runs the compiled function of all layers; who looks inside a network asks here.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from model.network.architecture import (
    CLASSES,
    SIDE,
    Layer,
    LayerKind,
    Network,
    NetworkConfig,
    layers,
)
from model.network.forward import BATCH, every_output


@dataclass(frozen=True)
class LayerOutput:
    """What one layer makes of one digit, unscaled float32 of the layer's output shape.

    What it makes of several digits (see `layer_outputs`) has one more axis, the first.
    `before` is z, the value before the activation function; for layers without one it equals
    `after`.
    """

    layer: Layer
    before: np.ndarray
    after: np.ndarray


@dataclass(frozen=True)
class ForwardPass:
    """One digit's way through a network: the digit (28, 28) and every layer in forward order."""

    digit: np.ndarray
    layers: tuple[LayerOutput, ...]

    @property
    def probabilities(self) -> np.ndarray:
        """(10,) float32, sums to 1."""
        return self.layers[-1].after

    @property
    def logits(self) -> np.ndarray:
        """(10,) float32: the ten scores before softmax."""
        return self.layers[-1].before

    @property
    def maps(self) -> tuple[LayerOutput, ...]:
        """The layers that have feature maps: convolutions and poolings."""
        return tuple(output for output in self.layers if output.layer.has_maps)


def check_digit(digit: np.ndarray) -> None:
    """Raise ValueError unless the digit is (28, 28) float32 in [0, 1]."""
    if digit.shape != (SIDE, SIDE) or digit.dtype != np.float32:
        raise ValueError(
            f"Expected a digit of shape ({SIDE}, {SIDE}) in float32, "
            f"got {digit.shape} in {digit.dtype}."
        )
    if not (digit.min() >= 0 and digit.max() <= 1):  # NaN fails both and is refused as well
        raise ValueError(
            f"Expected values from 0 (paper) to 1 (ink), got {digit.min()} to {digit.max()}."
        )


def layer_outputs(
    network: Network, digits: np.ndarray, names: Collection[str]
) -> Iterator[dict[str, LayerOutput]]:
    """Yield what some layers make of digits, a batch at a time. Runs in a worker.

    Args:
        network: any network.
        digits: (n, 28, 28) float32 in [0, 1]; ink is 1, paper 0 (MNIST's polarity).
        names: of the layers.

    Yields:
        The layers by name in forward order; their arrays are (digits of this batch, …).

    Raises:
        ValueError: digits of another shape or type, or a layer that the network does not have.
    """
    if digits.ndim != 3 or digits.shape[1:] != (SIDE, SIDE) or digits.dtype != np.float32:
        raise ValueError(
            f"Expected digits of shape (n, {SIDE}, {SIDE}) in float32, "
            f"got {digits.shape} in {digits.dtype}."
        )
    chosen = [layer for layer in layers(network.config) if layer.name in names]
    if len(chosen) < len(set(names)):
        raise ValueError(f"Not all of these are layers of the network: {', '.join(names)}.")
    run, weights = every_output(network.config), list(network.weights.values())
    for start in range(0, len(digits), BATCH):
        outputs = run(weights, digits[start : start + BATCH, ..., None])
        yield {
            layer.name: LayerOutput(layer, *(np.asarray(values) for values in outputs[layer.name]))
            for layer in chosen
        }


def forward_pass(network: Network, digit: np.ndarray) -> ForwardPass:
    """Return what every layer makes of one digit. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        digit: (28, 28) float32 in [0, 1]; ink is 1, paper 0 (MNIST's polarity).

    Raises:
        ValueError: wrong shape, dtype or range; the message says what was expected and what came.
    """
    check_digit(digit)
    names = [layer.name for layer in layers(network.config)]
    (batch,) = layer_outputs(network, digit[None], names)
    return ForwardPass(
        digit,
        tuple(LayerOutput(each.layer, each.before[0], each.after[0]) for each in batch.values()),
    )


@dataclass(frozen=True, eq=False)
class DenseFeatures:
    """What the dense layer makes of several digits, (n, units), and the (n, 10) probabilities."""

    probabilities: np.ndarray
    features: np.ndarray


def dense_features(network: Network, pictures: np.ndarray) -> DenseFeatures:
    """Return what the dense layer makes of several digits. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        pictures: (n, 28, 28) float32 in [0, 1].
    """
    dense = dense_layer(network.config).name
    probabilities = [np.empty((0, CLASSES), np.float32)]
    features = [np.empty((0, network.config.dense_units), np.float32)]
    for batch in layer_outputs(network, pictures, (dense, "output")):
        probabilities.append(batch["output"].after)
        features.append(batch[dense].after)
    return DenseFeatures(np.concatenate(probabilities), np.concatenate(features))


def dense_layer(config: NetworkConfig) -> Layer:
    """The layer between the maps and the ten outputs."""
    return next(layer for layer in layers(config) if layer.kind is LayerKind.DENSE)


def fires(values: np.ndarray) -> np.ndarray:
    """Tell for each digit which channels of a layer fire: are above zero at one place or more.

    Args:
        values: (n, …, channels) of a layer with ReLU; before it or after it makes no difference.

    Returns:
        (n, channels) bool.
    """
    return np.asarray((values > 0).any(axis=tuple(range(1, values.ndim - 1))))


def dead(values: np.ndarray) -> np.ndarray:
    """Tell which channels of a layer are dead: those that fire for none of the digits.

    Behind ReLU such a filter or unit passes nothing on, and its weights get no gradient: it cannot
    come back to life by training on these digits.

    Args:
        values: as for `fires`.

    Returns:
        (channels,) bool.
    """
    return np.asarray(~fires(values).any(axis=0))
