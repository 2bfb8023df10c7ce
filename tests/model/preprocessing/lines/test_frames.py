"""What a small file shows of its cell's frame is no stroke; a digit that is cut tightly stays."""

import numpy as np
import pytest

from model.preprocessing.lines.frames import bare_frame, cell_edges
from model.preprocessing.pipeline import preprocess


def framed(side: int, *edges: int) -> np.ndarray:
    """A cell: a 7 in the middle, and its frame along some of its edges (0 is the top)."""
    ink = np.zeros((side, side), bool)
    unit = side / 28
    top, low, left, right = (round(unit * place) for place in (7, 21, 9, 19))
    pen = max(2, round(2 * unit))
    ink[top : top + pen, left:right] = True
    ink[top:low, right - pen : right] = True
    for edge in edges:
        np.rot90(ink, edge)[1 : 1 + max(1, round(unit))] = True
    return ink


@pytest.mark.parametrize("side", [20, 28, 48, 64])
@pytest.mark.parametrize("edges", [(0,), (1, 2), (0, 1, 2, 3)])
def test_a_small_cells_frame_is_taken_off(side: int, edges: tuple[int, ...]) -> None:
    plain, seen = framed(side), framed(side, *edges)
    np.testing.assert_array_equal(cell_edges(seen), seen & ~plain)
    (digit,) = preprocess(np.where(seen, 60, 210).astype(np.uint8)).digits
    (alone,) = preprocess(np.where(plain, 60, 210).astype(np.uint8)).digits
    assert digit.box == alone.box


def test_strokes_at_the_edges_of_a_tight_file_stay() -> None:
    """A 5 with its bar apart, cut out tightly: its bar lies along the upper edge."""
    ink = np.zeros((28, 20), bool)
    ink[:3, 4:] = True
    ink[5:, 2:5] = True
    ink[12:15, 2:18] = ink[25:, 2:18] = ink[12:, 15:18] = True
    assert not cell_edges(ink).any()


def test_a_frame_around_nothing_stays() -> None:
    """It may be a 0."""
    ink = np.zeros((28, 28), bool)
    ink[1:27, 1:27] = True
    ink[4:24, 4:24] = False
    assert not cell_edges(ink).any()
    assert not bare_frame(ink)


@pytest.mark.parametrize("side", [28, 64, 200])
@pytest.mark.parametrize("edges", [(0,), (1, 3), (2, 3), (0, 1, 2)])
def test_the_frame_of_an_empty_cell_is_no_digit(side: int, edges: tuple[int, ...]) -> None:
    ink = np.zeros((side, side), bool)
    wide = max(2, side // 16)  # too broad to be taken for a printed line
    for edge in edges:
        np.rot90(ink, edge)[side // 28 : side // 28 + wide] = True
    assert bare_frame(ink)
    spot = side // 2
    ink[spot : spot + max(1, side // 40), spot] = True  # dirt
    assert bare_frame(ink)
    assert not preprocess(np.where(ink, 60, 210).astype(np.uint8)).digits
    ink[spot : spot + side // 8, spot] = True  # a small digit
    assert not bare_frame(ink)


@pytest.mark.parametrize("side", [28, 48, 64])
def test_a_whole_frame_with_dirt_in_it_is_an_empty_cell(side: int) -> None:
    """Its lines go on across each other, as those of a table do; a 0 would be narrower."""
    ink, wide = np.zeros((side, side), bool), max(1, side // 28)
    for edge in range(4):
        np.rot90(ink, edge)[wide : 2 * wide] = True
    ink[side // 2 : side // 2 + side // 16 + 1, side // 3] = True
    assert bare_frame(ink)
    assert not preprocess(np.where(ink, 60, 210).astype(np.uint8)).digits
    narrow = np.zeros((side, side), bool)
    narrow[wide:-wide, side // 4 : -(side // 4)] = True
    narrow[2 * wide : -2 * wide, side // 4 + wide : -(side // 4) - wide] = False
    assert not bare_frame(narrow)


def test_what_is_cut_out_tightly_is_no_frame() -> None:
    one = np.zeros((28, 8), bool)
    one[:, 1:7] = True
    assert not bare_frame(one)
    y, x = np.mgrid[:28, :28] - 13.5
    zero = np.abs(np.hypot(y, x) - 12) < 1.5
    assert not bare_frame(zero)
    seven = np.zeros((28, 28), bool)
    seven[:3] = True
    for row in range(28):
        seven[row, 22 - row // 2 : 26 - row // 2] = True
    assert not bare_frame(seven)


def test_a_stroke_away_from_the_edges_is_no_frame() -> None:
    one = np.zeros((100, 100), bool)
    one[15:85, 10:16] = True
    assert not bare_frame(one)
