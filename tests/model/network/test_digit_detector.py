"""The detector: the sums by hand and against Keras, and what it says of digits and of others."""

import time

import numpy as np
import pytest

from model import train_detector
from model.data import mnist
from model.network.digit_detector import LAYERS, SHAPES, Detector, detector, detector_card
from model.network.shipped import FOLDER
from model.synthesis.detector_set import HELD_OUT, for_measuring, no_digits, simple
from model.synthesis.digit_set import digits_of_many_hands, reinked
from model.synthesis.glyphs import DOODLES, LETTERS, NUMERALS
from model.synthesis.glyphs import SHAPES as DRAWN_SHAPES
from model.synthesis.scribbles import SCRIBBLES


def some(seed: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    arrays = {}
    for name in LAYERS:
        arrays[f"{name}/kernel"] = random.normal(0, 0.15, SHAPES[name]).astype(np.float32)
        arrays[f"{name}/bias"] = random.normal(0, 0.1, SHAPES[name][-1]).astype(np.float32)
    return arrays


def of(arrays: dict[str, np.ndarray], limit: float = 0.5) -> Detector:
    kernels = {name: arrays[f"{name}/kernel"] for name in LAYERS}
    return Detector(kernels, {name: arrays[f"{name}/bias"] for name in LAYERS}, limit)


def test_numpy_computes_what_keras_does() -> None:
    arrays = some(4)
    model = train_detector.detector_model()
    for name in LAYERS:
        model.get_layer(name).set_weights([arrays[f"{name}/kernel"], arrays[f"{name}/bias"]])
    pictures = mnist.embedded().test.inputs()[:7]
    scores = np.asarray(model(pictures[..., None]), np.float64)
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(of(arrays).answers(pictures), shares, atol=1e-4)
    np.testing.assert_allclose(of(arrays).likeness(pictures), 1 - shares[:, -1], atol=1e-4)


def test_many_pictures_are_judged_like_each_and_none_at_all_gives_nothing() -> None:
    one = of(some(5))
    pictures = mnist.embedded().training.inputs()[:253]
    many = one.likeness(pictures)
    np.testing.assert_allclose(many[-1:], one.likeness(pictures[-1:]), atol=1e-5)
    assert one.likeness(pictures[:0]).shape == (0,)
    np.testing.assert_array_equal(one.accepts(pictures), many >= one.limit)


def test_another_shape_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"\(n, 28, 28\)"):
        detector().likeness(np.zeros((28, 28), np.float32))


def test_hardly_a_digit_is_refused_by_the_shipped_detector() -> None:
    data = mnist.embedded()
    other = digits_of_many_hands(data.test, 200, seed=90)
    assert detector().accepts(data.test.inputs()).mean() >= 0.99
    assert detector().accepts(other.inputs()).mean() >= 0.985


def test_most_of_what_is_no_digit_is_refused_also_what_was_never_met() -> None:
    for kind, pictures in for_measuring(5, seed=91).items():
        refused = ~detector().accepts(pictures.astype(np.float32) / 255)
        least = 0.85 if kind.endswith(", met") else 0.5
        if kind.startswith("numerals"):
            least = 0.75  # some do look like another digit of ours
        assert refused.mean() > least, kind


def test_the_card_tells_what_is_held_out_and_what_was_measured() -> None:
    known = {*LETTERS, *DOODLES, *DRAWN_SHAPES, *NUMERALS, *SCRIBBLES}
    assert set(detector_card()["never met"]) == HELD_OUT <= known
    assert detector_card()["refused"]["MNIST's test digits"] <= 0.01
    assert detector_card()["limit"] == detector().limit
    assert (FOLDER / "detector.npz").stat().st_size < 150_000


def test_a_judgement_takes_a_few_milliseconds() -> None:
    picture = mnist.embedded().test.inputs()[:1]
    times = []
    for _ in range(20):
        began = time.perf_counter()
        detector().accepts(picture)
        times.append(time.perf_counter() - began)
    assert sorted(times)[5] < 0.005


def test_examples_are_as_many_as_asked_for_and_the_same_for_a_seed() -> None:
    digits = mnist.embedded().training
    hands = digits_of_many_hands(digits, 24, seed=1)
    assert hands.images.shape == (24, 28, 28)
    np.testing.assert_array_equal(hands.images, digits_of_many_hands(digits, 24, seed=1).images)
    none = no_digits(digits, 60, seed=1)
    assert none.shape == (60, 28, 28)
    assert none.dtype == np.uint8
    np.testing.assert_array_equal(none, no_digits(digits, 60, seed=1))


def test_a_digit_drawn_again_keeps_its_shape() -> None:
    digits = mnist.embedded().training
    random = np.random.default_rng(2)
    for image in digits.images[::800]:
        again = reinked(image, random).astype(float).ravel()
        assert np.corrcoef(again, image.astype(float).ravel())[0, 1] > 0.75


def test_dashes_blots_noise_and_blank_are_all_among_the_simple_ones() -> None:
    random = np.random.default_rng(3)
    ink = np.array([simple(random).mean() for _ in range(60)])
    assert ink.min() == 0
    assert ink.max() == 255


def test_a_detector_is_made_with_its_card(tmp_path, capsys) -> None:
    few = ["--data", "embedded", "--hands", "16", "--none", "40", "--epochs", "1"]
    assert train_detector.main([*few, "--measured", "1", "--out", str(tmp_path)]) == 0
    with np.load(tmp_path / "detector.npz") as file:
        assert {name: file[f"{name}/kernel"].shape for name in LAYERS} == SHAPES
    assert "refused" in capsys.readouterr().out
