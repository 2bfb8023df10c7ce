"""Tells a crease of the paper from a stroke: a stroke ends, a fold goes on to the sheet's edges.

A folded sheet has a fine dark line where it was folded, and often a step of light beside it. Of a
faint line, the threshold keeps a piece here and there, and each of them is as straight as a "1".
But the darkness goes on where the ink ends. What is left of a faint printed line does so too.
"""

import numpy as np

from model.preprocessing.configuration import DEFAULT, CreaseConfig
from model.preprocessing.sheet import Region


def is_crease(
    darkness: np.ndarray,
    strength: np.ndarray,
    region: Region,
    config: CreaseConfig = DEFAULT.creases,
) -> bool:
    """Tell whether a region is a piece of a faint straight line that crosses the whole sheet.

    Args:
        darkness: (h, w) float32 of the sheet as it was photographed in even light; paper is 0.
        strength: (h, w) float32, of its ink.
        region: what was found.
        config: the numbers that decide.
    """
    top, left, bottom, right = region.box
    own = strength[top:bottom, left:right][region.mask]
    if float(np.percentile(own, 90)) >= config.faint:
        return False
    rows, columns = np.nonzero(region.mask)
    points = np.stack([rows + top, columns + left], axis=1).astype(np.float64)
    longest = max(darkness.shape)
    for _ in range(config.rounds):
        middle = points.mean(axis=0)
        _, (long, short), axes = np.linalg.svd(points - middle, full_matrices=False)
        aside = np.abs((points - middle) @ axes[1])
        near = aside <= max(config.thin_px, config.thin * longest)
        if near.sum() < config.straight * len(rows) or short > config.slender * long:
            return False
        if near.all():
            break
        points = points[near]
    along = (points - middle) @ axes[0]
    return _goes_on(darkness, middle, axes, (float(along.min()), float(along.max())), config)


def _goes_on(
    darkness: np.ndarray,
    middle: np.ndarray,
    axes: np.ndarray,
    ends: tuple[float, float],
    config: CreaseConfig,
) -> bool:
    """Whether a line is as dark beyond both ends as between them, as far as the sheet's edges."""
    from scipy import ndimage

    longest = max(darkness.shape)
    way = np.arange(-2 * longest, 2 * longest + 1)
    place = middle + way[:, None] * axes[0]
    way = way[((place >= 0) & (place <= np.array(darkness.shape) - 1)).all(axis=1)]
    reach = max(config.beside_px, round(config.beside * longest))
    offsets = np.arange(-reach, reach + 1)
    at = middle[:, None, None] + axes[0][:, None, None] * way[:, None]
    at = at + axes[1][:, None, None] * offsets
    strip = ndimage.map_coordinates(darkness, at, order=1, mode="nearest")
    strip = ndimage.uniform_filter1d(strip, max(1, round(config.smooth * longest)), axis=0)
    line = strip[:, np.abs(offsets) <= config.bend_px].max(axis=1)
    outer = reach // 2
    sides = strip[:, :outer].mean(axis=1), strip[:, -outer:].mean(axis=1)
    ridge = line - np.minimum(*sides)
    inside = (way >= ends[0]) & (way <= ends[1])
    as_dark = ridge >= config.as_dark * float(np.median(ridge[inside]))
    for beyond in (way < ends[0], way > ends[1]):
        if beyond.sum() > config.at_edge * longest and as_dark[beyond].mean() < config.goes_on:
            return False
    return True
