"""Stage "ink": how dark each pixel is against the paper, and from where on it counts as ink.

The light must have been evened out before: see `model.preprocessing.illumination`.
"""

from dataclasses import replace

import numpy as np

from model.preprocessing.configuration import DEFAULT, BinarizationConfig, PreprocessingConfig
from model.preprocessing.sheet import Ink, Sheet


def ink_found(sheet: Sheet, *, on: bool = True, config: PreprocessingConfig = DEFAULT) -> Sheet:
    """Find the ink; when off, dark is ink and bright is paper, whatever the picture shows."""
    if on:
        darkness, floor = darkness_of(sheet.paper, config.binarization)
        fixed = None
    else:
        darkness, floor, fixed = 1 - sheet.paper, 0.0, config.binarization.fixed
    blank = Ink(np.zeros_like(darkness), np.zeros(darkness.shape, bool), floor, fixed)
    found = ink_in(darkness, blank, config.binarization)
    return replace(sheet, darkness=darkness, ink=blank if found is None else found)


def ink_in(darkness: np.ndarray, like: Ink, config: BinarizationConfig) -> Ink | None:
    """Find ink in the way in which other ink was found; None for a blank sheet."""
    if like.fixed is not None:
        return Ink(darkness, darkness > like.fixed, like.floor, like.fixed)
    return find_ink(darkness, like.floor, config)


def darkness_of(
    paper_is_one: np.ndarray, config: BinarizationConfig = DEFAULT.binarization
) -> tuple[np.ndarray, float]:
    """Return how much darker than paper each pixel is, and what the paper's grain may reach.

    Args:
        paper_is_one: (h, w) float32, from `evened`.
        config: the numbers of this stage.
    """
    from scipy import ndimage

    darkness = 1 - paper_is_one
    if max(darkness.shape) <= config.small_file:
        # What is much brighter than paper is a white band that makes a photo square.
        paper = darkness[~darker_group(darkness, config) & (darkness > -config.band)]
        darkness -= np.median(paper)
        grain = _grain(paper - np.median(paper))
        return darkness, max(config.noise * grain, config.faintest_small)
    blur = max(darkness.shape) * config.blur
    if blur > config.least_blur:  # grain is smaller than strokes: average it away in large pictures
        darkness = ndimage.gaussian_filter(darkness, blur, truncate=3)
    darkness -= np.median(_sample(darkness, config))
    return darkness, _floor(darkness, config)


def darker_group(
    darkness: np.ndarray, config: BinarizationConfig = DEFAULT.binarization
) -> np.ndarray:
    """Part a small file into ink and paper: (h, w) bool, nothing where it is all one.

    Any values can be parted (Otsu 1979). Two groups have to be further apart than noise or a slope
    would put them: its halves are 2.7 and 3.5 of their standard deviations apart.

    Args:
        darkness: (h, w) float32; ink is greater than paper.
        config: the numbers of this stage.
    """
    group: np.ndarray = darkness >= otsu(np.clip(darkness, 0, 1))
    ink, paper = darkness[group], darkness[~group]
    if not (ink.size and paper.size):
        return np.zeros_like(group)
    apart = float(ink.mean() - paper.mean())
    spread = float(ink.std() + paper.std()) / 2
    if apart < min(config.apart_clearly, config.apart * spread):
        return np.zeros_like(group)
    return group


def _sample(darkness: np.ndarray, config: BinarizationConfig) -> np.ndarray:
    return darkness[::2, ::2] if min(darkness.shape) > config.sample_above else darkness


def _floor(darkness: np.ndarray, config: BinarizationConfig) -> float:
    """What the paper's grain may reach.

    On a sheet that was never photographed most of the paper has one value: it has no grain and no
    shadow, and a line in the palest colour is ink.
    """
    sample = _sample(darkness, config)
    clean = float((np.abs(sample) < config.one_value).mean()) > config.clean
    faintest = config.faintest_clean if clean else config.faintest
    return max(config.noise * _grain(sample), faintest)


def _grain(darkness: np.ndarray) -> float:
    """The standard deviation of noise around 0; by the median, which ink does not mislead."""
    return 1.4826 * float(np.median(np.abs(darkness)))


def find_ink(
    darkness: np.ndarray, floor: float, config: BinarizationConfig = DEFAULT.binarization
) -> Ink | None:
    """Return what is clearly darker than paper; None for a blank sheet.

    Args:
        darkness: (h, w) float32, paper is 0.
        floor: what the paper's grain may reach; both are from `darkness_of`.
        config: the numbers of this stage.
    """
    from scipy import ndimage

    candidates = darkness[darkness > floor]
    if candidates.size == 0:
        return None
    level = float(np.median(candidates[candidates >= otsu(candidates)]))
    strong = max(floor, config.strong * level)
    weak = max(floor * config.weak_floor, config.weak * level)
    # Hysteresis (Canny 1986): faint parts count where they continue a stroke.
    parts, count = ndimage.label(darkness > weak, np.ones((3, 3)))
    keep = np.zeros(count + 1, bool)
    keep[parts[darkness > strong]] = True
    keep[0] = False
    mask = keep[parts]
    if not mask.any():
        return None
    return Ink(soft(darkness, mask), mask, floor)


def solid(ink: Ink, darkness: np.ndarray, config: BinarizationConfig = DEFAULT.binarization) -> Ink:
    """Return the ink with the paper's grain inside pencil strokes averaged over.

    Graphite stays on top of the grain. Its width can only be measured once it has no holes, and
    how far to average depends on its width: the two are found in turn.
    """
    from scipy import ndimage

    if max(ink.mask.shape) <= config.small_file:
        return ink
    reach = 0.0
    for _ in range(config.rounds):
        closed = ndimage.grey_closing(ink.mask.view(np.uint8), (5, 5)).view(bool)
        width = mean_width(closed)
        if reach == 0 and width < config.holes * mean_width(ink.mask):
            return ink
        wider = min(width * config.smooth, config.widest_grain * max(ink.mask.shape))
        if wider < max(config.least_smooth, config.more_smooth * reach):
            return ink
        reach = wider
        smooth = ndimage.gaussian_filter(darkness, reach, truncate=3)
        found = find_ink(smooth, _floor(smooth, config), config)
        if found is None:
            return ink
        ink = found
    return ink


def mean_width(mask: np.ndarray) -> float:
    """The mean width of strokes: their area over half the length of their outline."""
    # Shifted views: `ndimage.binary_erosion` gives the same and takes about ten times as long.
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
