"""The same network as a Keras model: to begin with its weights, and to take along as a file.

The app's own file, which it also reads again, is `weights_file.network_to_bytes`. Keras' files are
written but never read: what loads them can be made to run code or to fill the memory, see the
security notes of `keras.saving`.

Everything here loads TensorFlow: it runs in a worker, `engine().submit(keras_bytes, network)`.
"""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from model.network.architecture import (
    SIDE,
    LayerKind,
    Network,
    NetworkConfig,
    layers,
)
from model.network.forward import forward

if TYPE_CHECKING:
    import keras


def build(config: NetworkConfig, seed: int) -> "keras.Model":
    """Return the untrained Keras model of a config; the same seed gives the same weights.

    Every layer has a seed of its own, so that the weights depend on nothing but `seed` and the
    layer's place (a process-wide seed would depend on what else ran before).
    """
    import keras

    def initializer(number: int) -> keras.initializers.Initializer:
        return keras.initializers.GlorotUniform(seed=seed * 100 + number)

    inputs = keras.Input((SIDE, SIDE, 1), name="picture")
    x = inputs
    for number, layer in enumerate(layers(config)):
        match layer.kind:
            case LayerKind.CONVOLUTION:
                x = keras.layers.Conv2D(
                    layer.output_shape[-1],
                    layer.window,
                    activation=layer.activation,
                    kernel_initializer=initializer(number),
                    name=layer.name,
                )(x)
            case LayerKind.POOLING if config.pooling == "max":
                x = keras.layers.MaxPooling2D(layer.window, name=layer.name)(x)
            case LayerKind.POOLING:
                x = keras.layers.AveragePooling2D(layer.window, name=layer.name)(x)
            case LayerKind.FLATTEN:
                x = keras.layers.Flatten(name=layer.name)(x)
            case LayerKind.DROPOUT:
                x = keras.layers.Dropout(config.dropout, seed=seed, name=layer.name)(x)
            case LayerKind.DENSE:
                x = keras.layers.Dense(
                    layer.output_shape[-1],
                    activation=layer.activation,
                    kernel_initializer=initializer(number),
                    name=layer.name,
                )(x)
    return keras.Model(inputs, x, name="digitscope")


def first_weights(network: NetworkConfig, seed: int) -> dict[str, np.ndarray]:
    """The weights of `build(config, seed)` without building the Keras model.

    A model costs 0.1 s and leaves memory behind in its process; the initializers alone do neither.
    """
    import keras

    weights: dict[str, np.ndarray] = {}
    for number, layer in enumerate(layers(network)):
        kernels = keras.initializers.GlorotUniform(seed=seed * 100 + number)
        for name, shape in layer.weight_shapes.items():
            start = kernels(shape) if name.endswith("/kernel") else np.zeros(shape)
            weights[name] = np.asarray(start, np.float32)
    return weights


def keras_bytes(network: Network) -> bytes:
    """Return a .keras file that plain Keras loads, with the same predictions."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.keras"
        _keras_model(network).save(path)
        return path.read_bytes()


def lite_bytes(network: Network) -> bytes:
    """Return a TensorFlow Lite file for small devices: (1, 28, 28, 1) float32 → (1, 10)."""
    content: bytes = lite_converter(network).convert()
    return content


def lite_converter(network: Network) -> Any:
    """TensorFlow's converter for a network, a digit at a time; what is not set is its default."""
    import tensorflow as tf

    weights = [tf.constant(array) for array in network.weights.values()]
    call = tf.function(lambda x: forward(network.config, weights, x)["output"][1], autograph=False)
    signature = call.get_concrete_function(tf.TensorSpec((1, SIDE, SIDE, 1), tf.float32))
    return tf.lite.TFLiteConverter.from_concrete_functions([signature])


def _keras_model(network: Network) -> "keras.Model":
    model = build(network.config, seed=0)
    model.set_weights(list(network.weights.values()))
    return model
