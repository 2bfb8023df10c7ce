"""Pictures and numbers of a layer as files to keep."""

import io
from functools import partial

import numpy as np
import streamlit as st

from ui.style.csv_table import csv_text, nine
from ui.style.mosaic import mosaic_png

COLUMNS = 8
EDGE = 112  # about so many pixels for the edge of one map in a saved picture


def save_menu(
    values: np.ndarray,
    *,
    name: str,
    key: str,
    scale: float | np.ndarray | None = None,
    title: str = "Save",
) -> None:
    """Offer a layer's output as PNG, CSV and .npy; nothing is computed before a click.

    Args:
        values: (height, width, channels) or (units,) float32; a vector has no picture.
        name: of the files, without their ending: "conv1_after_relu".
        key: names the menu on its page.
        scale: the absolute value that gets the full colour in the picture: one number, or one for
            each map, (channels,); None: the largest one.
        title: on the button; where there are two of them, what each saves.
    """
    with st.popover(title, icon=":material/download:", key=key):
        if values.ndim == 3:
            st.download_button(
                "Picture (PNG)",
                partial(picture, values, scale),
                f"{name}.png",
                "image/png",
                key=f"{key}_png",
                on_click="ignore",
                width="stretch",
            )
        st.download_button(
            "Table (CSV)",
            partial(as_csv, values),
            f"{name}.csv",
            "text/csv",
            key=f"{key}_csv",
            on_click="ignore",
            width="stretch",
            help="One line a number, for a spreadsheet.",
        )
        st.download_button(
            "Array (.npy)",
            partial(as_npy, values),
            f"{name}.npy",
            "application/octet-stream",
            key=f"{key}_npy",
            on_click="ignore",
            width="stretch",
            help="For Python: numpy.load reads it.",
        )


def picture(maps: np.ndarray, scale: float | np.ndarray | None) -> bytes:
    """Return all maps as one PNG, large enough to be printed."""
    zoom = max(1, EDGE // max(maps.shape[:2]))
    return mosaic_png(maps, scale=scale, columns=COLUMNS, gap=2 * zoom, zoom=zoom)


def as_csv(values: np.ndarray) -> str:
    """Return a table: "channel,row,column,value" for maps, "unit,value" for a vector.

    Args:
        values: (height, width, channels) or (units,).
    """
    if values.ndim == 1:
        return csv_text(("unit", "value"), enumerate(map(nine, values.tolist())))
    height, width, channels = values.shape
    places = np.indices((channels, height, width)).reshape(3, -1).T.tolist()
    numbers = np.moveaxis(values, 2, 0).ravel().tolist()
    rows = ((*place, nine(value)) for place, value in zip(places, numbers, strict=True))
    return csv_text(("channel", "row", "column", "value"), rows)


def as_npy(values: np.ndarray) -> bytes:
    """Return the array as a .npy file."""
    file = io.BytesIO()
    np.save(file, values, allow_pickle=False)
    return file.getvalue()
