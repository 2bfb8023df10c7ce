"""Finds a finger that holds the sheet: an area of another colour than paper, at the sheet's edge.

It is as wide as a word, so evening out the light makes paper of its middle and leaves its sides
and its shadow, which are long and straight. By brightness alone they are strokes.
"""

import numpy as np
from PIL import Image

from model.preprocessing.configuration import DEFAULT, FingerConfig
from model.preprocessing.sheet import Region


def without_fingers(
    regions: tuple[Region, ...],
    picture: np.ndarray,
    strength: np.ndarray,
    config: FingerConfig = DEFAULT.fingers,
) -> tuple[Region, ...]:
    """Return the regions without those that a finger left.

    Args:
        regions: what was found.
        picture: (h, w, 3) uint8 as it came; in a grey one no finger is found.
        strength: (h, w) float32, of its ink.
        config: the numbers that decide.
    """
    doubtful = [each for each in regions if _pale_near_edge(each, strength, config)]
    if not doubtful or picture.ndim != 3:
        return regions
    held = _held(picture, config)
    return tuple(
        each
        for each in regions
        if not (each in doubtful and _mostly_in(each, held, strength, config))
    )


def _pale_near_edge(region: Region, strength: np.ndarray, config: FingerConfig) -> bool:
    top, left, bottom, right = region.box
    height, width = strength.shape
    near = config.near * max(strength.shape)
    if min(top, left, height - bottom, width - right) > near:
        return False
    return float(np.median(strength[top:bottom, left:right][region.mask])) < config.pale


def _held(picture: np.ndarray, config: FingerConfig) -> np.ndarray:
    """Mark fingers and their shadows on a small copy of the picture: bool."""
    from scipy import ndimage

    image = Image.fromarray(picture)
    image.thumbnail((config.side, config.side), Image.Resampling.BOX, reducing_gap=None)
    colours = np.asarray(image, np.float32) + 1
    grey = colours.mean(axis=2)
    shares = colours / colours.sum(axis=2, keepdims=True)
    paper = np.median(shares.reshape(-1, 3), axis=0)
    other = np.abs(shares - paper).sum(axis=2) > config.other_colour
    other &= grey > config.bright * float(np.median(grey))
    parts, count = ndimage.label(other)
    wide = ndimage.distance_transform_edt(other) > config.wide * max(other.shape) / 2
    edge = np.zeros_like(other)
    edge[[0, -1]] = edge[:, [0, -1]] = True
    found = np.isin(np.arange(count + 1), parts[wide & other])
    found &= np.isin(np.arange(count + 1), parts[edge & other])
    found &= np.bincount(parts.ravel(), minlength=count + 1) <= config.most * other.size
    found[0] = False
    reach = 2 * round(config.shadow * max(other.shape)) + 1
    result: np.ndarray = ndimage.maximum_filter(found[parts].view(np.uint8), reach).view(bool)
    return result


def _mostly_in(
    region: Region, held: np.ndarray, strength: np.ndarray, config: FingerConfig
) -> bool:
    """Whether most of a region's ink lies in a part of the small copy."""
    rows, columns = np.nonzero(region.mask)
    down, across = (small / full for small, full in zip(held.shape, strength.shape, strict=True))
    at = (
        ((rows + region.box[0]) * down).astype(int),
        ((columns + region.box[1]) * across).astype(int),
    )
    return float(held[at].mean()) > config.mostly
