"""What a small file shows of its cell's frame is no stroke; a digit that is cut tightly stays."""

import numpy as np
import pytest

from model.preprocessing.lines.frames import cell_edges
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
    ink[13:15, 13:15] = True  # a spot of dirt
    assert not cell_edges(ink).any()
