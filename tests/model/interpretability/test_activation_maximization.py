import numpy as np
import pytest

from model.interpretability.activation_maximization import (
    STEPS,
    Ascent,
    ascend,
    blurred,
    start_ascent,
    uphill,
)
from model.network import Network, NetworkConfig, layers
from model.network.activations import forward_pass
from tests.noise import noise_network


def value_of(made: Network, ascent: Ascent) -> float:
    """The filter's sum in the middle of its map, by the ordinary way through the network."""
    row, column = (size // 2 for size in ascent.layer.output_shape[:2])
    top, left, bottom, right = ascent.layer.field_of(row, column)
    picture = np.zeros((28, 28), np.float32)
    picture[top:bottom, left:right] = ascent.patch
    inside = forward_pass(made, picture)
    place = [output.layer for output in inside.layers].index(ascent.layer)
    return float(inside.layers[place].before[row, column, ascent.number])


@pytest.mark.parametrize(
    ("config", "name", "number"),
    [
        (NetworkConfig(filters=(4, 5, 6), dense_units=3), "conv3", 5),
        (NetworkConfig(filters=(4, 5), kernel_size=5, pooling="average", dropout=0.2), "conv2", 0),
        (NetworkConfig(filters=(4,), dense_units=3), "conv1", 2),
    ],
)
def test_it_climbs_and_tells_the_truth(config: NetworkConfig, name: str, number: int) -> None:
    made = noise_network(config)
    ascent = first = start_ascent(made, name, number)
    assert first.patch.shape == (first.layer.receptive_field,) * 2
    while not ascent.done:
        ascent = ascend(made, ascent, 25)
        assert len(ascent.values) == ascent.step + 1
        assert 0 <= ascent.patch.min() <= ascent.patch.max() <= 1
        assert ascent.patch.dtype == np.float32
    assert ascent.step == STEPS
    assert ascent.values[0] == pytest.approx(value_of(made, first), rel=1e-4)
    assert ascent.values[-1] == pytest.approx(value_of(made, ascent), rel=1e-4)
    spread = np.std([start_ascent(made, name, number, seed).patch.sum() for seed in range(3)])
    assert spread > 0
    assert ascent.values[-1] > ascent.values[0]
    assert ascend(made, ascent, 5).step == STEPS


def test_a_single_filter_ends_at_the_picture_of_its_positive_weights() -> None:
    """For the first layer the answer is known: ink where the weight is positive."""
    config = NetworkConfig(filters=(1,), dense_units=2)
    made = noise_network(config)
    made.weights["conv1/kernel"][:, :, 0, 0] = [[1, -1, 1], [-1, 1, -1], [1, -1, 1]]
    ascent = ascend(made, start_ascent(made, "conv1", 0), STEPS)
    positive = made.weights["conv1/kernel"][:, :, 0, 0] > 0
    assert ascent.patch[positive].min() > 0.8
    assert ascent.patch[~positive].max() < 0.2


def test_slices_make_the_same_picture_as_one_go() -> None:
    made = noise_network(NetworkConfig(filters=(3, 3), dense_units=3))
    whole = ascend(made, start_ascent(made, "conv2", 1), 20)
    sliced = start_ascent(made, "conv2", 1)
    for _ in range(4):
        sliced = ascend(made, sliced, 5)
    assert np.allclose(whole.patch, sliced.patch, atol=1e-5)
    assert np.allclose(whole.values, sliced.values, rtol=1e-4)


def test_without_a_gradient_nothing_breaks() -> None:
    patch = np.full((4, 4), 0.5, np.float32)
    assert np.allclose(uphill(patch, np.zeros((4, 4))), 0.5 * 0.99)


def test_the_blur_keeps_the_whole_and_lowers_a_peak() -> None:
    patch = np.zeros((5, 5))
    patch[2, 2] = 1
    assert blurred(patch).sum() == pytest.approx(1)
    assert blurred(patch)[2, 2] == pytest.approx(0.96**2)
    assert np.allclose(blurred(np.full((3, 4), 0.7)), 0.7)


def test_a_filter_that_is_not_there_is_refused() -> None:
    made = noise_network(NetworkConfig(filters=(3,), dense_units=2))
    with pytest.raises(ValueError, match="no 3"):
        start_ascent(made, "conv1", 3)
    for name in ("dense", "conv2"):
        with pytest.raises(ValueError, match=name):
            start_ascent(made, name, 0)
    assert layers(made.config)[0].name == "conv1"
