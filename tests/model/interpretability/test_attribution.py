"""Each way to explain against a computation of its own: loops and finite differences in float64."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from model.data.mnist import embedded
from model.interpretability.attribution import (
    AttributionMethod,
    Settings,
    attribute,
    cam_layers,
    occlusion,
    smoothing,
    usual_layer,
)
from model.interpretability.integrated_gradients import (
    COMPLETE,
    INTERVALS,
    MOST_POINTS,
    SMALLEST_CHANGE,
    shares_missed,
)
from model.network import LayerKind, Network, NetworkConfig, layers
from model.network.activations import forward_pass
from model.network.shipped import shipped
from tests.noise import noise_network

CONFIGS = {
    "two": NetworkConfig((3, 4), dense_units=6),
    "wide": NetworkConfig((2, 3), 5, "average", 5, 0.3),
    "none": NetworkConfig((), dense_units=6),
}
STEP = 1e-6  # of finite differences


def scores(made: Network, x: np.ndarray, after: str | None = None) -> np.ndarray:
    """The ten scores in float64 NumPy: of pictures, or of the output of the layer `after`."""
    table = layers(made.config)
    first = 0 if after is None else [layer.name for layer in table].index(after) + 1
    for layer in table[first:]:
        parts = [made.weights[name].astype(np.float64) for name in layer.weight_shapes]
        match layer.kind:
            case LayerKind.CONVOLUTION:
                windows = sliding_window_view(x, (layer.window, layer.window), (1, 2))
                x = np.einsum("nijcpq,pqcf->nijf", windows, parts[0]) + parts[1]
            case LayerKind.POOLING:
                side = layer.output_shape[0]
                cut = x[:, : 2 * side, : 2 * side].reshape(len(x), side, 2, side, 2, -1)
                x = cut.max((2, 4)) if made.config.pooling == "max" else cut.mean((2, 4))
            case LayerKind.FLATTEN:
                x = x.reshape(len(x), -1)
            case LayerKind.DENSE:
                x = x @ parts[0] + parts[1]
        if layer.activation == "relu":
            x = np.maximum(x, 0)
    return x


def gradients(made: Network, x: np.ndarray, after: str | None = None) -> np.ndarray:
    """Central differences of the ten scores by every value of x: (values, 10)."""
    found = []
    for start in range(0, x.size, 100):
        steps = STEP * np.eye(x.size)[start : start + 100].reshape(-1, *x.shape)
        ends = (scores(made, x + sign * steps, after) for sign in (1, -1))
        found.append(np.subtract(*ends) / (2 * STEP))
    return np.concatenate(found)


def picture() -> np.ndarray:
    return embedded().test.inputs()[3]


def test_the_computation_of_this_file_agrees_with_the_app() -> None:
    for config in CONFIGS.values():
        made, digit = noise_network(config, 5), picture()
        ours = scores(made, digit[None, :, :, None].astype(np.float64))[0]
        assert np.allclose(ours, forward_pass(made, digit).logits, atol=1e-4)


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("settings", [Settings(window=3), Settings(window=5, cover=1.0)])
def test_occlusion_is_the_fall_of_the_score_window_by_window(name: str, settings: Settings) -> None:
    made, digit = noise_network(CONFIGS[name], 5), picture()
    found = attribute(made, digit, AttributionMethod.OCCLUSION, settings).maps
    reach = settings.window // 2
    whole = scores(made, digit[None, :, :, None].astype(np.float64))[0]
    for row in range(0, 28, 3):
        for column in range(0, 28, 3):
            covered = digit.astype(np.float64)
            for i in range(28):
                for j in range(28):
                    if abs(i - row) <= reach and abs(j - column) <= reach:
                        covered[i, j] = settings.cover
            fall = whole - scores(made, covered[None, :, :, None])[0]
            assert np.allclose(found[row, column], fall, atol=1e-4)


def test_covering_paper_with_paper_is_exactly_zero() -> None:
    made = noise_network(CONFIGS["two"], 5)
    assert not occlusion(made, np.zeros((28, 28), np.float32), Settings()).any()
    corner = occlusion(made, picture(), Settings())[:3, :3]
    assert not picture()[:5, :5].any()
    assert not corner.any()


@pytest.mark.parametrize("name", CONFIGS)
def test_gradient_times_input_by_finite_differences(name: str) -> None:
    made, digit = noise_network(CONFIGS[name], 5), picture()
    by_hand = gradients(made, digit[:, :, None].astype(np.float64)).reshape(28, 28, 10)
    found = attribute(made, digit, AttributionMethod.GRADIENT_INPUT)
    assert np.abs(found.maps).max() > 0.01
    assert np.allclose(found.maps, by_hand * digit[:, :, None], atol=1e-4)


@pytest.mark.parametrize("name", CONFIGS)
def test_integrated_gradients_add_up_and_are_the_mean_gradient(name: str) -> None:
    made, digit = noise_network(CONFIGS[name], 5), picture()
    found = attribute(made, digit, AttributionMethod.INTEGRATED)
    ends = scores(made, np.stack([digit, 0 * digit])[..., None].astype(np.float64))
    assert found.changes is not None
    assert np.allclose(found.changes, ends[0] - ends[1], atol=1e-4)
    assert found.gaps.max() <= COMPLETE
    assert found.points is not None
    assert found.points.min() >= INTERVALS
    assert found.points.max() <= MOST_POINTS

    # Pixel by pixel: the gradients at many even steps, by finite differences, for a few pixels.
    pixels = np.flatnonzero(digit)[::50]
    shares = (np.arange(200) + 0.5) / 200
    path = (shares[:, None, None] * digit)[..., None].astype(np.float64)
    for pixel in pixels:
        step = STEP * np.eye(784)[pixel].reshape(28, 28, 1)
        gradient = (scores(made, path + step) - scores(made, path - step)) / (2 * STEP)
        by_hand = gradient.mean(axis=0) * digit.ravel()[pixel]
        assert np.allclose(found.maps.reshape(784, 10)[pixel], by_hand, atol=0.03), pixel


@pytest.mark.parametrize("index", [0, 17, 48, 250, 401])
def test_all_ten_maps_of_the_shipped_network_add_up(index: int) -> None:
    """Each keeps to 1 % of its own score's change, as the float64 of this file computes it."""
    digit = embedded().test.inputs()[index]
    found = attribute(shipped(), digit, AttributionMethod.INTEGRATED)
    ends = scores(shipped(), np.stack([digit, 0 * digit])[..., None].astype(np.float64))
    changes = ends[0] - ends[1]
    by_hand = [abs(found.maps[:, :, c].sum() - changes[c]) / abs(changes[c]) for c in range(10)]
    assert np.abs(changes).min() > SMALLEST_CHANGE
    assert max(by_hand) <= 1.01 * COMPLETE
    assert np.allclose(found.gaps, by_hand, atol=0.01 * COMPLETE)


