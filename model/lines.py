"""Takes printed lines off a sheet: ruled and squared paper, table cells, frames.

The method is that of staff-line removal in printed music (Dalitz, Droettboom, Pranzas, Fujinaga
2008, "A comparative study of staff removal algorithms"): find a line by how far it runs straight,
follow it, and erase it only where it is thin. Where a pen stroke crosses, the ink is thick across
the line, so it stays and the stroke is not cut.
"""

import itertools

import numpy as np

_STRIPS = 24  # a line is looked for in this many pieces, so that it may bend a little
_COVERAGE = 0.8  # share of the pieces in which a printed line shows
_SLOPES = np.linspace(-0.12, 0.12, 25)  # up to 7 degrees askew
_SMALLEST = 48  # in pixels; below, a stroke of a digit itself may run from edge to edge
_THICKEST = 0.03  # of the longest side


def printed_lines(mask: np.ndarray) -> np.ndarray:
    """Return the pixels of a sheet's ink that are printed lines and no strokes.

    Args:
        mask: (h, w) bool, all ink.

    Returns:
        (h, w) bool. Nothing is marked where the lines would be all the ink there is: a "1" from
        edge to edge is a digit.
    """
    if min(mask.shape) < _SMALLEST:
        return np.zeros_like(mask)
    thickest = max(3, round(_THICKEST * max(mask.shape)))
    lines = _horizontal(mask, thickest) | _horizontal(mask.T, thickest).T
    lines |= _frames(mask & ~lines, thickest)
    rest = mask & ~lines
    if not lines.any() or rest.sum() < 0.02 * mask.sum() or rest.sum() < 12:
        return np.zeros_like(mask)
    marked: np.ndarray = lines
    return marked


def _thin(mask: np.ndarray, thickest: int) -> np.ndarray:
    """The ink whose vertical run is at most `thickest` pixels."""
    from scipy import ndimage

    size = thickest + 1
    eroded = ndimage.minimum_filter1d(mask.view(np.uint8), size, axis=0, mode="nearest")
    origin = 0 if size % 2 else -1  # an even window is mirrored for the way back
    thick = ndimage.maximum_filter1d(eroded, size, axis=0, origin=origin, mode="nearest")
    result: np.ndarray = mask & ~thick.view(bool)
    return result


def _horizontal(mask: np.ndarray, thickest: int) -> np.ndarray:
    """Mark thin ink along near-horizontal lines that run from edge to edge."""
    height, width = mask.shape
    found = np.zeros_like(mask)
    thin = _thin(mask, thickest)
    edges = np.linspace(0, width, min(_STRIPS, width) + 1).astype(int)
    middles = (edges[:-1] + edges[1:]) / 2
    shares = np.stack([thin[:, a:b].mean(axis=1) for a, b in itertools.pairwise(edges)])
    reach = max(1, round(0.006 * height))
    hits = _spread(shares, reach) >= 0.5
    if (hits.sum(axis=0) < 2).all():
        return found
    rows = np.arange(height)
    offsets = np.rint(_SLOPES[:, None] * (middles - width / 2)).astype(int)
    coverage = np.zeros((len(_SLOPES), height), np.float32)
    for index, shifts in enumerate(offsets):
        at = rows[None] + shifts[:, None]
        inside = (at >= 0) & (at < height)
        hit = hits[np.arange(len(middles))[:, None], np.clip(at, 0, height - 1)] & inside
        # A slanting line may leave the sheet: it is judged by the part that is on it.
        coverage[index] = np.where(
            inside.mean(axis=0) > 0.5, hit.sum(axis=0) / np.maximum(inside.sum(axis=0), 1), 0
        )
    columns = np.arange(width)
    while True:
        slope, row = np.unravel_index(int(coverage.argmax()), coverage.shape)
        if coverage[slope, row] < _COVERAGE:
            return found
        path = row + offsets[slope]
        track = _followed(shares, path, reach + thickest // 2)
        centre = np.interp(columns, middles, track)
        near = np.abs(rows[:, None] - centre[None]) <= thickest / 2 + reach
        found |= thin & near
        low, high = max(0, row - reach - thickest), row + reach + thickest + 1
        coverage[:, low:high] = 0


def _spread(shares: np.ndarray, reach: int) -> np.ndarray:
    from scipy import ndimage

    result: np.ndarray = ndimage.maximum_filter1d(shares, 2 * reach + 1, axis=1, mode="constant")
    return result


def _followed(shares: np.ndarray, path: np.ndarray, reach: int) -> np.ndarray:
    """Return the row of a line in each strip: the centre of the ink near the straight path."""
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
    result: np.ndarray = path + np.where(total > 0.3, moved, 0)
    return result


def _frames(mask: np.ndarray, thickest: int) -> np.ndarray:
    """Mark closed boxes with other ink inside, and straight remains along the sheet's edge."""
    from scipy import ndimage

    parts, _ = ndimage.label(mask, np.ones((3, 3)))
    boxes = ndimage.find_objects(parts)
    found = np.zeros_like(mask)
    height, width = mask.shape
    border = 2 * thickest
    for number, (rows, columns) in enumerate(boxes, start=1):
        tall, wide = rows.stop - rows.start, columns.stop - columns.start
        at_edge = ((rows.stop <= border or rows.start >= height - border) and tall <= border) or (
            (columns.stop <= border or columns.start >= width - border) and wide <= border
        )
        if at_edge:
            found[rows, columns] |= parts[rows, columns] == number
        elif min(tall, wide) >= 0.25 * min(height, width) and min(tall, wide) > 4 * thickest:
            here = parts[rows, columns]
            own = here == number
            inner = (slice(border, -border), slice(border, -border))
            inside = (here[inner] > 0) & ~own[inner]
            others = np.flatnonzero(inside.any(axis=1))
            if _is_box(own, border) and len(others) and np.ptp(others) > 0.2 * tall:
                found[rows, columns] |= own
    return found


def _is_box(own: np.ndarray, border: int) -> bool:
    sides = (
        own[:border].any(axis=0).mean(),
        own[-border:].any(axis=0).mean(),
        own[:, :border].any(axis=1).mean(),
        own[:, -border:].any(axis=1).mean(),
    )
    inner = own[border:-border, border:-border]
    return min(sides) > 0.9 and float(inner.sum()) < 0.1 * float(own.sum())
