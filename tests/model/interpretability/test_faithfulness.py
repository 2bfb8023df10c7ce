import math

import numpy as np
import pytest
from scipy.stats import spearmanr

from model.data.mnist import Selection, embedded
from model.interpretability.attribution import AttributionMethod, Settings, attribute
from model.interpretability.faithfulness import (
    ORDERS,
    STEPS,
    PlainOrder,
    areas,
    control,
    erase,
    erased,
    importance_order,
    plain_order,
    random_network,
    random_order,
    rank_correlation,
)
from model.network import NetworkConfig
from model.network.activations import forward_pass
from model.network.keras_model import build
from model.network.shipped import shipped
from tests.networks import weights_of


def picture() -> np.ndarray:
    return embedded().test.inputs()[3]


def test_pixels_come_in_the_order_of_their_importance() -> None:
    digit = np.zeros((28, 28), np.float32)
    digit[2, 3], digit[5, 6], digit[7, 8] = 0.2, 0.9, 1.0
    heat = np.zeros((28, 28))
    heat[2, 3], heat[5, 6], heat[7, 8], heat[0, 0] = 1, 3, -2, 99  # the last one is on paper
    assert importance_order(heat, digit).tolist() == [5 * 28 + 6, 2 * 28 + 3, 7 * 28 + 8]


def test_equals_come_in_random_order() -> None:
    flat = np.zeros((28, 28))
    first, second = (importance_order(flat, picture(), seed) for seed in (0, 1))
    assert not np.array_equal(first, second)
    assert sorted(first) == sorted(second) == np.flatnonzero(picture()).tolist()


def test_erasing_takes_the_first_pixels_and_nothing_else() -> None:
    order = random_order(picture(), 4)
    less = erased(picture(), order, 5)
    assert not less.ravel()[order[:5]].any()
    assert np.array_equal(less.ravel()[order[5:]], picture().ravel()[order[5:]])
    assert np.array_equal(erased(picture(), order, 0), picture())
    assert not erased(picture(), order, len(order)).any()


def test_the_curves_are_the_probabilities_of_each_picture_alone() -> None:
    digit, label = picture(), 5
    orders = np.stack([random_order(digit, seed) for seed in (0, 1)])
    found = erase(shipped(), digit, label, orders)
    assert found.deletion.shape == found.insertion.shape == (2, STEPS + 1)
    assert found.shares[0] == 0
    assert found.shares[-1] == 1
    for row, step in [(0, 0), (0, 7), (1, 50), (1, STEPS)]:
        gone = orders[row][: round(found.shares[step] * orders.shape[1])]
        less, back = digit.copy().ravel(), np.zeros(784, np.float32)
        less[gone] = 0
        back[gone] = digit.ravel()[gone]
        for pixels, curve in ((less, found.deletion), (back, found.insertion)):
            alone = forward_pass(shipped(), pixels.reshape(28, 28)).probabilities[label]
            assert curve[row, step] == pytest.approx(float(alone), abs=1e-4)
    by_hand = sum(
        (a + b) / 2 * (t - s)
        for a, b, s, t in zip(
            found.deletion[0], found.deletion[0, 1:], found.shares, found.shares[1:], strict=False
        )
    )
    assert found.deletion_areas[0] == pytest.approx(by_hand, abs=1e-6)
    assert 0 <= found.insertion_areas.min() <= found.insertion_areas.max() <= 1


def test_three_pixels_make_four_steps() -> None:
    digit = np.zeros((28, 28), np.float32)
    digit[4, 4:7] = 1
    found = erase(shipped(), digit, 1, random_order(digit, 0)[None])
    assert np.allclose(found.shares, [0, 1 / 3, 2 / 3, 1])


def test_a_true_explanation_beats_chance_and_its_opposite_does_not() -> None:
    """Over twenty digits: the order of integrated gradients, random order, and the reverse."""
    areas = []
    for place in range(0, 500, 25):
        digit = embedded().test.inputs()[place]
        label = int(forward_pass(shipped(), digit).logits.argmax())
        heat = attribute(shipped(), digit, AttributionMethod.INTEGRATED, classes=(label,)).maps[
            :, :, 0
        ]
        orders = [importance_order(h, digit) for h in (heat, -heat)] + [random_order(digit, 0)]
        found = erase(shipped(), digit, label, np.stack(orders))
        areas.append([found.deletion_areas, found.insertion_areas])
    (best, worst, chance), (most, least, middle) = np.mean(areas, axis=0)
    assert best < chance < worst
    assert most > middle > least


