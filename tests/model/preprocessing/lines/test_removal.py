"""Printed lines are found, uncovered and taken off; strokes stay."""

from dataclasses import replace

import numpy as np
import pytest

from model.preprocessing.binarization import find_ink
from model.preprocessing.configuration import DEFAULT
from model.preprocessing.lines.frames import leftovers, rulings
from model.preprocessing.lines.removal import lines_removed, without_lines
from model.preprocessing.pipeline import preprocess
from model.preprocessing.sheet import Sheet
from tests.sheets import SIDE, sheet


def squared(pitch: int, dark: float, *, skew: float = 0.0) -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE]
    return np.float32(dark) * (((y + skew * x) % pitch < 2) | ((x - skew * y) % pitch < 2))


def test_a_line_is_uncovered_and_the_strokes_below_it_stay() -> None:
    ink = 0.5 * sheet(("4", 90, 80, 150))
    seen = 1 - (1 - ink) * (1 - squared(30, 0.4, skew=0.04))
    found = without_lines(seen.astype(np.float32), 0.08)
    assert found.count in range(20, 24)
    assert np.abs(found.darkness - ink)[found.band].mean() < 0.01
    assert np.abs(seen - ink)[found.band].mean() > 0.08
    untouched = ~found.band
    assert (found.darkness[untouched] == seen.astype(np.float32)[untouched]).all()


def test_lines_that_run_together_are_lines_and_a_slanting_stem_is_none() -> None:
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    fan = 0.5 * ((y / (1 + 0.0008 * x)) % 40 < 2).astype(np.float32)
    assert without_lines(fan, 0.08).count >= 7
    frame = 0.8 * np.isin(np.mgrid[:SIDE, :SIDE][1] // 3, (4, 100)).astype(np.float32)
    stem = np.zeros((SIDE, SIDE), np.float32)
    for row in range(15, 305):
        stem[row, 120 + row // 6 : 128 + row // 6] = 0.6
    found = without_lines(np.maximum(frame, stem), 0.08)
    assert found.count == 2
    assert (found.darkness[stem > 0] == np.float32(0.6)).all()


def ruled() -> Sheet:
    """A 4 on paper with lines every 40 pixels, as found ink."""
    y, _ = np.mgrid[:SIDE, :SIDE]
    darkness = np.maximum(0.8 * sheet(("4", 90, 80, 150)), 0.4 * ((y + 20) % 40 < 2))
    found = find_ink(darkness.astype(np.float32), 0.08)
    assert found is not None
    return Sheet(darkness=darkness.astype(np.float32), ink=found)


def test_the_stage_leaves_the_digit_and_takes_the_lines() -> None:
    before = ruled()
    after = lines_removed(before)
    digit = sheet(("4", 90, 80, 150)) > 0.5
    assert after.ink.mask[digit].mean() > 0.98
    assert after.ink.mask[~digit].mean() < 0.01 < before.ink.mask[~digit].mean()
    assert lines_removed(before, on=False) is before


def test_one_number_can_be_changed() -> None:
    before = ruled()
    config = replace(DEFAULT, lines=replace(DEFAULT.lines, smallest=SIDE + 1))
    np.testing.assert_array_equal(lines_removed(before, config=config).ink.mask, before.ink.mask)


@pytest.mark.parametrize("column", [30, 160, 290])
def test_one_line_from_edge_to_edge_is_a_one_or_a_margin(column: int) -> None:
    darkness = np.zeros((SIDE, SIDE), np.float32)
    darkness[:, column : column + 3] = 0.6
    found = find_ink(darkness, 0.08)
    assert found is not None
    after = lines_removed(Sheet(darkness=darkness, ink=found))
    assert after.ink.mask.any() == (column == 160)


def test_remnants_where_lines_were_are_left_out() -> None:
    mask, band = np.zeros((80, 80), bool), np.zeros((80, 80), bool)
    band[30:33] = True
    mask[31, 5:9] = True
    mask[15:50, 40:43] = True
    left = leftovers(mask, band)
    assert left[31, 5:9].all()
    assert left.sum() == 4


def cell(side: int = 128) -> np.ndarray:
    """A sheet's darkness with the sharp ruling at the right of a cell that was cut out."""
    sheet = np.full((side, side), 200, np.uint8)
    sheet[:, side - 6 : side - 3] = 120
    return sheet


def test_a_straight_stem_beside_a_ruling_is_a_stroke() -> None:
    """A 9 whose stem is parallel to the ruling, long, and darker: it ends inside the cell."""
    sheet = cell()
    sheet[12:118, 64:70] = 40
    sheet[12:18, 30:70] = 40
    sheet[12:56, 30:36] = 40
    sheet[50:56, 30:70] = 40
    (digit,) = preprocess(sheet).digits
    assert digit.box == (12, 30, 118, 70)


def test_rulings_too_broad_for_a_line_are_no_stroke() -> None:
    sheet = cell()
    sheet[108:120, :] = 30  # broader than any line, and not at the very edge
    sheet[:, :5] = 60
    sheet[20:90, 60:66] = 80
    (digit,) = preprocess(sheet).digits
    assert digit.box == (20, 60, 90, 66)


def test_a_digit_that_reaches_all_edges_is_no_ruling() -> None:
    """A 2 that is cut out tightly: its foot goes across the whole sheet, but is part of it."""
    mask = np.zeros((100, 80), bool)
    mask[88:, :] = True
    mask[:12, :] = True
    mask[:50, 68:] = True
    mask[40:52, :] = True
    mask[40:, :12] = True
    assert not rulings(mask).any()


def test_where_nothing_is_inside_rulings_stay() -> None:
    """They may be all there is: a 1 that was cut out tightly."""
    mask = np.zeros((100, 80), bool)
    mask[:, :10] = True
    assert not rulings(mask).any()
    mask[30:70, 40:46] = True
    assert rulings(mask)[:, :10].all()
    assert not rulings(mask)[30:70, 40:46].any()
