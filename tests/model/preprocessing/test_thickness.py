"""Strokes get a width that MNIST knows."""

from dataclasses import replace

import numpy as np
import pytest

from model.preprocessing.configuration import DEFAULT
from model.preprocessing.sheet import DigitInk
from model.preprocessing.thickness import stroke_width, thickened


def bar(width: int, fine: int = 4) -> DigitInk:
    """An upright stroke of 20 pixels' height, this many fine values wide."""
    ink = np.zeros((20 * fine, 8 * fine), np.float32)
    ink[:, 3 * fine : 3 * fine + width] = 1
    return DigitInk(ink, 1.0, fine)


@pytest.mark.parametrize(("width", "aim"), [(2, 2.3), (4, 2.3), (19, 3.0)])
def test_thin_strokes_grow_and_broad_ones_shrink(width: int, aim: float) -> None:
    result = thickened(bar(width))
    # Across its middle, in pixels of the final grid: half of the soft edges counts.
    middle = result.ink[result.ink.shape[0] // 2].sum() / result.fine
    assert middle == pytest.approx(aim, abs=0.5)


def test_a_line_of_one_pixel_grows_in_a_file_of_mnist_s_size_and_one_of_two_stays() -> None:
    """Drawn in a program for small pictures; by their pixels' distances the two are alike."""
    one, two = bar(1, fine=1), bar(2, fine=1)
    assert stroke_width(one.ink > 0.5) == stroke_width(two.ink > 0.5) == 2
    assert thickened(two) is two
    result = thickened(one)
    middle = result.ink[result.ink.shape[0] // 2].sum() / result.fine
    assert middle == pytest.approx(2.3, abs=0.5)


@pytest.mark.parametrize("width", [9, 12, 13])
def test_what_mnist_knows_stays(width: int) -> None:
    given_digit = bar(width)
    assert thickened(given_digit) is given_digit


def test_when_off_all_stays() -> None:
    thin = bar(2)
    assert thickened(thin, on=False) is thin
    assert thickened(thin) is not thin


def test_one_number_can_be_changed() -> None:
    easy = replace(DEFAULT, thickness=replace(DEFAULT.thickness, thinnest=0.1))
    thin = bar(2)
    assert thickened(thin, config=easy) is thin


@pytest.mark.parametrize("width", [2, 4, 7])
def test_stroke_width_by_hand(width: int) -> None:
    mask = np.zeros((60, 40), bool)
    mask[5:55, 10 : 10 + width] = True
    assert abs(stroke_width(mask) - width) < 0.5
