"""The network as data: what it is built of, its layers, its weights.

A `NetworkConfig` says everything about the architecture; `layers` derives the layer table from it
by arithmetic alone, so that a page can show shapes and parameter counts without TensorFlow;
`keras_model.build` makes the Keras model of the same table (the tests hold the two against each
other).
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np

Weights = Mapping[str, np.ndarray]
"""One float32 array per name, in the order of `weight_shapes`: "conv1/kernel", "conv1/bias" …"""

SIDE = 28
"""Height and width of the input, in pixels."""
CLASSES = 10
LARGEST_VALUE = 1e30
"""That any layer may give: float32 ends at 3e38, and explanations multiply values once more."""
POOL = 2
"""Side and stride of every pooling window."""


class LayerKind(StrEnum):
    """What a layer computes. Pages and tests tell layers apart by this, never by their name."""

    CONVOLUTION = "convolution"
    POOLING = "pooling"
    FLATTEN = "flatten"
    DROPOUT = "dropout"
    DENSE = "dense"


class MapsTooSmallError(ValueError):
    """An architecture that cannot be built: a convolution whose kernel is larger than its maps.

    Attributes:
        convolution: its number, from 1.
        side: of the maps that it would get, in pixels.
        kernel_size: of its kernel.
    """

    def __init__(self, convolution: int, side: int, kernel_size: int) -> None:
        super().__init__(convolution, side, kernel_size)
        self.convolution, self.side, self.kernel_size = convolution, side, kernel_size

    def __str__(self) -> str:
        return (
            f"Convolution {self.convolution} would get maps of {self.side}×{self.side} pixels for "
            f"a {self.kernel_size}×{self.kernel_size} kernel."
        )


@dataclass(frozen=True)
class NetworkConfig:
    """The architecture. The defaults are the network of the course.

    Raises:
        MapsTooSmallError: too many convolutions for their kernels.
        ValueError: a value out of its range; the message says which.
    """

    filters: tuple[int, ...] = (32, 64, 64)  # of each convolution; () is a plain dense network
    kernel_size: Literal[3, 5] = 3  # one side of every kernel, in pixels
    pooling: Literal["max", "average"] = "max"  # between two convolutions, 2×2
    dense_units: int = 64  # between the flattened maps and the ten outputs
    dropout: float = 0.0  # share of the dense units silenced in each training step

    def __post_init__(self) -> None:
        if len(self.filters) > 4:
            raise ValueError(f"At most 4 convolution layers, not {len(self.filters)}.")
        if any(not 1 <= count <= 128 for count in self.filters):
            raise ValueError("Each convolution layer needs 1 to 128 filters.")
        if self.kernel_size not in (3, 5):
            raise ValueError(f"The kernel size must be 3 or 5, not {self.kernel_size}.")
        if self.pooling not in ("max", "average"):
            raise ValueError(f"The pooling must be max or average, not {self.pooling}.")
        if not 1 <= self.dense_units <= 512:
            raise ValueError("The dense layer needs 1 to 512 units.")
        if not 0 <= self.dropout <= 0.9:
            raise ValueError("The dropout must lie between 0 and 0.9.")
        side = SIDE
        for index in range(len(self.filters)):
            if side < self.kernel_size:
                raise MapsTooSmallError(index + 1, side, self.kernel_size)
            side -= self.kernel_size - 1
            if index < len(self.filters) - 1:
                side //= POOL


@dataclass(frozen=True)
class Layer:
    """One row of the layer table.

    `input_shape` and `output_shape` leave the batch out: (height, width, channels) or (units,).
    `window` and `stride` are the side and the step of the kernel or pooling window on the layer's
    own input, in its pixels (0 where there is none). `receptive_field` is the side of the square
    of the 28×28 picture that one output value depends on, `jump` the distance in picture pixels
    between the squares of two neighbours (Dumoulin and Visin 2016, "A guide to convolution
    arithmetic for deep learning").
    """

    name: str
    kind: LayerKind
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    receptive_field: int
    jump: int
    window: int = 0
    stride: int = 0
    activation: Literal["relu", "softmax"] | None = None

    @property
    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of kernel and bias by full name; empty where nothing is learned."""
        channels = self.input_shape[-1]
        units = self.output_shape[-1]
        if self.kind is LayerKind.CONVOLUTION:
            kernel: tuple[int, ...] = (self.window, self.window, channels, units)
        elif self.kind is LayerKind.DENSE:
            kernel = (channels, units)
        else:
            return {}
        return {f"{self.name}/kernel": kernel, f"{self.name}/bias": (units,)}

    @property
    def parameters(self) -> int:
        """How many numbers of this layer are learned."""
        return sum(math.prod(shape) for shape in self.weight_shapes.values())

    @property
    def has_maps(self) -> bool:
        """Whether the output is a stack of feature maps."""
        return len(self.output_shape) == 3

    def field_of(self, row: int, column: int) -> tuple[int, int, int, int]:
        """The receptive field of one output pixel: (top, left, bottom, right) in the picture.

        Bottom and right are exclusive. With "valid" convolutions the field starts at the pixel's
        index times the jump and never leaves the picture.
        """
        top, left = row * self.jump, column * self.jump
        return top, left, top + self.receptive_field, left + self.receptive_field


@lru_cache(maxsize=64)  # asked for again and again: for each of the forty units on a path
def layers(config: NetworkConfig) -> tuple[Layer, ...]:
    """Return the layer table of a network in forward order (the input itself is not a layer)."""
    table: list[Layer] = []
    shape: tuple[int, ...] = (SIDE, SIDE, 1)
    field, jump = 1, 1

    for number, filters in enumerate(config.filters, start=1):
        side = shape[0] - config.kernel_size + 1
        field += (config.kernel_size - 1) * jump
        convolution = Layer(
            f"conv{number}",
            LayerKind.CONVOLUTION,
            shape,
            (side, side, filters),
            field,
            jump,
            window=config.kernel_size,
            stride=1,
            activation="relu",
        )
        table.append(convolution)
        shape = convolution.output_shape
        if number < len(config.filters):
            field += (POOL - 1) * jump
            jump *= POOL
            pooled = (side // POOL, side // POOL, filters)
            table.append(
                Layer(f"pool{number}", LayerKind.POOLING, shape, pooled, field, jump, POOL, POOL)
            )
            shape = pooled

    flat = (math.prod(shape),)
    table.append(Layer("flatten", LayerKind.FLATTEN, shape, flat, field, 0))
    field += (shape[0] - 1) * jump  # from here on every value depends on all pixels of the maps
    units = (config.dense_units,)
    table.append(Layer("dense", LayerKind.DENSE, flat, units, field, 0, activation="relu"))
    if config.dropout:
        table.append(Layer("dropout", LayerKind.DROPOUT, units, units, field, 0))
    table.append(
        Layer("output", LayerKind.DENSE, units, (CLASSES,), field, 0, activation="softmax")
    )
    return tuple(table)


def weight_shapes(config: NetworkConfig) -> dict[str, tuple[int, ...]]:
    """Return the shape of every learned array by name, in forward order."""
    return {name: shape for layer in layers(config) for name, shape in layer.weight_shapes.items()}


def count_parameters(config: NetworkConfig) -> int:
    """Return how many numbers the network learns."""
    return sum(layer.parameters for layer in layers(config))


def computable(config: NetworkConfig, weights: Weights) -> bool:
    """Whether no digit can take any value in the network beyond what float32 can hold.

    Of each layer the largest possible output is bounded: the largest input times the sum of the
    sizes of a unit's weights, plus its bias. Pooling, ReLU and dropout make nothing larger.

    Args:
        config: the architecture.
        weights: of it; any numbers.
    """
    largest = 1.0  # ink
    for layer in layers(config):
        if not layer.weight_shapes:
            continue
        with np.errstate(invalid="ignore"):  # they may be anything
            kernel, bias = (np.abs(weights[each].astype(float)) for each in layer.weight_shapes)
            sums = kernel.reshape(-1, kernel.shape[-1]).sum(axis=0)
            largest = float((largest * sums + bias).max())
        if not largest < LARGEST_VALUE:  # nor not a number
            return False
    return True


@dataclass(frozen=True, eq=False)
class Network:
    """A network as data: architecture, weights and where they came from (said on screen).

    Raises:
        ValueError: when a name, shape or dtype does not fit the architecture, or a weight is not
            a finite number.
    """

    config: NetworkConfig
    weights: Weights
    origin: str

    def __post_init__(self) -> None:
        expected = weight_shapes(self.config)
        if list(self.weights) != list(expected):
            raise ValueError(f"Expected the arrays {list(expected)}, got {list(self.weights)}.")
        for name, shape in expected.items():
            array = self.weights[name]
            if array.shape != shape or array.dtype != np.float32:
                raise ValueError(
                    f"{name} must be float32 of shape {shape}, not {array.dtype} of {array.shape}."
                )
            if not np.isfinite(array).all():
                raise ValueError(f"{name} holds a value that is not a finite number.")

    @cached_property
    def fingerprint(self) -> str:
        """A short name of exactly these weights, to find results that were computed for them."""
        digest = hashlib.blake2b(repr(self.config).encode(), digest_size=12)
        for array in self.weights.values():
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def to_vector(weights: Weights) -> np.ndarray:
    """Return all weights as one float32 vector, in the order of `weight_shapes`."""
    return np.concatenate([array.ravel() for array in weights.values()])


def from_vector(config: NetworkConfig, vector: np.ndarray) -> dict[str, np.ndarray]:
    """Return the weights by name: the inverse of `to_vector`. The arrays are views."""
    shapes = weight_shapes(config)
    ends = np.cumsum([math.prod(shape) for shape in shapes.values()])
    parts = np.split(vector, ends[:-1])
    return {n: part.reshape(s) for (n, s), part in zip(shapes.items(), parts, strict=True)}
