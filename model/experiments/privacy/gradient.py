"""Pictures that come back out of a network: out of a shared gradient, and out of the weights.

For a dense layer z = W x + b and one picture, the gradient of the loss is δ xᵀ for W and δ for b:
a unit's row of the one divided by its number of the other is the picture x, exactly (Phong, Aono,
Hayashi, Wang and Moriai 2018, "Privacy-preserving deep learning via additively homomorphic
encryption"). Of a convolution network the same gives what its dense layer reads, and of
several pictures a mixture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from model.data.mnist import load
from model.experiments.privacy.dense import PIXELS, first_weights, gradient_sums
from model.interpretability.activation_maximization import uphill
from model.network import SIDE, LayerKind, Network, NetworkConfig, layers, weight_shapes
from model.network.forward import forward

OTHERS = 7
"""Pictures that share the batch, where there are several."""
STEPS = 60
"""Of the ascent."""


@dataclass(frozen=True, eq=False)
class FromGradient:
    """What one gradient gives back.

    Attributes:
        alone: (28, 28) of a batch that was this one picture.
        among: (28, 28) of a batch with seven others.
        activations: (height, width, channels), of a convolution network: what its dense layer read.
        difference: the largest one between `alone` and the picture.
        activations_difference: likewise of the activations.
    """

    alone: np.ndarray
    among: np.ndarray
    activations: np.ndarray
    difference: float
    activations_difference: float


def from_gradient(network: Network, digit: np.ndarray, label: int) -> FromGradient:
    """Take a picture out of the gradients that somebody shares who trains with it.

    Args:
        network: a convolution network, for `activations`.
        digit: (28, 28) float32 in [0, 1].
        label: its class, for the loss.
    """
    x, y = digit.reshape(1, 1, PIXELS).astype(np.float32), np.full((1, 1), label)
    others = load("embedded").training.take(np.arange(OTHERS))
    rest = others.inputs().reshape(1, OTHERS, PIXELS), others.labels[None].astype(int)
    alone = divided_row(*_dense_gradient(x, y)).reshape(SIDE, SIDE)
    batch = np.concatenate([x, rest[0]], axis=1), np.concatenate([y, rest[1]], axis=1)
    among = divided_row(*_dense_gradient(*batch)).reshape(SIDE, SIDE)
    kernel, bias, read = _gradient(network.config)(
        list(network.weights.values()),
        digit[None, :, :, None].astype(np.float32),
        np.array([label]),
    )
    flat = divided_row(np.asarray(kernel), np.asarray(bias))
    shape = next(
        layer.input_shape for layer in layers(network.config) if layer.kind is LayerKind.FLATTEN
    )
    return FromGradient(
        alone,
        among,
        flat.reshape(shape),
        float(np.abs(alone - digit).max()),
        float(np.abs(flat - np.asarray(read)[0]).max()),
    )


def divided_row(kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Of the unit with the largest gradient of its bias: (inputs, units), (units,) → (inputs,).

    Where no unit has any, the loss asks for no change, and the gradient tells nothing: zeros.
    """
    unit = int(np.abs(bias).argmax())
    if bias[unit] == 0:
        return np.zeros(len(kernel), np.float32)
    found: np.ndarray = kernel[:, unit] / bias[unit]
    return found


@dataclass(frozen=True, eq=False)
class ClassPicture:
    """What makes a network surest of a class, and what it looks like.

    Attributes:
        picture: (28, 28) float32 in [0, 1], by gradient ascent from noise.
        mean: (28, 28), of all training digits of the class.
        nearest: (28, 28), the training digit that is most like the picture.
        to_mean: correlation of picture and mean.
        to_nearest: correlation of picture and nearest.
    """

    picture: np.ndarray
    mean: np.ndarray
    nearest: np.ndarray
    to_mean: float
    to_nearest: float


def class_picture(network: Network, number: int) -> ClassPicture:
    """The picture that a class's score likes most: "model inversion" (Fredrikson et al. 2015).

    Args:
        network: any.
        number: the class.
    """
    picture = np.random.default_rng(0).uniform(0.3, 0.5, (SIDE, SIDE)).astype(np.float32)
    gradient = _score_gradient(network.config)
    weights = list(network.weights.values())
    for _ in range(STEPS):
        found = gradient(weights, picture[None, :, :, None], number)
        picture = uphill(picture, np.asarray(found)[0, :, :, 0])
    training = load("embedded").training
    own = training.take(np.flatnonzero(training.labels == number)).inputs()
    mean = own.mean(axis=0)
    likeness = [correlation(picture, each) for each in own]
    best = int(np.argmax(likeness))
    return ClassPicture(picture, mean, own[best], correlation(picture, mean), likeness[best])


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Pearson's, of two pictures; 0 where one is flat."""
    a, b = first.ravel() - first.mean(), second.ravel() - second.mean()
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / size if size else 0.0


def _dense_gradient(x: np.ndarray, y: np.ndarray) -> Sequence[np.ndarray]:
    """Of an untrained dense network's first layer: (784, 64) and (64,)."""
    kernel, bias, _, _ = gradient_sums(first_weights([0]), x, y, np.ones(y.shape, np.float32))
    return kernel[0], bias[0]


@lru_cache(maxsize=16)
def _gradient(config: NetworkConfig) -> Any:
    """The compiled function (weights, picture, label) → the dense layer's gradients and input."""
    import tensorflow as tf

    place = list(weight_shapes(config)).index("dense/kernel")

    def gradient(weights: Any, x: Any, label: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(weights)
            outputs = forward(config, weights, x)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(label, outputs["output"][0])
        found = tape.gradient(loss, weights)
        return found[place], found[place + 1], outputs["flatten"][1]

    return _compiled(config, gradient, tf.TensorSpec((1,), tf.int64), tf)


@lru_cache(maxsize=16)
def _score_gradient(config: NetworkConfig) -> Any:
    """The compiled function (weights, picture, class) → gradient of the class's score."""
    import tensorflow as tf

    def gradient(weights: Any, x: Any, number: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            score = forward(config, weights, x)["output"][0][0, number]
        return tape.gradient(score, x)

    return _compiled(config, gradient, tf.TensorSpec((), tf.int32), tf)


def _compiled(config: NetworkConfig, body: Any, last: Any, tf: Any) -> Any:
    shapes = [tf.TensorSpec(shape, tf.float32) for shape in weight_shapes(config).values()]
    picture = tf.TensorSpec((1, SIDE, SIDE, 1), tf.float32)
    return tf.function(body, input_signature=(shapes, picture, last), autograph=False)
