import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.interpretability.arithmetic import (
    Check,
    FlattenedValue,
    KeptValue,
    PoolingWindow,
    Softmax,
    WeightedSum,
    explain_value,
)
from model.network import LayerKind, Network, NetworkConfig, layers, weight_shapes
from model.network.activations import ForwardPass, LayerOutput, forward_pass
from tests.networks import held_against_keras, random_config, random_network, random_place, relative
from tests.noise import noise_network


def small() -> tuple[Network, ForwardPass]:
    """A network of nothing but zeros and a pass of made-up numbers: worked out by hand below."""
    config = NetworkConfig(filters=(1, 1), dense_units=2)
    weights = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes(config).items()}
    weights["conv1/kernel"][:, :, 0, 0] = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
    weights["conv1/bias"][0] = 0.5
    weights["output/kernel"][:] = np.arange(20).reshape(2, 10)
    digit = np.zeros((28, 28), np.float32)
    digit[4:7, 5] = [0.25, 0.5, 1.0]
    outputs = []
    for layer in layers(config):
        zeros = np.zeros(layer.output_shape, np.float32)
        outputs.append(LayerOutput(layer, zeros, zeros.copy()))
    outputs[0].after[2:4, 6:8, 0] = [[1, 4], [3, 2]]
    outputs[4].after[:] = [1, 2]
    return Network(config, weights, "by hand"), ForwardPass(digit, tuple(outputs))


def test_a_convolution_by_hand() -> None:
    """The window's left column is 1/4, 1/2, 1; the kernel's is 1, 2, 1: 1/4 + 1 + 1 + bias 1/2."""
    network, inside = small()
    sum_ = explain_value(network, inside, "conv1", (4, 5, 0))
    assert isinstance(sum_, WeightedSum)
    assert sum_.products[:, 0, 0].tolist() == [0.25, 1.0, 1.0]
    assert sum_.partial_sums.tolist() == [2.25]
    assert (sum_.z, sum_.value, sum_.size) == (2.75, 2.75, 2.75)
    assert [(cause.row, cause.column, cause.product) for cause in sum_.causes()] == [
        (5, 5, 1.0),
        (6, 5, 1.0),
        (4, 5, 0.25),
    ]


def test_relu_cuts_a_negative_sum() -> None:
    """Two columns to the left the ink lies under −1, −2, −1."""
    network, inside = small()
    sum_ = explain_value(network, inside, "conv1", (4, 3, 0))
    assert isinstance(sum_, WeightedSum)
    assert (sum_.z, sum_.value) == (-1.75, 0.0)
    assert not sum_.check_z.agrees  # the made-up pass reports 0 before the activation
    assert sum_.check.agrees


def test_a_window_without_ink_has_no_causes() -> None:
    network, inside = small()
    sum_ = explain_value(network, inside, "conv1", (20, 20, 0))
    assert isinstance(sum_, WeightedSum)
    assert sum_.causes() == ()
    assert sum_.z == 0.5


def test_pooling_by_hand() -> None:
    network, inside = small()
    window = explain_value(network, inside, "pool1", (1, 3, 0))
    assert isinstance(window, PoolingWindow)
    assert window.values.tolist() == [[1, 4], [3, 2]]
    assert (window.value, window.winners) == (4, ((0, 1),))
    mean = PoolingWindow(window.layer, window.place, "average", window.values, 2, 6, 2.5)
    assert (mean.value, mean.winners, mean.check.agrees) == (2.5, (), True)


def test_all_equal_places_win() -> None:
    network, inside = small()
    window = explain_value(network, inside, "pool1", (0, 0, 0))
    assert isinstance(window, PoolingWindow)
    assert len(window.winners) == 4


def test_softmax_by_hand() -> None:
    """exp(ln 1) + exp(ln 3) + eight times exp(−∞) = 4: shares of 1/4 and 3/4."""
    logits = np.array([np.log(1), np.log(3), *[-np.inf] * 8])
    shares = Softmax(logits, 0.0, np.zeros(10, np.float32)).shares
    assert shares[:2] == pytest.approx([0.25, 0.75], rel=1e-15)
    assert shares[2:].tolist() == [0] * 8


def test_softmax_survives_huge_logits() -> None:
    network, inside = small()
    inside.layers[-1].before[:] = [2000, 1999, *[-2000] * 8]
    sum_ = explain_value(network, inside, "output", (0,))
    assert isinstance(sum_, WeightedSum)
    assert sum_.softmax is not None
    assert sum_.softmax.shift == 2000
    assert sum_.value == pytest.approx(1 / (1 + np.exp(-1)), rel=1e-12)


def test_a_dense_unit_by_hand() -> None:
    """Unit 3 reads 1 and 2 with the weights 3 and 13."""
    network, inside = small()
    sum_ = explain_value(network, inside, "output", (3,))
    assert isinstance(sum_, WeightedSum)
    assert sum_.partial_sums.tolist() == [3, 26]
    assert (sum_.z, sum_.order.tolist()) == (29, [1, 0])


