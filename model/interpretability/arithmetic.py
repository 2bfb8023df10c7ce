"""Where a number comes from: the sum, the choice or the share behind any output value.

Pure NumPy over a forward pass. Every step takes the float32 numbers that the layer received and
computes in float64, so that what is left between our total and TensorFlow's is TensorFlow's own
rounding. Layers are told apart by their kind.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from model.network import Layer, LayerKind, Network, layers
from model.network.activations import ForwardPass, LayerOutput

RELATIVE = 1e-5
"""Two totals agree when they differ by at most this share of TensorFlow's number …"""
ROUNDING = 1e-6
"""… or by this share of the sum of the terms' sizes.

A float32 keeps about seven digits of every number. Where large terms cancel, the error of the last
digit of the terms (6e-8 of them, a few times over) is a large share of the small rest, and no order
of adding in float32 could do better (Higham 2002, "Accuracy and Stability of Numerical Algorithms",
section 4.2). So near zero the terms are the honest measure, not the rest.
"""
SMALLEST = 2.0**-126
"""Below this a float32 has fewer digits, or is cut to 0: a probability of 1e-65 is 0 to TensorFlow.
"""
LARGEST_EXPONENT = 100.0
"""Logits beyond this are lowered together before `exp`, which would overflow at 709."""

Place = tuple[int, ...]
"""(row, column, channel) of a value in a map, (unit,) in a vector; all count from 0."""


@dataclass(frozen=True)
class Check:
    """Our total beside TensorFlow's."""

    computed: float  # in float64
    reported: float  # what TensorFlow computed for the same place, in float32
    size: float  # the sum of the absolute values of all terms

    @property
    def difference(self) -> float:
        """Ours minus TensorFlow's."""
        return self.computed - self.reported

    @property
    def agrees(self) -> bool:
        """Whether the two are the same number as far as float32 can tell (see `ROUNDING`)."""
        tolerance = max(RELATIVE * abs(self.reported), ROUNDING * self.size, SMALLEST)
        return abs(self.difference) <= tolerance


@dataclass(frozen=True)
class Cause:
    """One term of a sum: an input (row and column in its map), its weight, and their product."""

    row: int
    column: int
    channel: int
    input: float
    weight: float
    product: float


@dataclass(frozen=True, eq=False)
class Softmax:
    """How ten logits become ten probabilities.

    `shift` is subtracted from every logit before `exp`: 0, or the largest logit where `exp` would
    leave the range of numbers. The probabilities do not depend on it.
    """

    logits: np.ndarray  # (10,) float64
    shift: float
    reported: np.ndarray  # (10,) float32, TensorFlow's probabilities

    @cached_property
    def exponentials(self) -> np.ndarray:
        """(10,) exp(logit − shift)."""
        return np.asarray(np.exp(self.logits - self.shift))

    @property
    def total(self) -> float:
        """The sum of the ten exponentials."""
        return float(self.exponentials.sum())

    @property
    def shares(self) -> np.ndarray:
        """(10,) the probabilities; they sum to 1."""
        return np.asarray(self.exponentials / self.total)

    def check(self, unit: int) -> Check:
        """One probability beside TensorFlow's."""
        share = float(self.shares[unit])
        return Check(share, float(self.reported[unit]), share)


