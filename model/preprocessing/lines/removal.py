"""Stage "lines": takes printed lines off a sheet: ruled and squared paper, table cells, frames.

The method grew out of staff-line removal in printed music (Dalitz, Droettboom, Pranzas, Fujinaga
2008, "A comparative study of staff removal algorithms"): find a line by how far it runs straight
and follow it. What it hides is then uncovered: ink over print multiplies, so the sheet is divided
by the line's own darkness, as it was by the light. The division is noisy where a line is dark; so
each of its pixels takes the median of the quotient and the sheet just above and below the line.
A stroke that crosses shows on both sides and stays whole; where both sides are paper, paper is put.
"""

from dataclasses import dataclass, replace

import numpy as np

from model.preprocessing.binarization import ink_in, soft, solid
from model.preprocessing.configuration import DEFAULT, LineRemovalConfig, PreprocessingConfig
from model.preprocessing.lines.finding import Line, near_horizontal, printed, sampled, thickest_of
from model.preprocessing.lines.frames import bare_frame, cell_edges, leftovers, longest, rulings
from model.preprocessing.sheet import Sheet


def lines_removed(sheet: Sheet, *, on: bool = True, config: PreprocessingConfig = DEFAULT) -> Sheet:
    """Take printed lines off; a single line from edge to edge is a "1" and stays.

    When off, printed lines stay and count as strokes.
    """
    if not on:
        return sheet
    ink = sheet.ink
    if min(ink.mask.shape) < config.lines.smallest:
        mask = ink.mask & ~cell_edges(ink.mask, config.lines)
        if bare_frame(mask, config.lines):
            mask = np.zeros_like(mask)
        return replace(sheet, ink=replace(ink, strength=soft(ink.strength, mask), mask=mask))
    # Where ink was not looked for, nothing is known of the paper's grain: lines have to be as dark.
    floor = ink.floor if ink.fixed is None else ink.fixed
    cleaned = without_lines(sheet.darkness, floor, config.lines)
    rest = ink_in(cleaned.darkness, ink, config.binarization) if cleaned.count else ink
    if rest is not None and ink.fixed is None:
        rest = solid(rest, cleaned.darkness, config.binarization)
    if rest is None:
        mask = np.zeros_like(ink.mask)
    else:
        mask = rest.mask & ~leftovers(rest.mask, cleaned.band, config.lines)
        rest_of_rulings = mask & rulings(ink.mask, config.lines)
        # Scraps of them do no harm; what is as long as a stroke would be taken for one.
        if longest(rest_of_rulings) > config.lines.frame_holds * min(mask.shape):
            mask &= ~rest_of_rulings
    least = max(config.lines.least_ink, config.lines.least_share * ink.mask.sum())
    if cleaned.count and mask.sum() < least:
        if cleaned.count == 1 and not cleaned.margin:
            return sheet
        mask = np.zeros_like(mask)  # an empty sheet
    elif ink.fixed is None and bare_frame(mask, config.lines):
        mask = np.zeros_like(mask)
    strength = ink.strength if rest is None else rest.strength
    return replace(sheet, ink=replace(ink, strength=soft(strength, mask), mask=mask))


@dataclass(frozen=True)
class Cleaned:
    """A sheet without its printed lines.

    `darkness` is (h, w) float32 with paper at 0; `band` (h, w) bool says where lines were;
    `count` is how many, and `margin` whether all there was is one line along the sheet's edge.
    """

    darkness: np.ndarray
    band: np.ndarray
    count: int
    margin: bool = False


def without_lines(
    darkness: np.ndarray, floor: float, config: LineRemovalConfig = DEFAULT.lines
) -> Cleaned:
    """Return a sheet without the lines that run straight across it.

    Args:
        darkness: (h, w) float32, paper is 0 and full ink at most 1.
        floor: the darkness that the paper's grain may reach.
        config: the numbers of this stage.
    """
    nothing = Cleaned(darkness, np.zeros(darkness.shape, bool), 0)
    if min(darkness.shape) < config.smallest:
        return nothing
    thickest = thickest_of(darkness.shape, config)
    threshold = config.grain * floor
    across = near_horizontal(darkness, threshold, thickest, config)
    upright = near_horizontal(darkness.T, threshold, thickest, config)
    found = printed(across, upright, config)
    if not found:
        return nothing
    margin = len(found) == 1 and found[0].at_margin
    if len(found) == 1 and not (found[0].to_the_edges or margin):
        return nothing  # one line that stops short may be a stroke: the stem of a large 7
    clean = darkness.copy()
    band = np.zeros(darkness.shape, bool)
    for line in found:
        upside = any(line is one for one in upright)
        _uncover(clean.T if upside else clean, band.T if upside else band, line)
    return Cleaned(clean, band, len(found), margin)


def _uncover(darkness: np.ndarray, band: np.ndarray, line: Line) -> None:
    """Take one line off a sheet, in place, and mark where it was."""
    height = darkness.shape[0]
    track, columns = line.track[line.columns], line.columns
    count = len(line.profile)
    last = line.first + count - 1
    rows = np.floor(track[None]).astype(int) + np.arange(line.first, last + 2)[:, None]
    depth = rows - track[None] - line.first  # where in the profile each pixel lies
    printed = np.interp(depth, np.arange(count), line.profile, left=0, right=0)
    beside = [
        sampled(darkness, track, columns, np.array(pair)).mean(axis=0)
        for pair in ((line.first - 2, line.first - 1), (last + 1, last + 2))
    ]
    inside = (rows >= 0) & (rows < height) & (depth > -1) & (depth < count)
    at = np.clip(rows, 0, height - 1), np.broadcast_to(columns, rows.shape)
    quotient = 1 - (1 - darkness[at]) / (1 - printed)
    low, high = np.minimum(*beside), np.maximum(*beside)
    uncovered = np.clip(quotient, low, high)
    darkness[at[0][inside], at[1][inside]] = uncovered[inside]
    band[at[0][inside], at[1][inside]] = True
