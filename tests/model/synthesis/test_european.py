import numpy as np

from model.data.mnist import Digits
from model.synthesis.european import european_digits


def test_drawn_digits_look_like_mnists() -> None:
    digits = Digits(*european_digits(40, seed=5))
    assert digits.images.shape == (40, 28, 28)
    assert digits.images.dtype == np.uint8
    assert np.bincount(digits.labels, minlength=10).tolist() == [8, 20, 0, 0, 0, 0, 0, 12, 0, 0]
    inputs = digits.inputs()
    assert inputs.max(axis=(1, 2)).min() > 0.9  # ink reaches full black
    assert inputs[:, [0, -1]].mean() < 0.005  # and hardly ever touches the rim
    rows = np.arange(28)
    centres = (inputs.sum(2) @ rows) / inputs.sum((1, 2))
    assert np.abs(centres - 13.5).max() < 1.5


def test_the_same_seed_draws_the_same_and_no_two_digits_are_alike() -> None:
    first, _ = european_digits(20, seed=1)
    np.testing.assert_array_equal(first, european_digits(20, seed=1)[0])
    assert len({image.tobytes() for image in first}) == 20
    assert not np.array_equal(first, european_digits(20, seed=2)[0])


def test_an_upstroke_is_wide_and_a_crossing_bar_leaves_more_ink() -> None:
    digits = Digits(*european_digits(200, seed=3))
    ink = digits.inputs().sum((1, 2))
    crossed, plain = ink[np.isin(np.arange(200) % 10, (5, 6))], ink[np.arange(200) % 10 == 7]
    assert crossed.mean() > plain.mean()
