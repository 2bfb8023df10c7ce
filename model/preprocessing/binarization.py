"""Which pixels are ink: how dark each is against the paper, and from where on that counts.

The light must have been evened out before: see `model.preprocessing.illumination`.
"""

from dataclasses import dataclass

import numpy as np

from model.preprocessing.illumination import LIGHT_SIDE, ONE_DIGIT

_FAINTEST = 0.08  # of the light: hard pencil takes 0.2, what shadows leave behind stays below

_HOLES = 1.15  # strokes that closing their smallest holes makes wider by this factor are pencil
_ROUNDS = 3
_GRAIN = 0.006  # of the sheet: the grain of drawing paper is not wider
_NOISE_FACTOR = 4.5  # ink stands out of the paper's grain by this many standard deviations


@dataclass(frozen=True)
class Ink:
    """The ink of a sheet: `strength` (h, w) float32, 0 outside `mask` (h, w) bool.

    `floor` is the strength that the paper's grain may reach.
    """

    strength: np.ndarray
    mask: np.ndarray
    floor: float = 0.0


def darkness_of(paper_is_one: np.ndarray) -> tuple[np.ndarray, float]:
    """Return how much darker than paper each pixel is, and what the paper's grain may reach.

    Args:
        paper_is_one: (h, w) float32, from `evened`.
    """
    from scipy import ndimage

    darkness = 1 - paper_is_one
    blur = max(darkness.shape) / 1000
    if blur > 0.25:  # grain is smaller than strokes: average it away in large pictures
        darkness = ndimage.gaussian_filter(darkness, blur, truncate=3)
    darkness -= np.median(_sample(darkness))
    return darkness, _floor(darkness)


def _sample(darkness: np.ndarray) -> np.ndarray:
    return darkness[::2, ::2] if min(darkness.shape) > LIGHT_SIDE else darkness


def _floor(darkness: np.ndarray) -> float:
    """What the paper's grain may reach; by the median deviation, which ink does not mislead."""
    grain = 1.4826 * float(np.median(np.abs(_sample(darkness))))
    return max(_NOISE_FACTOR * grain, _FAINTEST)


def find_ink(darkness: np.ndarray, floor: float) -> Ink | None:
    """Return what is clearly darker than paper; None for a blank sheet.

    Args:
        darkness: (h, w) float32, paper is 0.
        floor: what the paper's grain may reach; both are from `darkness_of`.
    """
    from scipy import ndimage

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


def solid(ink: Ink, darkness: np.ndarray) -> Ink:
    """Return the ink with the paper's grain inside pencil strokes averaged over.

    Graphite stays on top of the grain. Its width can only be measured once it has no holes, and
    how far to average depends on its width: the two are found in turn.
    """
    from scipy import ndimage

    if max(ink.mask.shape) <= ONE_DIGIT:
        return ink
    reach = 0.0
    for _ in range(_ROUNDS):
        closed = ndimage.grey_closing(ink.mask.view(np.uint8), (5, 5)).view(bool)
        width = mean_width(closed)
        if reach == 0 and width < _HOLES * mean_width(ink.mask):
            return ink
        wider = min(width / 8, _GRAIN * max(ink.mask.shape))
        if wider < max(0.6, 1.2 * reach):
            return ink
        reach = wider
        smooth = ndimage.gaussian_filter(darkness, reach, truncate=3)
        found = find_ink(smooth, _floor(smooth))
        if found is None:
            return ink
        ink = found
    return ink


def mean_width(mask: np.ndarray) -> float:
    """The mean width of strokes: their area over half the length of their outline."""
    inner = mask[1:-1, 1:-1] & mask[:-2, 1:-1] & mask[2:, 1:-1] & mask[1:-1, :-2] & mask[1:-1, 2:]
    area = int(mask.sum())
    return 2 * area / max(1, area - int(inner.sum()))


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
