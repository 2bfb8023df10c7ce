"""Many feature maps as one PNG: for strips and downloads, where nothing is to be clicked."""

import base64

import numpy as np

from model.evaluation.pictures import mosaic
from ui.style.colours import ramp


def checked_maps(maps: np.ndarray) -> np.ndarray:
    """Return the maps as float32.

    Args:
        maps: (height, width, channels), any real dtype.

    Raises:
        ValueError: another shape, nothing in it, or a number that is not finite.
    """
    maps = np.asarray(maps)
    if maps.ndim != 3 or 0 in maps.shape:
        raise ValueError(f"expected maps of shape (height, width, channels), got {maps.shape}")
    maps = maps.astype(np.float32, copy=False)
    if not np.isfinite(maps).all():
        raise ValueError("expected finite numbers only, got NaN or infinity")
    return maps


def mosaic_png(
    maps: np.ndarray,
    *,
    scale: float | np.ndarray | None,
    columns: int,
    gap: int = 1,
    zoom: int = 1,
    dark: bool = False,
) -> bytes:
    """Return one PNG of all maps in the order of their channels, row by row.

    Args:
        maps: (height, width, channels), raw values of any range.
        scale: the absolute value that gets the full colour: one number, or one for each map,
            (channels,); None: the largest one in `maps`.
        columns: maps in a row; the last row may be shorter, its rest is transparent.
        gap: transparent pixels between two maps.
        zoom: edge of one map pixel in PNG pixels.
        dark: for the dark theme, where zero is dark.

    Raises:
        ValueError: maps of a wrong shape or not finite; columns or zoom below 1; gap below 0.
    """
    maps = checked_maps(maps)
    if columns < 1 or zoom < 1 or gap < 0:
        raise ValueError(f"columns {columns} and zoom {zoom} start at 1, gap {gap} at 0")
    return mosaic(maps, ramp(dark=dark).tobytes(), scale=scale, columns=columns, gap=gap, zoom=zoom)


def data_uri(content: bytes, kind: str = "image/png") -> str:
    """Return a file's content as an address that needs no request."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
