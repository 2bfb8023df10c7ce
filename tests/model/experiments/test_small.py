"""How small can it be: the parts of a short run, and what is concluded from them."""

from dataclasses import replace

import numpy as np
import pytest

from model.data.mnist import load
from model.experiments import Inputs, Part, Working, small
from model.experiments.compression.lite import LiteForm
from model.experiments.compression.steps import learned
from model.experiments.small import (
    BIASES,
    EXPERIMENT,
    Point,
    SmallSettings,
    Way,
    enough,
    front,
    measure,
    network_of,
    plan,
    points,
    weights_of,
    wrong_with_bias,
)
from model.network import Network, NetworkConfig, count_parameters, to_vector
from model.network.forward import logits_and_probabilities
from tests.networks import random_network

BASE = random_network(NetworkConfig(filters=(3, 4), dense_units=6), 1)
SHORT = SmallSettings(seeds=1, updates=10)
STUDENT = NetworkConfig(filters=(2,), dense_units=3)


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short run with small networks: its figures are what counts here."""
    monkeypatch.setattr(small, "SHARES", (50, 90))
    monkeypatch.setattr(small, "ROUNDED_SHARES", (90,))
    monkeypatch.setattr(small, "STUDENTS", {"small": STUDENT})
    monkeypatch.setattr(small, "UNSEEN_STUDENT", "small")
    monkeypatch.setattr(small, "TUNING", 3)


MEASURED: list[Part] = []


@pytest.fixture
def parts(_short: None) -> list[Part]:
    """All parts, measured once."""
    if not MEASURED:
        MEASURED.extend(e for e in measure(SHORT, Inputs(BASE), {}) if isinstance(e, Part))
    return MEASURED


def by_point(parts: list[Part]) -> dict[Point, Part]:
    return {small.point_of(part): part for part in parts}


def test_the_parts_come_in_the_order_of_the_plan(parts: list[Part]) -> None:
    assert [part.key for part in parts] == list(plan(SHORT))
    assert len(set(plan(SmallSettings()))) == len(points(SmallSettings()))


def test_every_figure_is_of_the_network_that_can_be_shown(parts: list[Part]) -> None:
    """The accuracy through LiteRT against the app's own forward pass of the same weights."""
    test = load("embedded").test
    for point, part in by_point(parts).items():
        if point.way is Way.UNSEEN:
            continue
        network = network_of(point, 0, BASE, weights_of(parts, point, 0))
        vector, values = to_vector(network.weights), part.values
        assert values["nonzero"] == np.count_nonzero(vector)
        assert values["parameters"] == count_parameters(network.config) == len(vector)
        _, probabilities = logits_and_probabilities(network, test.inputs())
        right = (probabilities.argmax(axis=1) == test.labels).mean()
        exact = point.form in (LiteForm.FLOAT32, LiteForm.FLOAT16)
        assert values["accuracy"] == pytest.approx(right, abs=1e-9 if exact else 0.03)


def test_pruned_files_have_the_zeros_that_they_are_named_after(parts: list[Part]) -> None:
    kernels = sum(array.size for name, array in BASE.weights.items() if name.endswith("kernel"))
    biases = count_parameters(BASE.config) - kernels
    found = by_point(parts)
    for way in (Way.CUT, Way.TUNED):
        for share in (50, 90):
            nonzero = found[Point(way, share=share)].values["nonzero"]
            assert nonzero == kernels - round(share / 100 * kernels) + biases


def test_what_was_measured_is_not_measured_again_and_what_follows_is_the_same(
    parts: list[Part],
) -> None:
    """Killed in the middle: the rest is measured from what is there, to the last digit."""
    half = len(parts) // 2
    done = {part.key: part for part in parts[:half]}
    again = [each for each in measure(SHORT, Inputs(BASE), done) if isinstance(each, Part)]
    assert [part.key for part in again] == [part.key for part in parts[half:]]
    for one, other in zip(again, parts[half:], strict=True):
        assert set(one.arrays) == set(other.arrays)
        for name, array in one.arrays.items():
            np.testing.assert_array_equal(array, other.arrays[name])
        for name in ("accuracy", "nonzero", "bytes", f"wrong {BIASES[3]}"):
            assert one.values.get(name) == other.values.get(name)


