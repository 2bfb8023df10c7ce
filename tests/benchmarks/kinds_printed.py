"""Pictures of printed digits, as a book, a form or a sudoku gives them to a phone.

`python tests/benchmarks/bench_printed.py` reads them all.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from tests.benchmarks.kinds import laid, light, photographed

DRAWN = 320  # px; how large a letter is drawn before it is made smaller

Printer = Callable[[int, Path | None, np.random.Generator], np.ndarray]
"""Prints a digit in a font (None is Pillow's own) and takes a picture of it."""


def glyph(digit: int, font: Path | None, height: int) -> np.ndarray:
    """One printed digit, cut out, of a height in pixels: (height, width) float32, 1 is ink."""
    face = ImageFont.load_default(DRAWN) if font is None else ImageFont.truetype(font, DRAWN)
    sheet = Image.new("L", (2 * DRAWN, 2 * DRAWN))
    ImageDraw.Draw(sheet).text((DRAWN, DRAWN), str(digit), fill=255, font=face, anchor="mm")
    cut = sheet.crop(sheet.getbbox())
    size = (max(1, round(cut.width * height / cut.height)), height)
    return np.asarray(cut.resize(size, Image.Resampling.BOX), np.float32) / 255


def _in_the_middle(
    ink: np.ndarray, shape: tuple[int, int], chance: np.random.Generator
) -> np.ndarray:
    sheet = np.zeros(shape, np.float32)
    room = [full - side for full, side in zip(shape, ink.shape, strict=True)]
    laid(sheet, ink, *(round(space * chance.uniform(0.35, 0.65)) for space in room))
    return sheet


def page(lit: str, *, share: tuple[float, float] = (0.2, 0.6), blur: float = 0.7) -> Printer:
    """A large digit on a sheet."""

    def make(digit: int, font: Path | None, chance: np.random.Generator) -> np.ndarray:
        shape = (420, 320)
        ink = glyph(digit, font, round(shape[0] * chance.uniform(*share)))
        sheet = _in_the_middle(ink, shape, chance)
        return photographed(sheet, light(lit, chance), chance, dark=(0.6, 0.9), blur=blur)

    return make


def cell(side: int, *, frame: bool, blur: float = 0.6) -> Printer:
    """A cell that was cut out of a photographed table, with or without bits of its frame."""

    def make(digit: int, font: Path | None, chance: np.random.Generator) -> np.ndarray:
        shape = (side, side)
        ink = glyph(digit, font, round(side * chance.uniform(0.45, 0.75)))
        sheet = _in_the_middle(ink, shape, chance)
        if frame:
            wide = max(1, round(side * chance.uniform(0.02, 0.06)))
            for number in range(4):
                if chance.random() < 0.6:
                    inset = round(side * chance.uniform(0, 0.05))
                    part = np.rot90(sheet, number)
                    part[inset : inset + wide] = chance.uniform(0.5, 1)
        turned = ndimage.rotate(sheet, chance.uniform(-4, 4), reshape=False, order=1)
        return photographed(
            np.clip(turned, 0, 1),
            1 - 0.4 * (1 - light("slope", chance, shape)),
            chance,
            dark=(0.5, 0.9),
            blur=blur,
        )

    return make


PRINTED: dict[str, Printer] = {
    "page, even": page("even"),
    "page, slope": page("slope"),
    "page, shadow": page("shadow"),
    "page, blurred": page("slope", blur=4),
    "page, large": page("slope", share=(0.6, 0.85)),
    "page, small": page("slope", share=(0.06, 0.15)),
    "cell of 28": cell(28, frame=False, blur=0.5),
    "cell of 28, frame": cell(28, frame=True, blur=0.5),
    "cell of 48": cell(48, frame=False),
    "cell of 48, frame": cell(48, frame=True),
    "cell of 100": cell(100, frame=False),
    "cell of 100, frame": cell(100, frame=True),
    "cell of 240, frame": cell(240, frame=True, blur=1.5),
}
