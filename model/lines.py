"""Takes printed lines off a sheet: ruled and squared paper, table cells, frames.

The method is that of staff-line removal in printed music (Dalitz, Droettboom, Pranzas, Fujinaga
2008, "A comparative study of staff removal algorithms"): find a line by how far it runs straight,
follow it, and erase it only where it is thin. Where a pen stroke crosses, the ink is thick across
the line, so it stays and the stroke is not cut.
"""

import itertools
from dataclasses import dataclass

import numpy as np

_STRIPS = 24  # a line is looked for in this many pieces, so that it may bend a little
_COVERAGE = 0.8  # share of the pieces in which a printed line shows
_THIN_SHARE = 0.5  # share of the pieces in which nothing crosses it
_DENSE = 0.4  # share of a piece that has ink: faint lines are broken
_SLOPES = np.linspace(-0.12, 0.12, 25)  # up to 7 degrees askew
_SMALLEST = 48  # in pixels; below, a stroke of a digit itself may run from edge to edge
_THICKEST = 0.02  # of the longest side, beside 5 pixels


def printed_lines(mask: np.ndarray) -> np.ndarray:
    """Return the pixels of a sheet's ink that are printed lines and no strokes.

    Args:
        mask: (h, w) bool, all ink.

    Returns:
        (h, w) bool. Nothing is marked where one upright line would be all the ink there is: a
        "1" from edge to edge is a digit.
    """
    if min(mask.shape) < _SMALLEST:
        return np.zeros_like(mask)
    thickest = round(5 + _THICKEST * max(mask.shape))
    across = _horizontal(mask, thickest)
    upright = [
        _Line(line.ink.T, line.band.T, line.to_the_edges) for line in _horizontal(mask.T, thickest)
    ]
    found = across + upright
    if len(found) == 1 and not found[0].to_the_edges:
        found = []  # one line that stops short may be a stroke: the stem of a large 7
    marked = np.zeros_like(mask)
    band = np.zeros_like(mask)
    for line in found:
        marked |= line.ink
        band |= line.band
    marked |= _scraps(mask & ~marked, band)
    marked |= _frames(mask & ~marked, thickest)
    rest = int((mask & ~marked).sum())
    if rest < max(12, 0.02 * int(mask.sum())):
        # Several lines and nothing else are an empty sheet.
        return mask if len(found) > 1 else np.zeros_like(mask)
    return marked


@dataclass(frozen=True)
class _Line:
    """A printed line: what to erase, the band that it runs in, whether it reaches both edges."""

    ink: np.ndarray
    band: np.ndarray
    to_the_edges: bool


def _scraps(rest: np.ndarray, band: np.ndarray) -> np.ndarray:
    """Mark what an erased line left behind: pieces that lie in its band altogether."""
    from scipy import ndimage

    if not band.any():
        return np.zeros_like(rest)
    parts, count = ndimage.label(rest, np.ones((3, 3)))
    outside = np.zeros(count + 1, bool)
    outside[parts[rest & ~band]] = True
    left: np.ndarray = rest & ~outside[parts]
    return left


def _thin(mask: np.ndarray, thickest: int) -> np.ndarray:
    """The ink whose vertical run is at most `thickest` pixels."""
    from scipy import ndimage

    size = thickest + 1
    eroded = ndimage.minimum_filter1d(mask.view(np.uint8), size, axis=0, mode="constant")
    origin = 0 if size % 2 else -1  # an even window is mirrored for the way back
    thick = ndimage.maximum_filter1d(eroded, size, axis=0, origin=origin, mode="constant")
    result: np.ndarray = mask & ~thick.view(bool)
    return result


def _horizontal(mask: np.ndarray, thickest: int) -> list[_Line]:
    """Find near-horizontal lines that run from edge to edge, or nearly."""
    height, width = mask.shape
    found: list[_Line] = []
    thin = _thin(mask, thickest)
    edges = np.linspace(0, width, min(_STRIPS, width) + 1).astype(int)
    middles = (edges[:-1] + edges[1:]) / 2
    strips = list(itertools.pairwise(edges))
    shares = np.stack([thin[:, a:b].mean(axis=1) for a, b in strips])
    inked = np.stack([mask[:, a:b].mean(axis=1) for a, b in strips])
    reach = max(1, round(0.006 * height))
    hits = _spread(shares, reach) >= _DENSE
    rows = np.arange(height)
    offsets = np.rint(_SLOPES[:, None] * (middles - width / 2)).astype(int)
    # Strokes that cross hide the line's thin edge: for its length all ink counts.
    both = np.stack([_spread(inked, reach) >= _DENSE, hits])
    length, thin_share = _share_on_paths(both, offsets)
    coverage = np.where(thin_share > _THIN_SHARE, length, 0)
    columns = np.arange(width)
    while True:
        slope, row = np.unravel_index(int(coverage.argmax()), coverage.shape)
        if coverage[slope, row] < _COVERAGE:
            return found
        path = row + offsets[slope]
        track = _followed(shares, path, reach + thickest // 2)
        centre = np.interp(columns, middles, track)
        distance = np.abs(rows[:, None] - centre[None])
        runs = (thin & (distance <= thickest / 2 + reach)).sum(axis=0)
        # The line's own thickness tells it from a stroke that runs along it.
        own = min(thickest, int(np.ceil(1.4 * np.median(runs[runs > 0]))) + 1)
        near = distance <= own / 2 + reach
        ink = near & (thin if own == thickest else _thin(mask, own))
        on_sheet = np.flatnonzero((path >= 0) & (path < height))
        ends = on_sheet[[0, -1]]
        reaches = bool(hits[ends, path[ends]].all())
        found.append(_Line(ink, near, reaches))
        low, high = max(0, row - reach - thickest), row + reach + thickest + 1
        coverage[:, low:high] = 0


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