@pytest.mark.usefixtures("_short")
def test_the_student_without_a_three_has_seen_none(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[np.ndarray] = []

    def watched(start: Network, digits, *args, **more):
        seen.append(digits.labels)
        return learned(start, digits, *args, **more)

    monkeypatch.setattr(small, "learned", watched)
    key = Point(Way.UNSEEN, student="small").key(0)
    others = {each: Part(each, {}) for each in plan(SHORT) if each != key}
    (part,) = (e for e in measure(SHORT, Inputs(BASE), others) if isinstance(e, Part))
    assert part.key == key
    assert len(seen) == 1
    assert set(seen[0]) == {0, 1, 2, 4, 5, 6, 7, 8, 9}
    network = network_of(Point(Way.UNSEEN, student="small"), 0, BASE, part.arrays["weights"])
    test = load("embedded").test
    logits, _ = logits_and_probabilities(network, test.inputs())
    said = np.argmax(logits + 4 * np.eye(10)[3], axis=1)
    assert part.values["wrong 4"] == (said != test.labels).sum()
    assert part.values["wrong threes 4"] == (said[test.labels == 3] != 3).sum()


def test_a_bias_lets_a_digit_be_said() -> None:
    logits = np.array([[0, 0, 0, 1.0], [2, 0, 0, 1], [0, 5, 0, 1]])
    labels = np.array([3, 3, 1])
    assert wrong_with_bias(logits, labels, 3, 0) == (1, 1)
    assert wrong_with_bias(logits, labels, 3, 2) == (0, 0)
    assert wrong_with_bias(logits, labels, 3, 5) == (1, 0)


@pytest.mark.usefixtures("_short")
def test_signs_of_life_come_between_the_parts() -> None:
    found = list(measure(SHORT, Inputs(BASE), {each: Part(each, {}) for each in plan(SHORT)[1:]}))
    assert isinstance(found[0], Working)
    assert isinstance(found[-1], Part)


def test_the_front_is_what_no_other_one_beats() -> None:
    sizes, shares = [10, 5, 5, 20, 7, 30], [0.9, 0.5, 0.6, 0.95, 0.6, 0.95]
    assert front(sizes, shares) == [2, 0, 3]
    rng = np.random.default_rng(0)
    sizes, shares = list(rng.integers(1, 20, 40)), list(rng.integers(0, 20, 40) / 20)
    found = front(sizes, shares)
    for place in range(40):
        beaten = any(
            sizes[k] <= sizes[place]
            and shares[k] >= shares[place]
            and (sizes[k], shares[k]) != (sizes[place], shares[place])
            for k in range(40)
        )
        alike = any(
            k in found and (sizes[k], shares[k]) == (sizes[place], shares[place]) for k in range(40)
        )
        assert beaten != alike


def _part(way: Way, share: int, accuracy: float, seed: int = 0) -> Part:
    point = Point(way, share=share)
    about = {"way": way.value, "form": "float32", "share": share, "student": None, "seed": seed}
    return Part(point.key(seed), {**about, "accuracy": accuracy})


def test_so_many_weights_can_go_as_lose_no_more_than_a_point() -> None:
    shares = dict(
        zip(small.SHARES, (0.99, 0.985, 0.98, 0.9, 0.99, 0.5, 0.4, 0.2, 0.1), strict=True)
    )
    cut = [_part(Way.CUT, share, accuracy) for share, accuracy in shares.items()]
    whole = _part(Way.WHOLE, 0, 0.99)
    assert enough([whole, *cut], Way.CUT) == 50  # what comes back at 70 % does not count
    assert enough([whole, *cut[:2]], Way.CUT) is None  # it may be more: that is not measured yet
    assert enough([whole, *cut], Way.TUNED) is None
    assert enough(cut, Way.CUT) is None
    seeds = [_part(Way.TUNED, 20, 0.97), _part(Way.TUNED, 20, 0.99, 1)]
    assert enough([whole, *seeds, _part(Way.TUNED, 40, 0.97)], Way.TUNED) == 20


def test_settings_have_ranges() -> None:
    with pytest.raises(ValueError, match="temperature"):
        SmallSettings(temperature=0)
    with pytest.raises(ValueError, match="updates"):
        replace(EXPERIMENT.quick, updates=1)
