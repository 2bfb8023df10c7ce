"""Printed characters, in the fonts that the app's libraries bring along."""

import importlib.util
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from model.synthesis.pen import SHEET


@cache
def fonts() -> tuple[Path | None, ...]:
    """The fonts that characters are printed in; None is the one that Pillow brings along.

    The others are those that Matplotlib brings along (mlxtend needs it), so that they are the same
    on every computer. Without Matplotlib there is the one.
    """
    found: list[Path | None] = [None]
    matplotlib = importlib.util.find_spec("matplotlib")
    if matplotlib is not None and matplotlib.origin is not None:
        folder = Path(matplotlib.origin).parent / "mpl-data" / "fonts" / "ttf"
        names = ("DejaVuSans", "DejaVuSerif", "STIXGeneral", "cmr10", "cmb10", "cmss10", "cmtt10")
        files = sorted(folder.glob("*.ttf"))
        found += [f for f in files if f.stem.startswith(names) and "Display" not in f.stem]
    return tuple(found)


@cache
def foreign_fonts() -> tuple[Path, ...]:
    """Those of the fonts that hold the letters of many alphabets; none without Matplotlib."""
    wide = ("DejaVuSans", "DejaVuSans-Bold")
    return tuple(font for font in fonts() if font is not None and font.stem in wide)


@lru_cache(maxsize=64)
def _font(path: Path | None) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(64) if path is None else ImageFont.truetype(path, 64)


def printed(character: str, font: Path | None) -> np.ndarray:
    """Return one character's ink: (SHEET, SHEET) float32 in [0, 1]."""
    sheet = Image.new("L", (SHEET, SHEET))
    middle = SHEET / 2
    ImageDraw.Draw(sheet).text((middle, middle), character, fill=255, font=_font(font), anchor="mm")
    return np.asarray(sheet, np.float32) / np.float32(255)
