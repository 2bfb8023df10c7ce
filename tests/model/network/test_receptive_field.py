"""A pixel's receptive field, held against what really moves in Keras' own network."""

import keras
import numpy as np
import pytest

from model.network import NetworkConfig, layers
from model.network.keras_model import build

CONFIGS = (
    NetworkConfig(filters=(1, 1, 1), pooling="average", dense_units=1),
    NetworkConfig(filters=(1, 1), kernel_size=5, pooling="average", dense_units=1),
)
PLACES = ((0, 0), (1, 2), (-1, -1))


@pytest.mark.parametrize("config", CONFIGS)
def test_the_field_is_where_a_changed_pixel_changes_the_value(config: NetworkConfig) -> None:
    """Every pixel is switched on in a picture of its own; kernels of ones let nothing vanish."""
    model = build(config, seed=1)
    model.set_weights([np.ones_like(array) for array in model.get_weights()])
    each_pixel = np.eye(28 * 28, dtype=np.float32).reshape(-1, 28, 28, 1)
    blank = np.zeros((1, 28, 28, 1), np.float32)
    table = [layer for layer in layers(config) if layer.has_maps]
    outputs = keras.Model(model.inputs[0], [model.get_layer(layer.name).output for layer in table])
    for layer, still, moved in zip(table, outputs(blank), outputs(each_pixel), strict=True):
        changes = np.abs(np.asarray(moved) - np.asarray(still))[..., 0] > 0
        for place in PLACES:
            row, column = (at % side for at, side in zip(place, layer.output_shape, strict=False))
            top, left, bottom, right = layer.field_of(row, column)
            expected = np.zeros((28, 28), bool)
            expected[top:bottom, left:right] = True
            np.testing.assert_array_equal(changes[:, row, column].reshape(28, 28), expected)
