import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.data.mnist import embedded
from model.network import LayerKind, Network, NetworkConfig
from model.network.activations import dead, fires, forward_pass, layer_outputs
from model.network.forward import BATCH, probabilities
from model.network.keras_model import build
from tests.model.oracle import convolution, dense, pooling, relu, softmax
from tests.networks import configs, weights_of


def made(config: NetworkConfig, seed: int) -> Network:
    return Network(config, weights_of(build(config, seed), config), "test")


def some_digit(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (random.random((28, 28)) * (random.random((28, 28)) < 0.3)).astype(np.float32)


def by_loops(network: Network, digit: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    x, outputs = digit[..., None].astype(np.float64), []
    for layer in forward_pass(network, digit).layers:
        row, name = layer.layer, layer.layer.name
        kernel, bias = (
            network.weights.get(f"{name}/{part}", np.empty(0)) for part in ("kernel", "bias")
        )
        match row.kind:
            case LayerKind.CONVOLUTION:
                z = convolution(x, kernel, bias)
            case LayerKind.POOLING:
                z = pooling(x, network.config.pooling)
            case LayerKind.FLATTEN:
                z = x.reshape(-1)
            case LayerKind.DROPOUT:
                z = x
            case LayerKind.DENSE:
                z = dense(x, kernel, bias)
        x = {"relu": relu, "softmax": softmax, None: lambda values: values}[row.activation](z)
        outputs.append((z, x))
    return outputs


@settings(max_examples=12, deadline=None)
@given(configs(), st.integers(0, 1000))
def test_every_output_is_what_loops_and_keras_compute(config: NetworkConfig, seed: int) -> None:
    import keras

    network, digit = made(config, seed), some_digit(seed)
    model = build(config, seed)
    several = keras.Model(model.inputs, [layer.output for layer in model.layers[1:]])
    from_keras = [np.asarray(y)[0] for y in several(digit[None, ..., None])]
    found = forward_pass(network, digit).layers
    for output, (before, after), keras_output in zip(
        found, by_loops(network, digit), from_keras, strict=True
    ):
        np.testing.assert_allclose(output.before, before, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(output.after, after, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(output.after, keras_output, rtol=1e-5, atol=1e-6)
        assert output.after.shape == output.layer.output_shape


def test_the_course_network_agrees_with_keras_in_every_layer() -> None:
    import keras

    network, digit = made(NetworkConfig(), 5), some_digit(5)
    model = build(NetworkConfig(), 5)
    several = keras.Model(model.inputs, [layer.output for layer in model.layers[1:]])
    for output, expected in zip(
        forward_pass(network, digit).layers, several(digit[None, ..., None]), strict=True
    ):
        np.testing.assert_allclose(output.after, np.asarray(expected)[0], rtol=1e-5, atol=1e-6)


def test_a_convolution_worked_by_hand() -> None:
    """A kernel of one 1 at its centre copies the picture's inside; the bias is added to all."""
    config = NetworkConfig(filters=(1,), dense_units=1)
    network = made(config, 0)
    kernel = np.zeros((3, 3, 1, 1), np.float32)
    kernel[1, 1] = 1
    weights = dict(network.weights) | {
        "conv1/kernel": kernel,
        "conv1/bias": np.array([-0.5], np.float32),
    }
    digit = np.zeros((28, 28), np.float32)
    digit[10, 12] = 1
    output = forward_pass(Network(config, weights, "by hand"), digit).layers[0]
    assert output.before[9, 11, 0] == 0.5
    assert output.before[0, 0, 0] == -0.5
    assert output.after[0, 0, 0] == 0
    assert output.after.sum() == 0.5


def test_many_digits_at_once_read_as_one_by_one() -> None:
    network = made(NetworkConfig(filters=(3, 4)), 2)
    some = np.stack([some_digit(seed) for seed in range(5)])
    together = probabilities(network, some)
    assert together.shape == (5, 10)
    for digit, expected in zip(some, together, strict=True):
        np.testing.assert_allclose(forward_pass(network, digit).probabilities, expected, atol=1e-6)
    assert probabilities(network, some[:0]).shape == (0, 10)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((27, 28), np.float32),
        np.zeros((28, 28)),
        np.full((28, 28), 1.5, np.float32),
        np.full((28, 28), -0.1, np.float32),
        np.full((28, 28), np.nan, np.float32),
    ],
)
def test_what_is_no_digit_is_refused(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match="Expected"):
        forward_pass(made(NetworkConfig(filters=(), dense_units=1), 0), wrong)


@pytest.mark.parametrize(
    "config",
    [NetworkConfig(filters=(3, 4)), NetworkConfig((2,), 5, "average", 5, 0.3), NetworkConfig(())],
)
def test_the_outputs_of_chosen_layers_come_batch_by_batch(config: NetworkConfig) -> None:
    network, count = made(config, 3), BATCH + 2
    digits = embedded().test.inputs()[:count]
    batches = list(layer_outputs(network, digits, ("output", "flatten")))
    assert [len(batch["output"].after) for batch in batches] == [BATCH, 2]
    assert all(list(batch) == ["flatten", "output"] for batch in batches)
    for index in (0, BATCH - 1, BATCH, count - 1):
        alone = {each.layer.name: each for each in forward_pass(network, digits[index]).layers}
        for name, output in batches[index // BATCH].items():
            place = index % BATCH
            assert output.layer == alone[name].layer
            np.testing.assert_allclose(output.before[place], alone[name].before, atol=1e-4)
            np.testing.assert_allclose(output.after[place], alone[name].after, atol=1e-4)


@pytest.mark.parametrize(
    ("digits", "names"),
    [
        (np.zeros((2, 27, 28), np.float32), ("output",)),
        (np.zeros((28, 28), np.float32), ("output",)),
        (np.zeros((2, 28, 28), np.uint8), ("output",)),
        (np.zeros((2, 28, 28), np.float32), ("output", "conv9")),
    ],
)
def test_what_cannot_be_asked_of_layers_is_refused(digits: np.ndarray, names: tuple) -> None:
    with pytest.raises(ValueError, match=r"Expected digits|layers of the network"):
        next(layer_outputs(made(NetworkConfig(filters=(2,)), 0), digits, names))


def test_a_dead_channel_is_above_zero_nowhere_for_any_digit() -> None:
    values = np.zeros((2, 3, 3, 4), np.float32)
    values[..., 1] = -1
    values[1, 2, 2, 2] = 0.001  # one place of one digit is enough
    values[:, 0, 0, 3] = 5
    assert fires(values).tolist() == [[False, False, False, True], [False, False, True, True]]
    assert dead(values).tolist() == [True, True, False, False]
    assert dead(np.array([[0.0, 2.0], [-1.0, 0.0]])).tolist() == [True, False]  # dense units
