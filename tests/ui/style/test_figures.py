"""Saved tables and bars: what is drawn where, in which colour."""

import io

import numpy as np
import pytest
from PIL import Image

from ui.style.figures import CELL_HEIGHT, CELL_WIDTH, Cell, bars_png, table_png


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def count(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((picture == colour).all(axis=2).sum())


def table(*cells: Cell) -> np.ndarray:
    return pixels(table_png("Title", [], [("row", cells)], "note"))


def test_a_cell_is_as_strong_as_its_share() -> None:
    full = table(Cell("", colour="#1c5aa6", share=1.0))
    assert count(full, (0x1C, 0x5A, 0xA6)) == (CELL_WIDTH + 1) * (CELL_HEIGHT + 1)
    half = table(Cell("", colour="#000000", share=0.5), Cell(""))
    grey = (round(0xEC / 2), round(0xEE / 2), round(0xF1 / 2))
    assert count(half, grey) == count(half, (0xEC, 0xEE, 0xF1)) > 0


def test_numbers_are_written_and_can_be_told_from_their_ground() -> None:
    def written(cell: Cell) -> np.ndarray:
        return (table(cell) != table(Cell("", share=cell.share))).any(axis=2)

    assert written(Cell("7")).any()
    assert written(Cell("7", small="8")).sum() > written(Cell("7")).sum()
    assert table(Cell("7"))[written(Cell("7"))].mean() < 200  # dark on light
    strong = Cell("7", share=0.9)
    assert table(strong)[written(strong)].mean() > 150  # light on dark


def test_every_sign_that_the_app_writes_has_a_letter() -> None:
    """A letter that the font lacks is drawn as a box; then two different ones look the same."""
    signs = "0123456789%°.,-+:()x…"
    drawn = {table(Cell(sign)).tobytes() for sign in signs}
    assert len(drawn) == len(signs)
    assert (table(Cell("−8 ×")) == table(Cell("-8 x"))).all()


def test_a_long_note_fits() -> None:
    narrow, wide = (pixels(table_png("", [], [("r", [Cell("1")])], n)) for n in ("n", "n" * 200))
    assert wide.shape[1] > narrow.shape[1]
    assert (wide[:, -8:] == 255).all()


def test_bars_go_to_their_side_in_proportion() -> None:
    picture = pixels(bars_png("T", [("a", 2.0), ("b", -1.0), ("c", 0.5)], "note"))
    orange, blue = (
        (picture == colour).all(axis=2) for colour in ((0xD9, 0x65, 0x1D), (0x4F, 0x93, 0xD6))
    )
    assert np.flatnonzero(orange.any(axis=0)).min() > np.flatnonzero(blue.any(axis=0)).max()
    longest = orange.sum(axis=1).max()
    assert blue.sum(axis=1).max() == pytest.approx(longest / 2, abs=3)
    lengths = orange.sum(axis=1)
    assert np.median(lengths[(lengths > 0) & (lengths < longest / 2)]) == pytest.approx(
        longest / 4, abs=3
    )


@pytest.mark.parametrize("rows", [[], [("a", [Cell("1")]), ("b", [])]])
def test_a_table_needs_rows_of_one_length(rows: list[tuple[str, list[Cell]]]) -> None:
    with pytest.raises(ValueError, match="one length"):
        table_png("T", [], rows, "")
    with pytest.raises(ValueError, match="at least one bar"):
        bars_png("T", [], "")
