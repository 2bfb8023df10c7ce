"""Tells ink from what light and paper leave behind, so that a blank sheet is called blank.

Ink has paper on all sides: along the whole outline of a stroke the brightness drops. The rest of
a shadow that was not evened out has such a drop on one side only, and often lies along the
sheet's edge; the rest of a lamp's light has none; the paper's grain is small and faint.
"""

import numpy as np

from model.preprocessing.binarization import Ink, mean_width, otsu, soft
from model.preprocessing.illumination import resized

_SMALL = 256  # the drop is looked for on a picture of this size
_REACH = 4  # pixels of it to each side: the edge of a blurred stroke is that wide
_DROP = 0.5  # of the ink's own strength that the brightness must drop by at its outline
_SHARP = 0.6  # share of the outline where it does
_SOFT = 0.45  # of the steepest outline on the sheet: softer ones are a shadow's
_TOUCH = 0.3  # share of the outline that may be the sheet's own edge
_WIDEST = 0.15  # of the sheet: strokes that reach its edge are narrower
_SOLID = 0.5  # of its size: a digit has no place as wide as that
_TINY = 64  # in pixels; so small a file is a digit, not a photo with shadows
_SPECK = 0.1  # of the sheet: whatever is smaller has to be clearly darker than the paper's grain
_CLEAR = 2.0
_PALE = 0.7  # of the strokes' own darkness: paler and wider than they are is a shadow they touch
_BROAD = 0.35  # of its size, likewise, for what is pale: a wedge that touches no stroke
_WIDER = 1.3  # than the strokes


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
    values = ink.strength[mask]
    total = np.maximum(np.bincount(parts[mask], values, count + 1), 1e-6)
    strength = np.bincount(parts[mask], values**2, count + 1) / total  # of its darker parts
    drop, dent, slope = _drop_and_dent(brightness)
    scale = drop.shape[0] / height, drop.shape[1] / width
    at = (rows * scale[0]).astype(int), (columns * scale[1]).astype(int)
    sharp = drop[at] >= _DROP * strength[owner]
    outline = np.maximum(np.bincount(owner, minlength=count + 1), 1)
    real = np.bincount(owner, sharp, count + 1) / outline >= _SHARP
    touch = np.bincount(owner, touching, count + 1) / outline
    # One lens took all of the picture: what is much softer than the rest lies in the light. A
    # median over the outline overlooks where a printed line crosses it.
    large = np.flatnonzero(real & (outline >= 0.2 * outline[1:].max()))
    steep = [float(np.median(slope[at][owner == part])) / strength[part] for part in large]
    real[large] &= np.array(steep) >= _SOFT * max(steep, default=0)
    rows, columns = np.nonzero(mask)
    at = (rows * scale[0]).astype(int), (columns * scale[1]).astype(int)
    deep = np.bincount(parts[mask], dent[at], count + 1) / np.maximum(size, 1)
    real &= (touch == 0) | ((touch <= _TOUCH) & (deep >= _DROP * total / np.maximum(size, 1)))
    real[0] = False
    if real[1:].all():
        return ink
    mask = real[parts]
    return Ink(soft(ink.strength, mask), mask, ink.floor)


def without_wedges(ink: Ink) -> Ink:
    """Return the ink without what is paler and wider than the strokes that it touches.

    The shadow of a hand has a sharp corner, which light that changes slowly does not explain. It
    is left as a wedge; where it meets a digit, the two are one piece.
    """
    from scipy import ndimage

    if max(ink.mask.shape) <= _TINY or not ink.mask.any():
        return ink
    values = ink.strength[ink.mask]
    dark = ink.mask & (ink.strength >= otsu(values))
    pale = ink.mask & (ink.strength < _PALE * float(np.median(ink.strength[dark])))
    width = mean_width(dark)
    side = max(3, round(_WIDER * width)) | 1
    core = ndimage.minimum_filter(pale.view(np.uint8), side).view(bool)
    if not core.any():
        return ink
    parts, count = ndimage.label(ink.mask, np.ones((3, 3)))
    with_strokes = np.bincount(parts[dark], minlength=count + 1) > 0
    boxes = ndimage.find_objects(parts)
    for part in np.unique(parts[core]):
        own = parts[boxes[part - 1]] == part
        if not with_strokes[part] and not is_solid(own, ink.mask.shape, _BROAD):
            core[boxes[part - 1]] &= ~own  # a digit in paler ink
    reach = side + 2 * round(width)
    wedge = ndimage.maximum_filter(core.view(np.uint8), reach).view(bool) & pale
    edge = ndimage.maximum_filter(dark.view(np.uint8), 2 * round(0.3 * width) + 1).view(bool)
    mask = ink.mask & (edge | ~wedge)
    return Ink(soft(ink.strength, mask), mask, ink.floor)


def is_grain(ink: Ink, box: tuple[int, int, int, int], mask: np.ndarray) -> bool:
    """Tell whether the largest thing on a sheet is but the paper's grain: small and faint."""
    top, left, bottom, right = box
    if max(bottom - top, right - left) >= _SPECK * max(ink.mask.shape):
        return False
    strength = ink.strength[top:bottom, left:right][mask]
    return float(np.median(strength)) < _CLEAR * ink.floor


def is_solid(mask: np.ndarray, sheet: tuple[int, ...], share: float = _SOLID) -> bool:
    """Tell a blob from strokes: a disc in it is as wide as half of the whole, or another share."""
    from scipy import ndimage

    if max(sheet) <= _TINY:
        return False
    step = max(1, max(mask.shape) // 48)
    radius = float(ndimage.distance_transform_edt(np.pad(mask[::step, ::step], 1)).max())
    return bool(2 * radius - 1 > share * max(mask.shape) / step)


def _drop_and_dent(brightness: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By how much, as a share, each pixel is darker than the brightest within a few pixels.

    The first picture is the drop between the brightest and the darkest around each pixel; the
    second how much darker it is than the paper on both sides of a stroke (a grey closing); the
    third is the drop from one pixel to the next.
    """
    from scipy import ndimage

    factor = min(1.0, _SMALL / max(brightness.shape))
    height, width = (max(1, round(side * factor)) for side in brightness.shape)
    small = resized(brightness, height, width) if factor < 1 else brightness
    low = ndimage.minimum_filter(small, 2 * _REACH + 1)
    high = ndimage.maximum_filter(small, 2 * _REACH + 1)
    window = round(_WIDEST * max(small.shape)) | 1
    filled = np.maximum(ndimage.grey_closing(small, (window, window), mode="nearest"), 1 / 255)
    near_low, near_high = ndimage.minimum_filter(small, 3), ndimage.maximum_filter(small, 3)
    return (
        1 - low / np.maximum(high, 1 / 255),
        1 - small / filled,
        1 - near_low / np.maximum(near_high, 1 / 255),
    )