@dataclass(frozen=True, eq=False)
class WeightedSum:
    """An output of a convolution or of a dense unit: inputs times weights, summed, plus a bias.

    A dense unit reads all values that it is connected to; after a flatten layer they are shown as
    the maps that they were: its window is the whole map. After another dense layer the window is
    1×1 and every unit is a channel.
    """

    layer: Layer
    place: Place
    inputs: np.ndarray  # (height, width, channels) float64: the window, nothing scaled
    weights: np.ndarray  # of the same shape
    bias: float
    top: int  # row of the window's first value in the maps that the layer reads
    left: int  # its column
    reported_z: float
    reported: float
    softmax: Softmax | None = None  # of the output layer

    @cached_property
    def products(self) -> np.ndarray:
        """(height, width, channels): input times weight."""
        return np.asarray(self.inputs * self.weights)

    @cached_property
    def partial_sums(self) -> np.ndarray:
        """(channels,): the products of each channel, summed."""
        return np.asarray(self.products.sum(axis=(0, 1)))

    @property
    def order(self) -> np.ndarray:
        """The channels by the size of their partial sums, largest first."""
        return np.argsort(-np.abs(self.partial_sums), kind="stable")

    @property
    def z(self) -> float:
        """The sum of all products plus the bias: the value before the activation."""
        return float(self.partial_sums.sum()) + self.bias

    @property
    def value(self) -> float:
        """The value after the activation: ReLU(z), or for an output unit its probability."""
        if self.softmax is not None:
            return float(self.softmax.shares[self.place[0]])
        return max(0.0, self.z) if self.layer.activation == "relu" else self.z

    @property
    def size(self) -> float:
        """The sum of the absolute values of all products and of the bias."""
        return float(np.abs(self.products).sum()) + abs(self.bias)

    @property
    def check_z(self) -> Check:
        """The sum before the activation, beside TensorFlow's."""
        return Check(self.z, self.reported_z, self.size)

    @property
    def check(self) -> Check:
        """The value after the activation beside TensorFlow's."""
        if self.softmax is not None:
            return self.softmax.check(self.place[0])
        return Check(self.value, self.reported, self.size)

    def causes(self, count: int = 3) -> tuple[Cause, ...]:
        """The products that are largest in size, largest first; products of 0 are no causes."""
        flat = np.abs(self.products).ravel()
        largest = np.argsort(-flat, kind="stable")[:count]
        return tuple(self.cause(int(at)) for at in largest if flat[at] > 0)

    def cause(self, at: int) -> Cause:
        """The term at a place of the flattened window."""
        row, column, channel = (int(i) for i in np.unravel_index(at, self.products.shape))
        here = (row, column, channel)
        return Cause(
            self.top + row,
            self.left + column,
            channel,
            float(self.inputs[here]),
            float(self.weights[here]),
            float(self.products[here]),
        )


@dataclass(frozen=True, eq=False)
class PoolingWindow:
    """An output of a pooling layer: the largest value of its window, or their mean."""

    layer: Layer
    place: Place
    mode: str  # "max" or "average"
    values: np.ndarray  # (2, 2) float64
    top: int
    left: int
    reported: float

    @property
    def winners(self) -> tuple[tuple[int, int], ...]:
        """Rows and columns in the window that hold the largest value; none for a mean."""
        if self.mode != "max":
            return ()
        return tuple((int(r), int(c)) for r, c in np.argwhere(self.values == self.values.max()))

    @property
    def value(self) -> float:
        """The largest value, or the mean."""
        return float(self.values.max() if self.mode == "max" else self.values.mean())

    @property
    def check(self) -> Check:
        """The value beside TensorFlow's."""
        return Check(self.value, self.reported, float(np.abs(self.values).sum()))


@dataclass(frozen=True)
class FlattenedValue:
    """One place of the flattened vector and the place in the maps that it is copied from."""

    layer: Layer
    place: Place
    source: tuple[int, int, int]  # row, column, channel
    value: float
    reported: float

    @property
    def check(self) -> Check:
        """The value beside TensorFlow's."""
        return Check(self.value, self.reported, abs(self.value))


@dataclass(frozen=True)
class KeptValue:
    """One value behind a dropout layer, which changes nothing outside of training."""

    layer: Layer
    place: Place
    rate: float  # the share of values that training silences
    value: float
    reported: float

    @property
    def check(self) -> Check:
        """The value beside TensorFlow's."""
        return Check(self.value, self.reported, abs(self.value))


Explanation = WeightedSum | PoolingWindow | FlattenedValue | KeptValue


