"""Tables and bars as PNG, to be saved: what stands on the page as HTML has no picture of its own.

Dark on white whatever the page's theme, as they end up on paper. Their words are those of
`ui.style.fonts.picture_language`. Pillow's own letters have no × and no typographic minus, so x and
- stand for them.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from ui.locale import language
from ui.style.colours import ACCENT, shaded
from ui.style.fonts import font

SCALE = 2  # PNG pixels for a pixel on screen: sharp in print
TEXT, SMALL, TITLE = 14 * SCALE, 11 * SCALE, 17 * SCALE
CELL_WIDTH, CELL_HEIGHT = 56 * SCALE, 42 * SCALE
EDGE, GAP = 16 * SCALE, 2 * SCALE
BAR_WIDTH = 420 * SCALE
INK, GREY = "#1b2330", "#5f6773"

_PLAIN = str.maketrans({"×": "x", "−": "-", "→": ">", "–": "-"})


@dataclass(frozen=True)
class Cell:
    """One cell of a table: its text, a second line in small print, its colour and how strong."""

    text: str
    small: str = ""
    colour: str = ACCENT
    share: float = 0.0  # 0 (empty) to 1 (the full colour)


def table_png(
    title: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[Cell]]], note: str
) -> bytes:
    """Return a table of coloured cells as a PNG.

    Args:
        title: above it.
        columns: their headings; none for no line of headings.
        rows: each a heading and its cells.
        note: below, in small print; its lines are not broken.

    Raises:
        ValueError: no rows, or rows of different lengths.
    """
    lengths = {len(cells) for _, cells in rows} | ({len(columns)} if columns else set())
    if len(lengths) != 1:
        raise ValueError(f"expected rows of one length, got lengths {sorted(lengths)}")
    head = max(_width(text, TEXT) for text, _ in rows) + EDGE
    step_x, step_y = CELL_WIDTH + GAP, CELL_HEIGHT + GAP
    body = EDGE + TITLE + EDGE + (TEXT + EDGE // 2 if columns else 0)
    width = max(
        2 * EDGE + head + lengths.pop() * step_x,
        2 * EDGE + _width(title, TITLE),
        2 * EDGE + _width(note, SMALL),
    )
    sheet = _Sheet(width, body + len(rows) * step_y + EDGE + SMALL + EDGE)
    sheet.write((EDGE, EDGE), title, TITLE)
    for place, text in enumerate(columns):
        x = EDGE + head + place * step_x + CELL_WIDTH / 2
        sheet.write((x, body - EDGE / 2), text, TEXT, anchor="ms")
    for number, (text, cells) in enumerate(rows):
        top = body + number * step_y
        sheet.write((EDGE, top + CELL_HEIGHT / 2), text, TEXT, anchor="lm")
        for place, cell in enumerate(cells):
            left = EDGE + head + place * step_x
            back, ink = shaded(cell.colour, cell.share, dark=False)
            sheet.box((left, top, left + CELL_WIDTH, top + CELL_HEIGHT), back)
            middle, up = left + CELL_WIDTH / 2, SMALL * 0.65 if cell.small else 0
            sheet.write((middle, top + CELL_HEIGHT / 2 - up), cell.text, TEXT, ink, "mm")
            sheet.write((middle, top + CELL_HEIGHT / 2 + TEXT * 0.6), cell.small, SMALL, ink, "mm")
    sheet.write((EDGE, body + len(rows) * step_y + EDGE / 2), note, SMALL, GREY)
    return sheet.png()


def bars_png(title: str, rows: Sequence[tuple[str, float]], note: str) -> bytes:
    """Return signed numbers as bars to the right (orange) and to the left (blue) as a PNG.

    Args:
        title: above them.
        rows: each a name and its number.
        note: below, in small print.

    Raises:
        ValueError: no rows.
    """
    if not rows:
        raise ValueError("expected at least one bar")
    height = 24 * SCALE
    head = max(_width(text, TEXT) for text, _ in rows) + EDGE
    longest = max(max(abs(value) for _, value in rows), 1e-9)
    body, width = EDGE + TITLE + EDGE, 2 * EDGE + head + BAR_WIDTH + 80 * SCALE
    width = max(width, 2 * EDGE + _width(title, TITLE), 2 * EDGE + _width(note, SMALL))
    sheet = _Sheet(width, body + len(rows) * height + EDGE + SMALL + EDGE)
    sheet.write((EDGE, EDGE), title, TITLE)
    middle = EDGE + head + BAR_WIDTH / 2
    for number, (text, value) in enumerate(rows):
        top = body + number * height
        sheet.write((EDGE, top + height / 2), text, TEXT, anchor="lm")
        end = middle + value / longest * BAR_WIDTH / 2
        box = (min(middle, end), top + height * 0.15, max(middle, end), top + height * 0.85)
        sheet.box(box, "#d9651d" if value >= 0 else "#4f93d6")
        right = EDGE + head + BAR_WIDTH + 80 * SCALE
        sheet.write((right, top + height / 2), f"{value:+.2f}", TEXT, anchor="rm")
    sheet.box((middle - SCALE / 2, body, middle + SCALE / 2, body + len(rows) * height), GREY)
    sheet.write((EDGE, body + len(rows) * height + EDGE / 2), note, SMALL, GREY)
    return sheet.png()


class _Sheet:
    """A white picture to write and draw on."""

    def __init__(self, width: float, height: float) -> None:
        self._picture = Image.new("RGB", (round(width), round(height)), "#ffffff")
        self._draw = ImageDraw.Draw(self._picture)

    def write(
        self, at: tuple[float, float], text: str, size: int, colour: str = INK, anchor: str = "la"
    ) -> None:
        self._draw.text(at, text.translate(_PLAIN), colour, font(size, language()), anchor)

    def box(self, edges: tuple[float, float, float, float], colour: str) -> None:
        self._draw.rectangle(edges, fill=colour)

    def png(self) -> bytes:
        file = io.BytesIO()
        self._picture.save(file, "PNG")
        return file.getvalue()


def _width(text: str, size: int) -> float:
    return font(size, language()).getlength(text.translate(_PLAIN))