def test_agreement_is_measured_where_float32_can_be_measured() -> None:
    assert Check(1.000009, 1.0, 1.0).agrees
    assert not Check(1.00002, 1.0, 1.0).agrees
    assert Check(0.0, 0.0, 0.0).agrees
    cancelled = Check(3.0e-6, 2.0e-6, 10.0)  # ten in terms cancel to millionths
    assert cancelled.agrees
    assert not Check(3.0e-6, 2.0e-6, 0.1).agrees
    assert Check(9.6e-65, 0.0, 9.6e-65).agrees  # no float32 is that small
    assert not Check(9.6e-35, 0.0, 9.6e-35).agrees


@pytest.mark.parametrize(
    ("name", "place"),
    [("conv9", (0, 0, 0)), ("conv1", (26, 0, 0)), ("conv1", (0,)), ("dense", (-1,))],
)
def test_a_place_that_is_not_there_is_refused(name: str, place: tuple[int, ...]) -> None:
    network, inside = small()
    with pytest.raises(ValueError, match=name):
        explain_value(network, inside, name, place)


def test_200_random_totals_are_those_of_keras() -> None:
    """To 1e-5 of Keras' value; one in a hundred may miss that where its float32 terms cancel.

    Then Keras itself knows no better: the two agree to 1e-6 of the terms (see `Check`).
    """
    found = held_against_keras()
    assert len(found) == 200
    assert {layer.kind for _, layer, _ in found} == set(LayerKind)
    assert {layer.activation for _, layer, _ in found} == {None, "relu", "softmax"}
    windows = {layer.window for _, layer, _ in found if layer.kind is LayerKind.CONVOLUTION}
    assert windows == {3, 5}
    poolings = {n.config.pooling for n, layer, _ in found if layer.kind is LayerKind.POOLING}
    assert poolings == {"max", "average"}
    assert {len(network.config.filters) for network, _, _ in found} == {0, 1, 2, 3}
    assert all(check.agrees for _, _, check in found)
    within = [check for _, _, check in found if relative(check) <= 1e-5]
    assert len(within) >= 198


@st.composite
def cases(draw: st.DrawFn) -> tuple[NetworkConfig, int]:
    return random_config(np.random.default_rng(draw(st.integers(0, 2**32 - 1)))), draw(
        st.integers(0, 1000)
    )


@settings(max_examples=12, deadline=None)
@given(cases())
def test_every_kind_of_layer_of_every_network_agrees(case: tuple[NetworkConfig, int]) -> None:
    config, seed = case
    rng = np.random.default_rng(seed)
    network = noise_network(config, seed)
    inside = forward_pass(network, rng.random((28, 28), np.float32))
    for layer in layers(config):
        explanation = explain_value(network, inside, layer.name, random_place(layer, rng))
        assert explanation.check.agrees, (layer, explanation.check)
        if isinstance(explanation, WeightedSum):
            assert explanation.check_z.agrees
            shape = explanation.products.shape
            assert explanation.inputs.shape == explanation.weights.shape == shape


def test_against_plain_loops() -> None:
    """The sums of the second convolution and of a dense unit, index by index."""
    rng = np.random.default_rng(5)
    config = NetworkConfig(filters=(3, 4), kernel_size=5, pooling="average", dense_units=6)
    network = random_network(config, 5)
    inside = forward_pass(network, rng.random((28, 28), np.float32))
    maps, kernel = inside.layers[1].after, network.weights["conv2/kernel"]
    z = float(network.weights["conv2/bias"][2])
    for p in range(5):
        for q in range(5):
            for c in range(3):
                z += float(maps[3 + p, 1 + q, c]) * float(kernel[p, q, c, 2])
    sum_ = explain_value(network, inside, "conv2", (3, 1, 2))
    assert isinstance(sum_, WeightedSum)
    assert sum_.z == pytest.approx(z, rel=1e-12)

    flat, matrix = inside.layers[3].after, network.weights["dense/kernel"]
    z = float(network.weights["dense/bias"][4])
    z += sum(float(flat[i]) * float(matrix[i, 4]) for i in range(len(flat)))
    dense = explain_value(network, inside, "dense", (4,))
    assert isinstance(dense, WeightedSum)
    assert dense.z == pytest.approx(z, rel=1e-12)
    for cause in dense.causes(5):
        index = (cause.row * 8 + cause.column) * 4 + cause.channel
        assert cause.input == flat[index]
        assert cause.weight == matrix[index, 4]


def test_flatten_and_dropout_copy() -> None:
    config = NetworkConfig(filters=(3,), dense_units=5, dropout=0.5)
    network = random_network(config, 6)
    inside = forward_pass(network, np.random.default_rng(6).random((28, 28), np.float32))
    flat = explain_value(network, inside, "flatten", (26 * 3 * 2 + 3 * 7 + 1,))
    assert isinstance(flat, FlattenedValue)
    assert flat.source == (2, 7, 1)
    assert flat.check.difference == 0
    kept = explain_value(network, inside, "dropout", (4,))
    assert isinstance(kept, KeptValue)
    assert (kept.rate, kept.check.difference) == (0.5, 0)
