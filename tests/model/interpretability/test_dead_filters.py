import numpy as np
import pytest

from model.interpretability.dead_filters import BATCH, firing
from model.network import Network, NetworkConfig
from model.network.activations import forward_pass
from model.network.keras_model import build, weights_of

CONFIG = NetworkConfig(filters=(3, 4), dense_units=5, dropout=0.2, pooling="average")


def network(**changed: np.ndarray) -> Network:
    weights = weights_of(build(CONFIG, 4), CONFIG)
    for name, array in changed.items():
        weights[name.replace("__", "/")] = array.astype(np.float32)
    return Network(CONFIG, weights, "test")


def pictures(count: int) -> np.ndarray:
    random = np.random.default_rng(count)
    strokes = random.random((count, 28, 28)) < 0.2
    return np.where(strokes, random.integers(1, 256, strokes.shape), 0).astype(np.uint8)


def test_counts_are_those_of_one_digit_after_the_other() -> None:
    images = pictures(7)
    biased = network(conv2__bias=np.array([-1.4, -0.7, 0, -0.9]), dense__bias=np.full(5, -0.05))
    expected: dict[str, np.ndarray] = {}
    for image in images:
        for output in forward_pass(biased, image.astype(np.float32) / np.float32(255)).layers:
            if output.layer.activation == "relu":
                fires = (output.after > 0).reshape(-1, output.after.shape[-1]).any(axis=0)
                name = output.layer.name
                expected[name] = expected.get(name, 0) + fires.astype(int)
    found = {row.layer.name: row for row in firing(biased, images)}
    assert list(found) == ["conv1", "conv2", "dense"]
    for name, counts in expected.items():
        np.testing.assert_array_equal(found[name].counts, counts)
        assert found[name].digits == 7


def test_a_filter_whose_bias_outweighs_everything_is_dead() -> None:
    rows = firing(network(conv1__bias=np.array([0.0, -100.0, 0.0])), pictures(3))
    assert rows[0].dead == (1,)


def test_more_digits_than_a_batch() -> None:
    few, many = pictures(3), np.tile(pictures(3), (BATCH, 1, 1))
    for one, all_ in zip(firing(network(), few), firing(network(), many), strict=True):
        np.testing.assert_array_equal(one.counts * BATCH, all_.counts)


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (np.zeros((2, 28, 28)), "uint8"),
        (np.zeros((28, 28), np.uint8), "28, 28"),
        (np.zeros((0, 28, 28), np.uint8), "at least one"),
    ],
)
def test_what_are_no_digits_is_refused(images: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        firing(network(), images)
