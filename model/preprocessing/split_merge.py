"""Stage "digits", second part: parts and joins the regions by what looks like a digit.

Sizes cannot tell a wide 0 from a 1 that leans on a 3, or the two halves of a broken 0 from 1 and 1.
So what does not look like a digit is tried in other ways. Beside a neighbour: if both together look
like one, they are one. And cut along several seams, from the top of the ink to its bottom where
they cross least of it: if both sides look like digits, they are two. To cut in several ways and let
the reader choose is a classic of reading handwriting (Casey and Lecolinet 1996, "A survey of
methods and strategies in character segmentation"); the cheapest path through a picture is found
row by row as in seam carving (Avidan and Shamir 2007, "Seam carving for content-aware image
resizing").
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from model.preprocessing.configuration import DEFAULT, PreprocessingConfig, SplitMergeConfig
from model.preprocessing.segmentation import find_digits
from model.preprocessing.sheet import Region, Sheet

Likeness = Callable[[Region], float]
"""How much a region's ink looks like a digit, from 0 to 1."""
Group = tuple[Region, ...]


def digits_regrouped(
    sheet: Sheet, likeness: Likeness, *, on: bool = True, config: PreprocessingConfig = DEFAULT
) -> Sheet:
    """Part and join the regions by what looks like a digit; when off, all stays as it is."""
    if not on:
        return sheet
    regions = regrouped(sheet.regions, likeness, config.split_merge)
    if not any(likeness(region) >= config.split_merge.like for region in regions):
        regions = among_writing(sheet, likeness, config) or regions
    return replace(sheet, regions=regions)


def among_writing(sheet: Sheet, likeness: Likeness, config: PreprocessingConfig = DEFAULT) -> Group:
    """Return the digits that are small beside words or formulas; nothing where there are none.

    What is much smaller than the rest is left out as scraps. So where nothing of the rest looks
    like a digit, it is taken off, and digits are looked for once more. One that looks like a digit
    may be a letter or a spot: it takes several, and most of what there is.

    Args:
        sheet: its regions are the writing.
        likeness: asked of what is found.
        config: the numbers of all stages.
    """
    mask = sheet.ink.mask.copy()
    for region in sheet.regions:
        top, left, bottom, right = region.box
        mask[top:bottom, left:right] &= ~region.mask
    limits = config.split_merge
    found = find_digits(mask, config.segmentation)
    likely = sum(likeness(region) >= limits.like for region in found)
    enough = likely >= max(limits.several, limits.mostly * len(found))
    return regrouped(found, likeness, limits) if enough else ()


def regrouped(
    regions: Group, likeness: Likeness, config: SplitMergeConfig = DEFAULT.split_merge
) -> Group:
    """Return the digits, with the broken ones joined and those parted that were two or three.

    Args:
        regions: what was found, in reading order.
        likeness: asked of these and of what is tried instead.
        config: the numbers of this stage.
    """
    if len(regions) > config.most:
        return regions
    found: list[tuple[Region, float]] = []
    for region in regions:
        like = likeness(region)
        doubtful = bool(found) and min(like, found[-1][1]) < config.like
        if doubtful and _near(found[-1][0], region, config.near):
            both = found[-1][0].joined(region)
            if (together := likeness(both)) >= config.sure:
                found[-1] = (both, together)
                continue
            if _touching(found[-1][0], region):  # a cut by sizes alone: others are tried
                parts, least = _parts(both, together, likeness, config.depth, config)
                if len(parts) > 1 and least > min(like, found[-1][1]):
                    found[-1:] = [(part, likeness(part)) for part in parts]
                    continue
        found.append((region, like))
    return tuple(
        part
        for region, like in found
        for part in _parts(region, like, likeness, config.depth, config)[0]
    )


def _near(one: Region, other: Region, gap: float) -> bool:
    """Whether two regions stand side by side, with less than a narrow digit between them."""
    across = max(one.box[1], other.box[1]) - min(one.box[3], other.box[3])
    level = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
    return across < gap * max(one.height, other.height) and level > 0


def _touching(one: Region, other: Region) -> bool:
    """Whether two regions side by side were one piece of ink before they were cut."""
    both = one.joined(other)
    masks = []
    for region in (one, other):
        mask = np.zeros_like(both.mask)
        top, left = region.box[0] - both.box[0], region.box[1] - both.box[1]
        mask[top : top + region.height, left : left + region.width] = region.mask
        masks.append(mask)
    return _touch(*masks)


