"""Smaller networks, held against NumPy, gzip and the file itself read by other means."""

import gzip
import zlib
from functools import cache

import numpy as np
import pytest

from model.data.mnist import Digits, load
from model.experiments.compression.lite import (
    LiteForm,
    LiteRun,
    answered,
    converted,
    packed_size,
    read_file,
    rounded,
)
from model.experiments.compression.pruning import in_kernels, mask, pruned
from model.experiments.compression.steps import Teacher, learned
from model.network import Network, NetworkConfig, layers, to_vector, weight_shapes
from model.network.forward import logits_and_probabilities
from model.network.keras_model import first_weights
from model.network.shipped import shipped
from tests.model import oracle
from tests.model.experiments.ended import ended
from tests.networks import random_network

SMALL = NetworkConfig(filters=(3, 4), dense_units=6)


def digits(count: int) -> Digits:
    test = load("embedded").test
    return test.take(np.arange(0, len(test), len(test) // count)[:count])


@cache
def content(form: LiteForm) -> bytes:
    return converted(shipped(), form, load("embedded").training.inputs()[:60])


def run(form: LiteForm, count: int) -> LiteRun:
    return ended(answered(content(form), digits(count).inputs()))


def by_hand(network: Network, digit: np.ndarray) -> np.ndarray:
    """The probabilities by plain loops."""
    x: np.ndarray = digit[..., None].astype(np.float64)
    weights = iter(network.weights.values())
    for layer in layers(network.config):
        match layer.kind.value:
            case "convolution":
                x = oracle.relu(oracle.convolution(x, next(weights), next(weights)))
            case "pooling":
                x = oracle.pooling(x, network.config.pooling)
            case "flatten":
                x = x.ravel()
            case "dense":
                x = oracle.dense(x, next(weights), next(weights))
                x = oracle.relu(x) if layer.activation == "relu" else oracle.softmax(x)
    return x


def integer_probabilities(content: bytes, digit: np.ndarray) -> np.ndarray:
    """The whole-number file computed by NumPy, from the tensors that LiteRT tells of.

    Products and sums are of whole numbers; after each layer the sum goes to the layer's own scale,
    is rounded and cut at −128 and 127 (Jacob et al. 2018, equations 4 to 8).
    """
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    details = {each["index"]: each for each in interpreter.get_tensor_details()}

    def scale_of(index: int) -> tuple[np.ndarray, int]:
        found = details[index]["quantization_parameters"]
        return found["scales"].astype(np.float64), int(found["zero_points"][0])

    values: dict[int, np.ndarray] = {}
    start = interpreter.get_input_details()[0]["index"]
    scale, zero = scale_of(start)
    values[start] = np.clip(np.rint(digit[..., None] / scale[0]) + zero, -128, 127).astype(np.int64)
    for step in interpreter._get_ops_details():
        name, taken, given = step["op_name"], step["inputs"], int(step["outputs"][0])
        x = values.get(int(taken[0]))
        if name == "DELEGATE":
            continue
        assert x is not None
        if name in ("CONV_2D", "FULLY_CONNECTED"):
            kernel, bias = (
                interpreter.get_tensor(int(each)).astype(np.int64) for each in taken[1:]
            )
            (in_scale, in_zero), (kernel_scale, _) = scale_of(taken[0]), scale_of(taken[1])
            out_scale, out_zero = scale_of(given)
            x = x - in_zero
            if name == "CONV_2D":
                windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[1:3], (0, 1))
                sums = np.einsum("ijcpq,opqc->ijo", windows, kernel) + bias
            else:
                sums = kernel @ x + bias
            scaled = sums * (in_scale * kernel_scale / out_scale[0]) + out_zero
            # ReLU is in the scale: 0 is written as −128, and nothing smaller can be.
            values[given] = np.clip(np.rint(scaled), -128, 127).astype(np.int64)
        elif name == "MAX_POOL_2D":
            values[given] = oracle.pooling(x, "max").astype(np.int64)
        elif name == "RESHAPE":
            values[given] = x.ravel()
        else:
            assert name == "SOFTMAX"
            scale, zero = scale_of(int(taken[0]))
            return oracle.softmax((x - zero) * scale[0])
    raise AssertionError("the file ends without a softmax")


@pytest.mark.parametrize("form", [LiteForm.FLOAT32, LiteForm.FLOAT16])
def test_a_float_file_answers_as_plain_loops_do(form: LiteForm) -> None:
    network, shown = random_network(SMALL, 4), digits(2).inputs()
    file = converted(network, form)
    found = ended(answered(file, shown)).probabilities
    expected = [by_hand(rounded(network, read_file(file, network), "read"), each) for each in shown]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_file_of_whole_numbers_answers_as_their_arithmetic_does() -> None:
    """To within two of the 256 steps of the output: LiteRT multiplies by rounded factors."""
    found = run(LiteForm.INT8, 25)
    expected = np.stack(
        [integer_probabilities(content(LiteForm.INT8), digit) for digit in digits(25).inputs()]
    )
    assert (found.probabilities.argmax(axis=1) == expected.argmax(axis=1)).all()
    np.testing.assert_allclose(found.probabilities, expected, atol=2 / 256)
    assert found.milliseconds > 0


def test_float16_holds_the_weights_rounded_to_sixteen_bits() -> None:
    file = read_file(content(LiteForm.FLOAT16), shipped())
    for name, array in rounded(shipped(), file, "read").weights.items():
        np.testing.assert_array_equal(array, shipped().weights[name].astype(np.float16))


def test_int8_holds_each_weight_to_half_a_step_of_its_unit() -> None:
    file = read_file(content(LiteForm.INT8), shipped())
    assert [layer.kind for layer in file.layers] == ["int8"] * 5
    for layer in file.layers:
        kernel = shipped().weights[f"{layer.name}/kernel"]
        largest = np.abs(kernel).reshape(-1, kernel.shape[-1]).max(axis=0)
        assert (np.abs(layer.kernel - kernel) <= largest / 127 * 0.5001 + 1e-7).all()
        zeros = np.abs(kernel) < largest / 127 * 0.4999
        assert not layer.kernel[zeros].any()
    assert file.input.scale == pytest.approx(1 / 255)
    assert file.input.zero == -128
    assert (file.output.scale, file.output.zero) == (1 / 256, -128)


def test_kernels_under_1024_numbers_stay_in_float_when_only_weights_are_rounded() -> None:
    file = read_file(content(LiteForm.WEIGHTS8), shipped())
    shapes = weight_shapes(shipped().config)
    small = [layer.name for layer in file.layers if np.prod(shapes[f"{layer.name}/kernel"]) < 1024]
    assert list(file.in_float) == small == ["conv1", "output"]
    assert read_file(content(LiteForm.INT8), shipped()).in_float == ()


def test_whole_numbers_need_digits_that_show_how_large_values_become() -> None:
    with pytest.raises(ValueError, match="show how large"):
        converted(shipped(), LiteForm.INT8)


def test_sizes_are_those_of_the_file_and_of_what_gzip_makes_of_it() -> None:
    cut = converted(pruned(shipped(), 0.9), LiteForm.FLOAT32)
    whole = content(LiteForm.FLOAT32)
    assert abs(len(cut) - len(whole)) < 2_000  # zeros take as much room
    assert packed_size(cut) < 0.25 * packed_size(whole)
    assert gzip.decompress(gzip.compress(cut, mtime=0)) == cut
    deflate = zlib.compressobj(9, zlib.DEFLATED, 31)
    assert packed_size(cut) == len(deflate.compress(cut) + deflate.flush())


@pytest.mark.parametrize("share", [0.0, 0.2, 0.9, 1.0])
def test_the_smallest_weights_go_and_no_bias(share: float) -> None:
    network = random_network(SMALL, 1)
    stays, vector = mask(network, share), to_vector(network.weights)
    kernels = in_kernels(SMALL)
    assert stays[~kernels].all()
    gone = kernels & (stays == 0)
    assert gone.sum() == round(share * kernels.sum())
    if 0 < share < 1:
        assert np.abs(vector[gone]).max() <= np.abs(vector[kernels & (stays == 1)]).min()
    after = to_vector(pruned(network, share).weights)
    np.testing.assert_array_equal(after, np.where(gone, 0, vector))


def test_zeros_stay_zeros_through_training_and_in_the_file() -> None:
    start = random_network(SMALL, 2)
    stays = mask(start, 0.8)
    data = load("embedded").training.take(np.arange(64))
    after = ended(learned(start, data, 7, 0, rate=0.01, stays=stays))
    vector = to_vector(after.weights)
    assert not vector[stays == 0].any()
    moved = vector != to_vector(start.weights)
    assert moved[stays == 1].mean() > 0.5
    file = read_file(converted(after, LiteForm.FLOAT32), after)
    assert file.nonzero == np.count_nonzero(vector)
    whole = read_file(converted(after, LiteForm.INT8, data.inputs()), after)
    kernels = np.concatenate([layer.kernel.ravel() for layer in whole.layers])
    assert not kernels[(stays == 0)[in_kernels(SMALL)]].any()


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_a_step_goes_against_the_gradient_of_the_two_losses(weight: float) -> None:
    """The first step of Adam goes by its rate against each gradient's sign, nearly."""
    start, temperature, h = random_network(SMALL, 3), 5.0, 1e-2
    data = load("embedded").training.take(np.arange(32))
    logits = np.random.default_rng(0).normal(0, 6, (32, 10)).astype(np.float32)
    teacher = Teacher(logits, temperature, weight)
    after = ended(learned(start, data, 1, 0, rate=1e-3, teacher=teacher))
    step = to_vector(after.weights) - to_vector(start.weights)

    def loss(vector: np.ndarray) -> float:
        from model.network import from_vector

        moved = Network(SMALL, from_vector(SMALL, vector.astype(np.float32)), "moved")
        z = logits_and_probabilities(moved, data.inputs())[0].astype(np.float64)
        hard = -_log_softmax(z)[np.arange(32), data.labels]
        aim = np.exp(_log_softmax(logits.astype(np.float64) / temperature))
        soft = -(aim * _log_softmax(z / temperature)).sum(axis=1)
        return float(((1 - weight) * hard + weight * temperature**2 * soft).mean())

    vector = to_vector(start.weights).astype(np.float64)
    output = np.arange(len(vector) - 10, len(vector))  # the biases of the output: smooth
    for place in output:
        up, down = vector.copy(), vector.copy()
        up[place] += h
        down[place] -= h
        gradient = (loss(up) - loss(down)) / (2 * h)
        if abs(gradient) > 1e-3:
            assert step[place] == pytest.approx(-1e-3 * np.sign(gradient), rel=1e-2)


def _log_softmax(z: np.ndarray) -> np.ndarray:
    highest = z.max(axis=1, keepdims=True)
    return z - highest - np.log(np.exp(z - highest).sum(axis=1, keepdims=True))


def test_the_same_seed_learns_the_same_whatever_the_stretches() -> None:
    config = NetworkConfig(filters=(2,), dense_units=4)
    start = Network(config, first_weights(config, 0), "first")
    data = load("embedded").training.take(np.arange(100))
    one, other = (ended(learned(start, data, 9, 5, rate=0.01)) for _ in range(2))
    np.testing.assert_array_equal(to_vector(one.weights), to_vector(other.weights))
    another = ended(learned(start, data, 9, 6, rate=0.01))
    assert (to_vector(another.weights) != to_vector(one.weights)).any()
