"""Contributions: exact products, whole sums, and values that are Keras' own."""

import itertools

import numpy as np
import pytest

from model.data.mnist import embedded
from model.interpretability.arithmetic import PoolingWindow, WeightedSum
from model.interpretability.contributions import (
    INPUT,
    NoSuchUnitError,
    Unit,
    contributions,
    strongest_path,
    whole_sum,
)
from model.network import LayerKind, Network, NetworkConfig, layers
from model.network.activations import ForwardPass, forward_pass
from model.network.shipped import shipped
from tests.networks import keras_outputs, random_config, random_network, random_place


def unit_at(layer: str, place: tuple[int, ...]) -> Unit:
    return Unit(layer, place[0]) if len(place) == 1 else Unit(layer, place[2], place[0], place[1])


def test_twenty_random_units_are_keras_own_and_their_sums_are_whole() -> None:
    chance, digits = np.random.default_rng(7), embedded().test.inputs()
    kinds = set()
    for number in range(20):
        network = shipped() if number % 4 == 0 else random_network(random_config(chance), number)
        digit = digits[chance.integers(len(digits))]
        inside, expected = forward_pass(network, digit), keras_outputs(network, digit[None])
        table = layers(network.config)
        layer = table[chance.integers(len(table))]
        unit = unit_at(layer.name, random_place(layer, chance))
        kinds.add(layer.kind)
        keras = float(expected[layer.name][(0, *unit.place)])
        found, whole = contributions(network, inside, unit), whole_sum(network, inside, unit)
        assert found.value == pytest.approx(keras, rel=1e-4, abs=1e-5)
        assert whole.explanation.value == pytest.approx(keras, rel=1e-4, abs=1e-5)
        total = found.bias + sum(each.product for each in found.inputs) + found.rest
        assert total == pytest.approx(found.before, abs=1e-12)
        sizes = [abs(each.product) for each in found.inputs]
        assert sizes == sorted(sizes, reverse=True)
        assert all(each.product == each.weight * each.input for each in found.inputs)
        if isinstance(whole.explanation, WeightedSum):
            assert whole.explanation.products.sum() + found.bias == pytest.approx(
                found.before, abs=1e-4
            )
            assert len(sizes) == min(9, np.count_nonzero(whole.explanation.products))
    assert kinds >= {LayerKind.CONVOLUTION, LayerKind.DENSE, LayerKind.POOLING}


def shown() -> tuple[Network, ForwardPass]:
    return shipped(), forward_pass(shipped(), embedded().test.inputs()[3])


def value_of(inside: ForwardPass, unit: Unit) -> float:
    if unit.layer == INPUT:
        return float(inside.digit[unit.place[:2]])
    return next(
        float(each.after[unit.place]) for each in inside.layers if each.layer.name == unit.layer
    )


def test_a_path_leads_from_the_answer_to_the_ink_and_its_products_are_exact() -> None:
    network, inside = shown()
    path = strongest_path(network, inside)
    assert path.output == inside.probabilities.argmax()
    names = [level[0].unit.layer for level in path.levels]
    assert names == ["dense", "conv3", "pool2", "conv2", "pool1", "conv1", INPUT]
    above = [Unit("output", path.output)]
    for level in path.levels:
        for each in level:
            parent = above[each.to]
            whole = whole_sum(network, inside, parent).explanation
            assert each.value == value_of(inside, each.unit)
            assert each.product == each.weight * each.value
            if isinstance(whole, PoolingWindow):
                assert (each.weight, each.value) == (1, whole.value)
            else:
                assert isinstance(whole, WeightedSum)
                assert each.product in whole.products
        above = [each.unit for each in level]
    first = [abs(each.product) for each in path.levels[0]]
    every = np.abs(
        inside.layers[-2].after.astype(float) * network.weights["output/kernel"][:, path.output]
    )
    assert first == pytest.approx(sorted(every, reverse=True)[:3])


def test_every_unit_of_a_path_is_inside_the_field_of_the_one_above() -> None:
    network, inside = shown()
    levels = strongest_path(network, inside, 8).levels
    for above, level in itertools.pairwise(levels):
        for each in level:
            top, left, bottom, right = above[each.to].field
            a, b, c, d = each.field
            assert top <= a < c <= bottom
            assert left <= b < d <= right


def test_a_path_of_a_network_without_convolutions_ends_at_the_ink_as_well() -> None:
    network = random_network(NetworkConfig(filters=(), dense_units=8, dropout=0.4), 3)
    inside = forward_pass(network, embedded().test.inputs()[5])
    levels = strongest_path(network, inside).levels
    assert [level[0].unit.layer for level in levels] == ["dense", INPUT]


def test_what_a_unit_feeds_has_it_among_its_own_inputs() -> None:
    network, inside = shown()
    strongest = strongest_path(network, inside)
    for level in strongest.levels:
        unit = level[0].unit
        for fed in contributions(network, inside, unit).feeds:
            whole = whole_sum(network, inside, fed.unit).explanation
            assert fed.product == fed.weight * fed.input
            if isinstance(whole, WeightedSum):
                assert fed.product in whole.products


@pytest.mark.parametrize(
    "unit",
    [
        Unit("conv9", 0, 0, 0),
        Unit("conv1", 32, 0, 0),
        Unit("conv1", 0, 26, 0),
        Unit("conv1", 0),
        Unit("dense", 0, 0, 0),
        Unit("dense", 64),
        Unit(INPUT, 0, 28, 0),
    ],
)
def test_a_unit_that_is_not_there_is_refused(unit: Unit) -> None:
    network, inside = shown()
    with pytest.raises(NoSuchUnitError):
        contributions(network, inside, unit)
    with pytest.raises(NoSuchUnitError):
        whole_sum(network, inside, unit)
