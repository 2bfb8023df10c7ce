"""Digits from elsewhere, and learning without labels: against plain computations."""

import numpy as np
import pytest

from model.data.mnist import Digits, load
from model.experiments import Inputs, Part
from model.experiments.elsewhere import (
    LABELS,
    ElsewhereSettings,
    measure,
    plan,
    read_far,
    read_written,
    rotation_values,
)
from model.experiments.learners import far_digits
from model.experiments.learners.far_digits import FarKind, count, examples, label, pair, shrunk
from model.experiments.learners.pretext import (
    CONFIG,
    OUTPUTS,
    TEMPERATURE,
    contrast,
    denoising_loss,
    learned_without_labels,
    rotation_loss,
    told_turns,
)
from model.experiments.learning import drawn, trained
from model.network.architecture import to_vector, weight_shapes
from model.network.forward import probabilities
from model.network.keras_model import first_weights
from model.network.shipped import shipped
from tests.model.experiments.ended import ended


def weights_for(task: str) -> list[np.ndarray]:
    first = list(first_weights(CONFIG, 0).values())
    last = np.random.default_rng(0).normal(0, 0.1, (64, OUTPUTS[task])).astype(np.float32)
    return [*first[:-2], last, np.zeros(OUTPUTS[task], np.float32)]


def test_the_contrast_is_the_formula_of_its_paper() -> None:
    points = np.random.default_rng(1).normal(size=(10, 6)).astype(np.float32)
    unit = points.astype(float) / np.linalg.norm(points, axis=1, keepdims=True)
    losses = []
    for i in range(10):
        partner = (i + 5) % 10
        others = [np.exp(unit[i] @ unit[k] / TEMPERATURE) for k in range(10) if k != i]
        losses.append(-np.log(np.exp(unit[i] @ unit[partner] / TEMPERATURE) / sum(others)))
    assert float(contrast(points)) == pytest.approx(np.mean(losses), rel=1e-4)


def test_a_network_that_knows_nothing_has_the_loss_of_guessing() -> None:
    images = load("embedded").test.images[:8]
    for task, loss, expected in (
        ("rotation", rotation_loss, np.log(4)),
        ("denoising", denoising_loss, np.log(2)),
    ):
        weights = weights_for(task)
        weights[-2] = np.zeros_like(weights[-2])
        found = loss(weights, images, np.zeros(8), np.array([0, 1], np.int32))
        assert float(found) == pytest.approx(expected, rel=1e-5)


def test_a_task_is_learned_and_keeps_all_but_the_last_layer() -> None:
    digits = drawn(load("embedded").training, 100, 0)
    kept, whole = ended(learned_without_labels("rotation", digits, 25, 0))
    first = first_weights(CONFIG, 0)
    assert list(kept) == list(weight_shapes(CONFIG))
    np.testing.assert_array_equal(kept["output/kernel"], first["output/kernel"])
    np.testing.assert_array_equal(kept["conv1/kernel"], whole[0])
    assert (kept["conv1/kernel"] != first["conv1/kernel"]).any()
    told = told_turns(whole, digits.images)
    assert told.shape == (100, 4)
    assert (told == np.arange(4)).mean() > 0.3


def test_what_is_said_of_turns_is_counted_as_a_plain_loop_counts_it() -> None:
    rng = np.random.default_rng(0)
    told, labels = rng.integers(0, 4, (50, 4)), np.arange(50) % 10
    values = rotation_values(told, labels)
    for turned in range(4):
        for said in range(4):
            share = sum(told[n, turned] == said for n in range(50)) / 50
            assert values[f"turned{turned}said{said}"] == pytest.approx(share)
    right = [told[n, turn] == turn for n in range(50) for turn in range(4) if labels[n] == 3]
    assert values["digit3"] == pytest.approx(sum(right) / len(right))


def test_a_training_goes_on_from_the_weights_that_it_is_given() -> None:
    digits = drawn(load("embedded").training, 20, 0)
    start = first_weights(CONFIG, 9)
    none = ended(trained(digits, 1, 0, learning_rate=1e-7, start=start))
    np.testing.assert_allclose(to_vector(none.weights), to_vector(start), atol=1e-6)


@pytest.mark.parametrize("kind", list(FarKind))
def test_every_digit_from_elsewhere_has_ink_and_its_label(kind: FarKind) -> None:
    places = range(0, count(kind), max(1, count(kind) // 8))
    for place in places:
        plain, ours = pair(kind, place)
        assert plain.shape == ours.shape == (28, 28)
        assert plain.dtype == ours.dtype == np.uint8
        assert plain.max() > 40
        rows, columns = np.nonzero(ours > 0)
        assert max(np.ptp(rows), np.ptp(columns)) <= 22  # a box of 20 pixels, and soft edges
        assert 0 <= label(kind, place) <= 9
    assert examples(kind, 4).shape == (2, 4, 28, 28)


def test_one_network_is_read_as_a_loop_over_its_answers_reads_it() -> None:
    network, right, sure = shipped(), 0, []
    for place in range(count(FarKind.SMALL)):
        _, ours = pair(FarKind.SMALL, place)
        shares = probabilities(network, ours[None].astype(np.float32) / 255)[0]
        if shares.argmax() == label(FarKind.SMALL, place):
            right += 1
        else:
            sure.append(shares.max())
    found = read_far(network, FarKind.SMALL).values
    assert found["accuracy"] == pytest.approx(right / count(FarKind.SMALL))
    assert found["sure_wrong"] == pytest.approx(np.mean(sure))

    test = load("embedded").test.take(np.arange(20))
    shifted = Digits(test.images, (test.labels + 1) % 10)
    assert read_written(network, test).values == {"count": 20, "accuracy": 1.0, "sure_wrong": None}
    assert read_written(network, shifted).values["accuracy"] == 0.0


def test_making_a_picture_small_is_the_mean_of_its_blocks() -> None:
    ink = np.random.default_rng(0).random((112, 112)).astype(np.float32)
    expected = ink.reshape(28, 4, 28, 4).mean(axis=(1, 3)) * 255
    np.testing.assert_allclose(shrunk(ink), expected, atol=0.51)


def test_test_digits_are_mnist_s_own() -> None:
    test = load("embedded").test
    plain, _ = pair(FarKind.TEST, 3)
    np.testing.assert_array_equal(plain, test.images[6])
    assert label(FarKind.TEST, 3) == test.labels[6]


def test_every_part_can_be_measured_and_goes_on_from_what_was_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("WRITERS", 1), ("fonts", lambda: (None,))):
        monkeypatch.setattr(far_digits, name, value)
    settings = ElsewhereSettings(seeds=1, without_labels=1, updates=1)
    keys = plan(settings)
    assert len(keys) == len(set(keys)) == 1 + len(FarKind) + 3 + 4 * len(LABELS)
    wanted = ("far-printed-0", "far-pen-0", "task-contrast-0", "contrast-10-0", "scratch-10-0")
    weights = to_vector(first_weights(CONFIG, 4))
    kept = {key: Part(key, {}, {"weights": weights}) for key in keys if key not in wanted}
    steps = measure(settings, Inputs(), kept)
    found = {step.key: step for step in steps if isinstance(step, Part)}
    assert tuple(found) == wanted
    assert found["far-pen-0"].values["count"] == 10
    for key in ("contrast-10-0", "scratch-10-0"):
        for how in ("probe", "tuned"):
            assert 0 <= float(found[key].values[how] or 0) <= 1
    assert "contrast" in found["contrast-10-0"].values.values()
