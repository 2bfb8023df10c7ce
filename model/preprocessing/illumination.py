"""From a photo to ink: grey, the light evened out, dark or light ink told apart from the paper.

Grey pictures are (height, width) float32 in [0, 1], 0 is black. Ink is the other way round, as in
MNIST: 1 is full ink, 0 is paper.
"""

import numpy as np
from PIL import Image

_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as in JPEG
LIGHT_SIDE = 200  # the light is looked at on a picture of this size: it changes slowly
ONE_DIGIT = 48  # pixels; so small a file is one digit from edge to edge
_POLARITY_SIDE = 160
_POLARITY_WIDTHS = (0.03, 0.055, 0.095, 0.145)  # of the longest side
_DARK_SHEET = 0.22  # boards and screens are darker than this, paper in bad light is not
_PAPER_BIAS = 6.0
_CLEARLY = 0.7  # no width alone decides: e to this power is twice as much


def grey(picture: np.ndarray, *, weighted: bool = True) -> np.ndarray:
    """Return the brightness of a picture, (h, w) or (h, w, 3) uint8, as float32 in [0, 1].

    Without `weighted` only the red channel is taken: red ink then vanishes.
    """
    if picture.ndim == 2:
        return picture.astype(np.float32) / 255
    if not weighted:
        return picture[..., 0].astype(np.float32) / 255
    return (picture @ _LUMINANCE) / 255


def resized(
    array: np.ndarray, height: int, width: int, method: Image.Resampling = Image.Resampling.BOX
) -> np.ndarray:
    """Resample a float32 picture; BOX averages areas, the way thin lines survive."""
    image = Image.fromarray(np.ascontiguousarray(array, np.float32))
    return np.asarray(image.resize((width, height), method))


def is_light_on_dark(brightness: np.ndarray) -> bool:
    """Tell chalk from ink: whether the narrow things on a sheet are brighter than the rest.

    Narrow dark things are what a grey closing fills, narrow bright ones what an opening takes off
    (Serra 1982). Both are measured at several widths: strokes and printed lines show from the
    smallest on, the inside of a loop, a lit stripe or a lamp's spot in the larger ones alone.
    Boards and screens are dark as a whole: the brighter a sheet, the clearer its bright strokes
    must be.
    """
    from scipy import ndimage

    longest = max(brightness.shape)
    if longest <= ONE_DIGIT:  # strokes may be a quarter of so small a file
        around = ndimage.uniform_filter(brightness, max(3, round(longest / 2)), mode="nearest")
        return float(((brightness - around) ** 3).sum()) > 0
    small = _small(brightness, _POLARITY_SIDE)
    score = 0.0
    for share in _POLARITY_WIDTHS:
        window = round(share * max(small.shape)) | 1
        # The third power: few clear strokes count for more than much grain.
        dark, bright = (
            float(((_filled(each, window) - each) ** 3).mean()) ** (1 / 3)
            for each in (small, -small)
        )
        score += float(np.clip(np.log((bright + 1e-3) / (dark + 1e-3)), -_CLEARLY, _CLEARLY))
    return score > _PAPER_BIAS * (float(np.median(small)) - _DARK_SHEET)


def evened(brightness: np.ndarray) -> np.ndarray:
    """Divide a grey picture by the light that falls on the paper.

    The light is what a grey closing (Serra 1982) leaves: the paper with all dark strokes filled.
    A closing also fills a corner that is dark, so it is tried with a smooth slope divided out too.
    Paper becomes 1 in the lamp's light and in the shadow alike; its grain reaches above 1.
    """
    from scipy import ndimage

    small = _small(brightness, LIGHT_SIDE)
    slope = _slowly_varying(small)
    window = _window(small)
    # A surface follows a lamp but not a shadow's edge; the closing alone does it the other way
    # round. Paper is what one of them knows as paper, ink is darker than both expect.
    light = np.minimum(
        _filled_both_ways(small, window), _filled_both_ways(small / slope, window) * slope
    )
    # A closing follows the brightest grain, and grain is coarser where light is scarce.
    ratio = small / np.maximum(light, 1 / 255)
    paper = (ratio > 0.85).astype(np.float32)
    share = ndimage.uniform_filter(paper, window, mode="nearest")
    level = ndimage.uniform_filter(ratio * paper, window, mode="nearest") / np.maximum(share, 1e-3)
    light = np.where(share > 0.05, light * level, light)
    # Never brighter than the paper nearby, or the rim of a sharp shadow would look like ink.
    light = ndimage.minimum_filter(light, 3)
    height, width = brightness.shape
    light = resized(light, height, width, Image.Resampling.BILINEAR)
    result: np.ndarray = brightness / np.maximum(light, 1 / 255)
    return result


def _small(brightness: np.ndarray, side: int) -> np.ndarray:
    factor = side / max(brightness.shape)
    if factor >= 1:
        return brightness
    height, width = (max(1, round(side * factor)) for side in brightness.shape)
    return resized(brightness, height, width)


def _slowly_varying(small: np.ndarray) -> np.ndarray:
    """Fit a surface of second degree to the paper's brightness; ink is left out step by step."""
    rows, columns = np.indices(small.shape, np.float32)
    y, x = (np.ravel(part) / max(small.shape) - 0.5 for part in (rows, columns))
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1).astype(np.float64)
    values = small.ravel()
    paper = np.ones(values.shape, bool)
    surface = values
    for _ in range(4):
        seen = terms[paper]
        # The normal equations: six unknowns, so a tenth of the time of an orthogonal solution.
        factors = np.linalg.lstsq(seen.T @ seen, seen.T @ values[paper], rcond=None)[0]
        surface = terms @ factors
        residual = values - surface
        paper = residual > -1.5 * np.sqrt(np.mean(residual[paper] ** 2)) - 1e-4
    floor = max(0.05, 0.2 * float(values.max()))
    result: np.ndarray = np.maximum(surface, floor).reshape(small.shape).astype(np.float32)
    return result


def _window(small: np.ndarray) -> int:
    """Wider than any stroke, narrower than shadows: a quarter of the longest side."""
    return int(max(3, round(max(small.shape) / 4))) | 1


def _beyond(small: np.ndarray, reach: int) -> np.ndarray:
    """The sheet as if it went on beyond its edges, so that a closing fills no corner."""
    return np.pad(small, reach, mode="edge")


def _filled(small: np.ndarray, window: int) -> np.ndarray:
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
    result: np.ndarray = np.maximum(_filled(small, window), turned[inside])
    return result
