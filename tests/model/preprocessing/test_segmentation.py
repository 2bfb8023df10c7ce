"""Which pieces make a digit, and in what order they are read."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from model.preprocessing.configuration import DEFAULT
from model.preprocessing.segmentation import digits_found, find_digits
from model.preprocessing.sheet import Ink, Sheet
from tests.sheets import sheet


def bars(*boxes: tuple[int, int, int, int], side: int = 100) -> np.ndarray:
    """A mask with these boxes (top, left, bottom, right) filled."""
    mask = np.zeros((side, side), bool)
    for top, left, bottom, right in boxes:
        mask[top:bottom, left:right] = True
    return mask


@pytest.mark.parametrize(
    ("boxes", "count"),
    [
        ([(20, 20, 80, 26)], 1),
        ([(20, 20, 80, 26), (20, 60, 80, 66)], 2),
        ([(30, 20, 80, 26), (20, 20, 26, 50)], 1),  # the bar of a 5
        ([(20, 20, 80, 26), (85, 80, 88, 83)], 1),  # a speck
        ([(50, 10, 53, 90)], 0),  # a dash
    ],
    ids=["one", "two", "bar", "speck", "dash"],
)
def test_pieces_by_hand(boxes: list[tuple[int, int, int, int]], count: int) -> None:
    assert len(find_digits(bars(*boxes))) == count


def test_lines_are_read_from_the_top_and_each_from_the_left() -> None:
    boxes = [(62, 12, 90, 16), (60, 70, 88, 74), (12, 50, 40, 54), (10, 20, 38, 24)]
    found = [region.box for region in find_digits(bars(*boxes))]
    assert found == [boxes[3], boxes[2], boxes[0], boxes[1]]


def test_when_off_all_ink_is_one_digit() -> None:
    mask = bars((20, 20, 80, 26), (20, 60, 80, 66), (90, 90, 92, 92))
    found = digits_found(Sheet(ink=Ink(mask.astype(np.float32), mask)), on=False)
    assert [region.box for region in found.regions] == [(20, 20, 92, 92)]
    on = digits_found(Sheet(ink=Ink(mask.astype(np.float32), mask)))
    assert [region.box for region in on.regions] == [(20, 20, 80, 26), (20, 60, 80, 66)]


def test_one_number_can_be_changed() -> None:
    mask = bars((20, 20, 80, 26), (50, 60, 74, 66))
    assert len(find_digits(mask)) == 1  # the second is too small to be a digit
    assert len(find_digits(mask, replace(DEFAULT.segmentation, small=0.3))) == 2


@given(arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=60)))
@settings(max_examples=60, deadline=None)
def test_every_region_is_ink_in_a_tight_box_of_its_own(mask: np.ndarray) -> None:
    mask = ndimage.uniform_filter(mask.astype(np.float32), 3) > 0.6
    counted = np.zeros(mask.shape, int)
    for region in find_digits(mask):
        top, left, bottom, right = region.box
        assert region.mask[[0, -1]].any(axis=1).all()
        assert region.mask[:, [0, -1]].any(axis=0).all()
        counted[top:bottom, left:right] += region.mask
    assert (counted <= mask).all()


def test_digits_beside_some_that_touch_are_kept() -> None:
    row = ("0", "0", "0", "0")
    mask = np.zeros((240, 600), bool)
    touching = sheet(
        *((shape, 20 + 46 * n, 80, 80) for n, shape in enumerate(row)), size=(600, 240)
    )
    mask |= touching > 0.5
    mask |= sheet(("4", 330, 85, 60), ("7 crossed", 450, 85, 60), size=(600, 240)) > 0.5
    regions = find_digits(mask)
    assert sum(region.box[1] > 300 for region in regions) == 2


def test_what_the_edge_cuts_beside_a_whole_digit_is_left_out() -> None:
    mask = sheet(("4", 130, 80, 150)) > 0.5
    mask[20:300, :30] |= (np.arange(20, 300) % 24 < 14)[:, None]
    (only_one,) = find_digits(mask)
    assert only_one.box[1] > 100
