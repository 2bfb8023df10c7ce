"""The rule of "sure" by hand on small numbers; digits and no digits, judged as the page does."""

import numpy as np
import pytest

from model.data import mnist
from model.evaluation import verdict
from model.evaluation.verdict import Judgement, Rules, Verdict, judge, measured, sure_limit
from model.network import Network, NetworkConfig, activations
from model.network.activations import DenseFeatures, forward_pass
from model.network.digit_detector import detector
from model.network.forward import BATCH
from model.network.keras_model import build
from model.network.shipped import shipped
from model.synthesis.detector_set import for_measuring
from model.synthesis.digit_set import digits_of_many_hands
from model.synthesis.pen import drawn, received
from tests.networks import weights_of


@pytest.fixture(scope="module")
def rules() -> Rules:
    return verdict.rules_for(shipped())


def verdicts(pictures: np.ndarray, rules: Rules) -> list[Verdict]:
    said = activations.dense_features(shipped(), pictures)
    rows = zip(said.probabilities, detector().answers(pictures), strict=True)
    return [judge(answer, detected, rules) for answer, detected in rows]


def share(found: list[Verdict], judgement: Judgement) -> float:
    return sum(each.judgement is judgement for each in found) / len(found)


def test_the_limit_is_the_lowest_above_which_enough_are_right() -> None:
    confidence = np.linspace(0.999, 0.2, 800)
    hits = np.ones(800, bool)
    hits[600:] = False  # all below the 600th answer are wrong: 1 of 601 is 0.17 %, 2 of 602 0.33 %
    assert sure_limit(confidence, hits) == pytest.approx(confidence[600])


def test_answers_of_equal_confidence_stand_or_fall_together() -> None:
    confidence = np.array([0.9, 0.9, 0.5])
    assert sure_limit(confidence, np.array([True, False, False])) == float("inf")
    assert sure_limit(confidence, np.array([True, True, False])) == 0.9


def test_a_network_that_is_always_right_is_sure_of_what_it_has_met() -> None:
    assert sure_limit(np.array([0.7, 0.4, 0.9]), np.ones(3, bool)) == 0.4


def test_each_judgement_by_hand() -> None:
    detected = np.zeros(11, np.float32)
    detected[[3, 8, 10]] = 0.96, 0.03, 0.01
    rules = Rules(0.8, 0.9, 0.995)
    probabilities = np.full(10, 0.01, np.float32)
    probabilities[[3, 8]] = 0.72, 0.2

    unsure = judge(probabilities, detected, rules)
    assert unsure.judgement is Judgement.UNSURE
    assert (unsure.digit, unsure.runner_up) == (3, 8)
    assert unsure.margin == pytest.approx(0.52, abs=1e-6)
    assert judge(probabilities, detected, None).judgement is Judgement.SURE

    probabilities[3] += 0.1
    assert judge(probabilities, detected, rules).judgement is Judgement.SURE
    doubtful, other = detected.copy(), detected.copy()
    doubtful[[3, 10]] = 0.8, 0.17
    other[[3, 8]] = 0.03, 0.96
    for known in (rules, None):  # the detector is in doubt itself, or sees another digit
        assert judge(probabilities, doubtful, known).judgement is Judgement.UNSURE
        assert judge(probabilities, other, known).judgement is Judgement.UNSURE
    # However sure the network is, and whether or not its rules are known.
    cross = received(drawn([[(0, 0), (1, 1)], [(1, 0), (0, 1)]], np.random.default_rng(0)))
    for known in (rules, None):
        (unlike,) = detector().answers(cross[None].astype(np.float32) / 255)
        assert judge(probabilities, unlike, known).judgement is Judgement.STRANGE
        said = judge(probabilities, unlike, known, finished=False)
        assert said.judgement is Judgement.UNFINISHED


def test_the_rules_count_what_was_right_above_the_limit() -> None:
    labels = np.arange(1000) % 10
    probabilities = np.eye(10)[labels] * 0.9
    probabilities[:100] = np.eye(10)[(labels[:100] + 1) % 10] * 0.4  # wrong, and less sure
    rules = measured(probabilities, labels)
    assert (rules.sure, rules.coverage, rules.right) == (0.9, 0.9, 1.0)


def test_hardly_a_real_digit_is_called_none(rules: Rules) -> None:
    found = verdicts(mnist.embedded().test.inputs(), rules)
    assert share(found, Judgement.STRANGE) <= 0.01


