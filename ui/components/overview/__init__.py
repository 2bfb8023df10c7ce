"""Columns of small pictures side by side, following the pen: a whole network at a glance.

Every column shows all channels of a layer as one picture (`style.mosaic`), so that an update, many
times a second under the pen, is a dozen small PNGs and some text. `overview.js` places them, finds
the channel under the pointer and tells Python which one was opened. What the columns stand for is
the page's business.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np

from ui.components import component
from ui.locale import number_text, say
from ui.style.mosaic import mosaic_png
from ui.style.theme import is_dark

ROWS = 16  # maps below each other in a column
MAP_EDGE = 28  # about so many CSS pixels for the edge of a map, before the columns are fitted
GAP = 2  # CSS pixels between two maps
HEIGHT = 448  # of a column of units: as tall as 16 maps
UNIT_EDGES = (14, 7, 4, 2, 1)  # CSS pixels for a unit: the largest with which a column stays narrow
WIDEST = 120  # CSS pixels for a column of units

_mount = component("overview")


@dataclass(frozen=True, eq=False)
class Sheet:
    """All channels of a layer as one picture.

    `values` is (height, width, channels), or (units,); `scale` the value of the full colour.
    """

    values: np.ndarray
    scale: float
    caption: str = ""


@dataclass(frozen=True, eq=False)
class Outputs:
    """The network's outputs as rows: `scores` and `probabilities`, (n,) each."""

    scores: np.ndarray
    probabilities: np.ndarray
    caption: str = ""


@dataclass(frozen=True, eq=False)
class Column:
    """One layer: its name, its kind in words, facts below it, and one or two panels."""

    name: str
    title: str
    facts: tuple[str, ...]
    panels: tuple[Sheet | Outputs, ...]


@dataclass(frozen=True)
class Opened:
    """What was clicked: a panel of a column by their places, and which channel of it if any."""

    column: int
    panel: int
    channel: int | None


def overview(columns: Sequence[Column], *, key: str) -> Opened | None:
    """Show columns; new values under the same key are painted in place.

    Returns:
        What was clicked since the last run, or None.
    """
    shown = [message(column) for column in columns]
    result = _mount(key=key, data={"columns": shown}, on_opened_change=lambda: None)
    return checked_opening(result.get("opened"), shown)


def message(column: Column) -> dict[str, Any]:
    """Return a column as the browser takes it."""
    panels = [
        _outputs(panel) if isinstance(panel, Outputs) else _sheet(panel) for panel in column.panels
    ]
    facts = list(column.facts)
    return {"name": column.name, "title": column.title, "facts": facts, "panels": panels}


def checked_opening(said: object, shown: Sequence[Mapping[str, Any]]) -> Opened | None:
    """Return what the browser says was opened; None when it is not there.

    Args:
        said: {"column", "panel", "channel"} if all is well; the channel may be None.
        shown: the columns as they were sent.
    """
    if not isinstance(said, Mapping):
        return None
    column, panel, channel = (said.get(name) for name in ("column", "panel", "channel"))
    if not (_within(column, len(shown)) and _within(panel, len(shown[column]["panels"]))):
        return None
    if channel is not None and not _within(channel, shown[column]["panels"][panel]["count"]):
        return None
    return Opened(column, panel, channel)


def _within(number: object, count: int) -> TypeGuard[int]:
    # type() rather than isinstance: True is an int to Python, and not a column to us
    return type(number) is int and 0 <= number < count


def _sheet(panel: Sheet) -> dict[str, Any]:
    """All maps, or all units, of one layer as one picture and where to find each in it."""
    values, count = panel.values, panel.values.shape[-1]
    if values.ndim == 3:
        zoom, gap = max(1, MAP_EDGE // max(values.shape[:2])), GAP
        if count == 1:
            zoom *= 3  # the picture, or a layer of one filter
        across, noun = -(-count // ROWS), "map"
    else:
        values, gap, noun = values.reshape(1, 1, -1), 0, "unit"
        zoom, across = _unit_layout(count)
    rows = -(-count // across)
    height, width = values.shape[0] * zoom, values.shape[1] * zoom
    form = {"columns": across, "gap": gap, "zoom": zoom}
    png = mosaic_png(values, scale=panel.scale, dark=is_dark(), **form)
    return {
        "caption": panel.caption,
        "noun": noun,
        "range": [
            say("max {value}", value=_signed(values.max())),
            say("min {value}", value=_signed(values.min())),
        ],
        "png": base64.b64encode(png).decode("ascii"),
        "count": count,
        "across": across,
        "width": across * (width + gap) - gap,
        "height": rows * (height + gap) - gap,
        "pitch": [width + gap, height + gap],
        "gap": gap,
    }


def _unit_layout(count: int) -> tuple[int, int]:
    """The edge of a unit in CSS pixels and the units in a row of a column of so many."""
    for edge in UNIT_EDGES:
        across = -(-count // (HEIGHT // edge))
        if across * edge <= WIDEST:
            break
    return edge, across


def _outputs(panel: Outputs) -> dict[str, Any]:
    scores, probabilities = panel.scores, panel.probabilities
    rows = [
        {"score": _signed(score), "share": round(share, 4), "percent": number_text(share, ".1%")}
        for score, share in zip(scores.tolist(), probabilities.tolist(), strict=True)
    ]
    return {
        "caption": panel.caption,
        "noun": "unit",
        "range": [
            say("scores: max {value}", value=_signed(scores.max())),
            say("min {value}", value=_signed(scores.min())),
        ],
        "count": len(rows),
        "best": int(np.argmax(probabilities)),
        "rows": rows,
    }


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
