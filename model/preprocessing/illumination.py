"""Stage "light": each pixel is divided by the light that falls on the paper around it.

Grey pictures are (height, width) float32 in [0, 1], 0 is black.
"""

from dataclasses import replace

import numpy as np
from PIL import Image

from model.preprocessing.binarization import darker_group
from model.preprocessing.configuration import DEFAULT, IlluminationConfig, PreprocessingConfig
from model.preprocessing.sheet import Sheet


def resized(
    array: np.ndarray, height: int, width: int, method: Image.Resampling = Image.Resampling.BOX
) -> np.ndarray:
    """Resample a float32 picture; BOX averages areas, the way thin lines survive."""
    image = Image.fromarray(np.ascontiguousarray(array, np.float32))
    return np.asarray(image.resize((width, height), method))


def even_light(sheet: Sheet, *, on: bool = True, config: PreprocessingConfig = DEFAULT) -> Sheet:
    """Divide a sheet by the light on it; when off, a shadow stays dark and may count as ink."""
    if not on:
        return replace(sheet, paper=sheet.brightness)
    small = max(sheet.brightness.shape) <= config.illumination.small_file
    even = evened_small if small else evened
    return replace(sheet, paper=even(sheet.brightness, config.illumination))


def evened_small(
    brightness: np.ndarray, config: IlluminationConfig = DEFAULT.illumination
) -> np.ndarray:
    """Divide a small file by the light on its paper.

    A bold pen's strokes are as wide there as any window that would find the light around them. But
    so small a file is one digit on one piece of paper: ink and paper are two groups of brightness,
    and the light on the paper changes evenly at most.
    """
    from scipy import ndimage

    ink = darker_group(1 - brightness)
    paper = ~ink
    # Away from the soft edges of strokes, where so much paper is left.
    inner = ndimage.minimum_filter(paper.view(np.uint8), 3, mode="nearest").view(bool)
    if inner.sum() >= config.plane:
        paper = inner
    # What is unlike the paper beside the strokes is a white band that makes a photo square.
    beside = paper & ndimage.maximum_filter(ink.view(np.uint8), 7, mode="constant").view(bool)
    if not beside.any():
        beside = paper
    level = max(float(np.median(brightness[beside])), config.darkest)
    least, most = level * config.plane_range, level / config.plane_range
    paper &= (brightness > least) & (brightness < most)
    light = np.full_like(brightness, level)
    if paper.sum() >= config.plane:
        rows, columns = np.indices(brightness.shape, np.float64)
        terms = np.stack([np.ones_like(rows), rows, columns], axis=-1)
        plane = terms @ np.linalg.lstsq(terms[paper], brightness[paper], rcond=None)[0]
        light = np.clip(plane, least, most).astype(np.float32)
    result: np.ndarray = brightness / light
    return result


def evened(brightness: np.ndarray, config: IlluminationConfig = DEFAULT.illumination) -> np.ndarray:
    """Divide a grey picture by the light that falls on the paper.

    The light is what a grey closing (Serra 1982) leaves: the paper with all dark strokes filled.
    A closing also fills a corner that is dark, so it is tried with a smooth slope divided out too.
    Paper becomes 1 in the lamp's light and in the shadow alike; its grain reaches above 1.
    """
    from scipy import ndimage

    small = reduced(brightness, config.side)
    slope = _slowly_varying(small, config)
    window = int(max(3, round(max(small.shape) * config.window))) | 1
    # A surface follows a lamp but not a shadow's edge; the closing alone does it the other way
    # round. Paper is what one of them knows as paper, ink is darker than both expect.
    light = np.minimum(
        _filled_both_ways(small, window), _filled_both_ways(small / slope, window) * slope
    )
    # A closing follows the brightest grain, and grain is coarser where light is scarce.
    ratio = small / np.maximum(light, 1 / 255)
    paper = (ratio > config.paper).astype(np.float32)
    share = ndimage.uniform_filter(paper, window, mode="nearest")
    level = ndimage.uniform_filter(ratio * paper, window, mode="nearest") / np.maximum(share, 1e-3)
    light = np.where(share > config.least_paper, light * level, light)
    # Never brighter than the paper nearby, or the rim of a sharp shadow would look like ink.
    light = ndimage.minimum_filter(light, 3)
    height, width = brightness.shape
    light = resized(light, height, width, Image.Resampling.BILINEAR)
    result: np.ndarray = brightness / np.maximum(light, 1 / 255)
    return result


def reduced(brightness: np.ndarray, side: int) -> np.ndarray:
    """Reduce a grey picture until its longer side has so many pixels; a smaller one stays."""
    factor = side / max(brightness.shape)
    if factor >= 1:
        return brightness
    height, width = (max(1, round(side * factor)) for side in brightness.shape)
    return resized(brightness, height, width)


def _slowly_varying(small: np.ndarray, config: IlluminationConfig) -> np.ndarray:
    """Fit a surface of second degree to the paper's brightness; ink is left out step by step."""
    rows, columns = np.indices(small.shape, np.float32)
    y, x = (np.ravel(part) / max(small.shape) - 0.5 for part in (rows, columns))
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1).astype(np.float64)
    values = small.ravel()
    paper = np.ones(values.shape, bool)
    surface = values
    for _ in range(config.rounds):
        seen = terms[paper]
        # The normal equations: six unknowns, so a tenth of the time of an orthogonal solution.
        factors = np.linalg.lstsq(seen.T @ seen, seen.T @ values[paper], rcond=None)[0]
        surface = terms @ factors
        residual = values - surface
        paper = residual > -config.outlier * np.sqrt(np.mean(residual[paper] ** 2)) - 1e-4
    floor = max(config.darkest, config.darkest_share * float(values.max()))
    result: np.ndarray = np.maximum(surface, floor).reshape(small.shape).astype(np.float32)
    return result


def _beyond(small: np.ndarray, reach: int) -> np.ndarray:
    """The sheet as if it went on beyond its edges, so that a closing fills no corner."""
    return np.pad(small, reach, mode="edge")


def filled(small: np.ndarray, window: int) -> np.ndarray:
    """A grey closing with a square."""
    from scipy import ndimage

    closed = ndimage.grey_closing(_beyond(small, window), (window, window))
    result: np.ndarray = closed[window:-window, window:-window]
    return result


def _filled_both_ways(small: np.ndarray, window: int) -> np.ndarray:
    """The brighter of two closings, with a square and with one that stands on its tip.

    The corner of a square reaches along a stroke over the edge of a slanting shadow and takes the
    stroke for shadow; no edge slants for both.
    """
    from scipy import ndimage

    reach = round(0.75 * window)
    padded = _beyond(small, reach)
    size = (window, window)
    turned = ndimage.rotate(padded, 45, order=1, mode="nearest")
    turned = ndimage.rotate(ndimage.grey_closing(turned, size), -45, order=1)
    top, left = ((full - side) // 2 for full, side in zip(turned.shape, padded.shape, strict=True))
    turned = turned[top : top + padded.shape[0], left : left + padded.shape[1]]
    inside = (slice(reach, -reach), slice(reach, -reach))
    result: np.ndarray = np.maximum(filled(small, window), turned[inside])
    return result
