"""What a network gives away: each figure against an independent computation."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from model.data.mnist import Digits, load
from model.experiments import Inputs, Part, Working, leak
from model.experiments.leak import LeakSettings, attackers_digits, measure, plan, sides
from model.experiments.privacy import game
from model.experiments.privacy.accountant import epsilon
from model.experiments.privacy.attack import auc, chance_limit, found_at, lira, sureness
from model.experiments.privacy.dense import (
    PIXELS,
    UNITS,
    Recipe,
    Weights,
    first_weights,
    flat,
    gradient_sums,
    logits,
    softmax,
    trained_together,
)
from model.experiments.privacy.gradient import class_picture, divided_row, from_gradient
from model.network import NetworkConfig
from model.network.activations import forward_pass
from model.network.forward import probabilities
from model.network.shipped import shipped
from tests.model.experiments.ended import ended
from tests.networks import random_network

SHORT = LeakSettings(seeds=1, updates=10)


def pictures(count: int, networks: int = 1, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    x = chance.random((networks, count, PIXELS), np.float32)
    return x, chance.integers(0, 10, (networks, count))


def digits_of(x: np.ndarray, y: np.ndarray) -> Digits:
    """The nearest digits: pixels are bytes."""
    return Digits((x.reshape(-1, 28, 28) * 255).astype(np.uint8), y.astype(np.uint8))


def trained(
    sets: list[Digits], recipe: Recipe, seeds: list[int], validation: Digits | None = None
) -> Weights:
    return ended(trained_together(sets, recipe, seeds, validation))


def gradient_of(weights: Weights, x: np.ndarray, y: int) -> list[np.ndarray]:
    """Of one picture and one network, written out."""
    into, bias, out, last = (each[0].astype(np.float64) for each in weights)
    before = x @ into + bias
    hidden = np.maximum(before, 0)
    scores = hidden @ out + last
    error = np.exp(scores - scores.max())
    error /= error.sum()
    error[y] -= 1
    delta = (out @ error) * (before > 0)
    return [np.outer(x, delta), delta, np.outer(hidden, error), error]


@pytest.mark.parametrize("ties", [False, True])
def test_area_and_curve_are_scikit_learn_s(ties: bool) -> None:
    chance = np.random.default_rng(3)
    members, strangers = chance.normal(0.7, 1, 300), chance.normal(0, 1, 300)
    if ties:
        members, strangers = members.round(), strangers.round()
    truth, scores = np.repeat([1, 0], 300), np.concatenate([members, strangers])
    assert auc(members, strangers) == pytest.approx(roc_auc_score(truth, scores), abs=1e-12)
    alarms, found, _ = roc_curve(truth, scores, drop_intermediate=False)
    for share in (0.005, 0.01, 0.1, 0.5, 1.0):
        assert found_at(members, strangers, share) == found[alarms <= share + 1e-9].max()


def test_chance_stays_within_its_limit_nineteen_times_of_twenty() -> None:
    chance = np.random.default_rng(0)
    areas = [auc(chance.random(100), chance.random(100)) for _ in range(600)]
    within = np.mean([abs(area - 0.5) <= chance_limit(100) for area in areas])
    assert within == pytest.approx(0.95, abs=0.025)


def test_sureness_is_the_log_odds_and_stays_finite() -> None:
    scores = np.random.default_rng(1).normal(size=(2, 50, 10))
    labels = np.arange(50) % 10
    share = softmax(scores)[:, np.arange(50), labels]
    np.testing.assert_allclose(sureness(scores, labels), np.log(share / (1 - share)), rtol=1e-4)
    assert np.isfinite(sureness(scores * 1000, labels)).all()


def test_lira_takes_off_what_is_easy_for_every_network() -> None:
    chance = np.random.default_rng(5)
    easy = chance.normal(0, 5, 400)
    shadows = easy + chance.normal(0, 1, (16, 400))
    target = easy + chance.normal(0, 1, 400)
    target[:200] += 1.5
    plain, better = auc(target[:200], target[200:]), auc(*np.split(lira(target, shadows), 2))
    assert plain < 0.65
    assert better > 0.8


@pytest.mark.parametrize("clip", [None, 0.5, 1e6])
def test_clipped_gradients_are_those_of_a_loop(clip: float | None) -> None:
    weights = first_weights([4, 5])
    x, y = pictures(6, networks=2)
    there = np.ones((2, 6), np.float32)
    there[1, 4:] = 0
    sums = gradient_sums(weights, x, y, there, clip=clip)
    for network in range(2):
        own: Weights = tuple(each[network : network + 1] for each in weights)  # type: ignore[assignment]
        expected = [np.zeros(each.shape[1:]) for each in weights]
        for place in np.flatnonzero(there[network]):
            found = gradient_of(own, x[network, place], int(y[network, place]))
            length = np.sqrt(sum((each**2).sum() for each in found))
            factor = 1.0 if clip is None else min(1.0, clip / length)
            assert clip != 0.5 or factor < 1
            for total, each in zip(expected, found, strict=True):
                total += factor * each
        for got, total in zip(sums, expected, strict=True):
            np.testing.assert_allclose(got[network], total, rtol=2e-4, atol=2e-6)


def test_dropout_s_mask_goes_both_ways() -> None:
    weights = first_weights([0])
    x, y = pictures(3)
    keep = np.zeros((1, 3, UNITS), np.float32)
    keep[..., ::2] = 2
    into, _, out, _ = gradient_sums(weights, x, y, np.ones((1, 3), np.float32), keep)
    assert not into[..., 1::2].any()
    assert not out[:, 1::2].any()
    assert into[..., ::2].any()


def test_a_network_s_chances_do_not_hang_on_those_beside_it() -> None:
    sets = [digits_of(x, y) for x, y in zip(*pictures(40, networks=3), strict=True)]
    for recipe in (Recipe(15), Recipe(15, dropout=0.5, shift=2), Recipe(15, noise=1.0)):
        together = trained(sets, recipe, [1, 2, 3])
        alone = trained(sets[1:2], recipe, [2])
        for all_three, one in zip(together, alone, strict=True):
            np.testing.assert_allclose(all_three[1], one[0], rtol=1e-3, atol=1e-4)


def test_noise_has_the_spread_that_was_asked_for() -> None:
    """A step with a rate of 1 over no gradient at all moves every weight by the noise alone."""
    blank = digits_of(np.zeros((50, PIXELS)), np.zeros(50))
    recipe = Recipe(1, batch=25, rate=1.0, noise=2.0, clip=0.5)
    moved = trained([blank], recipe, [7])[0] - first_weights([7])[0]
    assert moved.std() == pytest.approx(2.0 * 0.5 / 25, rel=0.02)


def test_early_stopping_keeps_the_best_weights_and_not_the_last() -> None:
    digits = digits_of(*(each[0] for each in pictures(60)))  # what is learned helps nowhere else
    validation = digits_of(*(each[0] for each in pictures(200, seed=2)))

    def loss(recipe: Recipe) -> float:
        weights = trained([digits], recipe, [0], validation)
        shares = softmax(logits(weights, flat(validation)))[0, np.arange(200), validation.labels]
        return float(-np.log(shares).mean())

    assert loss(Recipe(300, stop_early=True)) < loss(Recipe(300)) - 0.1


def test_epsilon_is_the_accountant_s_own() -> None:
    # dp-accounting's own test: this noise was chosen for ε = 1 at δ = 1e-6.
    assert epsilon(4.530877117, 1.0, 1, delta=1e-6) == pytest.approx(1, abs=1e-3)
    # Abadi et al. 2016, section 3: 1.26 by the first moments accountant; later bounds are tighter.
    assert 0.9 < epsilon(4.0, 0.01, 10_000) < 1.26
    assert epsilon(1.0, 0.01, 100) < epsilon(0.5, 0.01, 100)
    assert epsilon(1.0, 0.01, 100) < epsilon(1.0, 0.1, 100)


@pytest.mark.parametrize("count", leak.COUNTS)
def test_nobody_who_is_asked_about_is_used_for_anything_else(count: int) -> None:
    data = load("embedded")
    for seed in range(3):
        found = sides(count, seed)
        members = {each.tobytes() for each in found.members.images}
        strangers = {each.tobytes() for each in found.strangers.images}
        assert len(found.training) == count
        assert len(found.members) == len(found.strangers) == min(count, leak.ASKED)
        training = {each.tobytes() for each in found.training.images}
        validation = {each.tobytes() for each in data.validation.images}
        attackers = {each.tobytes() for n in range(4) for each in attackers_digits(count, n).images}
        assert members <= training
        assert not strangers & training
        assert not (members | strangers) & (validation | attackers)


def test_wrong_labels_are_as_many_on_both_sides() -> None:
    right, wrong = sides(500, 1), sides(500, 1, 0.2)
    for side in ("training", "strangers"):
        one, other = getattr(right, side), getattr(wrong, side)
        np.testing.assert_array_equal(one.images, other.images)
        assert (one.labels != other.labels).mean() == pytest.approx(0.2)


def test_a_network_of_few_digits_gives_its_members_away_and_lira_goes_on_with_kept_shadows() -> (
    None
):
    settings = LeakSettings(seeds=1, updates=150)
    keys = ("plain-100-0", "shadows-plain-100", "lira-plain-100-0")
    rest = [key for key in plan(settings) if key not in keys]
    done: dict[str, Part] = {key: Part(key, {}) for key in rest}
    parts = [each for each in measure(settings, Inputs(), done) if isinstance(each, Part)]
    assert tuple(part.key for part in parts) == keys
    loss, shadows, better = parts
    for part in (loss, better):
        assert float(part.values["auc"] or 0) > 0.5 + chance_limit(100)
        assert part.values["asked"] == 100
    assert shadows.arrays["members0"].shape == (leak.SHADOWS, 100)
    again = [
        each
        for each in measure(settings, Inputs(), done | {part.key: part for part in parts[:2]})
        if not isinstance(each, Working)
    ]
    assert [part.key for part in again] == ["lira-plain-100-0"]
    assert again[0].values == better.values


def test_the_figures_of_a_part_are_those_of_its_arrays() -> None:
    done = {key: Part(key, {}) for key in plan(SHORT) if key != "noise1-500-0"}
    (part,) = [each for each in measure(SHORT, Inputs(), done) if isinstance(each, Part)]
    assert part.values["auc"] == auc(part.arrays["members"], part.arrays["strangers"])
    assert part.values["epsilon"] == epsilon(1.0, 32 / 500, 10)
    assert {name for name in part.values if name.startswith("found_")} == {
        f"found_{share:g}" for share in leak.ALARMS
    }


def test_the_gradient_of_one_picture_is_the_picture() -> None:
    digit = load("embedded").test.inputs()[7]
    for seed in range(3):
        network = random_network(NetworkConfig(), seed)
        found = from_gradient(network, digit, 3)
        np.testing.assert_allclose(found.alone, digit, atol=1e-6)
        assert found.difference <= 1e-6
        assert np.abs(found.among - digit).max() > 0.1  # with others it is a mixture
        inside = forward_pass(network, digit).layers
        read = next(each.after for each in inside if each.layer.name == "conv3")
        scale = np.abs(read).max()
        np.testing.assert_allclose(found.activations / scale, read / scale, atol=1e-5)


def test_a_gradient_of_nothing_gives_nothing() -> None:
    assert not divided_row(np.ones((5, 3)), np.zeros(3)).any()


def test_the_picture_of_a_class_climbs_and_is_held_against_real_digits() -> None:
    network = shipped()
    found = class_picture(network, 3)
    grey = np.full((28, 28), 0.4, np.float32)
    before, after = probabilities(network, np.stack([grey, found.picture]))
    assert after[3] > max(0.9, before[3])
    expected = np.corrcoef(found.picture.ravel(), found.mean.ravel())[0, 1]
    assert found.to_mean == pytest.approx(expected, abs=1e-5)
    assert -1 <= found.to_nearest <= 1


def game_inputs() -> Inputs:
    digit = load("embedded").test.take(np.array([11]))
    return Inputs(arrays={game.DRAWING: digit.images, game.LABEL: digit.labels})


def test_the_game_goes_on_where_it_was_left() -> None:
    settings = LeakSettings(updates=60, game=3)
    whole = [each for each in measure(settings, game_inputs(), {}) if isinstance(each, Part)]
    assert [part.key for part in whole] == list(plan(settings)) == list(game.PLAN)
    done = {part.key: part for part in whole[:19]}
    rest = [each for each in measure(settings, game_inputs(), done) if isinstance(each, Part)]
    assert [part.values for part in rest] == [part.values for part in whole[19:]]
    threshold = whole[0].values["threshold"]
    for part, inside in zip(whole[1:], game.coins(3), strict=True):
        assert part.values["inside"] == inside
        assert part.values["bet"] == (float(part.values["sureness"] or 0) > float(threshold or 0))


def test_the_attacker_wins_the_game_where_networks_learn_by_heart() -> None:
    rights = []
    for number in (1, 2):
        parts = measure(LeakSettings(updates=300, game=number), game_inputs(), {})
        rounds = [each.values for each in parts if isinstance(each, Part)][1:]
        rights += [row["bet"] == row["inside"] for row in rounds]
    assert np.mean(rights) > 0.65
