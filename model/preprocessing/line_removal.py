"""Stage "lines": takes printed lines off a sheet: ruled and squared paper, table cells, frames.

The method grew out of staff-line removal in printed music (Dalitz, Droettboom, Pranzas, Fujinaga
2008, "A comparative study of staff removal algorithms"): find a line by how far it runs straight
and follow it. What it hides is then uncovered: ink over print multiplies, so the sheet is divided
by the line's own darkness, as it was by the light. The division is noisy where a line is dark; so
each of its pixels takes the median of the quotient and the sheet just above and below the line.
A stroke that crosses shows on both sides and stays whole; where both sides are paper, paper is put.
"""

import itertools
from dataclasses import dataclass, replace

import numpy as np

from model.preprocessing.binarization import ink_in, soft, solid
from model.preprocessing.configuration import DEFAULT, LineRemovalConfig, PreprocessingConfig
from model.preprocessing.sheet import Sheet


def lines_removed(sheet: Sheet, *, on: bool = True, config: PreprocessingConfig = DEFAULT) -> Sheet:
    """Take printed lines off; a single line from edge to edge is a "1" and stays.

    When off, printed lines stay and count as strokes.
    """
    if not on:
        return sheet
    ink = sheet.ink
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
        if _longest(rest_of_rulings) > config.lines.frame_holds * min(mask.shape):
            mask &= ~rest_of_rulings
    least = max(config.lines.least_ink, config.lines.least_share * ink.mask.sum())
    if cleaned.count and mask.sum() < least:
        if cleaned.count == 1 and not cleaned.margin:
            return sheet
        mask = np.zeros_like(mask)  # an empty sheet
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
    thickest = _thickest(darkness.shape, config)
    threshold = config.grain * floor
    across = _horizontal(darkness, threshold, thickest, config)
    upright = _horizontal(darkness.T, threshold, thickest, config)
    found = _printed(across, upright, config)
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


def leftovers(
    mask: np.ndarray, band: np.ndarray, config: LineRemovalConfig = DEFAULT.lines
) -> np.ndarray:
    """Return what printed lines left behind: pieces that lie where lines were, boxes, rims.

    Args:
        mask: (h, w) bool, the ink of the sheet without lines.
        band: (h, w) bool, where lines were.
        config: the numbers of this stage.
    """
    from scipy import ndimage

    if min(mask.shape) < config.smallest:
        return np.zeros_like(mask)
    parts, count = ndimage.label(mask, np.ones((3, 3)))
    size = np.bincount(parts.ravel(), minlength=count + 1)
    within = np.bincount(parts[band], minlength=count + 1)
    longest = np.array([0] + [_longer(box) for box in ndimage.find_objects(parts)])
    scrap = (within > config.within * size) & (longest < config.scrap * longest.max())
    scrap[0] = False
    left: np.ndarray = scrap[parts]
    left |= _frames(mask & ~left, config)
    return left


def rulings(mask: np.ndarray, config: LineRemovalConfig = DEFAULT.lines) -> np.ndarray:
    """Mark the broad rulings of a cell that was cut out of its table, (h, w) bool.

    They may be too thick for a line: pieces of ink that lie along the sheet's edges and nowhere
    else, of which one side goes on across the whole sheet, around a digit that does not touch them.

    Args:
        mask: (h, w) bool, all ink of the sheet.
        config: the numbers of this stage.
    """
    from scipy import ndimage

    found = np.zeros_like(mask)
    if min(mask.shape) < config.smallest:
        return found
    height, width = mask.shape
    rows, columns = (round(config.ruling * side) for side in mask.shape)
    inner = (slice(rows, -rows), slice(columns, -columns))
    parts, count = ndimage.label(mask, np.ones((3, 3)))
    size = np.bincount(parts.ravel(), minlength=count + 1)
    inside = np.bincount(parts[inner].ravel(), minlength=count + 1)
    others = []
    for number, (down, across) in enumerate(ndimage.find_objects(parts), start=1):
        whole = (down.start <= 1 and down.stop >= height - 1) or (
            across.start <= 1 and across.stop >= width - 1
        )
        if whole and inside[number] <= config.frame_empty * size[number]:
            found[down, across] |= parts[down, across] == number
        else:
            others.append(down.stop - down.start)
    if max(others, default=0) < config.frame_holds * height:
        return np.zeros_like(mask)
    # With the soft edge, of which what is left of the ink may have a little more.
    result: np.ndarray = ndimage.maximum_filter(found.view(np.uint8), 5).view(bool)
    return result


