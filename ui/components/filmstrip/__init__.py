"""The filmstrip: every step from the raw picture to what the network receives, each with a switch.

A component of our own, because pictures that are replaced thirty times in a stroke must not
flicker: `filmstrip.js` keeps each picture's element and changes its source in place. A step's
switch belongs on its card, where Streamlit's own widgets cannot stand.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image

from ui.components import component
from ui.style.mosaic import data_uri, mosaic_png

CARD = 112  # edge of a card's picture in CSS pixels: four for each of the 28
SHARP = 2  # picture pixels for each CSS pixel, at most: what a fine screen shows

_mount = component("filmstrip")

Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Frame:
    """One card of the strip.

    Attributes:
        key: names the step; what its switch reports.
        title: in a word or two.
        sentence: what the step does, or what happens without it.
        picture: (height, width) float32 in [0, 1].
        look: "light" shows 0 as black, "ink" shows 0 as white paper, "numbers" as the app's ramp.
        on: the switch; None: a step that has none.
        boxes: (top, left, bottom, right) to outline on the picture, numbered in this order.
        selected: the box that is emphasised.
        to_scale: one pixel is as large as on every other card that says so (28 fill the card).
        open: whether what its picture opens is shown; None: the picture opens nothing.
    """

    key: str
    title: str
    sentence: str
    picture: np.ndarray
    look: Literal["light", "ink", "numbers"]
    on: bool | None = True
    boxes: tuple[Box, ...] = ()
    selected: int | None = None
    to_scale: bool = False
    open: bool | None = None


def filmstrip(
    frames: Sequence[Frame],
    *,
    key: str,
    label: str,
    on_switch: Callable[[], None],
    on_open: Callable[[], None],
) -> None:
    """Show the cards in a row that wraps on a narrow page.

    The switches show what `frames` say: `on_switch` is called when the person moves one, before
    the page runs again, and asks `switched_off` which are off now.

    Args:
        frames: in order; at least one.
        key: names the strip on its page.
        label: what the strip shows, for screen readers.
        on_switch: called after a switch was moved.
        on_open: called when the picture of a card that opens something was pressed.
    """
    data = {"label": label, "card": CARD, "frames": [_payload(frame) for frame in frames]}
    _mount(
        key=key, data=data, default={"off": None}, on_off_change=on_switch, on_opened_change=on_open
    )


def switched_off(state: object, known: Sequence[str]) -> frozenset[str]:
    """Return the keys of the steps that a strip's state says are off.

    Args:
        state: what the browser sent, {"off": [key, …]} if all is well; anything else is nothing.
        known: keys that count; others are left out.
    """
    off = state.get("off") if isinstance(state, Mapping) else None
    named = off if isinstance(off, list) else []
    return frozenset(key for key in named if isinstance(key, str)) & frozenset(known)


def png(picture: np.ndarray, look: Literal["light", "ink", "numbers"]) -> bytes:
    """Return a picture as PNG, no larger than a card can show.

    Args:
        picture: (height, width) float32 in [0, 1].
        look: see `Frame`.
    """
    if look == "numbers":
        return mosaic_png(picture[:, :, None], scale=1.0, columns=1)
    grey = Image.fromarray(
        np.rint((picture if look == "light" else 1 - picture) * 255).astype("u1")
    )
    grey.thumbnail((CARD * SHARP, CARD * SHARP), Image.Resampling.BOX)
    file = io.BytesIO()
    grey.save(file, "PNG", compress_level=1)  # speed before size
    return file.getvalue()


def _payload(frame: Frame) -> dict[str, object]:
    height, width = frame.picture.shape
    return {
        "key": frame.key,
        "title": frame.title,
        "sentence": frame.sentence,
        "source": data_uri(png(frame.picture, frame.look)),
        "height": height,
        "width": width,
        "on": frame.on,
        "boxes": frame.boxes,
        "selected": frame.selected,
        "scale": frame.to_scale,
        "open": frame.open,
    }
