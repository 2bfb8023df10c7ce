"""Tells ink from what light and paper leave behind, so that a blank sheet is called blank.

Ink has paper on all sides: along the whole outline of a stroke the brightness drops. The rest of
a shadow that was not evened out has such a drop on one side only, and often lies along the
sheet's edge; the rest of a lamp's light has none; the paper's grain is small and faint.
"""

import numpy as np

from model.lighting import Ink, resized, soft

_SMALL = 256  # the drop is looked for on a picture of this size
_REACH = 4  # pixels of it to each side: the edge of a blurred stroke is that wide
_DROP = 0.5  # of the ink's own strength that the brightness must drop by at its outline
_SHARP = 0.6  # share of the outline where it does
_TOUCH = 0.3  # share of the outline that may be the sheet's own edge
_TINY = 64  # in pixels; so small a file is a digit, not a photo with shadows
_SPECK = 0.1  # of the sheet: whatever is smaller has to be clearly darker than the paper's grain
_CLEAR = 2.0


def without_shadows(ink: Ink, brightness: np.ndarray) -> Ink:
    """Return the ink without the pieces that shadows and lamps left.

    Args:
        ink: of the sheet, without printed lines.
        brightness: (h, w) float32, the sheet before its light was evened out; paper is bright.
    """
    from scipy import ndimage

    if max(brightness.shape) <= _TINY or not ink.mask.any():
        return ink
    mask = ink.mask
    parts, count = ndimage.label(mask, np.ones((3, 3)))
    padded = np.pad(mask, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    rows, columns = np.nonzero(mask & ~inner)
    owner = parts[rows, columns]
    height, width = mask.shape
    touching = (rows == 0) | (columns == 0) | (rows == height - 1) | (columns == width - 1)
    size = np.bincount(parts[mask], minlength=count + 1)
    strength = np.bincount(parts[mask], ink.strength[mask], count + 1) / np.maximum(size, 1)
    drop = _drop(brightness)
    scale = drop.shape[0] / height, drop.shape[1] / width
    here = drop[(rows * scale[0]).astype(int), (columns * scale[1]).astype(int)]
    sharp = here >= _DROP * strength[owner]
    outline = np.maximum(np.bincount(owner, minlength=count + 1), 1)
    shares = [np.bincount(owner, what, count + 1) / outline for what in (sharp, touching)]
    real = (shares[0] >= _SHARP) & (shares[1] <= _TOUCH)
    real[0] = False
    if real[1:].all():
        return ink
    mask = real[parts]
    return Ink(soft(ink.strength, mask), mask, ink.floor)


def is_grain(ink: Ink, box: tuple[int, int, int, int], mask: np.ndarray) -> bool:
    """Tell whether the largest thing on a sheet is but the paper's grain: small and faint."""
    top, left, bottom, right = box
    if max(bottom - top, right - left) >= _SPECK * max(ink.mask.shape):
        return False
    strength = ink.strength[top:bottom, left:right][mask]
    return float(np.median(strength)) < _CLEAR * ink.floor


def _drop(brightness: np.ndarray) -> np.ndarray:
    """By how much, as a share, the brightness drops within a few pixels of each pixel."""
    from scipy import ndimage

    factor = min(1.0, _SMALL / max(brightness.shape))
    height, width = (max(1, round(side * factor)) for side in brightness.shape)
    small = resized(brightness, height, width) if factor < 1 else brightness
    low = ndimage.minimum_filter(small, 2 * _REACH + 1)
    high = ndimage.maximum_filter(small, 2 * _REACH + 1)
    result: np.ndarray = 1 - low / np.maximum(high, 1 / 255)
    return result
