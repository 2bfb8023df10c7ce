"""Draws strokes with a round pen, and takes the sheet through the app's own preprocessing.

Everything that the app draws by rule, digits and letters, shapes and scribbles, is drawn here.
"""

import numpy as np
from PIL import Image, ImageDraw

from model.preprocessing.pipeline import from_ink

SHEET = 96
FINER = 3  # drawn so much larger and averaged down, for soft edges
FILLED = 0.66  # of the sheet, by the longer side of what is drawn
PENS = (0.035, 0.1)  # from the finest to the widest, in shares of the sheet

Point = tuple[float, float]
Path = list[Point]
"""The corners of one stroke: (x, y), y down, in any unit; one corner alone is a dot."""


def drawn(
    paths: list[Path], random: np.random.Generator, pens: tuple[float, float] = PENS
) -> np.ndarray:
    """Draw strokes in the middle of a sheet, with a pen of any width among `pens`.

    Args:
        paths: the strokes; they are scaled together.
        random: chooses the pen.
        pens: the finest and the widest, in shares of the sheet.

    Returns:
        (SHEET, SHEET) float32 in [0, 1], 1 is ink.
    """
    points = np.array([point for path in paths for point in path])
    low, high = points.min(axis=0), points.max(axis=0)
    scale = FILLED * SHEET * FINER / max(1e-9, float((high - low).max()))
    offset = SHEET * FINER / 2 - (low + high) / 2 * scale
    pen = SHEET * FINER * random.uniform(*pens)
    sheet = Image.new("L", (SHEET * FINER, SHEET * FINER))
    pencil = ImageDraw.Draw(sheet)
    for path in paths:
        corners = [(x * scale + offset[0], y * scale + offset[1]) for x, y in path]
        pencil.line(corners, fill=255, width=round(pen), joint="curve")
        for x, y in corners:
            pencil.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
    small = sheet.resize((SHEET, SHEET), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / 255


def received(ink: np.ndarray) -> np.ndarray:
    """Take a whole sheet of ink, (n, m) in [0, 1], through the app's steps: (28, 28) uint8.

    All ink on the sheet counts as one digit, in however many pieces it is. There must be some.
    """
    found = from_ink(ink, off=frozenset({"digits"}))
    result: np.ndarray = np.rint(found.digits[0].digit * 255).astype(np.uint8)
    return result


def bowed(start: Point, end: Point, bow: float) -> Path:
    """A line that bends by `bow` of its length to one side (a quadratic Bézier curve)."""
    (x0, y0), (x1, y1) = start, end
    middle = ((x0 + x1) / 2 - bow * (y1 - y0) * 2, (y0 + y1) / 2 + bow * (x1 - x0) * 2)
    return [
        (
            (1 - t) ** 2 * x0 + 2 * t * (1 - t) * middle[0] + t**2 * x1,
            (1 - t) ** 2 * y0 + 2 * t * (1 - t) * middle[1] + t**2 * y1,
        )
        for t in np.linspace(0, 1, 9)
    ]