def test_a_map_that_misses_is_cut_finer_and_the_others_are_not() -> None:
    found = attribute(shipped(), embedded().test.inputs()[0], AttributionMethod.INTEGRATED)
    assert found.points is not None
    assert found.points.min() == INTERVALS < found.points.max()
    alone = attribute(
        shipped(), embedded().test.inputs()[0], AttributionMethod.INTEGRATED, classes=(3,)
    )
    assert np.allclose(alone.maps[:, :, 0], found.maps[:, :, 3], atol=1e-4)


def test_a_share_of_nearly_nothing_is_taken_of_the_smallest_change() -> None:
    sums, changes = np.array([1.98, -0.97, 0.0005]), np.array([2.0, -1.0, 0.0])
    assert np.allclose(shares_missed(sums, changes), [0.01, 0.03, 0.0005 / SMALLEST_CHANGE])


@pytest.mark.parametrize(("name", "layer"), [("two", "conv2"), ("two", "pool1"), ("wide", "conv1")])
def test_grad_cam_by_hand(name: str, layer: str) -> None:
    made, digit = noise_network(CONFIGS[name], 5), picture()
    inside = forward_pass(made, digit)
    maps = next(each.after for each in inside.layers if each.layer.name == layer)
    by_hand = gradients(made, maps.astype(np.float64), layer).reshape(*maps.shape, 10)
    weights = by_hand.mean(axis=(0, 1))  # (channels, 10)
    cam = np.zeros((*maps.shape[:2], 10))
    for channel in range(maps.shape[2]):
        cam += maps[:, :, channel, None] * weights[channel]
    found = attribute(made, digit, AttributionMethod.GRAD_CAM, Settings(layer=layer))
    assert found.native is not None
    assert found.layer is not None
    assert found.layer.name == layer
    assert np.allclose(found.native, cam, atol=1e-3 * np.abs(cam).max())


