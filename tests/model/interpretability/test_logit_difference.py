import numpy as np
import pytest

from model.data.mnist import Selection, embedded
from model.interpretability.logit_difference import contrast, dense_values, most_exciting
from model.network import NetworkConfig
from model.network.activations import forward_pass
from model.network.forward import BATCH
from model.network.shipped import shipped
from tests.noise import noise_network

CONFIGS = [
    NetworkConfig((3, 4), dense_units=7),
    NetworkConfig((2,), 5, "average", 5, 0.3),
    NetworkConfig((), dense_units=4),
]


@pytest.mark.parametrize("index", range(0, 500, 61))
def test_the_parts_add_up_to_the_difference_of_the_scores(index: int) -> None:
    inside = forward_pass(shipped(), embedded().test.inputs()[index])
    first = int(inside.logits.argmax())
    for second in set(range(10)) - {first}:
        found = contrast(shipped(), inside, first, second)
        assert len(found.parts) == 64
        assert found.total == pytest.approx(float(found.difference), abs=1e-5)


@pytest.mark.parametrize("config", CONFIGS)
def test_each_part_is_value_times_difference_of_weights(config: NetworkConfig) -> None:
    made = noise_network(config, 6, 0.2)
    inside = forward_pass(made, embedded().test.inputs()[9])
    found = contrast(made, inside, 4, 9)
    kernel, bias = made.weights["output/kernel"], made.weights["output/bias"]
    dense = next(each.after for each in inside.layers if each.layer.name == "dense")
    for unit in range(config.dense_units):
        by_hand = float(dense[unit]) * (float(kernel[unit, 4]) - float(kernel[unit, 9]))
        assert found.parts[unit] == pytest.approx(by_hand, abs=1e-12)
    assert found.bias == pytest.approx(float(bias[4]) - float(bias[9]))
    assert found.total == pytest.approx(float(inside.logits[4] - inside.logits[9]), abs=1e-5)
    sizes = np.abs(found.parts[found.order])
    assert (np.diff(sizes) <= 0).all()
    assert sorted(found.order) == list(range(config.dense_units))


def test_turned_around_every_part_changes_its_sign() -> None:
    made = noise_network(CONFIGS[0], 6, 0.2)
    inside = forward_pass(made, embedded().test.inputs()[9])
    there, back = contrast(made, inside, 4, 9), contrast(made, inside, 9, 4)
    assert np.array_equal(there.parts, -back.parts)
    assert there.total == -back.total


@pytest.mark.parametrize(("first", "second"), [(3, 3), (-1, 4), (4, 10)])
def test_digits_that_cannot_be_compared_are_refused(first: int, second: int) -> None:
    made = noise_network(CONFIGS[0], 6, 0.2)
    inside = forward_pass(made, embedded().test.inputs()[9])
    with pytest.raises(ValueError, match="two different digits"):
        contrast(made, inside, first, second)


@pytest.mark.parametrize("config", CONFIGS)
def test_dense_values_are_those_of_each_digit_alone(config: NetworkConfig) -> None:
    count = BATCH + 20
    made, pictures = noise_network(config, 6, 0.2), embedded().test.inputs()[:count]
    values = dense_values(made, Selection(part="test", stop=count))
    assert values.shape == (count, config.dense_units)
    for index in (0, BATCH - 1, BATCH, count - 1):
        inside = forward_pass(made, pictures[index])
        alone = next(each.after for each in inside.layers if each.layer.name == "dense")
        assert np.allclose(values[index], alone, atol=1e-4)
    assert dense_values(made, Selection(part="test", stop=0)).shape == (0, config.dense_units)


def test_the_most_exciting_digits_come_strongest_first() -> None:
    values = np.array([[0.0, 3.0], [0.0, 1.0], [2.0, 0.0], [0.0, 5.0]], np.float32)
    assert most_exciting(values, 1, 2).tolist() == [3, 0]
    assert most_exciting(values, 0, 3).tolist() == [2]
