"""Steps "crop" and "scale": one digit's ink, cut out and scaled into a box of 20×20 as in MNIST.

MNIST was made this way from NIST's scans (LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based
learning applied to document recognition", section III): "size normalized to fit in a 20×20 pixel
box while preserving their aspect ratio", grey by anti-aliasing, then placed in a 28×28 field by
the centre of mass. Ink is 1, paper 0, float32.
"""

import math
from dataclasses import replace

import numpy as np
from PIL import Image

from model.network.architecture import SIDE
from model.preprocessing.binarization import mean_width
from model.preprocessing.configuration import DEFAULT, PreprocessingConfig, ScalingConfig
from model.preprocessing.illumination import resized
from model.preprocessing.sheet import DigitInk, whole_sheet


def cropped(digit: DigitInk, *, on: bool = True, config: PreprocessingConfig = DEFAULT) -> DigitInk:
    """Cut the empty paper around a digit away; when off, it stays as small as on its sheet."""
    if not on:
        sheet = np.zeros(digit.sheet, np.float32)
        sheet[digit.place] = digit.ink
        return replace(digit, ink=sheet)
    (region,) = whole_sheet(digit.ink > config.scaling.empty * digit.level)
    top, left, bottom, right = region.box
    return replace(digit, ink=digit.ink[top:bottom, left:right])


def scaled(digit: DigitInk, *, on: bool = True, config: PreprocessingConfig = DEFAULT) -> DigitInk:
    """Scale a digit to MNIST's size; when off, it is stretched over all 28×28 pixels."""
    ink, fine = fitted(digit.ink, config.scaling, aspect=on)
    return replace(digit, ink=ink, fine=fine)


def fitted(
    ink: np.ndarray, config: ScalingConfig = DEFAULT.scaling, *, aspect: bool = True
) -> tuple[np.ndarray, int]:
    """Scale ink so that its longer side is 20 pixels of the final grid.

    Returns:
        The ink on a finer grid, and so many values a pixel's side has there; 1 where the digit had
        MNIST's size already, so that it stays as it is. Without `aspect` it is stretched over the
        whole 28×28 field instead.
    """
    box, fine = config.box, config.fine
    if not aspect:
        return rescaled(ink, SIDE * fine, SIDE * fine), fine
    height, width = ink.shape
    if box - config.exact <= max(height, width) <= box:
        return ink, 1
    factor = box / max(height, width)
    wide = math.ceil(1 / (factor * fine))
    if wide > 1:  # a line finer than the fine grid would fade, or break, when areas are averaged
        from scipy import ndimage

        if mean_width(ink > config.hairline_ink * ink.max()) < config.hairline * wide:
            ink = ndimage.maximum_filter(ink, wide)
    # A "1" of one column must not vanish: never below one pixel of the final grid.
    rows, columns = (max(1, round(side * factor)) for side in (height, width))
    return rescaled(ink, rows * fine, columns * fine), fine


def rescaled(ink: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return ink on a grid of another size, larger or smaller."""
    enlarging = height > ink.shape[0]
    method = Image.Resampling.BICUBIC if enlarging else Image.Resampling.BOX
    result: np.ndarray = np.clip(resized(ink, height, width, method), 0, 1)
    return result
