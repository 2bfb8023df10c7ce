"""Ink is what is clearly darker than paper."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from model.preprocessing.binarization import (
    darkness_of,
    find_ink,
    ink_found,
    mean_width,
    otsu,
    soft,
    solid,
)
from model.preprocessing.configuration import DEFAULT
from model.preprocessing.sheet import Sheet
from tests.sheets import SIDE, sheet


def test_faint_ink_counts_where_it_continues_a_stroke() -> None:
    """Hysteresis by hand: one row with a dark stroke, its faint end, and a faint speck apart."""
    darkness = np.array([[0, 0.8, 0.8, 0.8, 0.2, 0, 0, 0.2, 0]], np.float32)
    found = find_ink(darkness, 0.08)
    assert found is not None
    np.testing.assert_array_equal(found.mask, [[0, 1, 1, 1, 1, 0, 0, 0, 0]])


def test_one_number_can_be_changed() -> None:
    darkness = np.array([[0, 0.8, 0.8, 0.8, 0.2, 0, 0, 0.2, 0]], np.float32)
    eager = find_ink(darkness, 0.08, replace(DEFAULT.binarization, strong=0.1))
    assert eager is not None
    assert eager.mask[0, 7]


def test_on_clean_paper_a_paler_line_is_ink_than_on_photographed() -> None:
    paper = np.ones((100, 100), np.float32)
    paper[20:80, 50] -= 0.03
    assert ink_found(Sheet(paper=paper)).ink.mask[20:80, 50].all()
    grainy = paper + np.random.default_rng(0).normal(0, 0.002, paper.shape).astype(np.float32)
    assert ink_found(Sheet(paper=grainy)).blank


def test_paper_without_ink_is_blank() -> None:
    blank = ink_found(Sheet(paper=np.ones((20, 20), np.float32)))
    assert blank.blank
    assert not blank.ink.strength.any()
    assert find_ink(np.zeros((3, 3), np.float32), 0.08) is None


def test_when_off_what_is_darker_than_half_is_ink() -> None:
    paper = np.array([[1, 0.6, 0.4, 0]], np.float32)
    found = ink_found(Sheet(paper=paper), on=False)
    np.testing.assert_array_equal(found.ink.mask, [[0, 0, 1, 1]])
    assert found.ink.fixed == 0.5
    assert not ink_found(Sheet(paper=np.ones((2, 2), np.float32)), on=False).blank


def test_the_floor_follows_the_grain_of_the_paper() -> None:
    chance = np.random.default_rng(0)
    for grain in (0.02, 0.05):
        paper = (1 + chance.normal(0, grain, (150, 150))).astype(np.float32)
        _, floor = darkness_of(paper)
        assert floor == pytest.approx(4.5 * grain, rel=0.1) or floor == 0.08


def test_otsu_parts_two_groups_between_them() -> None:
    values = np.array([0.1] * 20 + [0.15] * 20 + [0.8] * 10)
    assert 0.15 < otsu(values) < 0.8


@given(arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, max_side=12)))
def test_soft_is_the_ink_and_one_pixel_around(mask: np.ndarray) -> None:
    around = ndimage.binary_dilation(mask, np.ones((3, 3)))
    np.testing.assert_array_equal(soft(np.full(mask.shape, 0.5), mask) > 0, around)


@pytest.mark.parametrize("width", [3, 5, 9])
def test_the_mean_width_of_a_long_bar_is_nearly_its_own(width: int) -> None:
    mask = np.zeros((width + 10, 400), bool)
    mask[5 : 5 + width, 5:395] = True
    assert mean_width(mask) == pytest.approx(width, rel=0.03)


def test_pencil_s_grain_is_averaged_over_and_a_pen_is_left_alone() -> None:
    ink = sheet(("0", 90, 80, 150), pen=16)
    bare = np.random.default_rng(1).random((SIDE // 2, SIDE // 2)) < 0.3
    grain = np.kron(bare, np.ones((2, 2))) * ink
    found = find_ink(np.float32(0.4) * (ink - grain), 0.08)
    assert found is not None
    smooth = solid(found, np.float32(0.4) * (ink - grain)).mask
    assert mean_width(smooth) > 1.8 * mean_width(found.mask)
    pen = find_ink(np.float32(0.4) * ink, 0.08)
    assert pen is not None
    assert solid(pen, np.float32(0.4) * ink) is pen


@pytest.mark.parametrize(("grain", "found"), [(0.0, True), (0.004, False)])
def test_the_palest_line_is_ink_where_the_paper_has_one_value(grain: float, found: bool) -> None:
    """Drawn on a screen: on a photographed sheet a shadow may be as dark as that."""
    paper = np.random.default_rng(1).normal(1, grain, (SIDE, SIDE))
    paper[80:240, 150:154] -= 0.07
    ink = ink_found(Sheet(paper=paper.astype(np.float32))).ink
    assert ink.mask[100:220, 151:153].all() == found
    assert not ink.mask[:, 170:].any()
