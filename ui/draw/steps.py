"""From the picture to the maps: the filmstrip of steps, the 784 numbers, the strongest maps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape

import streamlit as st

from model.evaluation.pictures import (
    LIGHT,
    NUMBERS,
    Look,
    StrongestMaps,
    step_png,
    step_pngs,
)
from model.preprocessing.pipeline import STEPS, Step
from ui.components.filmstrip import CARD, SHARP, Box, Frame, filmstrip, switched_off
from ui.components.maps import big_map
from ui.digit.found import Found
from ui.digit.preprocessing_words import step_sentence, step_title
from ui.locale import say, to_say
from ui.state.address import keep
from ui.state.properties import STEPS_OFF
from ui.state.session import of_page, widget_state
from ui.style.colours import ramp
from ui.style.layer_words import shape_text
from ui.style.mosaic import data_uri
from ui.style.theme import is_dark

STRONGEST = 8
"""Maps of each layer in the strip."""
EDGE = 40
"""Of a map in the strip, in pixels, about."""
KEY = "filmstrip"
TO_SCALE = {"scale", "thickness", "centre", "normalise"}  # pictures of the network's pixels
AS_IT_IS = to_say(
    "Test digits went through such steps when MNIST was made: the network gets them as they are.",
)
RULES = to_say(
    "The steps from the crop on follow how MNIST itself was made: each digit scaled "
    "into a 20×20 box with its proportions kept, then placed in 28×28 by its centre of "
    "mass (LeCun, Bottou, Bengio and Haffner 1998, *Gradient-based learning applied to "
    "document recognition*, section III). A network reads best what looks like what it "
    "learned from. Switch a step off to see what it is worth.",
)


@dataclass
class Numbers:
    """Whether one person sees what the network receives as numbers."""

    open: bool = False


def look() -> Look:
    """How this page shows a reading: the worker makes the pictures."""
    return _look(is_dark())


@cache
def _look(dark: bool) -> Look:
    return Look(ramp(dark=dark).tobytes(), CARD * SHARP, STRONGEST, EDGE)


def steps(found: Found, place: int) -> None:
    """Show every step from the raw picture to what the network receives, each with its switch."""
    st.header(say("What the network receives, step by step"), anchor="steps")
    filmstrip(
        frames(found, place, of_page(Numbers).open),
        key=KEY,
        label=say("The steps of preprocessing"),
        on_switch=_remember,
        on_open=_open_or_close,
    )
    if of_page(Numbers).open:
        st.markdown(say("**The 784 numbers that the network receives**"))
        big_map(found.digits[place], key="numbers_map", scale=1.0, size=784, label=say("picture"))


def why_these_steps() -> None:
    """Offer where the steps come from."""
    with st.popover(say("Why these steps?"), icon=":material/help:", type="tertiary"):
        st.markdown(say(RULES))


def frames(found: Found, place: int, numbers_open: bool = False) -> list[Frame]:
    """The cards of the strip for the digit at this place; the last one opens its numbers."""
    pixels = found.digits[place]
    prepared = found.reading.prepared
    pictures = found.reading.pictures
    # Those that were made are the followed digit's.
    made = pictures.steps if pictures is not None and place == found.followed else ()
    if prepared is None:
        title = say("As the network receives it")
        return [
            Frame(
                "normalise",
                title,
                say(AS_IT_IS),
                made[0] if made else step_png("normalise", pixels, look()),
                pixels.shape,
                on=None,
                to_scale=True,
                open=numbers_open,
            )
        ]
    digit = prepared.digits[place]
    several = len(found.digits) > 1
    every = (*prepared.steps, *digit.steps)
    pngs = made or step_pngs(every, look())
    cards = [
        _frame(step, png, found, place if several else None)
        for step, png in zip(every, pngs, strict=True)
    ]
    return [*cards[:-1], replace(cards[-1], open=numbers_open)]


def _frame(step: Step, png: bytes, found: Found, place: int | None) -> Frame:
    boxes = _boxes(found, step) if step.key == "digits" and place is not None else ()
    # Without its crop or scaling a digit may be larger than the network's 28 pixels.
    fits = step.key in TO_SCALE and max(step.picture.shape) <= 28
    return Frame(
        step.key,
        step_title(step.key),
        step_sentence(step.key, on=step.on),
        png,
        step.picture.shape,
        on=step.on,
        boxes=boxes,
        selected=place,
        to_scale=fits,
        ink=step.key not in (*LIGHT, NUMBERS),
    )


def _boxes(found: Found, step: Step) -> tuple[Box, ...]:
    """The boxes in pixels of a step's picture, which may be smaller than the sheet itself."""
    shown = found.reading.photo
    if shown is None:
        return found.boxes
    down, across = step.picture.shape[0] / shown.height, step.picture.shape[1] / shown.width
    return tuple(
        (top * down, left * across, bottom * down, right * across)
        for top, left, bottom, right in found.boxes
    )


def _remember() -> None:
    keep({STEPS_OFF: switched_off(widget_state(KEY), list(STEPS))})


def _open_or_close() -> None:
    of_page(Numbers).open = not of_page(Numbers).open


def show_strongest(maps: Sequence[StrongestMaps]) -> None:
    """Show the most active maps of every convolution and pooling layer, one row a layer.

    One picture a layer: it is sent again at every movement of the pen.
    """
    st.html(f"<div class='ds-strongest'>{''.join(_row(each) for each in maps)}</div>")


def _row(maps: StrongestMaps) -> str:
    numbers = ", ".join(str(channel) for channel in maps.channels)
    words = escape(say("maps {numbers}", numbers=numbers))
    return (
        f"<figure><figcaption><b>{maps.layer}</b> · {shape_text(maps.shape)}</figcaption>"
        f"<img alt='{maps.layer}: {words}' title='{words}' "
        f"src='{data_uri(maps.png)}'></figure>"
    )
