"""Parting and joining: decided by what looks like a digit, and no ink is lost or made."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from model.data import mnist
from model.preprocessing.configuration import DEFAULT
from model.preprocessing.pipeline import from_ink
from model.preprocessing.sheet import Ink, Region, Sheet, whole_sheet
from model.preprocessing.split_merge import digits_regrouped, regrouped


def region(mask: np.ndarray) -> Region:
    (only,) = whole_sheet(mask)
    return only


def bars(*columns: int, height: int = 40, width: int = 60) -> np.ndarray:
    mask = np.zeros((height, width), bool)
    for column in columns:
        mask[:, column : column + 4] = True
    return mask


def narrow(candidate: Region) -> float:
    """Ones alone are digits here."""
    return 1.0 if candidate.width <= 6 else 0.0


def test_bars_apart_are_parted_from_left_to_right() -> None:
    for columns in ((10, 20), (3, 14, 40)):
        parts = regrouped((region(bars(*columns)),), narrow)
        assert [part.box for part in parts] == [(0, left, 40, left + 4) for left in columns]


def test_the_stage_parts_and_when_off_leaves_all_as_it_is() -> None:
    mask = bars(10, 20)
    before = Sheet(ink=Ink(mask.astype(np.float32), mask), regions=(region(mask),))
    assert len(digits_regrouped(before, narrow).regions) == 2
    assert digits_regrouped(before, narrow, on=False) is before


def test_one_number_can_be_changed() -> None:
    mask = bars(0, 50, width=54)
    mask[18:21] = True
    asks_less = replace(DEFAULT.split_merge, cut=0.9)

    def half(candidate: Region) -> float:
        return 0.95 if candidate.width < 50 else 0.0

    assert len(regrouped((region(mask),), half)) == 1
    assert len(regrouped((region(mask),), half, asks_less)) == 2


@pytest.mark.parametrize(("small", "found"), [(6, 6), (2, 1)])
def test_small_digits_are_found_beside_large_writing(small: int, found: int) -> None:
    """A word on top, 60 pixels high, which is no digit; below it several ones, 20 pixels high."""
    mask = np.zeros((200, 300), bool)
    mask[10:70, 20:280] = True
    for number in range(small):
        mask[150:170, 20 + 40 * number : 24 + 40 * number] = True
    word = Region((10, 20, 70, 280), np.ones((60, 260), bool))
    before = Sheet(ink=Ink(mask.astype(np.float32), mask), regions=(word,))
    after = digits_regrouped(before, narrow)
    assert len(after.regions) == found
    assert (after.regions == before.regions) == (found == 1)


def test_what_looks_like_a_digit_is_left_whole() -> None:
    whole = region(bars(10, 20))
    assert regrouped((whole,), lambda candidate: 0.6) == (whole,)


def test_a_stroke_is_cut_in_what_is_wide_alone() -> None:
    """An H is as wide as two ones with a bar between them, but a letter."""
    for apart, parts in ((24, 1), (50, 2)):
        mask = bars(0, apart, width=apart + 4)
        mask[18:21] = True

        def half(candidate: Region, apart: int = apart) -> float:
            return 1.0 if candidate.width < apart else 0.0

        assert len(regrouped((region(mask),), half)) == parts


def test_a_cut_through_a_stroke_asks_for_more_than_one_through_paper() -> None:
    mask = bars(0, 50, width=54)

    def half(candidate: Region) -> float:
        return 0.95 if candidate.width < 50 else 0.0

    assert len(regrouped((region(mask),), half)) == 2
    mask[18:21] = True
    assert len(regrouped((region(mask),), half)) == 1


def test_a_cut_that_left_no_digit_is_made_anew() -> None:
    """Two bars on one foot, of different widths, were cut through in the middle."""
    mask = bars(0, 24, width=34)
    mask[36:] = True
    pieces = tuple(region(mask & half) for half in (np.arange(34) < 17, np.arange(34) >= 17))

    def elsewhere(candidate: Region) -> float:
        return 0.0 if candidate.width in (17, 34) else 1.0

    wide = replace(DEFAULT.split_merge, wide=0.5)
    parts = regrouped(pieces, elsewhere, wide)
    assert len(parts) == 2
    assert all(part.width != 17 for part in parts)
    together = np.zeros_like(mask)
    for part in parts:
        top, left, bottom, right = part.box
        together[top:bottom, left:right] |= part.mask
    assert np.array_equal(together, mask)


def test_two_signs_beside_each_other_are_two_if_one_is_a_digit() -> None:
    mask = bars(4, width=60)
    mask[4:36, 20:50] = True
    for whole, parts in ((0.0, 2), (0.3, 1)):

        def like(candidate: Region, whole: float = whole) -> float:
            return 1.0 if candidate.width <= 4 else whole if candidate.width > 30 else 0.1

        assert len(regrouped((region(mask),), like)) == parts


def test_halves_are_joined_and_neighbours_far_off_are_not() -> None:
    def wide(candidate: Region) -> float:
        return 1.0 if candidate.width > 6 else 0.0

    for second, count in ((12, 1), (30, 2)):
        both = bars(0, second)
        halves = tuple(region(both & half) for half in (np.arange(60) < 8, np.arange(60) >= 8))
        joined = regrouped(halves, wide)
        assert len(joined) == count
        if count == 1:
            assert np.array_equal(joined[0].mask, both[:, :16])


def test_a_page_of_text_is_left_alone() -> None:
    asked: list[Region] = []

    def likeness(candidate: Region) -> float:
        asked.append(candidate)
        return 0.0

    many = tuple(region(bars(10, 20)) for _ in range(DEFAULT.split_merge.most + 1))
    assert regrouped(many, likeness) == many
    assert not asked


@given(
    arrays.arrays(bool, st.tuples(st.integers(1, 70), st.integers(1, 110))),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_no_ink_is_lost_or_made(mask: np.ndarray, seed: int) -> None:
    chance = np.random.default_rng(seed)
    mask = ndimage.uniform_filter(mask.astype(np.float32), 5) > 0.5
    regions = whole_sheet(mask)
    sheet = np.zeros(mask.shape, int)
    for part in regrouped(regions, lambda candidate: float(chance.choice([0.0, 1.0]))):
        top, left, bottom, right = part.box
        assert part.mask.shape == (bottom - top, right - left)
        sheet[top:bottom, left:right] += part.mask
    assert np.array_equal(sheet, mask.astype(int))


def row_of(*labels: int, gap: int, seed: int = 5) -> np.ndarray:
    """Test digits side by side with so many pixels between them, three times as large."""
    chance, test = np.random.default_rng(seed), mnist.embedded().test
    pieces = []
    for label in labels:
        picture = test.images[chance.choice(np.flatnonzero(test.labels == label))]
        picture = picture[:, picture.max(axis=0) > 60]
        pieces += [picture, np.zeros((28, max(gap, 0)), np.uint8)]
    small = np.pad(np.concatenate(pieces, axis=1), 12).astype(np.float32) / 255
    return np.clip(ndimage.zoom(small, 3, order=1), 0, 1)


@pytest.mark.parametrize("gap", [0, 1])
def test_digits_that_touch_or_nearly_do_are_found(gap: int) -> None:
    pairs = [(a, b) for a in range(10) for b in range(10)]
    found = [len(from_ink(row_of(*pair, gap=gap)).digits) for pair in pairs]
    assert sum(count == 2 for count in found) >= 93, found


def test_a_single_digit_stays_one() -> None:
    found = [
        len(from_ink(row_of(label, gap=0, seed=s)).digits) for label in range(10) for s in (1, 2, 3)
    ]
    assert found == [1] * 30