def test_cells_are_spread_around_the_middle_of_what_they_see() -> None:
    made = noise_network(CONFIGS["two"], 5)
    found = attribute(made, picture(), AttributionMethod.GRAD_CAM)
    assert found.native is not None
    assert found.layer is not None
    top, _, bottom, _ = found.layer.field_of(4, 4)
    middle = (top + bottom - 1) / 2  # between two pixels: 11.5
    around = slice(int(middle), int(middle) + 2)
    spread = smoothing(found.layer)
    assert np.allclose(spread.sum(axis=1), 1)
    assert np.allclose(spread[around, 4].sum(), 1.5)  # a quarter of a step away on either side
    mean = found.native[3:6, 3:6].transpose(2, 0, 1)
    by_hand = np.array([1, 6, 1]) / 8 @ mean @ (np.array([1, 6, 1]) / 8)
    assert np.allclose(found.maps[around, around].mean(axis=(0, 1)), by_hand, atol=1e-4)
    assert np.allclose(found.maps[0, 0], found.native[0, 0], atol=1e-5)


def test_only_some_digits_can_be_asked_about() -> None:
    made = noise_network(CONFIGS["two"], 5)
    for method in AttributionMethod:
        some = attribute(made, picture(), method, classes=(7, 2))
        everything = attribute(made, picture(), method)
        assert some.classes == (7, 2)
        if method is not AttributionMethod.INTEGRATED:  # it looks at other points for other digits
            assert np.allclose(some.maps, everything.maps[:, :, [7, 2]], atol=1e-5)


def test_which_layers_grad_cam_weighs() -> None:
    assert [each.name for each in cam_layers(CONFIGS["two"])] == ["conv1", "pool1", "conv2"]
    assert usual_layer(NetworkConfig()) == layers(NetworkConfig())[4]
    only = usual_layer(NetworkConfig((4,)))
    assert only is not None
    assert only.name == "conv1"
    assert usual_layer(CONFIGS["none"]) is None


def test_what_cannot_be_is_refused_with_a_sentence() -> None:
    made, digit = noise_network(CONFIGS["none"], 5), picture()
    with pytest.raises(ValueError, match="a convolution layer"):
        attribute(made, digit, AttributionMethod.GRAD_CAM)
    with pytest.raises(ValueError, match="conv7"):
        attribute(
            noise_network(CONFIGS["two"], 5),
            digit,
            AttributionMethod.GRAD_CAM,
            Settings(layer="conv7"),
        )
    with pytest.raises(ValueError, match="from 0 to 9"):
        attribute(made, digit, AttributionMethod.OCCLUSION, classes=(10,))
    with pytest.raises(ValueError, match="window"):
        attribute(made, digit, AttributionMethod.OCCLUSION, replace(Settings(), window=4))
    with pytest.raises(ValueError, match="28"):
        attribute(made, digit[:5], AttributionMethod.OCCLUSION)
