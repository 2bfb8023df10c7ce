"""A compiled step against Keras: the optimisers, the gradients, the whole of an epoch."""

from typing import Any

import numpy as np
import pytest

from model.network import NetworkConfig, layers, to_vector, weight_shapes
from model.network.forward import forward
from model.network.keras_model import build, first_weights
from model.training.augmentation import Augmentation
from model.training.fast_forward import training_logits, used_side
from model.training.optimizer_steps import Optimizer, compiled_steps, update

SPARSE = "sparse_categorical_crossentropy"
CONFIGS = [
    NetworkConfig(filters=(4, 5, 6), dense_units=8),
    NetworkConfig(filters=(4, 5, 6), dense_units=8, pooling="average"),
    NetworkConfig(filters=(3, 4), kernel_size=5, dense_units=8),
    NetworkConfig(filters=(3,), dense_units=8),
    NetworkConfig(filters=(), dense_units=8),
]


def keras_optimizer(name: Optimizer, rate: float) -> object:
    from keras import optimizers

    return {
        "adam": lambda: optimizers.Adam(rate),
        "sgd": lambda: optimizers.SGD(rate),
        "momentum": lambda: optimizers.SGD(rate, momentum=0.9),
        "rmsprop": lambda: optimizers.RMSprop(rate),
    }[name]()


@pytest.mark.parametrize("name", ["adam", "sgd", "momentum", "rmsprop"])
def test_each_optimiser_steps_as_keras_does(name: Optimizer) -> None:
    import keras
    import tensorflow as tf

    chance = np.random.default_rng(1)
    w = chance.normal(size=50).astype(np.float32)
    variable = keras.Variable(w)
    optimizer: Any = keras_optimizer(name, 0.01)  # Keras has no types
    m = v = tf.zeros(50)
    for step in range(1, 21):
        g = chance.normal(size=50).astype(np.float32)
        g[:5] = 0
        optimizer.apply([tf.constant(g)], [variable])
        w, m, v = update(name, tf.constant(0.01), tf.constant(float(step)), w, tf.constant(g), m, v)
        assert np.allclose(w, np.asarray(variable), rtol=2e-6, atol=2e-7), step


def digits_with_ties(count: int) -> np.ndarray:
    """Pictures with blank and solid areas: there, all values of a pooling window are equal."""
    x = np.random.default_rng(2).random((count, 28, 28, 1)).astype(np.float32)
    x[x < 0.6] = 0
    x[:, 10:20, 8:16] = 1
    return x


@pytest.mark.parametrize("config", CONFIGS)
def test_the_fast_pass_has_the_outputs_and_gradients_of_the_plain_one(
    config: NetworkConfig,
) -> None:
    import tensorflow as tf

    x, y = tf.constant(digits_with_ties(6)), tf.constant([0, 1, 2, 3, 4, 5])
    weights = [tf.constant(array + 0.01) for array in first_weights(config, 3).values()]

    def logits_and_gradients(fast: bool) -> list[np.ndarray]:
        with tf.GradientTape() as tape:
            tape.watch(weights)
            seed = tf.constant([1, 2])
            logits = (
                training_logits(config, weights, x, seed)
                if fast
                else forward(config, weights, x, seed)["output"][0]
            )
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
        return [np.asarray(logits), *(np.asarray(g) for g in tape.gradient(loss, weights))]

    for plain, fast in zip(logits_and_gradients(False), logits_and_gradients(True), strict=True):
        assert np.allclose(plain, fast, rtol=1e-4, atol=1e-6)


def test_rows_that_pooling_loses_are_not_computed() -> None:
    assert used_side(layers(NetworkConfig())) == 26
    assert used_side(layers(NetworkConfig(filters=()))) == 28
    assert used_side(layers(NetworkConfig(filters=(8, 8)))) == 28


@pytest.mark.parametrize("config", CONFIGS[:3])
def test_steps_are_those_of_train_on_batch(config: NetworkConfig) -> None:
    """Loss, accuracy and weights of a dozen Adam steps, the last batch smaller than the others."""
    chance = np.random.default_rng(5)
    images = (digits_with_ties(40) * 255).astype(np.uint8)
    labels = chance.integers(0, 10, 40).astype(np.int32)
    order = chance.permutation(40).astype(np.int32)
    model = build(config, seed=9)
    model.compile(keras_optimizer("adam", 0.01), SPARSE, metrics=["accuracy"])
    w = to_vector(first_weights(config, 9))
    assert np.array_equal(w, np.concatenate([a.ravel() for a in model.get_weights()]))
    m = v = np.zeros_like(w)
    steps = compiled_steps(config, "adam", Augmentation(), 16)
    for epoch in range(4):
        expected = []
        for first in range(0, 40, 16):
            places = order[first : first + 16]
            x = images[places].astype(np.float32) / 255
            expected.append(model.train_on_batch(x, labels[places]))
            model.reset_metrics()
        rates = np.full(3, 0.01, np.float32)
        w, m, v, _, losses, hits = steps(
            w,
            m,
            v,
            images,
            labels,
            order,
            np.int32(0),
            np.int32(3),
            np.int32(3 * epoch),
            rates,
            np.int32(0),
        )
        assert np.allclose(losses, [loss for loss, _ in expected], rtol=1e-3, atol=1e-4)
        assert np.allclose(hits, [hit for _, hit in expected], atol=1e-6)
    learned = np.concatenate([array.ravel() for array in model.get_weights()])
    # Adam divides by the gradient's size: where that is rounding alone, steps of 0.01 may differ.
    assert np.mean(np.abs(np.asarray(w) - learned) < 1e-4) > 0.99


def test_a_stretch_is_its_single_steps() -> None:
    config = NetworkConfig(filters=(4,), dense_units=8, dropout=0.2)
    images = (digits_with_ties(32) * 255).astype(np.uint8)
    labels = np.arange(32, dtype=np.int32) % 10
    order = np.arange(32, dtype=np.int32)
    steps = compiled_steps(config, "rmsprop", Augmentation(shift=2, thickness=0.5), 8)
    zeros = np.zeros(sum(np.prod(shape) for shape in weight_shapes(config).values()), np.float32)
    start = (to_vector(first_weights(config, 1)), zeros, zeros)

    def train(state: tuple[np.ndarray, ...], first: int, count: int) -> list[np.ndarray]:
        rates = np.full(count, 0.001, np.float32)
        integers = np.int32(first), np.int32(count), np.int32(0)
        results = steps(*state, images, labels, order, *integers, rates, np.int32(7))
        return [np.asarray(result) for result in results]

    *at_once, _, losses, _ = train(start, 0, 4)
    single: list[np.ndarray] = list(start)
    one_by_one = []
    for first in range(4):
        *single, _, loss, _ = train(tuple(single), first, 1)
        one_by_one.append(loss[0])
    assert np.array_equal(losses, one_by_one)
    assert all(np.array_equal(a, b) for a, b in zip(at_once, single, strict=True))
