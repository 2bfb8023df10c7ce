import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.interpretability.map_over_epochs import epochs_to_show, map_over_epochs
from model.network import Network, NetworkConfig, to_vector
from model.network.activations import forward_pass
from model.network.keras_model import build
from tests.networks import weights_of

CONFIG = NetworkConfig(filters=(2, 3), dense_units=4)
DIGIT = np.random.default_rng(0).random((28, 28), dtype=np.float32)


@pytest.mark.parametrize(
    ("layer", "activated"), [("conv2", True), ("conv2", False), ("pool1", True)]
)
def test_an_epoch_strip_shows_each_network_s_own_map(layer: str, activated: bool) -> None:
    networks = [Network(CONFIG, weights_of(build(CONFIG, seed), CONFIG), "") for seed in (1, 2, 3)]
    frames = map_over_epochs(
        CONFIG, [to_vector(n.weights) for n in networks], DIGIT, layer, 1, activated
    )
    for network, frame in zip(networks, np.moveaxis(frames, 2, 0), strict=True):
        outputs = {output.layer.name: output for output in forward_pass(network, DIGIT).layers}
        expected = outputs[layer].after if activated else outputs[layer].before
        np.testing.assert_allclose(frame, expected[..., 1], rtol=1e-6)
    assert not np.array_equal(frames[..., 0], frames[..., 1])


@pytest.mark.parametrize(
    ("layer", "channel", "count"),
    [("conv9", 0, 1), ("dense", 0, 1), ("conv1", 2, 1), ("conv1", -1, 1), ("conv1", 0, 0)],
)
def test_what_is_not_there_is_refused(layer: str, channel: int, count: int) -> None:
    vector = to_vector(weights_of(build(CONFIG, 1), CONFIG))
    with pytest.raises(ValueError, match="no map"):
        map_over_epochs(CONFIG, [vector] * count, DIGIT, layer, channel)


@given(st.lists(st.integers(0, 1000), unique=True).map(sorted), st.integers(2, 30))
def test_epochs_are_spread_from_the_first_to_the_last(kept: list[int], most: int) -> None:
    epochs = epochs_to_show(kept, most)
    assert len(epochs) == len(set(epochs)) == min(most, len(kept))
    if kept:
        assert (epochs[0], epochs[-1]) == (kept[0], kept[-1])
        steps = np.diff([kept.index(epoch) for epoch in epochs])
        assert not steps.size or (steps.min() >= 1 and steps.max() - steps.min() <= 1)


def test_one_frame_is_no_strip() -> None:
    with pytest.raises(ValueError, match="Expected"):
        epochs_to_show([0, 1], 1)
