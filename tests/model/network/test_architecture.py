import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.network import (
    LayerKind,
    Network,
    NetworkConfig,
    count_parameters,
    from_vector,
    layers,
    to_vector,
    weight_shapes,
)
from model.network.keras_model import build
from tests.networks import configs, weights_of


def test_the_course_network_is_the_one_of_the_course() -> None:
    table = {layer.name: layer for layer in layers(NetworkConfig())}
    shapes = {name: layer.output_shape for name, layer in table.items()}
    assert shapes == {
        "conv1": (26, 26, 32),
        "pool1": (13, 13, 32),
        "conv2": (11, 11, 64),
        "pool2": (5, 5, 64),
        "conv3": (3, 3, 64),
        "flatten": (576,),
        "dense": (64,),
        "output": (10,),
    }
    assert count_parameters(NetworkConfig()) == 93_322
    fields = [layer.receptive_field for layer in table.values() if layer.has_maps]
    assert fields == [3, 4, 8, 10, 18]


@settings(max_examples=15, deadline=None)
@given(configs())
def test_the_layer_table_is_what_keras_builds(config: NetworkConfig) -> None:
    model = build(config, seed=1)
    built = {layer.name: layer for layer in model.layers[1:]}
    assert list(built) == [layer.name for layer in layers(config)]
    for layer in layers(config):
        assert tuple(built[layer.name].output.shape[1:]) == layer.output_shape
        assert built[layer.name].count_params() == layer.parameters
    assert model.count_params() == count_parameters(config)


@settings(max_examples=15, deadline=None)
@given(configs(), st.randoms(use_true_random=False))
def test_a_receptive_field_is_exactly_what_a_pixel_depends_on(config, random) -> None:
    """Change one picture pixel at a time and see which outputs move (average pooling, all-ones)."""
    config = NetworkConfig(config.filters, config.kernel_size, "average", 4)
    maps = [layer for layer in layers(config) if layer.has_maps]
    if not maps:
        return
    layer = random.choice(maps)
    row, column = (random.randrange(size) for size in layer.output_shape[:2])
    top, left, bottom, right = layer.field_of(row, column)
    reached = np.zeros((28, 28), bool)
    reached[row_span(layer, maps, row), row_span(layer, maps, column)] = True
    rows, columns = np.where(reached)
    assert (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1) == (
        top,
        left,
        bottom,
        right,
    )


def row_span(layer, maps, index: int) -> slice:
    """Walk back from one output index to the picture, layer by layer, as the loops would."""
    first, last = index, index
    for earlier in reversed(maps[: maps.index(layer) + 1]):
        first, last = first * earlier.stride, last * earlier.stride + earlier.window - 1
    return slice(first, last + 1)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"filters": (0,)}, "1 to 128"),
        ({"filters": (8,) * 5}, "At most 4"),
        ({"filters": (8, 8, 8), "kernel_size": 5}, "maps of 4×4"),
        ({"kernel_size": 4}, "3 or 5"),
        ({"pooling": "median"}, "max or average"),
        ({"dense_units": 0}, "1 to 512"),
        ({"dropout": 1.0}, "0.9"),
    ],
)
def test_impossible_networks_are_refused_in_words(wrong, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        NetworkConfig(**wrong)


def test_the_same_seed_gives_the_same_weights_whatever_ran_before() -> None:
    config = NetworkConfig(filters=(2, 3), dense_units=4)
    first = weights_of(build(config, seed=7), config)
    build(config, seed=8)
    again = weights_of(build(config, seed=7), config)
    other = weights_of(build(config, seed=8), config)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["conv1/kernel"], other["conv1/kernel"])


def zeros(config: NetworkConfig) -> dict[str, np.ndarray]:
    return {name: np.zeros(shape, np.float32) for name, shape in weight_shapes(config).items()}


def test_a_vector_and_back_changes_nothing() -> None:
    config = NetworkConfig(filters=(2,), dense_units=3)
    weights = weights_of(build(config, seed=3), config)
    back = from_vector(config, to_vector(weights))
    assert list(back) == list(weights)
    assert all(np.array_equal(back[name], weights[name]) for name in weights)


@pytest.mark.parametrize("fault", ["missing", "shape", "dtype", "nan", "order"])
def test_a_network_refuses_weights_that_do_not_fit(fault: str) -> None:
    config = NetworkConfig(filters=(2,), dense_units=3)
    weights = zeros(config)
    match fault:
        case "missing":
            del weights["output/bias"]
        case "shape":
            weights["dense/bias"] = np.zeros(4, np.float32)
        case "dtype":
            weights["dense/bias"] = np.zeros(3)
        case "nan":
            weights["dense/bias"] = np.full(3, np.nan, np.float32)
        case "order":
            weights = dict(reversed(weights.items()))
    with pytest.raises(ValueError, match=r"dense/bias|Expected the arrays"):
        Network(config, weights, "test")


def test_a_fingerprint_changes_with_a_single_weight() -> None:
    config = NetworkConfig(filters=(2,), dense_units=3)
    weights, changed = zeros(config), zeros(config)
    changed["output/bias"][9] = 1e-7
    assert (
        Network(config, weights, "a").fingerprint == Network(config, zeros(config), "b").fingerprint
    )
    assert Network(config, weights, "a").fingerprint != Network(config, changed, "a").fingerprint


def test_layers_are_told_apart_by_kind() -> None:
    kinds = [layer.kind for layer in layers(NetworkConfig(filters=(4, 4), dropout=0.5))]
    assert kinds == [
        LayerKind.CONVOLUTION,
        LayerKind.POOLING,
        LayerKind.CONVOLUTION,
        LayerKind.FLATTEN,
        LayerKind.DENSE,
        LayerKind.DROPOUT,
        LayerKind.DENSE,
    ]
