import numpy as np
import pytest

from model.data.mnist import Digits, Selection, embedded
from model.interpretability.dead_filters import firing
from model.network import Network, NetworkConfig
from model.network.activations import forward_pass
from model.network.forward import BATCH
from model.network.keras_model import build
from tests.networks import weights_of

CONFIG = NetworkConfig(filters=(3, 4), dense_units=5, dropout=0.2, pooling="average")


def network(**changed: np.ndarray) -> Network:
    weights = weights_of(build(CONFIG, 4), CONFIG)
    for name, array in changed.items():
        weights[name.replace("__", "/")] = array.astype(np.float32)
    return Network(CONFIG, weights, "test")


def pictures(count: int) -> Digits:
    random = np.random.default_rng(count)
    strokes = random.random((count, 28, 28)) < 0.2
    images = np.where(strokes, random.integers(1, 256, strokes.shape), 0).astype(np.uint8)
    return Digits(images, np.zeros(count, np.uint8))


def test_counts_are_those_of_one_digit_after_the_other() -> None:
    digits = pictures(7)
    biased = network(conv2__bias=np.array([-1.4, -0.7, 0, -0.9]), dense__bias=np.full(5, -0.05))
    expected: dict[str, np.ndarray] = {}
    for picture in digits.inputs():
        for output in forward_pass(biased, picture).layers:
            if output.layer.activation == "relu":
                fires = (output.after > 0).reshape(-1, output.after.shape[-1]).any(axis=0)
                name = output.layer.name
                expected[name] = expected.get(name, 0) + fires.astype(int)
    found = {row.layer.name: row for row in firing(biased, digits)}
    assert list(found) == ["conv1", "conv2", "dense"]
    for name, counts in expected.items():
        np.testing.assert_array_equal(found[name].counts, counts)
        assert found[name].digits == 7


def test_a_filter_whose_bias_outweighs_everything_is_dead() -> None:
    rows = firing(network(conv1__bias=np.array([0.0, -100.0, 0.0])), pictures(3))
    assert rows[0].dead == (1,)


def test_more_digits_than_a_batch() -> None:
    few = pictures(3)
    many = few.take(np.tile(np.arange(3), BATCH))
    for one, all_ in zip(firing(network(), few), firing(network(), many), strict=True):
        np.testing.assert_array_equal(one.counts * BATCH, all_.counts)


def test_test_digits_may_be_named_instead_of_sent() -> None:
    named, sent = Selection(part="test", start=20, stop=60), embedded().test.take(np.arange(20, 60))
    for one, other in zip(firing(network(), named), firing(network(), sent), strict=True):
        assert one.digits == other.digits == 40
        np.testing.assert_array_equal(one.counts, other.counts)


def test_no_digits_say_nothing_of_a_filter() -> None:
    with pytest.raises(ValueError, match="at least one"):
        firing(network(), pictures(3).take(np.arange(0)))
