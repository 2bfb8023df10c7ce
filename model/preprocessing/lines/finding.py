"""Finds printed lines by how far they run straight, and tells them from the stems of digits."""

import itertools
from dataclasses import dataclass

import numpy as np

from model.preprocessing.configuration import LineRemovalConfig


@dataclass(frozen=True)
class Line:
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

    def like(self, other: "Line", factor: float) -> bool:
        """Whether both are as dark and as wide as if one machine had printed them."""
        mine, its = self.profile.sum(), other.profile.sum()
        return bool(factor * mine < its < mine / factor)


def thickest_of(shape: tuple[int, ...], config: LineRemovalConfig) -> int:
    """How thick a printed line may be, in pixels."""
    return round(config.thickest_px + config.thickest * max(shape))


def near_horizontal(
    darkness: np.ndarray, threshold: float, thickest: int, config: LineRemovalConfig
) -> list[Line]:
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


def printed(across: list[Line], upright: list[Line], config: LineRemovalConfig) -> list[Line]:
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


def _is_stem(line: Line, lines: list[Line], config: LineRemovalConfig) -> bool:
    """Whether a line is one stroke inside a cell: it ends on the sheet, and no other is like it."""
    if line.to_the_edges or line.at_margin:
        return False
    return not any(line.like(other, config.alike) for other in lines if other is not line)


def _has_family(line: Line, near: list[Line], config: LineRemovalConfig) -> bool:
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
) -> Line | None:
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
    across = sampled(darkness, track[where], where, around)
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
    return Line(
        cover,
        float(np.polyfit(where, track[where], 1)[0]),
        track,
        columns,
        profile[first : last + 1],
        int(around[first]),
        bool((ends == whole).all()),
        min(row, height - row) < config.margin * height,
    )


def sampled(
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
