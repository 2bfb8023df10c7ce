"""What each view of "Look inside" shows of a drawn network, held against Keras' own outputs.

Feature maps, network view and arithmetic rest on the forward pass, which `test_activations` and
`test_arithmetic` hold against Keras; here are the views that compute something more.
"""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from model.data.mnist import embedded
from model.interpretability.ablation import Ablation, changed_digits, changed_network
from model.interpretability.activation_maximization import ascend, start_ascent
from model.interpretability.dead_filters import firing
from model.interpretability.map_over_epochs import map_over_epochs
from model.interpretability.top_patches import best_patches
from model.network import LayerKind, NetworkConfig, layers, to_vector
from model.network.forward import probabilities
from tests.networks import configs, keras_outputs, random_network


def near(ours: np.ndarray | float, keras: np.ndarray | float) -> None:
    np.testing.assert_allclose(ours, keras, rtol=1e-5, atol=5e-6)


@settings(max_examples=6, deadline=None)
@given(configs().filter(lambda config: config.filters), st.integers(0, 999))
def test_every_views_numbers_are_those_of_keras(config: NetworkConfig, seed: int) -> None:
    rng = np.random.default_rng(seed)
    network, other = random_network(config, seed), random_network(config, seed + 1)
    digits = embedded().test.take(rng.choice(500, 12, replace=False))
    pictures = digits.inputs()
    expected, then = keras_outputs(network, pictures), keras_outputs(other, pictures)
    with_maps = [layer for layer in layers(config) if layer.has_maps]
    layer = with_maps[rng.integers(len(with_maps))]
    channel = int(rng.integers(layer.output_shape[-1]))

    # The epoch strip: one map of two networks.
    vectors = [to_vector(made.weights) for made in (network, other)]
    strip = map_over_epochs(config, vectors, pictures[0], layer.name, channel)
    near(strip[..., 0], expected[layer.name][0, ..., channel])
    near(strip[..., 1], then[layer.name][0, ..., channel])

    # Dead filters: a map counts as firing where Keras has a number above zero in it.
    for row in firing(network, digits):
        found = expected[row.layer.name] > 0
        fires = found.any(axis=tuple(range(1, found.ndim - 1)))
        assert np.abs(row.counts - fires.sum(axis=0)).max() <= 1  # a sum of 1e-9 may be a −1e-9

    # The patches that excite a filter most, by the value that Keras has at their places.
    for patches in best_patches(network, digits):
        filters = np.arange(patches.values.shape[1])
        maps = expected[patches.layer.name]
        near(
            np.maximum(patches.values, 0),
            maps[patches.digits, patches.rows, patches.columns, filters],
        )
        near(np.maximum(patches.values[0], 0), maps.max(axis=(0, 1, 2)))

    # What if: filters off and a pixel flipped. Off means that no later layer gets anything of it.
    convolution = next(row for row in with_maps if row.kind is LayerKind.CONVOLUTION)
    change = Ablation(((convolution.name, 0),), ((14, 14),))
    changed = keras_outputs(changed_network(network, change), changed_digits(pictures, change))
    assert not changed[convolution.name][..., 0].any()
    near(
        probabilities(changed_network(network, change), changed_digits(pictures, change)),
        changed["output"],
    )

    # Gradient ascent: the value that it tells of its picture.
    last = [row for row in with_maps if row.kind is LayerKind.CONVOLUTION][-1]
    risen = ascend(network, start_ascent(network, last.name, 0), 5)
    i, j = (size // 2 for size in last.output_shape[:2])
    top, left, bottom, right = last.field_of(i, j)
    seen = np.zeros((1, 28, 28), np.float32)
    seen[0, top:bottom, left:right] = risen.patch
    near(max(risen.values[-1], 0.0), keras_outputs(network, seen)[last.name][0, i, j, 0])
