"""How few digits: the law against SciPy, the draw, and a choice of ten against a plain count."""

import numpy as np
import pytest
from scipy.optimize import curve_fit
from sklearn.neighbors import KNeighborsClassifier

from model.data.mnist import load
from model.experiments.few import COUNTS, TENFOLD, FewSettings, plan
from model.experiments.learners.five import hog_features
from model.experiments.learners.own_ten import CHOICES, OFFERED, offered, ranking
from model.experiments.learning import drawn
from model.experiments.power_law import fitted_law


def test_the_law_is_what_scipy_s_curve_fit_finds() -> None:
    rng = np.random.default_rng(0)
    counts = np.repeat([30.0, 100, 300, 1000, 4000], 3)
    errors = 1.5 * counts**-0.5 * np.exp(rng.normal(0, 0.2, 15))
    law = fitted_law(counts.tolist(), errors.tolist())
    assert law is not None
    (scale, exponent), covariance = curve_fit(
        lambda logs, scale, exponent: np.log(scale) - exponent * logs,
        np.log(counts),
        np.log(errors),
        p0=(1, 0.3),
    )
    assert law.scale == pytest.approx(scale, rel=1e-4)
    assert law.exponent == pytest.approx(exponent, rel=1e-4)
    # The same spread gives the exponent's standard error.
    assert law.spread / np.sqrt(law.width) == pytest.approx(np.sqrt(covariance[1, 1]), rel=1e-3)


def test_of_new_measurements_ninety_five_in_a_hundred_lie_where_it_promises() -> None:
    rng = np.random.default_rng(1)
    counts = np.repeat([30.0, 100, 300, 1000], 3)

    def errors(at: np.ndarray) -> np.ndarray:
        return 2 * at**-0.4 * np.exp(rng.normal(0, 0.3, len(at)))

    kept = 0
    for _ in range(400):
        law = fitted_law(counts.tolist(), errors(counts).tolist())
        assert law is not None
        kept += law.promise(4000).holds(float(errors(np.array([4000.0]))[0]))
    assert 0.91 < kept / 400 < 0.985


def test_a_law_needs_three_counts_and_errors_that_have_a_logarithm() -> None:
    assert fitted_law([10, 100, 10, 100], [0.5, 0.1, 0.6, 0.2]) is None
    assert fitted_law([10, 100, 1000], [0.5, 0.1, 0.0]) is None
    exact = fitted_law([10, 100, 1000], [0.4, 0.04, 0.004])
    assert exact is not None
    assert exact.exponent == pytest.approx(1)
    assert exact.promise(10_000).error == pytest.approx(0.0004)


def test_a_draw_has_as_many_of_each_class_and_another_seed_other_digits() -> None:
    training = load("embedded").training
    for count in (10, 30, 4000):
        np.testing.assert_array_equal(
            np.bincount(drawn(training, count, 0).labels), np.full(10, count // 10)
        )
    assert (drawn(training, 30, 0).images != drawn(training, 30, 1).images).any()
    np.testing.assert_array_equal(drawn(training, 30, 2).images, drawn(training, 30, 2).images)


def test_ten_times_more_digits_are_in_the_plan_where_they_were_asked_for() -> None:
    assert len(plan(FewSettings(seeds=5))) == 5 * 2 * len(COUNTS)
    more = set(plan(FewSettings(tenfold=True))) - set(plan(FewSettings()))
    assert {key.split("-")[0] for key in more} == {str(TENFOLD)}


def test_a_choice_of_ten_reads_what_the_nearest_neighbour_reads() -> None:
    places = [3, 14, 15, 92, 65, 35, 89, 79, 32, 38]
    found = ranking(places)
    test, ours = load("embedded").test, offered().take(np.array(places))
    machine = KNeighborsClassifier(1).fit(hog_features(ours.images), ours.labels)
    assert found.accuracy == machine.score(hog_features(test.images), test.labels)
    assert found.classes == len(set(ours.labels.tolist()))
    assert found.accuracies.shape == found.covered.shape == (CHOICES,)
    assert found.beaten == sum(found.accuracy > each for each in found.accuracies)
    # Each kind that is missing is never read: a choice of k kinds reads at most k tenths.
    assert (found.accuracies <= found.covered / 10 + 1e-9).all()
    for wrong in ([1] * 10, list(range(9)), [*range(9), OFFERED]):
        with pytest.raises(ValueError, match="ten different"):
            ranking(wrong)
