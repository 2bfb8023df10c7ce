"""Stage after "lines": what light and paper leave behind is no ink, and a blank sheet is blank.

Ink has paper on all sides: along the whole outline of a stroke the brightness drops. The rest of
a shadow that was not evened out has such a drop on one side only, and often lies along the
sheet's edge; the rest of a lamp's light has none; the paper's grain is small and faint.
"""

from dataclasses import replace

import numpy as np

from model.preprocessing.binarization import mean_width, otsu, soft
from model.preprocessing.configuration import DEFAULT, PreprocessingConfig, ShadowRemovalConfig
from model.preprocessing.illumination import reduced
from model.preprocessing.sheet import Box, Ink, Sheet


def shadows_removed(
    sheet: Sheet, *, on: bool = True, config: PreprocessingConfig = DEFAULT
) -> Sheet:
    """Take away what shadows and lamps left; when off, it counts as ink."""
    if not on:
        return sheet
    if max(sheet.ink.mask.shape) <= config.shadows.tiny:
        return replace(sheet, ink=without_corners(sheet.ink, config.shadows))
    ink = without_wedges(sheet.ink, config.shadows)
    return replace(sheet, ink=without_shadows(ink, sheet.brightness, config.shadows))


def without_shadows(
    ink: Ink, brightness: np.ndarray, config: ShadowRemovalConfig = DEFAULT.shadows
) -> Ink:
    """Return the ink without the pieces that shadows and lamps left.

    Args:
        ink: of the sheet, without printed lines.
        brightness: (h, w) float32, the sheet before its light was evened out; paper is bright.
        config: the numbers of this stage.
    """
    from scipy import ndimage

    if max(brightness.shape) <= config.tiny or not ink.mask.any():
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
    drop, dent, slope = _drop_and_dent(brightness, config)
    scale = drop.shape[0] / height, drop.shape[1] / width
    at = (rows * scale[0]).astype(int), (columns * scale[1]).astype(int)
    sharp = drop[at] >= config.drop * strength[owner]
    outline = np.maximum(np.bincount(owner, minlength=count + 1), 1)
    real = np.bincount(owner, sharp, count + 1) / outline >= config.sharp
    touch = np.bincount(owner, touching, count + 1) / outline
    # One lens took all of the picture: what is much softer than the rest lies in the light. A
    # median over the outline overlooks where a printed line crosses it.
    large = np.flatnonzero(real & (outline >= config.large * outline[1:].max()))
    steep = [float(np.median(slope[at][owner == part])) / strength[part] for part in large]
    real[large] &= np.array(steep) >= config.soft * max(steep, default=0)
    rows, columns = np.nonzero(mask)
    at = (rows * scale[0]).astype(int), (columns * scale[1]).astype(int)
    deep = np.bincount(parts[mask], dent[at], count + 1) / np.maximum(size, 1)
    enough = deep >= config.drop * total / np.maximum(size, 1)
    real &= (touch == 0) | ((touch <= config.touch) & enough)
    real[0] = False
    if real[1:].all():
        return ink
    mask = real[parts]
    if not mask.any():
        # A digit that runs into what was rubbed out there has an outline that is pale in most
        # places. Its own, darker ink is looked at alone before the sheet is called blank.
        dark = ink.mask & (ink.strength >= config.ghost * strength[parts])
        if dark.sum() < config.ghost_share * ink.mask.sum():
            return without_shadows(
                replace(ink, strength=soft(ink.strength, dark), mask=dark), brightness, config
            )
    return replace(ink, strength=soft(ink.strength, mask), mask=mask)


def without_corners(ink: Ink, config: ShadowRemovalConfig = DEFAULT.shadows) -> Ink:
    """Return the ink of a small file without shadows, which fill a corner, a side or a band of it.

    There they are as dark as a pencil and as sharp. But they reach two sides that meet, or three,
    and are wide: a digit that is cut out tightly reaches all four, or two that lie opposite. Where
    a shadow does that too, it is wider and paler than strokes are.
    """
    from scipy import ndimage

    mask = ink.mask & ~_pale_ground(ink, config)
    parts, _ = ndimage.label(mask, np.ones((3, 3)))
    height, width = mask.shape
    for number, (rows, columns) in enumerate(ndimage.find_objects(parts), start=1):
        upright = (rows.start == 0) + (rows.stop == height)
        across = (columns.start == 0) + (columns.stop == width)
        if upright + across < 2:
            continue
        own = parts[rows, columns] == number
        radius = float(ndimage.distance_transform_edt(np.pad(own, 1)).max())
        if upright and across and upright + across < 4:
            shadow = 2 * radius - 1 > config.corner * max(own.shape)
        else:
            pale = float(np.median(ink.strength[rows, columns][own])) < config.band_pale
            shadow = pale and 2 * radius - 1 > config.band * max(mask.shape)
        if shadow:
            mask[rows, columns] &= ~own
    return replace(ink, strength=soft(ink.strength, mask), mask=mask)


