"""Pictures to pick from; the picked digit is offered to the pages that look at one digit."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from ui.components.maps import map_grid
from ui.digit.sources import Sources
from ui.locale import say
from ui.state.links import open_page
from ui.state.session import ChosenDigit, of_page, session

SHOWN = 60
"""Pictures of a gallery at a time."""


def gallery(
    images: np.ndarray,
    labels: Sequence[str],
    chosen: Callable[[int], ChosenDigit],
    *,
    key: str,
    size: int = 56,
) -> None:
    """Show digits; the one that is picked can be opened on another page.

    Args:
        images: (n, 28, 28) uint8 (255 is ink) or float32 (1 is ink); the first `SHOWN` are shown.
        labels: below each picture.
        chosen: makes the digit at a place what all pages speak about.
        key: names the gallery on its page; other pictures need another key.
        size: edge of a picture in CSS pixels.
    """
    if not len(images):
        st.caption(say("There is none."))
        return
    if len(images) > SHOWN:
        st.caption(say("The first {shown} of {count:,}.", shown=SHOWN, count=len(images)))
    shown = images[:SHOWN]
    pixels = shown.astype(np.float32) / np.float32(255 if shown.dtype == np.uint8 else 1)
    pick = map_grid(
        pixels.transpose(1, 2, 0),
        key=key,
        scale=1.0,
        size=size,
        bar=False,
        labels=list(labels[:SHOWN]),
        marked_empty=False,
    )
    if pick is not None:
        open_digit(chosen(pick.channel), key=key)
    else:
        st.caption(say("Click a picture to open it on another page."))


def open_digit(digit: ChosenDigit, *, key: str) -> None:
    """Offer to open a digit in Draw or inside the network."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_open"):
        st.markdown(f"**{digit.source}**", width="content")
        draw = st.button(say("Open in Draw"), icon=":material/edit:", key=f"{key}_draw")
        inside = st.button(say("Look inside"), icon=":material/search:", key=f"{key}_inside")
    mine = session()
    if draw or inside:
        mine.digit = digit
    if draw:
        of_page(Sources).open(digit)
        open_page("draw", mine.view)
    if inside:
        view = replace(mine.view, pixel=None)  # the strongest one of this digit
        open_page("feature_maps", view)