def _thickest(shape: tuple[int, ...], config: LineRemovalConfig) -> int:
    """How thick a printed line may be, in pixels."""
    return round(config.thickest_px + config.thickest * max(shape))


def _longest(mask: np.ndarray) -> int:
    """The longer side of the longest piece of ink, in pixels."""
    from scipy import ndimage

    parts, _ = ndimage.label(mask, np.ones((3, 3)))
    return max((_longer(box) for box in ndimage.find_objects(parts)), default=0)


def _longer(box: tuple[slice, ...]) -> int:
    return max(int(side.stop - side.start) for side in box)


@dataclass(frozen=True)
class _Line:
    """A near-horizontal line: its row in each column, the columns it runs through, its profile.

    `profile` is its darkness from `first` rows below `track` on, in steps of one row.
    """

    cover: float
    slope: float
    track: np.ndarray
    columns: np.ndarray
    profile: np.ndarray
    first: int
    to_the_edges: bool
    at_margin: bool

    def like(self, other: "_Line", factor: float) -> bool:
        """Whether both are as dark and as wide as if one machine had printed them."""
        mine, its = self.profile.sum(), other.profile.sum()
        return bool(factor * mine < its < mine / factor)


def _horizontal(
    darkness: np.ndarray, threshold: float, thickest: int, config: LineRemovalConfig
) -> list[_Line]:
    """Find near-horizontal lines that run from edge to edge, or nearly, or side by side."""
    from scipy import ndimage

    height, width = darkness.shape
    # An opening along the column keeps what is thicker than a line: strokes that cross it.
    thick = ndimage.grey_opening(darkness, (thickest + 1, 1))
    edges = np.linspace(0, width, min(config.strips, width) + 1).astype(int)
    strips = list(itertools.pairwise(edges))
    thin = darkness - thick > threshold
    shares = np.stack([thin[:, a:b].mean(axis=1) for a, b in strips])
    crossed = thick > threshold
    hidden = np.stack([crossed[:, a:b].mean(axis=1) for a, b in strips])
    reach = max(1, round(config.bend * height))
    hits = _spread(shares, reach) >= config.dense
    middles = (edges[:-1] + edges[1:]) / 2
    offsets = np.rint(np.linspace(*config.slopes)[:, None] * (middles - width / 2)).astype(int)
    # Strokes that cross hide the line's thin edge: for its length all ink counts.
    both = np.stack([_spread(np.maximum(hidden, shares), reach) >= config.dense, hits])
    length, thin_share = _share_on_paths(both, offsets)
    coverage = np.where(thin_share > config.thin_share * length, length, 0)
    paths: list[tuple[float, np.ndarray]] = []
    while True:
        slope, row = np.unravel_index(int(coverage.argmax()), coverage.shape)
        best = float(coverage[slope, row])
        if best < config.family_coverage:
            break
        paths.append((best, row + offsets[slope]))
        low, high = max(0, row - reach - thickest), row + reach + thickest + 1
        coverage[:, low:high] = 0
    lines = [
        _measured(darkness, shares, hits, path, middles, reach, thickest, threshold, cover, config)
        for cover, path in paths
    ]
    return [line for line in lines if line is not None]


def _printed(across: list[_Line], upright: list[_Line], config: LineRemovalConfig) -> list[_Line]:
    """Choose those lines that are straight across the sheet or run alongside their like.

    One machine printed all of them: in a sheet that lies askew all are turned by one angle.
    """
    turned = [(line.slope, line) for line in across] + [(-line.slope, line) for line in upright]
    most, turn = 0.0, 0.0
    for slope, line in turned:
        votes = sum(other.cover for angle, other in turned if abs(angle - slope) <= config.askew)
        if votes + line.cover > most:
            most, turn = votes + line.cover, slope
    chosen = []
    for lines, sign in ((across, 1), (upright, -1)):
        # A sheet seen from the side has lines that run together, but all cross it as a whole.
        whole = [line for line in lines if line.to_the_edges and line.cover >= config.whole]
        slopes = [sign * turn, *(line.slope for line in whole if len(whole) > 1)]
        near = [
            line
            for line in lines
            if min(abs(line.slope - slope) for slope in slopes) <= 2 * config.askew
        ]
        chosen += [
            line
            for line in near
            if (line.cover >= config.coverage and not _is_stem(line, across + upright, config))
            or _has_family(line, near, config)
        ]
    return chosen


