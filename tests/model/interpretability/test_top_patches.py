import numpy as np
import pytest

from model.data.mnist import Digits, embedded
from model.interpretability.top_patches import BEST, best_patches
from model.network import NetworkConfig
from model.network.activations import forward_pass
from tests.noise import noise_network


@pytest.mark.parametrize(
    "config",
    [
        NetworkConfig(filters=(3, 4, 2), dense_units=3),
        NetworkConfig(filters=(3, 4), kernel_size=5, pooling="average", dense_units=3, dropout=0.3),
    ],
)
def test_the_best_patches_against_one_digit_after_the_other(config: NetworkConfig) -> None:
    digits = embedded().test.take(np.arange(0, 500, 4))  # more than one batch
    made = noise_network(config)
    passes = [forward_pass(made, picture) for picture in digits.inputs()]
    for found in best_patches(made, digits):
        place = [output.layer for output in passes[0].layers].index(found.layer)
        z = np.stack([inside.layers[place].before for inside in passes])
        highest = z.max(axis=(1, 2))
        assert found.values.shape == (BEST, z.shape[-1])
        assert np.allclose(found.values, -np.sort(-highest, axis=0)[:BEST], rtol=1e-4, atol=1e-5)
        filters = np.arange(z.shape[-1])
        there = z[found.digits, found.rows, found.columns, filters]
        assert np.allclose(there, found.values, rtol=1e-4, atol=1e-5)
        assert all(len(set(found.digits[:, number])) == BEST for number in filters)


def test_a_patch_is_all_that_the_filter_saw() -> None:
    """Everything outside of the patch can be wiped away: the value stays."""
    config = NetworkConfig(filters=(3, 4, 2), dense_units=3)
    digits, made = embedded().test.take(np.arange(20)), noise_network(config)
    deepest = best_patches(made, digits)[-1]
    patches = deepest.cut(digits.inputs(), 1)
    assert patches.shape == (18, 18, BEST)
    row, column = int(deepest.rows[0, 1]), int(deepest.columns[0, 1])
    top, left, bottom, right = deepest.layer.field_of(row, column)
    alone = np.zeros((28, 28), np.float32)
    alone[top:bottom, left:right] = patches[:, :, 0]
    z = forward_pass(made, alone).layers[4].before[row, column, 1]
    assert z == pytest.approx(deepest.values[0, 1], rel=1e-5)


def test_fewer_digits_than_patches_and_dead_filters() -> None:
    config = NetworkConfig(filters=(2,), dense_units=3)
    made = noise_network(config)
    made.weights["conv1/kernel"][..., 0] = 0
    made.weights["conv1/bias"][:] = [-1, 5]
    digits = Digits(np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8))
    (found,) = best_patches(made, digits)
    assert found.digits.shape == (3, 2)
    assert found.dead.tolist() == [0]


def test_a_network_without_convolutions_has_none() -> None:
    config = NetworkConfig(filters=(), dense_units=3)
    assert best_patches(noise_network(config), embedded().test.take(np.arange(2))) == ()
