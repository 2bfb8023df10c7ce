"""The forward pass in TensorFlow operations: one definition for training and for looking inside.

It takes the weights as input, so one compiled function serves every network of the same
architecture, trained by anybody, at any epoch. TensorFlow is imported in the functions: this module
is also imported by Streamlit's process, which must stay free of it.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from model.network.architecture import (
    SIDE,
    LayerKind,
    Network,
    NetworkConfig,
    layers,
    weight_shapes,
)

Tensor = Any  # TensorFlow ships no types that mypy could check
BATCH = 128
"""Digits at a time. The values of all layers of the course's network are 0.3 MB a digit; with what
TensorFlow needs beside them, 128 digits took 72 MB, and 250 took 142 (resident memory)."""


def forward(
    config: NetworkConfig, weights: Sequence[Tensor], x: Tensor, dropout_seed: Tensor = None
) -> dict[str, tuple[Tensor, Tensor]]:
    """Return (before activation, after activation) of every layer by name.

    Args:
        config: the architecture.
        weights: tensors or variables in the order of `weight_shapes`.
        x: (batch, 28, 28, 1) float32 in [0, 1].
        dropout_seed: two integers while training; None switches dropout off, as in use.
    """
    import tensorflow as tf

    rest = iter(weights)
    outputs: dict[str, tuple[Tensor, Tensor]] = {}
    for layer in layers(config):
        match layer.kind:
            case LayerKind.CONVOLUTION:
                kernel, bias = next(rest), next(rest)
                z = tf.nn.bias_add(tf.nn.conv2d(x, kernel, layer.stride, "VALID"), bias)
            case LayerKind.POOLING:
                pool = tf.nn.max_pool2d if config.pooling == "max" else tf.nn.avg_pool2d
                z = pool(x, layer.window, layer.stride, "VALID")
            case LayerKind.FLATTEN:
                z = tf.reshape(x, (-1, layer.output_shape[0]))
            case LayerKind.DROPOUT:
                z = x
                if dropout_seed is not None:
                    z = tf.nn.experimental.stateless_dropout(x, config.dropout, dropout_seed)
            case LayerKind.DENSE:
                kernel, bias = next(rest), next(rest)
                z = tf.nn.bias_add(tf.matmul(x, kernel), bias)
        x = tf.nn.relu(z) if layer.activation == "relu" else z
        x = tf.nn.softmax(z) if layer.activation == "softmax" else x
        outputs[layer.name] = (z, x)
    return outputs


def _compile(config: NetworkConfig, body: Callable[[Sequence[Tensor], Tensor], Tensor]) -> Any:
    import tensorflow as tf

    signature = (
        [tf.TensorSpec(shape, tf.float32) for shape in weight_shapes(config).values()],
        tf.TensorSpec((None, SIDE, SIDE, 1), tf.float32),
    )
    return tf.function(body, input_signature=signature, autograph=False)


@lru_cache(maxsize=32)
def every_output(config: NetworkConfig) -> Any:
    """The compiled function (weights, digits) → (before, after) of every layer by name."""
    return _compile(config, lambda weights, x: forward(config, weights, x))


@lru_cache(maxsize=32)
def _logits_and_probabilities(config: NetworkConfig) -> Any:
    return _compile(config, lambda weights, x: forward(config, weights, x)["output"])


def logits_and_probabilities(
    network: Network, digits: np.ndarray, batch: int = BATCH
) -> tuple[np.ndarray, np.ndarray]:
    """Return the logits and the probabilities of many digits, each (n, 10) float32.

    Args:
        network: any network.
        digits: (n, 28, 28) float32 in [0, 1].
        batch: how many at a time.
    """
    compiled = _logits_and_probabilities(network.config)
    weights = list(network.weights.values())
    x = digits[..., None]
    parts = [compiled(weights, x[start : start + batch]) for start in range(0, len(x), batch)]
    if not parts:
        return np.empty((0, 10), np.float32), np.empty((0, 10), np.float32)
    return (
        np.concatenate([np.asarray(before) for before, _ in parts]),
        np.concatenate([np.asarray(after) for _, after in parts]),
    )


def probabilities(network: Network, digits: np.ndarray) -> np.ndarray:
    """Return the ten probabilities of each digit: (n, 28, 28) float32 → (n, 10) float32."""
    return logits_and_probabilities(network, digits)[1]
