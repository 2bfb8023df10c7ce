"""Pictures of a reading as PNG files, made in the worker: a page only hands them to the browser.

Which colours they have is the page's business: it sends a palette along.
"""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from model.network.activations import ForwardPass
from model.preprocessing.pipeline import Step, StepKey

ZERO = 128
"""A palette's entry for the number zero; 1 and 255 are the full colours."""
REACH = 127
"""Entries from zero to a full colour; entry 0 is free: here it is transparent."""
LIGHT = frozenset({StepKey.GREY, StepKey.LIGHT})
"""Steps whose pictures are light: 0 is black."""
NUMBERS = StepKey.NORMALISE
"""The step whose picture shows the numbers that the network receives."""


@dataclass(frozen=True)
class Look:
    """How a page shows a reading.

    Attributes:
        palette: 256 colours, red, green and blue a byte each; see `ZERO` and `REACH`.
        side: longest side of the picture of a step, in pixels.
        maps: how many maps of each layer are shown, the strongest first.
        edge: how large a map is shown about, in pixels; the zoom is a whole number.
    """

    palette: bytes
    side: int
    maps: int
    edge: int


@dataclass(frozen=True, eq=False)
class StrongestMaps:
    """The most active maps of one layer side by side.

    Attributes:
        layer: its name.
        shape: of its output.
        channels: those that are shown, the strongest first.
        png: the picture.
    """

    layer: str
    shape: tuple[int, ...]
    channels: tuple[int, ...]
    png: bytes


@dataclass(frozen=True, eq=False)
class Pictures:
    """What of a reading is shown as pictures.

    Attributes:
        steps: a PNG of each step of the digit that is followed, in the steps' order; of a digit
            that was read as it is, the digit alone.
        strongest: of each layer with maps.
    """

    steps: tuple[bytes, ...]
    strongest: tuple[StrongestMaps, ...]


def ramp_indices(values: np.ndarray, scale: float | np.ndarray) -> np.ndarray:
    """Return each number's entry in a palette.

    Args:
        values: numbers of any shape, finite.
        scale: the absolute value that gets the full colour (what is larger gets it too); an array
            must broadcast against `values`. Where it is 0 every number is taken for zero.

    Returns:
        uint8 of the shape of `values`, 1 to 255; zero is always `ZERO`.
    """
    reach = np.asarray(scale, dtype=np.float32)  # half the time of float64, and colours are coarse
    values = np.asarray(values, dtype=np.float32)
    share = np.divide(np.clip(values, -reach, reach), reach, where=reach > 0, out=values * 0)
    return np.asarray(np.rint(share * REACH) + ZERO, dtype=np.uint8)


def mosaic(
    maps: np.ndarray,
    palette: bytes,
    *,
    scale: float | np.ndarray | None,
    columns: int,
    gap: int = 1,
    zoom: int = 1,
) -> bytes:
    """Return one PNG of all maps in the order of their channels, row by row.

    Args:
        maps: (height, width, channels), finite numbers of any range.
        palette: 256 colours; see `Look`.
        scale: the absolute value that gets the full colour: one number, or one for each map,
            (channels,); None: the largest one in `maps`.
        columns: maps in a row; the last row may be shorter, its rest is transparent.
        gap: transparent pixels between two maps.
        zoom: edge of one map pixel in PNG pixels.
    """
    reach = float(np.abs(maps).max()) if scale is None else scale
    cells = ramp_indices(maps, reach).repeat(zoom, axis=0).repeat(zoom, axis=1)
    height, width, channels = cells.shape
    columns = min(columns, channels)
    rows = -(-channels // columns)

    # A sheet of slots, each a map with a gap below and to the right; the outer gap is cut off.
    slots = np.zeros((rows * columns, height + gap, width + gap), dtype=np.uint8)
    slots[:channels, :height, :width] = cells.transpose(2, 0, 1)
    table = slots.reshape(rows, columns, height + gap, width + gap).swapaxes(1, 2)
    sheet = table.reshape(rows * (height + gap), columns * (width + gap))
    sheet = sheet[: sheet.shape[0] - gap, : sheet.shape[1] - gap]

    picture = Image.fromarray(np.ascontiguousarray(sheet))
    picture.putpalette(palette)
    file = io.BytesIO()
    picture.save(file, "PNG", transparency=0, compress_level=1)  # speed before size
    return file.getvalue()


def step_png(key: str, picture: np.ndarray, look: Look) -> bytes:
    """Return the picture of a step: ink is black on white paper, light is as it came.

    Args:
        key: the step's; the last one's picture has the colours of numbers.
        picture: (height, width) float32 in [0, 1].
        look: of the page.
    """
    if key == NUMBERS:
        return mosaic(picture[:, :, None], look.palette, scale=1.0, columns=1)
    grey = Image.fromarray(np.rint((picture if key in LIGHT else 1 - picture) * 255).astype("u1"))
    grey.thumbnail((look.side, look.side), Image.Resampling.BOX)
    file = io.BytesIO()
    grey.save(file, "PNG", compress_level=1)  # speed before size
    return file.getvalue()


def step_pngs(steps: tuple[Step, ...], look: Look) -> tuple[bytes, ...]:
    """Return a picture of each step; see `step_png`."""
    return tuple(step_png(step.key, step.picture, look) for step in steps)


def strongest_maps(inside: ForwardPass, look: Look) -> tuple[StrongestMaps, ...]:
    """Return the most active maps of every convolution and pooling layer, by their mean."""
    found = []
    for output in inside.maps:
        maps = output.after
        order = np.argsort(maps.mean(axis=(0, 1)))[::-1][: look.maps]
        zoom = max(1, look.edge // maps.shape[0])  # whole pixels, and few bytes for large maps
        png = mosaic(
            maps[:, :, order], look.palette, scale=None, columns=look.maps, gap=zoom, zoom=zoom
        )
        channels = tuple(int(channel) for channel in order)
        found.append(StrongestMaps(output.layer.name, output.layer.output_shape, channels, png))
    return tuple(found)
