"""What of a line goes to the browser: points that can be told apart, and each of them once.

A line that grows is sent in increments. What the browser has already need not come again, because
the points that are kept of a long line stay the same while it grows (see `decimate`).
"""

import base64
import math
import secrets

import numpy as np


def decimate(y: np.ndarray, at_most: int) -> np.ndarray:
    """Choose the points of a long line that keep its look.

    The line is cut into bins of 2, 4, 8 … points; of each bin stay the smallest and the
    largest finite value, so that no spike is lost, and the first value that is not finite, so
    that no gap is closed. While a line grows, its bins stay the same until their size doubles:
    what is on the screen already does not shimmer.

    Args:
        y: (points,) values, some perhaps not finite.
        at_most: how many points to keep, at least 5.

    Returns:
        Ascending indices into `y`, at most `at_most`; all of them if `y` is that short, and
        always the first and the last.
    """
    if len(y) <= at_most:
        return np.arange(len(y))
    finite, size = np.isfinite(y), bin_size(y, at_most)
    starts = np.arange(0, len(y), size)

    def rows(values: np.ndarray, filler: float) -> np.ndarray:
        full = np.full(len(starts) * size, filler)
        full[: len(y)] = values
        return full.reshape(len(starts), size)

    has_number = rows(finite, 0).any(axis=1)
    has_gap = rows(~finite, 0).any(axis=1)
    smallest = starts + rows(np.where(finite, y, np.inf), np.inf).argmin(axis=1)
    largest = starts + rows(np.where(finite, y, -np.inf), -np.inf).argmax(axis=1)
    first_gap = starts + rows(~finite, 0).argmax(axis=1)
    ends = [0, len(y) - 1]
    kept = [smallest[has_number], largest[has_number], first_gap[has_gap], ends]
    return np.unique(np.concatenate(kept))


def bin_size(y: np.ndarray, at_most: int) -> int:
    """Return how many points of a line `decimate` takes together: 1, 2, 4 …; 1 keeps them all."""
    if len(y) <= at_most:
        return 1
    bins = (at_most - 2) // (2 if np.isfinite(y).all() else 3)
    return int(2 ** math.ceil(math.log2(len(y) / bins)))


def encode(x: np.ndarray, y: np.ndarray) -> str:
    """Return all x, then all y, as little-endian float32 in base64 (what curves.js decodes)."""
    with np.errstate(over="ignore"):  # beyond 3.4e38 is infinity, and shown as such
        return base64.b64encode(np.concatenate([x, y]).astype("<f4").tobytes()).decode("ascii")


class Sent:
    """What one chart was sent already, so that only what is new need follow.

    Make one in the script's full run and hand it to the fragment that ticks: after a full run the
    chart may be a new one in the browser, and is sent whole. A chart that lacks what an increment
    builds on (a message was overtaken, the chart was shown anew) does not take it, and says so:
    then `forget` is called and the next message is whole again. So a lost message leaves no gap,
    and messages that arrive cost no answer, each of which would be one more run of the script.
    """

    def __init__(self) -> None:
        self._series = secrets.token_hex(4)
        self._number = 0  # of the last message
        self._known: tuple[object, ...] = ()  # what the last message told, without its points
        self._lines: list[tuple[int, int]] = []  # points and bin size of each line it told
        self._message: list[tuple[int, np.ndarray]] = []

    def forget(self) -> None:
        """Send everything the next time."""
        self._known, self._lines = (), []

    @property
    def stamp(self) -> dict[str, object]:
        """The last message's place in the series: the chart takes it only after the one before."""
        return {"series": self._series, "number": self._number}

    def increments(
        self, lines: list[np.ndarray], at_most: int, generation: int
    ) -> list[tuple[int, np.ndarray]]:
        """Choose what to send of lines that have grown.

        Args:
            lines: the y of each, (points,), in the order of their x.
            at_most: points that are kept of each, as for `decimate`.
            generation: another one than before says that points sent before do not hold any more.

        Returns:
            For each line how many of the points that the chart has stay, and the indices into y of
            those that follow them.
        """
        now = [(len(y), bin_size(y, at_most)) for y in lines]
        known = (generation, at_most, *now)
        if known == self._known:
            return self._message  # it is said again, of a chart whose axis has changed, say
        goes_on = self._known[:2] == known[:2] and len(self._lines) == len(now)
        before = self._lines if goes_on else [(0, 0)] * len(now)
        self._message = [
            _increment(decimate(y, at_most), old, new)
            for y, old, new in zip(lines, before, now, strict=True)
        ]
        self._known, self._lines, self._number = known, now, self._number + 1
        return self._message


def _increment(
    kept: np.ndarray, before: tuple[int, int], now: tuple[int, int]
) -> tuple[int, np.ndarray]:
    """How many of the first of `kept` the chart has, and the others."""
    (count, size), (points, same_size) = before, now
    if size != same_size or points < count:
        return 0, kept
    # The bin with the line's last point was still filling, and an end stays only while it is one.
    stable = count if size == 1 else (count - 1) // size * size
    there = int(np.searchsorted(kept, stable))
    return there, kept[there:]
