"""Step "thickness": strokes thinner or thicker than MNIST's are brought near to them."""

from dataclasses import replace

import numpy as np

from model.preprocessing.configuration import DEFAULT, PreprocessingConfig
from model.preprocessing.sheet import DigitInk
from model.preprocessing.size_normalization import rescaled


def thickened(
    digit: DigitInk, *, on: bool = True, config: PreprocessingConfig = DEFAULT
) -> DigitInk:
    """Bring strokes to a thickness that MNIST knows; when off, or when they have it, leave them.

    Returns:
        The digit with strokes of `thinnest` to `thickest` pixels of the final grid, on a sheet
        that is larger by one final pixel on each side so that grown strokes find room.
    """
    from scipy import ndimage

    if not on:
        return digit
    limits, level, fine = config.thickness, digit.level, config.scaling.fine
    width = stroke_width(digit.ink > level / 2) / digit.fine
    if digit.fine == 1 and 0 < width <= 2:
        # All pixels of a line of one have the distances that those of a line of two have.
        rows, columns = digit.ink.shape
        enlarged = rescaled(digit.ink, rows * fine, columns * fine)
        finer = stroke_width(enlarged > level / 2) / fine
        width = finer if finer < limits.one_pixel else width
    if width == 0 or limits.thinnest <= width <= limits.thickest:
        return digit
    if digit.fine == 1:
        rows, columns = digit.ink.shape
        digit = replace(digit, ink=rescaled(digit.ink, rows * fine, columns * fine), fine=fine)
    ink = np.pad(digit.ink, digit.fine)
    mask = ink > level / 2
    width = stroke_width(mask) / digit.fine
    if width < limits.thinnest:
        grow = (limits.aim_thin - width) * fine / 2
        distance = ndimage.distance_transform_edt(~mask)
        ink = np.maximum(ink, level * np.clip(grow + 1 - distance, 0, 1))
    else:
        shrink = (width - limits.aim_thick) * fine / 2
        distance = ndimage.distance_transform_edt(mask)
        ink = np.minimum(ink, level * np.clip(distance - shrink, 0, 1))
    return replace(digit, ink=ink.astype(np.float32))


def stroke_width(mask: np.ndarray) -> float:
    """Return the mean width of strokes in pixels, from each ink pixel's distance to the paper.

    Across a stroke of even width w the distances run 1, 2 … w/2 … 2, 1: their mean is (w + 2) / 4.
    """
    from scipy import ndimage

    if not mask.any():
        return 0.0
    distance = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    return max(1.0, 4 * float(distance[mask].mean()) - 2)
