"""Five learners: held against plain scikit-learn, and against what mathematics says of mixing."""

from collections.abc import Iterator

import numpy as np
import pytest

from model.data.mnist import Digits, load
from model.experiments import Inputs, Part, Working
from model.experiments.bands import Comparison, band, chosen, compare, numbers
from model.experiments.learners import LEARNERS, read
from model.experiments.learners.five import PLAIN, head_loss, hog_features
from model.experiments.learners.loop import fitted, in_slices, in_thread
from model.experiments.learning import drawn
from model.experiments.measured import measured
from model.experiments.why import EXPERIMENT, WhySettings, measure, mixed, moved, plan
from model.network import Network, count_parameters
from model.network.forward import logits_and_probabilities
from model.network.keras_model import first_weights
from tests.model.experiments.ended import ended


@pytest.fixture(scope="module")
def digits() -> Digits:
    return drawn(load("embedded").training, 200, 0)


def test_hog_with_a_linear_machine_is_what_a_plain_script_computes(digits: Digits) -> None:
    from skimage.feature import hog
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer
    from sklearn.svm import LinearSVC

    def histograms(rows: np.ndarray) -> list[np.ndarray]:
        return [
            hog(row.reshape(28, 28) / 255, pixels_per_cell=(7, 7), cells_per_block=(2, 2))
            for row in rows
        ]

    plain = make_pipeline(FunctionTransformer(histograms), LinearSVC(C=1, random_state=0))
    plain.fit(digits.images.reshape(200, -1), digits.labels)
    test = load("embedded").test
    learned = ended(LEARNERS["hog"](digits, 1, 0))
    answers = ended(read(learned, test.images))
    expected = plain.predict(test.images.reshape(500, -1))
    # The features differ in the last digits of a float, the solver may stop a step later.
    assert (answers != expected).sum() <= 2
    assert (answers == test.labels).mean() > 0.85
    assert learned.parameters == 10 * 324 + 10


def test_an_edge_that_runs_down_fills_the_direction_of_its_gradient() -> None:
    image = np.zeros((1, 28, 28), np.uint8)
    image[:, :, 14:] = 255
    cells = hog_features(image).reshape(3, 3, 2, 2, 9)
    assert cells[1, 1].sum(axis=(0, 1)).argmax() == 0  # 0 to 20 degrees: brighter to the right
    turned = hog_features(image.transpose(0, 2, 1)).reshape(3, 3, 2, 2, 9)
    assert turned[1, 1].sum(axis=(0, 1)).argmax() == 4  # 80 to 100 degrees


def test_the_plain_network_is_as_large_as_the_course_s() -> None:
    assert count_parameters(PLAIN) == 784 * 117 + 117 + 117 * 10 + 10 == 93_025


def test_mixed_weights_and_mixed_pixels_give_the_same_answers(digits: Digits) -> None:
    """Why a dense network must not notice: for each network there is one that reads them alike."""
    first = first_weights(PLAIN, 3)
    order = np.random.default_rng((5, 1)).permutation(784)
    again = {**first, "dense/kernel": first["dense/kernel"][order]}
    logits = [
        logits_and_probabilities(Network(PLAIN, weights, "a test"), each.inputs())[0]
        for weights, each in ((first, digits), (again, mixed(digits, "once", 5)))
    ]
    np.testing.assert_allclose(logits[0], logits[1], atol=1e-5)


def test_mixing_keeps_every_shade_and_mixes_as_it_says(digits: Digits) -> None:
    once, each = mixed(digits, "once", 1), mixed(digits, "each", 1)
    for found in (once, each):
        np.testing.assert_array_equal(
            np.sort(found.images.reshape(200, -1)), np.sort(digits.images.reshape(200, -1))
        )
        np.testing.assert_array_equal(found.labels, digits.labels)
    ever = digits.images.reshape(200, -1).any(axis=0)
    assert once.images.reshape(200, -1).any(axis=0).sum() == ever.sum()  # the edge stays empty
    assert each.images.reshape(200, -1).any(axis=0).all()
    training = mixed(Digits(digits.images[:9], digits.labels[:9]), "once", 1)
    np.testing.assert_array_equal(training.images, once.images[:9])  # tests are mixed alike


@pytest.mark.parametrize("down", [-6, 0, 2])
@pytest.mark.parametrize("right", [-1, 0, 6])
def test_a_digit_is_moved_and_what_leaves_is_gone(digits: Digits, down: int, right: int) -> None:
    found = moved(digits.images[:5], down, right)
    wide = np.pad(digits.images[:5], ((0, 0), (8, 8), (8, 8)))
    expected = np.roll(wide, (down, right), axis=(1, 2))[:, 8:-8, 8:-8]
    np.testing.assert_array_equal(found, expected)


def test_the_head_is_fitted_as_keras_fits_it() -> None:
    import keras

    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 6)).astype(np.float32)
    y = rng.integers(0, 3, 20).astype(np.int32)
    shapes = ((6, 5), (5,), (5, 3), (3,))
    first = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    found = ended(fitted(head_loss, first, x, y, 30, 0, learning_rate=0.01))
    model = keras.Sequential(
        [keras.layers.Input((6,)), keras.layers.Dense(5, "relu"), keras.layers.Dense(3)]
    )
    model.set_weights(first)
    model.compile(
        keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    model.fit(x, y, epochs=30, batch_size=20, verbose=0)
    for mine, theirs in zip(found, model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-4)


def test_a_fault_in_a_solver_reaches_who_waits_for_it() -> None:
    def fail() -> int:
        raise ValueError("only one class")

    with pytest.raises(ValueError, match="only one class"):
        ended(in_thread(fail))
    assert ended(in_thread(lambda: 3)) == 3


def test_pieces_are_joined_in_their_order() -> None:
    np.testing.assert_array_equal(
        ended(in_slices(lambda piece: piece * 2, np.arange(7), 3)), 2 * np.arange(7)
    )


def test_every_part_of_the_plan_can_be_measured_and_none_twice() -> None:
    settings = WhySettings(seeds=1, updates=10)
    keys = plan(settings)
    assert len(keys) == len(set(keys)) == 5 * 5 + 2 * 5 + 1
    chosen_keys = [key for key in keys if "-10-" in key or key.startswith("ink")]
    done = {key: Part(key, {}) for key in keys if key not in chosen_keys}
    steps: Iterator[Part | Working] = measure(settings, Inputs(), done)
    found = [step for step in steps if isinstance(step, Part)]
    assert [part.key for part in found] == chosen_keys
    for part in found:
        accuracy = part.values["accuracy"]
        assert isinstance(accuracy, float)
        assert 0.1 <= accuracy <= 0.8


def test_in_the_result_that_comes_with_the_app_the_dense_network_does_not_notice() -> None:
    result = measured(EXPERIMENT)
    assert result is not None
    assert [part.key for part in result.parts] == list(plan(result.settings))

    def reads(learner: str, pixels: str) -> list[float]:
        parts = chosen(result.parts, learner=learner, pixels=pixels, count=4000)
        return numbers(parts, "accuracy")

    kept, once = (band(reads("dense", pixels)) for pixels in ("kept", "once"))
    assert compare(once, kept) is Comparison.WITHIN
    cnn = [band(reads("cnn", pixels)) for pixels in ("once", "kept")]
    assert compare(*cnn) is Comparison.LOWER
    pictures = next(part for part in result.parts if part.key == "cnn-kept-4000-0").arrays
    assert pictures["weights"].shape == (3, 3, 32)
