"""The centre of mass moves to the middle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

from model.preprocessing.centring import centred, placed
from model.preprocessing.sheet import DigitInk


def test_by_hand() -> None:
    ink = np.zeros((4, 6), np.float32)
    ink[1, 2] = 1
    assert np.argwhere(placed(ink)).tolist() == [[14, 14]]
    assert np.argwhere(placed(ink, centred=False)).tolist() == [[1, 2]]


@given(
    arrays.arrays(
        np.float32,
        arrays.array_shapes(min_dims=2, max_dims=2, max_side=13),
        elements=some.floats(0, 1, width=16),
    )
)
@settings(deadline=None)
def test_the_centre_of_mass_is_in_the_middle_and_no_ink_that_fits_is_lost(ink: np.ndarray) -> None:
    field = placed(ink)
    assert field.shape == (28, 28)
    if ink.sum() > 0.1:
        assert field.sum() == pytest.approx(ink.sum(), rel=1e-4)
        for axis in (0, 1):
            mass = field.sum(axis=1 - axis)
            assert abs(mass @ np.arange(28) / mass.sum() - 14) <= 0.51


def test_when_off_the_digit_stays_in_its_corner() -> None:
    digit = DigitInk(np.ones((8, 4), np.float32), 1.0, fine=2)
    assert np.argwhere(centred(digit, on=False).ink).max(axis=0).tolist() == [3, 1]
    assert centred(digit).ink.sum() == 8
    assert centred(digit).fine == 1