def test_numerals_of_other_scripts_are_hardly_ever_surely_a_digit(rules: Rules) -> None:
    signs = for_measuring(6, seed=17)
    numerals = np.concatenate([signs[f"numerals, {met}"] for met in ("met", "never met")])
    found = verdicts(numerals.astype(np.float32) / 255, rules)
    assert share(found, Judgement.SURE) <= 0.05
    assert share(found, Judgement.STRANGE) >= 0.75


def test_sure_answers_are_right(rules: Rules) -> None:
    test = mnist.embedded().test
    found = verdicts(test.inputs(), rules)
    sure = [each for each in found if each.judgement is Judgement.SURE]
    right = [
        each.digit == label
        for each, label in zip(found, test.labels, strict=True)
        if each.judgement is Judgement.SURE
    ]
    assert len(sure) > 0.8 * len(found)
    assert sum(right) / len(right) >= 0.99
    assert rules.right >= verdict.RIGHT
    assert 0 < rules.coverage <= 1


def test_sure_answers_are_right_of_hands_unlike_those_that_were_learned(rules: Rules) -> None:
    """The network alone is surely wrong of one in two hundred; the detector has to agree."""
    hands = digits_of_many_hands(mnist.embedded().test, 1500, seed=901)
    found = verdicts(hands.inputs(), rules)
    right = [
        each.digit == label
        for each, label in zip(found, hands.labels, strict=True)
        if each.judgement is Judgement.SURE
    ]
    assert len(right) > 0.88 * len(found)
    assert right.count(False) <= 2


def test_noise_blobs_and_stripes_are_no_digits(rules: Rules) -> None:
    noise = np.random.default_rng(1).random((50, 28, 28), np.float32)
    assert share(verdicts(noise, rules), Judgement.STRANGE) == 1
    stripes = np.zeros((1, 28, 28), np.float32)
    stripes[0, 4:24:4, 2:26] = 1
    assert share(verdicts(stripes, rules), Judgement.STRANGE) == 1


def test_a_forward_pass_is_judged_like_a_reading(rules: Rules) -> None:
    digit = mnist.embedded().test.inputs()[3]
    one = verdict.judge_pass(forward_pass(shipped(), digit), rules)
    (other,) = verdicts(digit[None], rules)
    assert (one.judgement, one.digit) == (other.judgement, other.digit)
    assert one.probability == pytest.approx(other.probability, abs=1e-5)


def test_a_dot_is_no_digit(rules: Rules) -> None:
    dot = np.zeros((1, 28, 28), np.float32)
    dot[0, 9:19, 9:19] = 1
    assert share(verdicts(dot, rules), Judgement.STRANGE) == 1


@pytest.mark.parametrize(
    "config", [NetworkConfig(filters=()), NetworkConfig((4,), 5, "average", 7)]
)
def test_every_architecture_has_rules_and_an_untrained_one_is_never_sure(
    config: NetworkConfig,
) -> None:
    untrained = Network(config, weights_of(build(config, 1), config), "untrained")
    rules = verdict.rules_for(untrained)
    assert rules.sure == float("inf")
    assert rules.coverage == 0
    assert rules.right == 0


def test_reading_many_is_reading_each(rules: Rules) -> None:
    pictures = mnist.embedded().test.inputs()[: BATCH + 3]
    many = activations.dense_features(shipped(), pictures)
    assert many.probabilities.shape == (BATCH + 3, 10)
    last = activations.dense_features(shipped(), pictures[-1:])
    assert isinstance(many, DenseFeatures)
    np.testing.assert_allclose(many.probabilities[-1], last.probabilities[0], atol=1e-5)
    np.testing.assert_allclose(many.features[-1], last.features[0], atol=1e-4)


def said(*values: tuple[int, Judgement]) -> list[Verdict]:
    return [Verdict(judgement, digit, 0.9, 0, 0.8) for digit, judgement in values]


def test_digits_become_a_number_line_by_line() -> None:
    sure = Judgement.SURE
    row = [(0, 0, 20, 10), (1, 15, 21, 25)]
    assert verdict.number(said((9, sure), (0, sure)), row) == "90"
    column = [(0, 0, 20, 10), (30, 1, 50, 11)]
    assert verdict.number(said((9, sure), (0, sure)), column) == "9\n0"
    doubtful = said((9, Judgement.UNSURE), (4, Judgement.STRANGE))
    assert verdict.number(doubtful, row) == "9?"
