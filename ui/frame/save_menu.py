"""Pictures and numbers of a layer as files to keep."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from ui.locale import say, to_say
from ui.style.csv_table import csv_text, nine
from ui.style.mosaic import mosaic_png

COLUMNS = 8
EDGE = 112  # about so many pixels for the edge of one map in a saved picture


SHEET, ARRAY = (
    to_say("One line a number, for a spreadsheet."),
    to_say("For Python: numpy.load reads it."),
)
KINDS = {"png": "image/png", "csv": "text/csv", "npy": "application/octet-stream"}
"""What a browser is told of a file, by the end of its name."""


@dataclass(frozen=True)
class SavedFile:
    """A file on offer.

    Attributes:
        words: what it is, on its button.
        name: of the file, with its ending.
        make: makes its content when it is wanted.
        key: of the button.
        help: when more is to be said.
    """

    words: str
    name: str
    make: Callable[[], str | bytes]
    key: str
    help: str | None = None


def save_files(files: Sequence[SavedFile], *, key: str, title: str = to_say("Save")) -> None:
    """Offer files behind one button, as every page does; nothing is computed before a click.

    Args:
        files: on offer.
        key: names the menu on its page.
        title: on the button; where there are two of them, what each saves.
    """
    with st.popover(title, icon=":material/download:", key=key):
        for file in files:
            st.download_button(
                file.words,
                file.make,
                file.name,
                KINDS[file.name.rpartition(".")[2]],
                key=file.key,
                on_click="ignore",
                width="stretch",
                help=file.help,
            )


def save_menu(
    values: np.ndarray,
    *,
    name: str,
    key: str,
    scale: float | np.ndarray | None = None,
    title: str = to_say("Save"),
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
    files = [
        SavedFile(say("Table (CSV)"), f"{name}.csv", partial(as_csv, values), f"{key}_csv", SHEET),
        SavedFile(say("Array (.npy)"), f"{name}.npy", partial(as_npy, values), f"{key}_npy", ARRAY),
    ]
    if values.ndim == 3:
        png = partial(picture, values, scale)
        files.insert(0, SavedFile(say("Picture (PNG)"), f"{name}.png", png, f"{key}_png"))
    save_files(files, key=key, title=title)


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
