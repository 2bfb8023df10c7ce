"""The whole network at a glance: a column for every layer, from the picture to the ten outputs.

Every column shows all channels of its layer as one picture (`style.mosaic`), so that an update,
many times a second under the pen, is a dozen small PNGs and some text. `overview.js` places them,
finds the channel under the pointer and tells Python which one was opened.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from model.network import SIDE
from model.network.activations import ForwardPass, LayerOutput
from ui.components import component
from ui.style.diagram import TITLES, shape_text
from ui.style.mosaic import mosaic_png

ROWS = 16  # maps below each other in a column
MAP_EDGE = 28  # about so many CSS pixels for the edge of a map, before the columns are fitted
GAP = 2  # CSS pixels between two maps
HEIGHT = 448  # of a column of units: as tall as 16 maps
UNIT_EDGES = (14, 7, 4, 2, 1)  # CSS pixels for a unit: the largest with which a column stays narrow
WIDEST = 120  # CSS pixels for a column of units

_mount = component("overview")


@dataclass(frozen=True)
class Opened:
    """What was clicked: a layer by name (None is the picture), and which of its channels if any."""

    layer: str | None
    channel: int | None
    activated: bool  # the picture after the activation function, or the one before it


def overview(inside: ForwardPass, *, key: str) -> Opened | None:
    """Show all layers with all channels; new values under the same key are painted in place.

    Returns:
        What was clicked since the last run, or None.
    """
    shown = columns(inside)
    result = _mount(key=key, data={"columns": shown}, on_opened_change=lambda: None)
    return checked_opening(result.get("opened"), inside)


def columns(inside: ForwardPass) -> list[dict[str, Any]]:
    """Return the columns as the browser takes them: the picture first, then every layer.

    A layer with ReLU has two panels, before and after it, on one scale, so that one sees what is
    cut off. It is the scale of what is left: the large negative sums, which go nowhere, would make
    all else look pale. The ten outputs are rows with their scores and probabilities.
    """
    picture = inside.digit[:, :, None]
    first = {
        "name": "picture",
        "title": "Input",
        "facts": [shape_text((SIDE, SIDE, 1))],
        "panels": [_panel(picture, "", 1.0)],
    }
    return [first, *(_column(output) for output in inside.layers)]


def checked_opening(message: object, inside: ForwardPass) -> Opened | None:
    """Return what the browser says was opened; None when it is not there.

    Args:
        message: {"column", "panel", "channel"} if all is well; the channel may be None.
        inside: what is shown now.
    """
    if not isinstance(message, Mapping):
        return None
    column, panel, channel = (message.get(name) for name in ("column", "panel", "channel"))
    # type() rather than isinstance: True is an int to Python, and not a column to us
    if type(column) is not int or not 0 <= column <= len(inside.layers) or panel not in (0, 1):
        return None
    if column == 0:
        return Opened(None, None, True)
    layer = inside.layers[column - 1].layer
    if channel is not None and (
        type(channel) is not int or not 0 <= channel < layer.output_shape[-1]
    ):
        return None
    return Opened(layer.name, channel, layer.activation != "relu" or panel == 1)


def _column(output: LayerOutput) -> dict[str, Any]:
    layer = output.layer
    facts = [shape_text(layer.output_shape)]
    facts.append(f"{layer.parameters:,} parameters")
    scale = float(np.abs(output.after).max()) or float(np.abs(output.before).max())
    if layer.activation == "relu":
        panels = [
            _panel(output.before, "before ReLU", scale),
            _panel(output.after, "after ReLU", scale),
        ]
    elif layer.activation == "softmax":
        panels = [_outputs(output)]
    else:
        panels = [_panel(output.after, "", scale)]
    title = "Output" if layer.activation == "softmax" else TITLES[layer.kind]
    return {"name": layer.name, "title": title, "facts": facts, "panels": panels}


def _panel(values: np.ndarray, caption: str, scale: float) -> dict[str, Any]:
    """All maps, or all units, of one layer as one picture and where to find each in it."""
    count = values.shape[-1]
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
    png = mosaic_png(values, scale=scale, columns=across, gap=gap, zoom=zoom)
    return {
        "caption": caption,
        "noun": noun,
        "range": [f"max {_signed(values.max())}", f"min {_signed(values.min())}"],
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


def _outputs(output: LayerOutput) -> dict[str, Any]:
    rows = [
        {"score": _signed(score), "share": round(share, 4), "percent": f"{share:.1%}"}
        for score, share in zip(output.before.tolist(), output.after.tolist(), strict=True)
    ]
    low, high = output.before.min(), output.before.max()
    return {
        "caption": "score, then softmax",
        "noun": "unit",
        "range": [f"scores: max {_signed(high)}", f"min {_signed(low)}"],
        "count": len(rows),
        "best": int(np.argmax(output.after)),
        "rows": rows,
    }


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
