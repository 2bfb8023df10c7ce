"""From one digit's ink to MNIST's 28×28: fitted into 20×20, centred by its centre of mass.

MNIST was made this way from NIST's scans (LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based
learning applied to document recognition", section III): "size normalized to fit in a 20×20 pixel
box while preserving their aspect ratio", grey by anti-aliasing, then placed in a 28×28 field by
the centre of mass. Ink is 1, paper 0, float32.
"""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from model.preprocessing.binarization import mean_width
from model.preprocessing.illumination import resized

SIDE = 28
BOX = 20  # the digit's longer side, in pixels
FINE = 4  # strokes are measured and thickened on a grid this much finer than the network's
THINNEST = 1.8  # narrower strokes are thickened; see `thickened`
THICKEST = 4.0  # wider ones are thinned
AIM_THIN = 2.3
AIM_THICK = 3.7


@dataclass(frozen=True)
class Fitted:
    """A digit scaled to its place: `ink` has `fine` × `fine` values for each pixel of 28×28.

    `fine` is 1 where the digit had MNIST's size already, so that it stays as it is.
    """

    ink: np.ndarray
    fine: int


def fitted(ink: np.ndarray, *, aspect: bool = True) -> Fitted:
    """Scale ink so that its longer side is 20 pixels of the final grid.

    Without `aspect` it is stretched over the whole 28×28 field instead.
    """
    if not aspect:
        return Fitted(_scaled(ink, SIDE * FINE, SIDE * FINE), FINE)
    height, width = ink.shape
    if BOX - 2 <= max(height, width) <= BOX:
        return Fitted(ink, 1)
    factor = BOX / max(height, width)
    wide = math.ceil(1 / (factor * FINE))
    if wide > 1:  # a line finer than the fine grid would fade, or break, when areas are averaged
        from scipy import ndimage

        if mean_width(ink > 0.3 * ink.max()) < 1.5 * wide:
            ink = ndimage.maximum_filter(ink, wide)
    # A "1" of one column must not vanish: never below one pixel of the final grid.
    rows, columns = (max(1, round(side * factor)) for side in (height, width))
    return Fitted(_scaled(ink, rows * FINE, columns * FINE), FINE)


def coarse(digit: Fitted) -> np.ndarray:
    """Return a digit on the final grid: the mean of each block of fine values."""
    rows, columns = (side // digit.fine for side in digit.ink.shape)
    blocks = digit.ink.reshape(rows, digit.fine, columns, digit.fine)
    result: np.ndarray = blocks.mean(axis=(1, 3))
    return result


def _scaled(ink: np.ndarray, height: int, width: int) -> np.ndarray:
    enlarging = height > ink.shape[0]
    method = Image.Resampling.BICUBIC if enlarging else Image.Resampling.BOX
    result: np.ndarray = np.clip(resized(ink, height, width, method), 0, 1)
    return result


def stroke_width(mask: np.ndarray) -> float:
    """Return the mean width of strokes in pixels, from each ink pixel's distance to the paper.

    Across a stroke of even width w the distances run 1, 2 … w/2 … 2, 1: their mean is (w + 2) / 4.
    """
    from scipy import ndimage

    if not mask.any():
        return 0.0
    distance = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    return max(1.0, 4 * float(distance[mask].mean()) - 2)


def thickened(digit: Fitted, level: float) -> Fitted:
    """Bring strokes to a thickness that MNIST knows; leave those that have it.

    Args:
        digit: scaled ink.
        level: the ink's own full strength.

    Returns:
        The digit with strokes of `THINNEST` to `THICKEST` pixels of the final grid, on a sheet
        that is larger by one final pixel on each side so that grown strokes find room.
    """
    from scipy import ndimage

    mask = digit.ink > level / 2
    width = stroke_width(mask) / digit.fine
    if width == 0 or THINNEST <= width <= THICKEST:
        return digit
    if digit.fine == 1:
        rows, columns = digit.ink.shape
        digit = Fitted(_scaled(digit.ink, rows * FINE, columns * FINE), FINE)
    ink = np.pad(digit.ink, digit.fine)
    mask = ink > level / 2
    width = stroke_width(mask) / digit.fine
    if width < THINNEST:
        grow = (AIM_THIN - width) * FINE / 2
        distance = ndimage.distance_transform_edt(~mask)
        grown = level * np.clip(grow + 1 - distance, 0, 1)
        return Fitted(np.maximum(ink, grown).astype(np.float32), FINE)
    shrink = (width - AIM_THICK) * FINE / 2
    distance = ndimage.distance_transform_edt(mask)
    return Fitted(
        np.minimum(ink, level * np.clip(distance - shrink, 0, 1)).astype(np.float32), FINE
    )


def placed(ink: np.ndarray, *, centred: bool = True) -> np.ndarray:
    """Lay a digit on the 28×28 field, its centre of mass in the middle, by whole pixels as MNIST.

    Without `centred` it stays in the upper left corner.
    """
    top = left = 0
    if centred and ink.sum() > 0:
        total = float(ink.sum())
        rows, columns = np.arange(ink.shape[0]), np.arange(ink.shape[1])
        # MNIST's test digits have their centre of mass at 14.0 ± 0.5 in both directions.
        top = int(np.floor(SIDE / 2 - float(ink.sum(axis=1) @ rows) / total + 0.5))
        left = int(np.floor(SIDE / 2 - float(ink.sum(axis=0) @ columns) / total + 0.5))
    field = np.zeros((SIDE, SIDE), np.float32)
    source = ink[max(0, -top) : SIDE - top, max(0, -left) : SIDE - left]
    top, left = max(0, top), max(0, left)
    field[top : top + source.shape[0], left : left + source.shape[1]] = source
    return field


def normalised(digit: np.ndarray) -> np.ndarray:
    """Stretch the strength so that full ink is 1."""
    strong = digit[digit > 0.5 * digit.max()]
    if strong.size == 0:
        return digit
    result: np.ndarray = np.clip(digit / np.percentile(strong, 75), 0, 1)
    return result
