"""One digit is cut out and scaled to MNIST's 20×20."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as some

from model.preprocessing.configuration import DEFAULT
from model.preprocessing.sheet import DigitInk
from model.preprocessing.size_normalization import cropped, fitted, rescaled, scaled


def digit(ink: np.ndarray, fine: int = 1) -> DigitInk:
    return DigitInk(ink.astype(np.float32), 1.0, fine, sheet=ink.shape)


def test_a_crop_is_the_tight_box_of_the_ink() -> None:
    ink = np.zeros((9, 9))
    ink[2:6, 3:5] = 1
    ink[8, 8] = 0.05  # too faint to count
    assert cropped(digit(ink)).ink.shape == (4, 2)


def test_when_the_crop_is_off_the_digit_stays_on_its_sheet() -> None:
    ink = np.ones((2, 3), np.float32)
    kept = cropped(
        DigitInk(ink, 1.0, place=(slice(4, 6), slice(1, 4)), sheet=(10, 8)), on=False
    ).ink
    assert kept.shape == (10, 8)
    assert kept.sum() == 6
    assert (kept[4:6, 1:4] == 1).all()


@given(some.integers(1, 90), some.integers(1, 90))
@settings(deadline=None)
def test_the_longer_side_becomes_twenty_and_the_proportions_stay(height: int, width: int) -> None:
    result = scaled(digit(np.ones((height, width)))).picture
    longer = max(height, width)
    if 18 <= longer <= 20:
        assert result.shape == (height, width)
    else:
        assert max(result.shape) == 20
        expected = [max(1, round(20 * side / longer)) for side in (height, width)]
        assert list(result.shape) == expected
    assert 0 <= result.min() <= result.max() <= 1


def test_when_scaling_is_off_the_digit_fills_the_field() -> None:
    assert scaled(digit(np.ones((7, 40))), on=False).picture.shape == (28, 28)


def test_one_number_can_be_changed() -> None:
    config = replace(DEFAULT.scaling, box=12, fine=2)
    ink, fine = fitted(np.ones((48, 24), np.float32), config)
    assert fine == 2
    assert ink.shape == (24, 12)


def test_a_smaller_grid_holds_the_mean_of_each_area() -> None:
    ink = np.array([[1, 0, 0, 0], [0, 0, 1, 1]], np.float32)
    np.testing.assert_allclose(rescaled(ink, 1, 2), [[0.25, 0.5]], atol=1e-6)
