"""Every layer's output for one digit, in one pass."""

from dataclasses import dataclass

import numpy as np

from model.network.architecture import SIDE, Layer, LayerKind, Network, NetworkConfig, layers
from model.network.forward import every_output


@dataclass(frozen=True)
class LayerOutput:
    """What one layer makes of one digit, unscaled float32 of the layer's output shape.

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


def forward_pass(network: Network, digit: np.ndarray) -> ForwardPass:
    """Return what every layer makes of one digit. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        digit: (28, 28) float32 in [0, 1]; ink is 1, paper 0 (MNIST's polarity).

    Raises:
        ValueError: wrong shape, dtype or range; the message says what was expected and what came.
    """
    check_digit(digit)
    outputs = every_output(network.config)(list(network.weights.values()), digit[None, ..., None])

    def of(layer: Layer) -> LayerOutput:
        before, after = (np.asarray(tensor)[0] for tensor in outputs[layer.name])
        return LayerOutput(layer, before, after)

    return ForwardPass(digit, tuple(of(layer) for layer in layers(network.config)))


BATCH = 250


@dataclass(frozen=True, eq=False)
class Reading:
    """What the network says of several digits: (n, 10) and the dense layer's (n, units)."""

    probabilities: np.ndarray
    features: np.ndarray


def read(network: Network, pictures: np.ndarray) -> Reading:
    """Read several digits. Runs in a worker: it loads TensorFlow.

    Args:
        network: any network.
        pictures: (n, 28, 28) float32 in [0, 1], at least one.
    """
    compiled, dense = every_output(network.config), dense_layer(network.config)
    weights = list(network.weights.values())
    parts = []
    for start in range(0, len(pictures), BATCH):
        outputs = compiled(weights, pictures[start : start + BATCH, ..., None])
        parts.append((np.asarray(outputs["output"][1]), np.asarray(outputs[dense][1])))
    return Reading(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def dense_layer(config: NetworkConfig) -> str:
    """The name of the layer whose values are compared: the dense one before the output."""
    return next(layer.name for layer in layers(config) if layer.kind is LayerKind.DENSE)
