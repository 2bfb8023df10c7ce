"""Figures of an evaluation against scikit-learn, Keras and numbers worked by hand."""

import numpy as np
import pytest
from sklearn import metrics

from model.data import mnist
from model.evaluation.metrics import Evaluation, probabilities_of, wilson
from model.network import Network, NetworkConfig
from model.network.keras_model import build
from tests.networks import weights_of


@pytest.fixture(scope="module")
def made_up() -> Evaluation:
    """300 answers that are right two times in three; nobody ever says 7."""
    chance = np.random.default_rng(5)
    labels = chance.integers(0, 10, 300).astype(np.uint8)
    scores = chance.normal(size=(300, 10)).astype(np.float32)
    scores[np.arange(300), labels] += 2
    scores[:, 7] = -9
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return Evaluation(labels, shares.astype(np.float32))


def test_the_figures_are_those_of_scikit_learn(made_up: Evaluation) -> None:
    truth, said = made_up.labels, made_up.answers
    assert made_up.accuracy == metrics.accuracy_score(truth, said)
    np.testing.assert_array_equal(made_up.confusion, metrics.confusion_matrix(truth, said))
    options = {"average": None, "labels": range(10), "zero_division": np.nan}
    np.testing.assert_array_equal(
        made_up.precision, metrics.precision_score(truth, said, **options)
    )
    np.testing.assert_array_equal(made_up.recall, metrics.recall_score(truth, said, **options))
    assert np.isnan(made_up.precision[7])
    assert made_up.recall[7] == 0


def test_accuracy_and_loss_are_those_of_keras() -> None:
    config = NetworkConfig(filters=(4,), dense_units=8)
    model = build(config, seed=3)
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    test = mnist.embedded().test
    loss, accuracy = model.evaluate(test.inputs()[..., None], test.labels, verbose=0)
    network = Network(config, weights_of(model, config), "a test")
    found = Evaluation(test.labels, probabilities_of(network, mnist.Selection(part="test")))
    assert found.accuracy == pytest.approx(accuracy, abs=1e-7)
    assert found.loss == pytest.approx(loss, rel=1e-5)


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [
        # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I,
        # method 3: the Wilson score interval.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(
    right: int, count: int, low: float, high: float
) -> None:
    assert wilson(right, count) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("right", "count"), [(0, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_what_is_no_share(right: int, count: int) -> None:
    with pytest.raises(ValueError, match="right of at least"):
        wilson(right, count)


def test_calibration_worked_by_hand() -> None:
    shares = np.full((4, 10), 0.01, np.float32)
    for row, (digit, confidence) in enumerate([(0, 0.95), (1, 0.93), (2, 0.55), (3, 0.5)]):
        shares[row, digit] = confidence
    found = Evaluation(np.array([0, 9, 2, 3], np.uint8), shares)
    bins = found.reliability()
    # A half lies on the edge of two bins and belongs to the lower one.
    np.testing.assert_array_equal(bins.counts, [0, 0, 0, 0, 1, 1, 0, 0, 0, 2])
    np.testing.assert_allclose(bins.accuracy[[4, 5, 9]], [1, 1, 0.5])
    np.testing.assert_allclose(bins.confidence[[4, 5, 9]], [0.5, 0.55, 0.94], rtol=1e-6)
    assert bins.error == pytest.approx((0.5 + 0.45 + 2 * 0.44) / 4, rel=1e-6)


def test_bins_hold_every_answer(made_up: Evaluation) -> None:
    bins = made_up.reliability(15)
    assert bins.counts.sum() == len(made_up)
    assert 0 <= bins.error <= 1


def test_galleries_hold_what_they_say_in_their_order(made_up: Evaluation) -> None:
    wrong = made_up.mistakes()
    assert len(wrong) == len(made_up) - made_up.right
    assert not made_up.hits[wrong].any()
    assert (np.diff(made_up.confidence[wrong]) <= 0).all()
    sure = made_up.confidently_wrong(0.5)
    assert set(sure) == {place for place in wrong if made_up.confidence[place] >= 0.5}
    cells = [made_up.cell(t, a) for t in range(10) for a in range(10)]
    assert sorted(np.concatenate(cells)) == list(range(len(made_up)))
    ordered = np.sort(made_up.probabilities[made_up.unsure()], axis=1)
    assert (np.diff(ordered[:, -1] - ordered[:, -2]) >= 0).all()


def test_an_evaluation_needs_ten_probabilities_a_digit() -> None:
    with pytest.raises(ValueError, match="probabilities of at least one digit"):
        Evaluation(np.zeros(3, np.uint8), np.zeros((2, 10), np.float32))


def test_the_error_of_a_perfect_network_by_chance_is_that_of_a_loop() -> None:
    rng = np.random.default_rng(1)
    shares = rng.dirichlet(np.full(10, 0.1), 60).astype(np.float32)
    found = Evaluation(rng.integers(0, 10, 60).astype(np.uint8), shares)
    errors = []
    for _ in range(2000):
        hits = rng.random(60) < found.confidence
        labels = np.where(hits, found.answers, (found.answers + 1) % 10).astype(np.uint8)
        errors.append(Evaluation(labels, shares).reliability().error)
    chance = found.error_by_chance(draws=2000)
    assert chance.mean == pytest.approx(np.mean(errors), rel=0.05)
    assert chance.high == pytest.approx(np.quantile(errors, 0.95), rel=0.07)


def test_by_chance_alone_more_digits_err_less() -> None:
    shares = np.full((500, 10), 0.01, np.float32)
    shares[:, 3] = 0.91
    few = Evaluation(np.full(500, 3, np.uint8), shares).error_by_chance()
    many = np.tile(shares, (20, 1))
    more = Evaluation(np.full(10_000, 3, np.uint8), many).error_by_chance()
    # One bin, so it is the mean distance of a binomial share: √(2 p (1 − p) / (π n)).
    assert few.mean == pytest.approx(np.sqrt(2 * 0.91 * 0.09 / (np.pi * 500)), rel=0.1)
    assert more.mean == pytest.approx(few.mean / np.sqrt(20), rel=0.15)
