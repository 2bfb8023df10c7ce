"""A fold of the paper is no stroke; a faint stroke that ends is one."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from model.preprocessing.configuration import DEFAULT
from model.preprocessing.paper.creases import is_crease
from model.preprocessing.pipeline import preprocess
from model.preprocessing.sheet import Region, whole_sheet
from tests.sheets import SIDE


def line(dark: float, first: int = 0, last: int = SIDE, *, slant: float = 0.08) -> np.ndarray:
    """A line of three pixels' width that leans, from one row to another; on grain."""
    grain = np.random.default_rng(4).normal(0, 0.01, (SIDE, SIDE))
    y, x = np.mgrid[:SIDE, :SIDE]
    own = (np.abs(x - 140 - slant * y) < 1.5) & (y >= first) & (y < last)
    return (grain + dark * own).astype(np.float32)


def piece(darkness: np.ndarray, first: int, last: int) -> Region:
    """What a threshold has found of it, between two rows."""
    mask = darkness > 0.06
    mask[:first], mask[last:] = False, False
    mask[:, :120], mask[:, 190:] = False, False
    (found,) = whole_sheet(mask)
    return found


@pytest.mark.parametrize(("first", "last"), [(0, SIDE), (100, 200), (0, 150)])
def test_a_piece_of_a_faint_line_that_goes_on_is_a_crease(first: int, last: int) -> None:
    darkness = line(0.1)
    darkness[:first] *= 0.7
    darkness[last:] *= 0.7
    assert is_crease(darkness, darkness, piece(darkness, first, last))


def test_a_stroke_that_ends_is_none_however_faint() -> None:
    for first, last in ((100, 200), (0, 150), (40, SIDE)):
        darkness = line(0.1, first, last)
        assert not is_crease(darkness, darkness, piece(darkness, first, last))


def test_a_dark_line_from_edge_to_edge_is_a_one() -> None:
    darkness = line(0.4)
    assert not is_crease(darkness, darkness, piece(darkness, 0, SIDE))
    bold = replace(DEFAULT.creases, faint=0.5)
    assert is_crease(darkness, darkness, piece(darkness, 0, SIDE), bold)


def test_a_faint_seven_is_none_though_its_stem_lies_on_a_line() -> None:
    darkness = line(0.1)
    darkness[100:103, 90:148] += np.float32(0.1)
    mask = darkness > 0.06
    mask[:98], mask[200:], mask[:, :88], mask[:, 170:] = False, False, False, False
    (seven,) = whole_sheet(mask)
    assert not is_crease(darkness, darkness, seven)


def folded(dark: float, step: float, slope: float, *, one: float = 0.0) -> np.ndarray:
    """A sheet that was folded twice: fine lines and soft steps of light; and a 1."""
    chance = np.random.default_rng(1)
    y, x = np.mgrid[:420, :320].astype(np.float32)
    lit = 1 - slope * y / 420
    for far in (x - 165 - 0.09 * y, y - 200 + 0.02 * x):
        lit = lit * (1 - step * np.clip(far / 6 + 0.5, 0, 1))
        lit = lit * (1 - dark * np.exp(-((far / 2) ** 2)))
    stroke = (np.abs(x - 250) < 3) & (np.abs(y - 300) < 70)
    shown = ndimage.gaussian_filter(0.85 * lit * (1 - one * stroke), 0.7)
    shown = shown + chance.normal(0, 0.008, lit.shape)
    return (255 * np.clip(shown, 0, 1)).astype(np.uint8)


@pytest.mark.parametrize(
    ("dark", "step", "slope"), [(0.1, 0.05, 0.2), (0.1, 0.1, 0.5), (0.14, 0.05, 0.2)]
)
def test_a_folded_sheet_is_blank_and_a_one_on_it_is_read(
    dark: float, step: float, slope: float
) -> None:
    blind = replace(DEFAULT, creases=replace(DEFAULT.creases, faint=0.0))
    sheet = folded(dark, step, slope)
    assert preprocess(sheet, config=blind).digits
    assert preprocess(sheet).digits == ()
    (found,) = preprocess(folded(dark, step, slope, one=0.5)).digits
    assert found.box[1] > 240
