"""From a photo to ink: grey, the light evened out, dark or light ink told apart from the paper.

Grey pictures are (height, width) float32 in [0, 1], 0 is black. Ink is the other way round, as in
MNIST: 1 is full ink, 0 is paper.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as in JPEG
_SMALL = 160  # the light is looked at on a picture of this size: it changes slowly
_FAINTEST = 0.08  # of the light: hard pencil takes 0.2, what shadows leave behind stays below
_MEDIAN_SIDE = 48  # pixels: enough to tell light strokes from dark ones
_STANDS_OUT = 2e-6  # a third moment: a stroke of 0.1 on 1 % of the sheet has five times that
_NOISE_FACTOR = 4.5  # ink stands out of the paper's grain by this many standard deviations


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
    """Tell chalk from ink: whether the few pixels that stand out are brighter than the rest.

    The sign of the third moment says to which side the distribution has its long tail. What is
    usual around each pixel is taken off first. In a photo that is the median: it follows a
    shadow's edge and a lamp's bright spot, but no stroke.
    """
    from scipy import ndimage

    longest = max(brightness.shape)
    if longest <= _MEDIAN_SIDE:  # strokes may be a quarter of so small a file
        around = ndimage.uniform_filter(brightness, max(3, round(longest / 2)), mode="nearest")
        return float(((brightness - around) ** 3).sum()) > 0
    height, width = (max(1, round(side * _MEDIAN_SIDE / longest)) for side in brightness.shape)
    small = resized(brightness, height, width)
    wide, narrow = (
        float(((small - ndimage.median_filter(small, window, mode="nearest")) ** 3).mean())
        for window in (_MEDIAN_SIDE // 4 | 1, _MEDIAN_SIDE // 9)
    )
    # A lamp's spot and a lit stripe are wide; printed lines and strokes beside them are not.
    return wide > 0 and (narrow > _STANDS_OUT or float(np.median(small)) < 0.3)


def evened(brightness: np.ndarray) -> np.ndarray:
    """Divide a grey picture by the light that falls on the paper.

    The light is what a grey closing (Serra 1982) leaves: the paper with all dark strokes filled.
    A closing also fills a corner that is dark, so it is tried with a smooth slope divided out too.
    Paper becomes 1 in the lamp's light and in the shadow alike; its grain reaches above 1.
    """
    from scipy import ndimage

    small = _small(brightness)
    slope = _slowly_varying(small)
    window = _window(small)
    # A surface follows a lamp but not a shadow's edge; the closing alone does it the other way
    # round. Paper is what one of them knows as paper, ink is darker than both expect.
    lights = (_closed(small, window), _closed(small / slope, window) * slope)
    light = np.minimum(*(ndimage.uniform_filter(each, 3, mode="nearest") for each in lights))
    # Never brighter than the paper nearby, or the rim of a sharp shadow would look like ink.
    light = ndimage.minimum_filter(light, 3)
    height, width = brightness.shape
    light = resized(light, height, width, Image.Resampling.BILINEAR)
    result: np.ndarray = brightness / np.maximum(light, 1 / 255)
    return result


@dataclass(frozen=True)
class Ink:
    """The ink of a sheet: `strength` (h, w) float32, 0 outside `mask` (h, w) bool.

    `floor` is the strength that the paper's grain may reach.
    """

    strength: np.ndarray
    mask: np.ndarray
    floor: float = 0.0


def find_ink(paper_is_one: np.ndarray) -> Ink | None:
    """Return what is darker than paper by more than the paper's grain; None for a blank sheet.

    Args:
        paper_is_one: (h, w) float32, from `evened`.
    """
    from scipy import ndimage

    darkness = 1 - paper_is_one
    blur = max(darkness.shape) / 1000
    if blur > 0.25:  # grain is smaller than strokes: average it away in large pictures
        darkness = ndimage.gaussian_filter(darkness, blur, truncate=3)
    sample = darkness[::2, ::2] if min(darkness.shape) > _SMALL else darkness
    paper = float(np.median(sample))
    darkness = darkness - paper
    grain = 1.4826 * float(np.median(np.abs(sample - paper)))  # the MAD, not misled by ink
    floor = max(_NOISE_FACTOR * grain, _FAINTEST)
    candidates = darkness[darkness > floor]
    if candidates.size == 0:
        return None
    level = float(np.median(candidates[candidates >= otsu(candidates)]))
    strong = max(floor, 0.35 * level)
    weak = max(floor * 0.8, 0.2 * level)
    # Hysteresis (Canny 1986): faint parts count where they continue a stroke.
    parts, count = ndimage.label(darkness > weak, np.ones((3, 3)))
    keep = np.zeros(count + 1, bool)
    keep[parts[darkness > strong]] = True
    keep[0] = False
    mask = keep[parts]
    if not mask.any():
        return None
    return Ink(soft(darkness, mask), mask, floor)


def soft(darkness: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return the darkness inside a mask and one pixel around it: the soft edge of the strokes."""
    padded = np.pad(mask, 1)
    across = padded[:, :-2] | padded[:, 1:-1] | padded[:, 2:]
    around = across[:-2] | across[1:-1] | across[2:]
    result: np.ndarray = np.where(around, np.clip(darkness, 0, 1), 0).astype(np.float32)
    return result


def otsu(values: np.ndarray) -> float:
    """Return the threshold that parts values in [0, 1] into the two tightest groups (Otsu 1979)."""
    counts, edges = np.histogram(values, bins=128, range=(0.0, 1.0))
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    mass = np.cumsum(counts * centres)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = mass / below - (mass[-1] - mass) / above
        between = np.nan_to_num(below * above * gap**2)
    return float(edges[int(between.argmax()) + 1])


def _small(brightness: np.ndarray) -> np.ndarray:
    factor = _SMALL / max(brightness.shape)
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


def _closed(small: np.ndarray, window: int) -> np.ndarray:
    from scipy import ndimage

    result: np.ndarray = ndimage.grey_closing(small, (window, window), mode="nearest")
    return result
