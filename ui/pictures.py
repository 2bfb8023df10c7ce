"""Where a digit on the Draw page comes from: the sheet, an uploaded picture, the test digits."""

import numpy as np
import streamlit as st

from model import digits
from model.picture import PictureError, open_picture
from model.preprocess import Preprocessed, from_ink, preprocess
from ui.canvas import canvas
from ui.maps import map_grid
from ui.session import ChosenDigit, session

SOURCES = ("Draw", "Upload", "Test digits")
EXTENSIONS = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"]
OFFERED = 50
"""Test digits on offer at a time."""


def source() -> str:
    """Let the person choose where the digit comes from."""
    return str(
        st.segmented_control(
            "Where the digit comes from", SOURCES, default=SOURCES[0], required=True,
            key="source", label_visibility="collapsed", persist_state="session",
        )
    )  # fmt: skip


def drawn() -> Preprocessed | None:
    """The drawing sheet; None while it is blank."""
    drawing = canvas("sheet", generation=session().sheet)
    return from_ink(drawing.ink) if drawing is not None else None


def uploaded() -> Preprocessed | None:
    """An uploaded picture; None while there is none or it could not be opened (a sentence says)."""
    file = st.file_uploader(
        "A picture with a digit", type=EXTENSIONS, key="upload",
        help="A photo or a scan of a handwritten digit, or a drawing; up to 10 MB.",
    )  # fmt: skip
    if file is None:
        return None
    try:
        picture = open_picture(file.getvalue())
    except PictureError as error:
        st.error(str(error))
        return None
    st.image(picture, width=280)
    return preprocess(picture)


def picked_test_digit(key: str) -> ChosenDigit | None:
    """Offer test digits, which no network of this app has learned from, and return the pick."""
    label = st.pills(
        "Show only", range(10), key=f"{key}_label", persist_state="session", wrap=False
    )  # fmt: skip
    test = digits.embedded().test
    places = np.arange(len(test)) if label is None else np.flatnonzero(test.labels == label)
    places = places[:: max(1, len(places) // OFFERED)][:OFFERED]
    inputs = test.take(places).inputs()
    pick = map_grid(
        inputs.transpose(1, 2, 0), key=f"{key}_gallery", scale=1.0, size=56,
        labels=[str(test.labels[place]) for place in places],
    )  # fmt: skip
    if pick is None:
        return None
    place = int(places[pick.channel])
    truth = int(test.labels[place])
    return ChosenDigit(inputs[pick.channel], f"test digit {place}, a {truth}", truth)