def _parts(
    region: Region, like: float, likeness: Likeness, depth: int, config: SplitMergeConfig
) -> tuple[Group, float]:
    """The digits that a region is, and how much the least of them looks like one."""
    best: tuple[Group, float] = ((region,), like)
    if like >= config.like or not depth:
        return best
    for left, right, enough in _sides(region, config):
        first: tuple[Group, float] = ((left,), likeness(left))
        second: tuple[Group, float] = ((right,), likeness(right))
        if first[1] < enough <= second[1]:
            first = _parts(left, first[1], likeness, depth - 1, config)
        elif second[1] < enough <= first[1]:
            second = _parts(right, second[1], likeness, depth - 1, config)
        least = min(first[1], second[1])
        if least > best[1] and (least >= enough or _two_signs(like, first, second, enough, config)):
            best = ((*first[0], *second[0]), least)
    return best


def _two_signs(
    like: float,
    first: tuple[Group, float],
    second: tuple[Group, float],
    enough: float,
    config: SplitMergeConfig,
) -> bool:
    """Whether two sides with paper between them are two signs, though only one is surely a digit.

    What is no digit at all as a whole cannot become less of one: a 1 beside a 0 with corners.
    """
    apart = enough == config.sure and like < config.apart
    return apart and max(first[1], second[1]) >= config.cut


def _sides(region: Region, config: SplitMergeConfig) -> Iterator[tuple[Region, Region, float]]:
    """What a region may be: a left and a right side, and how much both must look like a digit."""
    mask = region.mask
    pairs = 0
    for right_from in _seams(mask, config):
        on_left = np.arange(mask.shape[1]) < right_from[:, None]
        one, other = mask & on_left, mask & ~on_left
        if min(one.sum(), other.sum()) < config.heavy * mask.sum():
            continue
        left, right = region.part(one), region.part(other)
        if min(left.height, right.height) < config.tall * region.height:
            continue
        if not _touch(one, other):
            yield left, right, config.sure
        elif region.width > config.wide * region.height:
            yield left, right, config.cut
        pairs += 1
        if pairs == config.seams:
            return


def _touch(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether a pixel of one mask is beside, above or below one of the other."""
    beside = one[:, :-1] & other[:, 1:]
    above, below = one[:-1] & other[1:], other[:-1] & one[1:]
    return bool(beside.any() or above.any() or below.any())


def _seams(mask: np.ndarray, config: SplitMergeConfig) -> Iterator[np.ndarray]:
    """Seams that differ, the cheapest first: of each row the first column on the right side."""
    step = -(-mask.shape[0] // config.rows)
    rows, columns = (-(-side // step) for side in mask.shape)
    padded = np.zeros((rows * step, columns * step), np.float32)
    padded[: mask.shape[0], : mask.shape[1]] = mask
    ink = padded.reshape(rows, step, columns, step).mean(axis=(1, 3))
    above, up = _cheapest(ink, config.turn)
    below, down = (swept[::-1] for swept in _cheapest(ink[::-1], config.turn))
    through = above + below - ink  # the cheapest seam through each cell
    starts = [
        (through[row, column], row, column)
        for row in (rows // 4, rows // 2, 3 * rows // 4)
        for column in _valleys(through[row])
    ]
    known: list[np.ndarray] = []
    for _, row, column in sorted(starts):
        seam = np.full(rows, column)
        for above_it in range(row, 0, -1):
            seam[above_it - 1] = seam[above_it] + up[above_it, seam[above_it]]
        for below_it in range(row, rows - 1):
            seam[below_it + 1] = seam[below_it] + down[below_it, seam[below_it]]
        if all(np.abs(seam - other).mean() >= config.unlike for other in known):
            known.append(seam)
            yield np.repeat(seam * step + step // 2, step)[: mask.shape[0]]


def _valleys(costs: np.ndarray) -> list[int]:
    """The columns that cost less than those beside them; of a level stretch the middle."""
    stretches = np.split(np.arange(len(costs)), np.flatnonzero(np.diff(costs)) + 1)
    level = np.array([np.inf, *(costs[stretch[0]] for stretch in stretches), np.inf])
    lower = (level[1:-1] < level[:-2]) & (level[1:-1] < level[2:])
    return [int(stretches[place][len(stretches[place]) // 2]) for place in np.flatnonzero(lower)]


def _cheapest(ink: np.ndarray, turn: float) -> tuple[np.ndarray, np.ndarray]:
    """What the cheapest seam from the first row to each cell costs, and its last step: -1, 0, 1."""
    costs, steps = ink.copy(), np.zeros(ink.shape, int)
    columns = np.arange(ink.shape[1])
    for row in range(1, len(ink)):
        before = np.pad(costs[row - 1], 1, constant_values=np.inf)
        ways = np.stack([before[1:-1], before[:-2] + turn, before[2:] + turn])
        best = ways.argmin(axis=0)
        costs[row] += ways[best, columns]
        steps[row] = np.array([0, -1, 1])[best]
    return costs, steps