def _pale_ground(ink: Ink, config: ShadowRemovalConfig) -> np.ndarray:
    """Mark a shadow that runs into darker ink in a small file: pale, wide, and at its edge."""
    from scipy import ndimage

    nothing = np.zeros_like(ink.mask)
    if not ink.mask.any():
        return nothing
    values = ink.strength[ink.mask]
    dark = ink.mask & (ink.strength >= otsu(values))
    pale = ink.mask & (ink.strength < config.beside * float(np.median(ink.strength[dark])))
    side = max(3, round(config.band * max(pale.shape))) | 1
    core = ndimage.minimum_filter(pale.view(np.uint8), side, mode="nearest").view(bool)
    if not core.any():
        return nothing
    ground, _ = ndimage.label(ndimage.maximum_filter(core.view(np.uint8), side + 2))
    rim = np.concatenate([ground[0], ground[-1], ground[:, 0], ground[:, -1]])
    wide = pale & np.isin(ground, rim[rim > 0])
    # A corner that runs out thinly belongs to it; a pale stroke that runs into it does not.
    parts, count = ndimage.label(pale, np.ones((3, 3)))
    share = np.bincount(parts[wide], minlength=count + 1) / np.maximum(np.bincount(parts.flat), 1)
    share[0] = 0
    result: np.ndarray = wide | (share > config.mostly)[parts]
    return result


def without_wedges(ink: Ink, config: ShadowRemovalConfig = DEFAULT.shadows) -> Ink:
    """Return the ink without what is paler and wider than the strokes that it touches.

    The shadow of a hand has a sharp corner, which light that changes slowly does not explain. It
    is left as a wedge; where it meets a digit, the two are one piece.
    """
    from scipy import ndimage

    if max(ink.mask.shape) <= config.tiny or not ink.mask.any():
        return ink
    values = ink.strength[ink.mask]
    dark = ink.mask & (ink.strength >= otsu(values))
    pale = ink.mask & (ink.strength < config.pale * float(np.median(ink.strength[dark])))
    width = mean_width(dark)
    side = max(3, round(config.wider * width)) | 1
    core = ndimage.minimum_filter(pale.view(np.uint8), side).view(bool)
    if not core.any():
        return ink
    parts, count = ndimage.label(ink.mask, np.ones((3, 3)))
    with_strokes = np.bincount(parts[dark], minlength=count + 1) > 0
    boxes = ndimage.find_objects(parts)
    for part in np.unique(parts[core]):
        own = parts[boxes[part - 1]] == part
        if not with_strokes[part] and not is_solid(own, ink.mask.shape, config.broad, config):
            core[boxes[part - 1]] &= ~own  # a digit in paler ink
    reach = side + 2 * round(width)
    wedge = ndimage.maximum_filter(core.view(np.uint8), reach).view(bool) & pale
    edge = ndimage.maximum_filter(dark.view(np.uint8), 2 * round(config.edge * width) + 1).view(
        bool
    )
    mask = ink.mask & (edge | ~wedge)
    return replace(ink, strength=soft(ink.strength, mask), mask=mask)


def is_grain(
    ink: Ink, box: Box, mask: np.ndarray, config: ShadowRemovalConfig = DEFAULT.shadows
) -> bool:
    """Tell whether the largest thing on a sheet is but the paper's grain: small and faint."""
    top, left, bottom, right = box
    if max(bottom - top, right - left) >= config.speck * max(ink.mask.shape):
        return False
    strength = ink.strength[top:bottom, left:right][mask]
    return float(np.median(strength)) < config.clear * ink.floor


def is_solid(
    mask: np.ndarray,
    sheet: tuple[int, ...],
    share: float | None = None,
    config: ShadowRemovalConfig = DEFAULT.shadows,
) -> bool:
    """Tell a blob from strokes: a disc in it is as wide as a share of the whole, or `solid`."""
    from scipy import ndimage

    if max(sheet) <= config.tiny:
        return False
    step = max(1, max(mask.shape) // config.solid_grid)
    radius = float(ndimage.distance_transform_edt(np.pad(mask[::step, ::step], 1)).max())
    return bool(
        2 * radius - 1 > (config.solid if share is None else share) * max(mask.shape) / step
    )


def _drop_and_dent(
    brightness: np.ndarray, config: ShadowRemovalConfig
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By how much, as a share, each pixel is darker than the brightest within a few pixels.

    The first picture is the drop between the brightest and the darkest around each pixel; the
    second how much darker it is than the paper on both sides of a stroke (a grey closing); the
    third is the drop from one pixel to the next.
    """
    from scipy import ndimage

    small = reduced(brightness, config.side)
    low = ndimage.minimum_filter(small, 2 * config.reach + 1)
    high = ndimage.maximum_filter(small, 2 * config.reach + 1)
    window = round(config.widest * max(small.shape)) | 1
    filled = np.maximum(ndimage.grey_closing(small, (window, window), mode="nearest"), 1 / 255)
    near_low, near_high = ndimage.minimum_filter(small, 3), ndimage.maximum_filter(small, 3)
    return (
        1 - low / np.maximum(high, 1 / 255),
        1 - small / filled,
        1 - near_low / np.maximum(near_high, 1 / 255),
    )
