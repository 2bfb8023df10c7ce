"""Brightness, as the eye sees it."""

import numpy as np
from hypothesis import given
from hypothesis.extra import numpy as arrays

from model.preprocessing.grey import brightness, grey
from model.preprocessing.sheet import Sheet

COLOURS = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]], np.uint8)


def test_the_colours_count_as_much_as_the_eye_sees_of_them() -> None:
    found = grey(Sheet(picture=COLOURS)).brightness
    np.testing.assert_allclose(found, [[0.299, 0.587], [0.114, 1.0]], rtol=1e-5)
    assert found.dtype == np.float32


def test_when_off_only_red_is_taken() -> None:
    found = grey(Sheet(picture=COLOURS), on=False).brightness
    np.testing.assert_array_equal(found, [[1, 0], [0, 1]])


@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2)))
def test_grey_pictures_are_the_same_in_three_channels(picture: np.ndarray) -> None:
    np.testing.assert_allclose(
        brightness(np.stack([picture] * 3, axis=-1)), brightness(picture), atol=1e-5
    )
