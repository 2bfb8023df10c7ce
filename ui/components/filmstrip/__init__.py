"""The filmstrip: every step from the raw picture to what the network receives, each with a switch.

A component of our own, because pictures that are replaced thirty times in a stroke must not
flicker: `filmstrip.js` keeps each picture's element and changes its source in place. A step's
switch belongs on its card, where Streamlit's own widgets cannot stand.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ui.components import component
from ui.style.mosaic import data_uri

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
        png: its picture, no larger than a card can show.
        shape: height and width of what it shows, in pixels: the boxes' own.
        on: the switch; None: a step that has none.
        boxes: (top, left, bottom, right) to outline on the picture, numbered in this order.
        selected: the box that is emphasised.
        to_scale: one pixel is as large as on every other card that says so (28 fill the card).
        open: whether what its picture opens is shown; None: the picture opens nothing.
        ink: its picture is ink on paper: on a dark page light ink on dark paper, as on the sheet.
    """

    key: str
    title: str
    sentence: str
    png: bytes
    shape: tuple[int, int]
    on: bool | None = True
    boxes: tuple[Box, ...] = ()
    selected: int | None = None
    to_scale: bool = False
    open: bool | None = None
    ink: bool = False


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


def _payload(frame: Frame) -> dict[str, object]:
    height, width = frame.shape
    return {
        "key": frame.key,
        "title": frame.title,
        "sentence": frame.sentence,
        "source": data_uri(frame.png),
        "height": height,
        "width": width,
        "on": frame.on,
        "boxes": frame.boxes,
        "selected": frame.selected,
        "scale": frame.to_scale,
        "open": frame.open,
        "ink": frame.ink,
    }