def _is_stem(line: _Line, lines: list[_Line], config: LineRemovalConfig) -> bool:
    """Whether a line is one stroke inside a cell: it ends on the sheet, and no other is like it."""
    if line.to_the_edges or line.at_margin:
        return False
    return not any(line.like(other, config.alike) for other in lines if other is not line)


def _has_family(line: _Line, near: list[_Line], config: LineRemovalConfig) -> bool:
    """Whether enough lines run alongside that are as dark and as long: a bar of a 5 is shorter."""
    family = [
        one
        for one in near
        if abs(line.slope - one.slope) <= config.askew and line.like(one, config.alike)
    ]
    longest = max((one.cover for one in family), default=line.cover)
    return len(family) >= config.family and line.cover >= config.family_share * longest


def _measured(
    darkness: np.ndarray,
    shares: np.ndarray,
    hits: np.ndarray,
    path: np.ndarray,
    middles: np.ndarray,
    reach: int,
    thickest: int,
    threshold: float,
    cover: float,
    config: LineRemovalConfig,
) -> _Line | None:
    """Follow a line and measure how dark it is across; None where it is no line."""
    height, width = darkness.shape
    here = np.arange(len(path))
    on_sheet = (path >= 0) & (path < height)
    seen = np.zeros(len(path), bool)
    seen[on_sheet] = hits[here[on_sheet], path[on_sheet]]
    track = np.interp(
        np.arange(width), middles, _followed(shares, path, reach + thickest // 2, seen)
    )
    strip = np.minimum(np.arange(width) * len(path) // width, len(path) - 1)
    where = np.flatnonzero(seen[strip])
    half = thickest // 2 + 3
    around = np.arange(-half, half + 1)
    across = _sampled(darkness, track[where], where, around)
    rims = np.maximum(across[:2].mean(axis=0), across[-2:].mean(axis=0))
    alone = rims < threshold
    if alone.mean() < config.alone:
        return None  # paper nowhere on both sides: part of a broad stroke
    profile = np.median(across[:, alone], axis=1)
    rim = float(np.median(rims[alone]))
    profile = np.clip(profile - rim, 0, config.opaque)
    if profile.max() < config.least_dark * threshold:
        return None
    dark = profile > config.rim * profile.max()
    middle = int(profile.argmax())
    first = last = middle
    while first > 0 and dark[first - 1]:
        first -= 1
    while last < 2 * half and dark[last + 1]:
        last += 1
    first, last = max(0, first - 1), min(2 * half, last + 1)
    ends = np.flatnonzero(seen)[[0, -1]]
    whole = np.flatnonzero(on_sheet)[[0, -1]]
    columns = np.flatnonzero((strip >= ends[0] - 1) & (strip <= ends[1] + 1))
    row = float(np.mean(track[where]))
    return _Line(
        cover,
        float(np.polyfit(where, track[where], 1)[0]),
        track,
        columns,
        profile[first : last + 1],
        int(around[first]),
        bool((ends == whole).all()),
        min(row, height - row) < config.margin * height,
    )


def _sampled(
    darkness: np.ndarray, track: np.ndarray, columns: np.ndarray, around: np.ndarray
) -> np.ndarray:
    """Return the darkness at so many rows below a line, between rows: (rows, columns)."""
    at = track[None] + around[:, None]
    low = np.floor(at).astype(int)
    part = at - low
    height = darkness.shape[0]
    one = darkness[np.clip(low, 0, height - 1), columns[None]]
    two = darkness[np.clip(low + 1, 0, height - 1), columns[None]]
    result: np.ndarray = one * (1 - part) + two * part
    return result


def _uncover(darkness: np.ndarray, band: np.ndarray, line: _Line) -> None:
    """Take one line off a sheet, in place, and mark where it was."""
    height = darkness.shape[0]
    track, columns = line.track[line.columns], line.columns
    count = len(line.profile)
    last = line.first + count - 1
    rows = np.floor(track[None]).astype(int) + np.arange(line.first, last + 2)[:, None]
    depth = rows - track[None] - line.first  # where in the profile each pixel lies
    printed = np.interp(depth, np.arange(count), line.profile, left=0, right=0)
    beside = [
        _sampled(darkness, track, columns, np.array(pair)).mean(axis=0)
        for pair in ((line.first - 2, line.first - 1), (last + 1, last + 2))
    ]
    inside = (rows >= 0) & (rows < height) & (depth > -1) & (depth < count)
    at = np.clip(rows, 0, height - 1), np.broadcast_to(columns, rows.shape)
    quotient = 1 - (1 - darkness[at]) / (1 - printed)
    low, high = np.minimum(*beside), np.maximum(*beside)
    uncovered = np.clip(quotient, low, high)
    darkness[at[0][inside], at[1][inside]] = uncovered[inside]
    band[at[0][inside], at[1][inside]] = True


def _share_on_paths(hits: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Return, for each slope and row, the share of strips with a hit along that straight path.

    A slanting path may leave the sheet: it is judged by the part that is on it, if that is most.

    Args:
        hits: (kinds, strips, height) bool; several kinds of hits are looked at in one go.
        offsets: (slopes, strips) int, by how many rows a path is off its middle in each strip.

    Returns:
        (kinds, slopes, height) float32.
    """
    kinds, strips, height = hits.shape
    reach = int(np.abs(offsets).max())
    on_sheet = np.ones((1, strips, height), bool)
    padded = np.pad(np.concatenate([hits, on_sheet]), ((0, 0), (0, 0), (reach, reach)))
    padded = padded.view(np.uint8)
    counts = np.zeros((kinds + 1, len(offsets), height), np.uint8)
    for slope, shifts in enumerate(offsets):
        for strip, shift in enumerate(shifts + reach):
            counts[:, slope] += padded[:, strip, shift : shift + height]
    inside = counts[-1]
    shares = counts[:-1] / np.maximum(inside, 1).astype(np.float32)
    return np.where(inside > strips / 2, shares, 0)


def _spread(shares: np.ndarray, reach: int) -> np.ndarray:
    from scipy import ndimage

    result: np.ndarray = ndimage.maximum_filter1d(shares, 2 * reach + 1, axis=1, mode="constant")
    return result


def _followed(shares: np.ndarray, path: np.ndarray, reach: int, seen: np.ndarray) -> np.ndarray:
    """Return the row of a line in each strip: the centre of the ink near the straight path.

    In strips where it is not `seen`, it is where its neighbours on both sides point to.
    """
    height = shares.shape[1]
    around = np.arange(-reach, reach + 1)
    at = path[:, None] + around[None]
    weight = np.where(
        (at >= 0) & (at < height),
        np.take_along_axis(shares, np.clip(at, 0, height - 1), axis=1),
        0,
    )
    total = weight.sum(axis=1)
    moved = (weight * around).sum(axis=1) / np.maximum(total, 1e-6)
    known = np.flatnonzero(seen & (total > 0.3))
    if not len(known):
        return path.astype(float)
    # A median over the neighbours forgets a strip where a stroke lies along the line.
    padded = np.pad(moved[known], 2, mode="edge")
    calm = np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1)
    result: np.ndarray = path + np.interp(np.arange(len(path)), known, calm)
    return result


def _frames(mask: np.ndarray, config: LineRemovalConfig) -> np.ndarray:
    """Mark closed boxes with other ink inside, and straight remains along the sheet's edge."""
    from scipy import ndimage

    parts, _ = ndimage.label(mask, np.ones((3, 3)))
    boxes = ndimage.find_objects(parts)
    found = np.zeros_like(mask)
    height, width = mask.shape
    thickest = _thickest(mask.shape, config)
    border = 2 * thickest
    for number, (rows, columns) in enumerate(boxes, start=1):
        tall, wide = rows.stop - rows.start, columns.stop - columns.start
        at_edge = ((rows.stop <= border or rows.start >= height - border) and tall <= border) or (
            (columns.stop <= border or columns.start >= width - border) and wide <= border
        )
        if at_edge:
            found[rows, columns] |= parts[rows, columns] == number
        elif min(tall, wide) >= config.frame_side * min(height, width) and (
            min(tall, wide) > config.frame_line * thickest
        ):
            here = parts[rows, columns]
            own = here == number
            inner = (slice(border, -border), slice(border, -border))
            inside = (here[inner] > 0) & ~own[inner]
            others = np.flatnonzero(inside.any(axis=1))
            holds = len(others) and np.ptp(others) > config.frame_holds * tall
            if _is_box(own, border, config) and holds:
                found[rows, columns] |= own
    return found


def _is_box(own: np.ndarray, border: int, config: LineRemovalConfig) -> bool:
    sides = (
        own[:border].any(axis=0).mean(),
        own[-border:].any(axis=0).mean(),
        own[:, :border].any(axis=1).mean(),
        own[:, -border:].any(axis=1).mean(),
    )
    inner = own[border:-border, border:-border]
    empty = float(inner.sum()) < config.frame_empty * float(own.sum())
    return min(sides) > config.frame_closed and empty
