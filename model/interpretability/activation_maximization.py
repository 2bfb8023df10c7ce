"""The picture that drives one filter most, by gradient ascent from noise.

Erhan, Bengio, Courville and Vincent 2009, "Visualizing higher-layer features of a deep network".
One value in the middle of the filter's map is made as large as possible by changing the pixels
that it depends on. Without a brake the result is a pattern that no pen could draw, so two brakes
are applied after every step (Yosinski et al. 2015, "Understanding neural networks through deep
visualization"): every pixel is drawn a little towards paper (L2), and a slight blur takes away
single pixels that stand out. Pixels stay between 0 and 1, as in any digit.

The state is data, `Ascent`: the steps are asked for in slices, each of which is done in an instant,
and stopping is not asking for more.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from model.network import (
    SIDE,
    Layer,
    LayerKind,
    Network,
    NetworkConfig,
    layers,
    weight_shapes,
)
from model.network.forward import forward

STEPS = 60
STEP = 0.1  # of the brightness, for a pixel whose gradient is the mean one
DECAY = 0.01  # share of its brightness that a pixel loses in each step
BLUR = (0.02, 0.96, 0.02)  # along rows, then along columns, after each step
NOISE = (0.3, 0.5)  # brightness of the first picture's pixels


@dataclass(frozen=True, eq=False)
class Ascent:
    """A picture on its way up.

    Attributes:
        layer: the filter's layer.
        number: of the filter.
        step: how many steps have been done, of `STEPS`.
        patch: (field, field) float32 in [0, 1]: the pixels that the filter's value depends on.
        values: the filter's value before ReLU, at the start and after each step.
    """

    layer: Layer
    number: int
    step: int
    patch: np.ndarray
    values: tuple[float, ...]

    @property
    def done(self) -> bool:
        """Whether all steps are done."""
        return self.step >= STEPS


def start_ascent(network: Network, name: str, number: int, seed: int = 0) -> Ascent:
    """Return the first picture: noise. Needs no worker.

    Raises:
        ValueError: there is no such filter.
    """
    layer = next((row for row in layers(network.config) if row.name == name), None)
    if layer is None or layer.kind is not LayerKind.CONVOLUTION:
        raise ValueError(f"{name} is not a convolution layer of this network.")
    if not 0 <= number < layer.output_shape[-1]:
        raise ValueError(f"{name} has {layer.output_shape[-1]} filters; there is no {number}.")
    field = (layer.receptive_field,) * 2
    noise = np.random.default_rng(seed).uniform(*NOISE, field).astype(np.float32)
    return Ascent(layer, number, 0, noise, ())


def ascend(network: Network, ascent: Ascent, steps: int) -> Ascent:
    """Do some more steps. Runs in a worker: it loads TensorFlow.

    Args:
        network: the one that `ascent` was begun with.
        ascent: how far it is.
        steps: how many; what would go beyond `STEPS` is left out.
    """
    row, column = (size // 2 for size in ascent.layer.output_shape[:2])
    top, left, bottom, right = ascent.layer.field_of(row, column)
    gradient_of = _value_and_gradient(network.config, ascent.layer.name, row, column)
    weights = list(network.weights.values())
    picture = np.zeros((SIDE, SIDE), np.float32)
    patch, values = ascent.patch, list(ascent.values)

    def measure() -> np.ndarray:
        picture[top:bottom, left:right] = patch
        value, gradient = gradient_of(weights, picture[None, :, :, None], ascent.number)
        values.append(float(value))
        return np.asarray(gradient)[0, top:bottom, left:right, 0]

    del values[ascent.step :]  # the last value is measured again, together with its gradient
    count = min(steps, STEPS - ascent.step)
    for _ in range(count):
        patch = uphill(patch, measure())
    measure()
    return Ascent(ascent.layer, ascent.number, ascent.step + count, patch, tuple(values))


def uphill(patch: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Return a picture one step further: up the gradient, then the two brakes.

    The gradient is divided by its mean size: filters with small weights climb as fast as others.

    Args:
        patch: (side, side) float32 in [0, 1].
        gradient: of the same shape.
    """
    size = float(np.abs(gradient).mean())
    moved = patch + STEP * gradient / size if size else patch
    return np.asarray(np.clip(blurred(moved * (1 - DECAY)), 0, 1), np.float32)


def blurred(patch: np.ndarray) -> np.ndarray:
    """Mix every pixel with its neighbours (`BLUR`); at the border it stands in for the missing."""
    side, middle, other = BLUR
    for axis in (0, 1):
        wide = np.pad(patch, [(1, 1) if axis == a else (0, 0) for a in (0, 1)], mode="edge")
        before, here, after = (
            np.take(wide, np.arange(at, at + patch.shape[axis]), axis=axis) for at in range(3)
        )
        patch = side * before + middle * here + other * after
    return np.asarray(patch)


@lru_cache(maxsize=64)
def _value_and_gradient(config: NetworkConfig, name: str, row: int, column: int) -> Any:
    """The compiled function (weights, picture, filter) → (value before ReLU, its gradient)."""
    import tensorflow as tf

    def value_and_gradient(weights: Any, x: Any, number: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = forward(config, weights, x)[name][0][0, row, column, number]
        return value, tape.gradient(value, x)

    signature = (
        [tf.TensorSpec(shape, tf.float32) for shape in weight_shapes(config).values()],
        tf.TensorSpec((1, SIDE, SIDE, 1), tf.float32),
        tf.TensorSpec((), tf.int32),
    )
    return tf.function(value_and_gradient, input_signature=signature, autograph=False)
