"""Feature maps, kernels and pictures as cells that can be pointed at, picked and read.

One component in two forms: `map_grid`, many small maps side by side, and `big_map`, one map with
its numbers written into the cells. `maps.js` and what it imports draw both, on the ramp of
`ui.style.colours`; hovering stays in the browser, only a pick is sent to Python. Beside either can
stand the drawing that the maps were made of: hovering then outlines what of it a pixel depends on.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ui.components import component
from ui.locale import say
from ui.style.colours import ramp
from ui.style.mosaic import checked_maps
from ui.style.theme import is_dark

BUDGET = 65_536  # bytes of map values in one message, before base64

Noun = Literal["digit", "epoch", "filter", "map", "picture", "piece", "slice", "unit"]
"""What the pictures of a grid are: `browser/nouns.js` says it in the language of the page."""

_mount = component("maps")


@dataclass(frozen=True)
class Clicked:
    """The pixel that was picked, by mouse, touch or keyboard; all three count from 0."""

    channel: int
    row: int
    column: int


@dataclass(frozen=True, eq=False)
class OutlinedDigit:
    """The picture that maps were made of, and what of it each of their pixels depends on.

    The pixel at (row, column) depends on the square of `field` × `field` pixels that begins at
    (row · jump, column · jump): these are `receptive_field` and `jump` of a network's `Layer`.

    Attributes:
        pixels: (height, width) in [0, 1].
        field: side of the square in pixels of the picture.
        jump: step from one square to its neighbour's.
    """

    pixels: np.ndarray
    field: int
    jump: int

    def message(self) -> dict[str, Any]:
        """As the browser takes it."""
        maps = encoded(checked_maps(self.pixels[:, :, None]), 1.0, exact=True)
        return {"maps": maps, "field": self.field, "jump": self.jump}


def map_grid(
    maps: np.ndarray,
    *,
    key: str,
    scale: float | np.ndarray | None = None,
    labels: Sequence[str] | None = None,
    selected: int | None = None,
    marked_empty: bool = True,
    size: int = 56,
    place: tuple[int, int] | None = None,
    values: bool = False,
    bar: bool = True,
    noun: Noun = "map",
    drawing: OutlinedDigit | None = None,
) -> Clicked | None:
    """Show all maps as small cells that can be picked, with a read-out and a colour bar.

    Pointing at a pixel shows its row, column and value and outlines the same place in every other
    map. A pick selects the map and is remembered under `key` until that key is no longer shown.

    Args:
        maps: (height, width, channels) raw values of any range, finite.
        key: names the grid on its page; new maps under the same key are painted in place.
        scale: the absolute value that gets the full colour: one number for all maps or one for
            each, (channels,); None: the largest absolute value in `maps`.
        labels: one for each channel; None: its number.
        selected: the map that Python selects. It is obeyed when it changes; in between, the
            person's own picks move the selection.
        marked_empty: hatch the maps that are zero everywhere and say so.
        size: edge of a cell's picture in CSS pixels; a map is enlarged by the largest whole number
            of screen pixels that fits.
        place: (row, column) outlined in every map; obeyed when it changes, like `selected`.
        values: write the numbers into the cells where they fit (kernels), and send them unrounded.
        bar: show the colour bar and the read-out below; off where pictures are only to be picked.
        noun: what one of them is, for the read-out.
        drawing: shown beside the maps, with the part outlined that the place depends on.

    Returns:
        The last pick, or None as long as there is none inside these maps.

    Raises:
        ValueError: maps, scale, labels, selected or place that do not fit together.
    """
    maps = checked_maps(maps)
    height, width, channels = maps.shape
    if labels is not None and len(labels) != channels:
        raise ValueError(f"expected {channels} labels, one a map, got {len(labels)}")
    if selected is not None and not 0 <= selected < channels:
        raise ValueError(f"selected map {selected} is not among the {channels} maps")
    data = encoded(maps, scale, exact=values) | {
        "kind": "grid",
        "labels": list(labels) if labels is not None else [str(i) for i in range(channels)],
        "selected": selected,
        "place": _inside(place, height, width),
        "markEmpty": marked_empty,
        "size": size,
        "numbers": values,
        "bar": bar,
        "noun": noun,
        "drawing": drawing.message() if drawing is not None else None,
    }
    return _picked(key, data, maps.shape)


def big_map(
    map_: np.ndarray,
    *,
    key: str,
    scale: float | None,
    values: bool = True,
    window: tuple[int, int, int, int] | None = None,
    place: tuple[int, int] | None = None,
    size: int = 560,
    label: str | None = None,
    drawing: OutlinedDigit | None = None,
) -> Clicked | None:
    """Show one map enlarged, its numbers in the cells where they fit, and let one cell be picked.

    Args:
        map_: (height, width) raw values of any range, finite; sent as they are, in float32.
        key: names the map on its page; a new map under the same key is painted in place.
        scale: the absolute value that gets the full colour; None: the largest one in `map_`.
        values: write the numbers into the cells, two decimals, where they fit.
        window: (top, left, bottom, right) outlined, bottom and right not included, such as the
            receptive field of a pixel further on; what lies outside of the map is cut off.
        place: (row, column) of the cell that Python picks; obeyed when it changes.
        size: the largest width and height in CSS pixels; a narrow page shows it smaller.
        label: what this is, in a word or two, for the read-out and for screen readers; None: a map.
        drawing: shown beside the map, with the part outlined that the place depends on.

    Returns:
        The last pick (its channel is 0), or None as long as there is none inside this map.

    Raises:
        ValueError: a map, scale, window or place that do not fit together.
    """
    map_ = np.asarray(map_)
    if map_.ndim != 2:
        raise ValueError(f"expected one map of shape (height, width), got {map_.shape}")
    maps = checked_maps(map_[:, :, None])
    height, width, _ = maps.shape
    if window is not None:
        top, left, bottom, right = window
        window = (max(top, 0), max(left, 0), min(bottom, height), min(right, width))
        if window[0] >= window[2] or window[1] >= window[3]:
            raise ValueError(f"window {top, left, bottom, right} does not meet {height}×{width}")
    data = encoded(maps, scale, exact=True) | {
        "kind": "big",
        "labels": [say("map") if label is None else label],
        "selected": None,
        "place": _inside(place, height, width),
        "window": window,
        "markEmpty": False,
        "size": size,
        "numbers": values,
        "drawing": drawing.message() if drawing is not None else None,
    }
    return _picked(key, data, maps.shape)


def encoded(
    maps: np.ndarray, scale: float | np.ndarray | None, *, exact: bool = False
) -> dict[str, Any]:
    """Return maps, scale and ramp as the browser takes them, in the best form within `BUDGET`.

    Few values travel as float32. More than that travel as signed integers, int16 and then int8, of
    value / (largest absolute value of its map), off by at most 1/32,767 or 1/127 of that value.
    Zero stays zero and nothing else becomes zero: whether a neuron is active is never rounded away.
    Each map's minimum and maximum travel unrounded.

    Args:
        maps: (height, width, channels) float32, finite.
        scale: see `map_grid`.
        exact: float32, however many they are.

    Returns:
        JSON-serialisable; arrays are base64 of little-endian numbers, maps in channel order.

    Raises:
        ValueError: a negative or infinite scale, or not one number a map.
    """
    height, width, channels = maps.shape
    lowest, highest = maps.min(axis=(0, 1)), maps.max(axis=(0, 1))
    units = np.maximum(-lowest, highest)
    scales = np.atleast_1d(np.asarray(units.max() if scale is None else scale, dtype=np.float32))
    if scales.shape not in ((1,), (channels,)):
        raise ValueError(f"expected one scale, or one for each of {channels} maps")
    if not np.isfinite(scales).all() or (scales < 0).any():
        raise ValueError("expected a finite scale that is not negative")

    by_channel = np.moveaxis(maps, 2, 0)
    if exact or maps.size * 4 <= BUDGET:
        form, numbers = "float32", by_channel.astype("<f4")
    else:
        form, most = ("int16", 32767) if maps.size * 2 <= BUDGET else ("int8", 127)
        steps = np.where(units > 0, units, 1).astype(np.float64)[:, None, None] / most
        rounded = np.rint(by_channel / steps)
        numbers = np.where(rounded == 0, np.sign(by_channel), rounded).astype(form)
    return {
        "height": height,
        "width": width,
        "channels": channels,
        "form": form,
        "values": _base64(numbers),
        "lowest": _base64(lowest.astype("<f4")),
        "highest": _base64(highest.astype("<f4")),
        "scales": _base64(scales.astype("<f4")),
        "ramp": _base64(ramp(dark=is_dark())),
    }


def _base64(numbers: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers).tobytes()).decode("ascii")


def _inside(place: tuple[int, int] | None, height: int, width: int) -> list[int] | None:
    if place is None:
        return None
    row, column = place
    if not (0 <= row < height and 0 <= column < width):
        raise ValueError(f"row {row}, column {column} is outside of {height}×{width}")
    return [row, column]


def _picked(key: str, data: dict[str, Any], shape: tuple[int, ...]) -> Clicked | None:
    """Mount the component and return what was picked in it, if that is a pixel of these maps."""
    result = _mount(key=key, data=data, default={"clicked": None}, on_clicked_change=lambda: None)
    return checked_click(result.get("clicked"), shape)


def checked_click(message: object, shape: tuple[int, ...]) -> Clicked | None:
    """Return the pick that the browser sent, or None if it is none or lies outside.

    A pick stays in the component's state when the maps change, and anybody can send anything: what
    is not three whole numbers inside the maps counts as no pick.

    Args:
        message: [channel, row, column] if all is well.
        shape: (height, width, channels) of the maps shown now.
    """
    height, width, channels = shape
    if not isinstance(message, list) or len(message) != 3:
        return None
    # type() rather than isinstance: True is an int to Python, and not a channel to us
    if any(type(number) is not int for number in message):
        return None
    limits = (channels, height, width)
    if not all(0 <= number < limit for number, limit in zip(message, limits, strict=True)):
        return None
    return Clicked(*message)
