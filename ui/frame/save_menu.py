"""Pictures and numbers of a layer as files to keep."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from ui.locale import language, say, speaking, to_say
from ui.style.csv_table import csv_text, nine
from ui.style.fonts import picture_language
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
        has_words: whether it is a picture with words in it, which this server may not be able to
            write in every language.
    """

    words: str
    name: str
    make: Callable[[], str | bytes]
    key: str
    help: str | None = None
    has_words: bool = False


def save_files(files: Sequence[SavedFile], *, key: str, title: str | None = None) -> None:
    """Offer files behind one button, as every page does; nothing is computed before a click.

    Args:
        files: on offer.
        key: names the menu on its page.
        title: on the button; where there are two of them, what each saves. None: "Save".
    """
    here, in_pictures = language(), picture_language()
    with st.popover(say("Save") if title is None else title, icon=":material/download:", key=key):
        for file in files:
            spoken = in_pictures if file.has_words else here
            st.download_button(
                file.words,
                partial(_made, file.make, spoken),
                file.name,
                KINDS[file.name.rpartition(".")[2]],
                key=file.key,
                on_click="ignore",
                width="stretch",
                help=file.help,
            )
            if spoken != here:
                st.caption(
                    say(
                        "The words in this picture are English: this server has no font with the "
                        "letters of your language.",
                    )
                )


def _made(make: Callable[[], str | bytes], spoken: str) -> str | bytes:
    """Make a file's content, when its button is pressed: no session is asked then."""
    with speaking(spoken):
        return make()


def save_menu(
    values: np.ndarray,
    *,
    name: str,
    key: str,
    scale: float | np.ndarray | None = None,
    title: str | None = None,
) -> None:
    """Offer a layer's output as PNG, CSV and .npy; nothing is computed before a click.

    Args:
        values: (height, width, channels) or (units,) float32; a vector has no picture.
        name: of the files, without their ending: "conv1_after_relu".
        key: names the menu on its page.
        scale: the absolute value that gets the full colour in the picture: one number, or one for
            each map, (channels,); None: the largest one.
        title: on the button; where there are two of them, what each saves. None: "Save".
    """
    csv, npy = partial(as_csv, values), partial(as_npy, values)
    files = [
        SavedFile(say("Table (CSV)"), f"{name}.csv", csv, f"{key}_csv", say(SHEET)),
        SavedFile(say("Array (.npy)"), f"{name}.npy", npy, f"{key}_npy", say(ARRAY)),
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