def explain_value(network: Network, inside: ForwardPass, name: str, place: Place) -> Explanation:
    """Return what made one output value of one layer.

    Args:
        network: the network that `inside` was computed with.
        inside: one digit's way through it.
        name: of the layer.
        place: (row, column, channel) for layers with maps, else (unit,).

    Raises:
        ValueError: there is no such layer, or no such place in its output.
    """
    table = layers(network.config)
    number = next((i for i, layer in enumerate(table) if layer.name == name), None)
    if number is None:
        raise ValueError(f"This network has no layer {name}.")
    output = inside.layers[number]
    _check_place(output.layer, place)
    received = inside.layers[number - 1].after if number else inside.digit[:, :, None]
    match output.layer.kind:
        case LayerKind.CONVOLUTION:
            return _convolution(network, output, received, place)
        case LayerKind.POOLING:
            return _pooling(network, output, received, place)
        case LayerKind.FLATTEN:
            return _flattened(output, received, place)
        case LayerKind.DROPOUT:
            value, reported = float(received[place]), float(output.after[place])
            return KeptValue(output.layer, place, network.config.dropout, value, reported)
        case LayerKind.DENSE:
            return _dense(network, inside, number, place)


def _check_place(layer: Layer, place: Place) -> None:
    shape = layer.output_shape
    if len(place) != len(shape) or any(
        not 0 <= at < size for at, size in zip(place, shape, strict=True)
    ):
        raise ValueError(f"The output of {layer.name} has the shape {shape}; {place} is not in it.")


def _convolution(
    network: Network, output: LayerOutput, received: np.ndarray, place: Place
) -> WeightedSum:
    layer = output.layer
    top, left = place[0] * layer.stride, place[1] * layer.stride
    window = received[top : top + layer.window, left : left + layer.window, :]
    return WeightedSum(
        layer,
        place,
        window.astype(np.float64),
        network.weights[f"{layer.name}/kernel"][..., place[2]].astype(np.float64),
        float(network.weights[f"{layer.name}/bias"][place[2]]),
        top,
        left,
        float(output.before[place]),
        float(output.after[place]),
    )


def _pooling(
    network: Network, output: LayerOutput, received: np.ndarray, place: Place
) -> PoolingWindow:
    layer = output.layer
    top, left = place[0] * layer.stride, place[1] * layer.stride
    window = received[top : top + layer.window, left : left + layer.window, place[2]]
    return PoolingWindow(
        layer,
        place,
        network.config.pooling,
        window.astype(np.float64),
        top,
        left,
        float(output.after[place]),
    )


def _flattened(output: LayerOutput, received: np.ndarray, place: Place) -> FlattenedValue:
    row, column, channel = (int(at) for at in np.unravel_index(place[0], received.shape))
    value = float(received[row, column, channel])
    reported = float(output.after[place])
    return FlattenedValue(output.layer, place, (row, column, channel), value, reported)


def _dense(network: Network, inside: ForwardPass, number: int, place: Place) -> WeightedSum:
    output, earlier = inside.layers[number], inside.layers[number - 1]
    layer, (unit,) = output.layer, place
    shape: tuple[int, ...] = (1, 1, layer.input_shape[0])
    if earlier.layer.kind is LayerKind.FLATTEN:
        shape = earlier.layer.input_shape
    softmax = None
    if layer.activation == "softmax":
        logits = output.before.astype(np.float64)
        far = np.abs(logits).max() > LARGEST_EXPONENT
        softmax = Softmax(logits, float(logits.max()) if far else 0.0, output.after)
    return WeightedSum(
        layer,
        place,
        earlier.after.astype(np.float64).reshape(shape),
        network.weights[f"{layer.name}/kernel"][:, unit].astype(np.float64).reshape(shape),
        float(network.weights[f"{layer.name}/bias"][unit]),
        0,
        0,
        float(output.before[unit]),
        float(output.after[unit]),
        softmax,
    )
