"""A live line chart that knows numbers, not networks.

None of Streamlit's charts keeps its zoom when the next points come, so this one is ours: a canvas
that stays the same canvas from the first point to the last (`curves.js`). Python sends little:
float32, of a long line only the points that still can be told apart on a screen, and with `Sent`
only those that are new.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ui.components import component
from ui.components.curves.increments import Sent, decimate, encode
from ui.locale import say, to_say

__all__ = ["Line", "Sent", "curves"]

POINTS_PER_LINE = 600  # more than a chart has pixels to tell apart, and 6.4 kB as base64
POINTS_PER_CHART = 9_000  # twenty runs side by side stay below 100 kB
POINTS_AT_LEAST = 100  # below this a line would lose its shape
NOTHING_YET = to_say("Nothing yet: press Start")

_mount = component("curves")


@dataclass(frozen=True)
class Line:
    """One line of the chart.

    Attributes:
        name: shown in the legend; lines of the same name share one entry there, so that a run's
            faint batches and bold epochs can be hidden together.
        x: (points,) real numbers, finite; an epoch, say: batch 47 of 141 in epoch 3 is 2.33.
        y: (points,) real numbers. Not-a-number and infinity are gaps, with a cross above them.
        colour: CSS colours for the light and for the dark theme.
        faint: thin and translucent, for single batches; else bold with a marker at every point.
        dashed: broken instead of solid, for lines that colour alone should not tell apart.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    colour: tuple[str, str]
    faint: bool = False
    dashed: bool = False


def curves(
    lines: Sequence[Line],
    *,
    key: str,
    title: str,
    x_label: str,
    y_label: str,
    log: bool = False,
    y_range: tuple[float, float] | None = None,
    y_format: Literal["number", "percent"] = "number",
    height: int = 260,
    empty: str | None = None,
    sent: Sent | None = None,
    generation: int = 0,
) -> None:
    """Draw lines in one chart that keeps its zoom and its hidden lines from update to update.

    Of a line longer than `POINTS_PER_LINE` only the points that `decimate` keeps are sent: the
    values under the pointer are exact and are those of the kept point nearest to it.

    Args:
        lines: in drawing order, the last one on top; no lines or no points show `empty`.
        key: identity of the chart; the same key is the same chart, whatever it shows.
        title: above the chart, in the saved picture and in the text alternative.
        x_label: the quantity along x; also in front of the x value under the pointer.
        y_label: the quantity along y.
        log: logarithmic y axis; values that are not positive become gaps.
        y_range: (low, high) of the y axis while not zoomed; None follows the points.
        y_format: "percent" shows 0.5 as 50%.
        height: of the drawing without title and legend, in CSS pixels.
        empty: the sentence in place of points where there are none; None: "press Start".
        sent: what this chart was sent already; None sends everything.
        generation: another number than the last time says that points sent before do not hold any
            more; as long as it stays, lines only grow.

    Raises:
        ValueError: x and y of a line are not two equally long rows of numbers, x is not finite,
            or `y_range` is not (low, high) with low < high.
    """
    if y_range is not None and not (np.isfinite(y_range).all() and y_range[0] < y_range[1]):
        raise ValueError(f"y_range: expected (low, high) with low < high, got {y_range}")
    at_most = min(POINTS_PER_LINE, max(POINTS_AT_LEAST, POINTS_PER_CHART // max(1, len(lines))))
    ordered = [_in_order(line) for line in lines]
    if sent is None:
        parts = [(0, decimate(y, at_most)) for _, y in ordered]
    else:
        parts = sent.increments([y for _, y in ordered], at_most, generation)
    _mount(
        key=key,
        data={
            "title": title,
            "xLabel": x_label,
            "yLabel": y_label,
            "log": log,
            "yRange": None if y_range is None else [float(bound) for bound in y_range],
            "percent": y_format == "percent",
            "height": height,
            "empty": say(NOTHING_YET) if empty is None else empty,
            "sent": None if sent is None else sent.stamp,
            "lines": [
                _payload(line, x[new], y[new], keep)
                for line, (x, y), (keep, new) in zip(lines, ordered, parts, strict=True)
            ],
        },
        on_missing_change=_nothing if sent is None else sent.forget,
    )


def _nothing() -> None:
    """A chart that is always sent whole lacks nothing."""


def _in_order(line: Line) -> tuple[np.ndarray, np.ndarray]:
    """Its x and y as float64, by ascending x."""
    x, y = np.asarray(line.x, np.float64), np.asarray(line.y, np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(
            f"line {line.name!r}: expected x and y as two equally long rows, got {x.shape} "
            f"and {y.shape}"
        )
    if not np.isfinite(x).all():
        raise ValueError(f"line {line.name!r}: expected finite x, got not-a-number or infinity")
    if (np.diff(x) < 0).any():  # an epoch that was repeated after a crash: the eye wants order
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
    return x, y


def _payload(line: Line, x: np.ndarray, y: np.ndarray, keep: int) -> dict[str, object]:
    light, dark = line.colour
    return {
        "name": line.name,
        "light": light,
        "dark": dark,
        "faint": line.faint,
        "dashed": line.dashed,
        "keep": keep,  # of the points that the chart has, in front of these
        "points": encode(x, y),
    }