def test_the_areas_of_one_digit_are_those_of_its_orders() -> None:
    digit, methods = picture(), (AttributionMethod.GRADIENT_INPUT, AttributionMethod.GRAD_CAM)
    gone, back = areas(shipped(), Selection(part="test", start=3, stop=4), methods)
    label = int(forward_pass(shipped(), digit).logits.argmax())
    heat = attribute(shipped(), digit, AttributionMethod.GRAD_CAM).maps[:, :, label]
    orders = [importance_order(heat, digit)]
    orders += [plain_order(each, digit) for each in PlainOrder]
    orders += [random_order(digit, seed) for seed in range(1, ORDERS + 1)]
    found = erase(shipped(), digit, label, np.stack(orders))
    assert gone.shape == back.shape == (6,)
    assert gone[1] == pytest.approx(found.deletion_areas[0], abs=0.01)
    for place in (1, 2, 3):
        assert gone[place + 1] == pytest.approx(found.deletion_areas[place], abs=1e-4)
    assert gone[5] == pytest.approx(found.deletion_areas[4:].mean(), abs=1e-4)
    assert back[5] == pytest.approx(found.insertion_areas[4:].mean(), abs=1e-4)


def test_the_plain_orders_know_only_the_picture() -> None:
    digit = np.zeros((28, 28), np.float32)
    digit[13, 14], digit[2, 20], digit[20, 3] = 0.2, 0.9, 0.5
    middle, right, left = 13 * 28 + 14, 2 * 28 + 20, 20 * 28 + 3
    assert plain_order(PlainOrder.DARKNESS, digit).tolist() == [right, left, middle]
    assert plain_order(PlainOrder.MIDDLE, digit).tolist() == [middle, left, right]
    assert plain_order(PlainOrder.LEFT, digit).tolist() == [left, middle, right]


def test_darkness_alone_does_well_where_ink_is_put_back() -> None:
    """Over ten digits: it beats random order in insertion, and hardly in deletion."""
    methods = (AttributionMethod.GRADIENT_INPUT,)
    found = np.array(
        [
            areas(shipped(), Selection(part="test", start=n, stop=n + 1), methods)
            for n in range(0, 500, 50)
        ]
    ).mean(axis=0)
    (by_gradient, darkness, *_, chance), (_, dark_back, *_, chance_back) = found
    assert by_gradient < darkness
    assert dark_back > chance_back + 0.1
    assert chance - darkness < chance - by_gradient


def test_blank_paper_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="no ink"):
        random_order(np.zeros((28, 28), np.float32), 0)


def test_random_weights_are_spread_like_those_of_a_training_that_begins() -> None:
    config = NetworkConfig()
    made, keras_made = random_network(config, 1), weights_of(build(config, 1), config)
    for name, array in made.weights.items():
        assert array.shape == keras_made[name].shape
        if name.endswith("kernel"):
            assert np.abs(array).max() == pytest.approx(np.abs(keras_made[name]).max(), rel=0.05)
            assert array.std() == pytest.approx(keras_made[name].std(), rel=0.15)
        else:
            assert not array.any()
    again, other = random_network(config, 1), random_network(config, 2)
    assert again.fingerprint == made.fingerprint != other.fingerprint


@pytest.mark.parametrize("seed", range(4))
def test_rank_correlation_is_spearmans(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 12, 80), rng.normal(size=80).round(1)  # both with ties
    assert rank_correlation(a, b) == pytest.approx(spearmanr(a, b).statistic)
    assert rank_correlation(a, np.exp(a)) == pytest.approx(1)
    assert rank_correlation(a, -a) == pytest.approx(-1)
    assert math.isnan(rank_correlation(a, np.ones(80)))


def test_the_control_explains_another_network() -> None:
    digit, method = picture(), AttributionMethod.GRADIENT_INPUT
    heat = attribute(shipped(), digit, method, classes=(5,)).maps[:, :, 0]
    found = control(NetworkConfig(), digit, heat, 5, method, Settings(), 3)
    by_hand = attribute(random_network(NetworkConfig(), 3), digit, method).maps[:, :, 5]
    assert np.allclose(found.map, by_hand, atol=1e-5)
    ink = digit > 0
    assert found.inked == pytest.approx(spearmanr(heat[ink], by_hand[ink]).statistic, abs=1e-4)
    assert found.sizes == pytest.approx(
        spearmanr(abs(heat).ravel(), abs(by_hand).ravel()).statistic, abs=1e-4
    )
    assert abs(found.inked) < found.sizes  # the ink itself makes the sizes alike
