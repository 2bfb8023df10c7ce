"""How steeply each score rises with each pixel, or with each value of a layer.

Compiled once for each architecture. Everything here runs in a worker: it loads TensorFlow.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from model.network import CLASSES, SIDE, Network, NetworkConfig, weight_shapes
from model.network.forward import forward

AT_ONCE = 32  # pictures in one backward pass: their arrays stay in the processor's cache


def pixel_gradients(network: Network, pictures: np.ndarray, classes: tuple[int, ...]) -> np.ndarray:
    """Return how steeply the score of each class rises with each pixel.

    Args:
        network: any network.
        pictures: (n, 28, 28) float32.
        classes: digits from 0 to 9.

    Returns:
        (n, 28, 28, classes) float32.
    """
    compiled = _backward(network.config, None)
    weights, wanted = list(network.weights.values()), np.array(classes, np.int32)
    parts = [
        np.asarray(compiled(weights, pictures[at : at + AT_ONCE, :, :, None], wanted)[1])
        for at in range(0, len(pictures), AT_ONCE)
    ]
    gradients: np.ndarray = np.moveaxis(np.concatenate(parts, axis=1)[..., 0], 0, -1)
    return gradients


def layer_gradients(
    network: Network, digit: np.ndarray, layer: str, classes: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return what a layer makes of a digit, and how the scores rise with each of those values.

    Args:
        network: any network.
        digit: (28, 28) float32.
        layer: the name of one that has feature maps.
        classes: digits from 0 to 9.

    Returns:
        (height, width, channels) and (classes, height, width, channels), float32.
    """
    compiled, wanted = _backward(network.config, layer), np.array(classes, np.int32)
    maps, gradients = compiled(list(network.weights.values()), digit[None, :, :, None], wanted)
    return np.asarray(maps)[0], np.asarray(gradients)[:, 0]


@lru_cache(maxsize=64)
def _backward(config: NetworkConfig, name: str | None) -> Any:
    """The compiled function (weights, pictures, classes) → (values, gradients).

    `values` are the outputs of the layer of that name, (n, height, width, channels), or for None
    the pictures themselves; `gradients`, (classes, n, height, width, channels), is how steeply the
    score of each class rises with each of them.
    """
    import tensorflow as tf

    def run(weights: Any, x: Any, classes: Any) -> Any:
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            outputs = forward(config, weights, x)
            scores = outputs["output"][0]
        values = x if name is None else outputs[name][1]

        def gradient(label: Any) -> Any:
            # One class at a time, in a loop of the graph: ten copies of it take long to compile.
            only = tf.ones_like(scores) * tf.one_hot(label, CLASSES)
            return tape.gradient(scores, values, output_gradients=only)

        return values, tf.map_fn(gradient, classes, fn_output_signature=tf.float32)

    signature = (
        [tf.TensorSpec(shape, tf.float32) for shape in weight_shapes(config).values()],
        tf.TensorSpec((None, SIDE, SIDE, 1), tf.float32),
        tf.TensorSpec((None,), tf.int32),
    )
    return tf.function(run, input_signature=signature, autograph=False)
