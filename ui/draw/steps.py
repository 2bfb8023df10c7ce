"""From the picture to the maps: the filmstrip of steps, the 784 numbers, the strongest maps."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from model.network.activations import ForwardPass
from model.preprocessing.pipeline import STEPS, Step
from ui.components.filmstrip import Box, Frame, filmstrip, switched_off
from ui.components.maps import big_map
from ui.digit.found import Found
from ui.digit.preprocessing_words import STEP_WORDS, step_sentence
from ui.state.address import keep
from ui.state.properties import STEPS_OFF
from ui.state.session import of_page, widget_state
from ui.style.diagram import shape_text
from ui.style.mosaic import data_uri, mosaic_png

STRONGEST = 8
"""Maps of each layer in the strip."""
KEY = "filmstrip"
TO_SCALE = {"scale", "thickness", "centre", "normalise"}  # pictures of the network's pixels
LIGHT = {"grey", "light"}  # their pictures are light: 0 is black
AS_IT_IS = (
    "Test digits went through such steps when MNIST was made: the network gets them as they are."
)
RULES = (
    "The steps from the crop on follow how MNIST itself was made: each digit scaled into a 20×20 "
    "box with its proportions kept, then placed in 28×28 by its centre of mass (LeCun, Bottou, "
    "Bengio and Haffner 1998, *Gradient-based learning applied to document recognition*, section "
    "III). A network reads best what looks like what it learned from. Switch a step off to see "
    "what it is worth."
)


@dataclass
class Numbers:
    """Whether one person sees what the network receives as numbers."""

    open: bool = False


def steps(found: Found, place: int) -> None:
    """Show every step from the raw picture to what the network receives, each with its switch."""
    st.subheader("What the network receives, step by step", anchor="steps")
    filmstrip(
        frames(found, place, of_page(Numbers).open),
        key=KEY,
        label="The steps of preprocessing",
        on_switch=_remember,
        on_open=_open_or_close,
    )
    if of_page(Numbers).open:
        st.markdown("**The 784 numbers that the network receives**")
        big_map(found.digits[place], key="numbers_map", scale=1.0, size=784, label="picture")


def why_these_steps() -> None:
    """Offer where the steps come from."""
    with st.popover("Why these steps?", icon=":material/help:", type="tertiary"):
        st.markdown(RULES)


def frames(found: Found, place: int, numbers_open: bool = False) -> list[Frame]:
    """The cards of the strip for the digit at this place; the last one opens its numbers."""
    pixels = found.digits[place]
    prepared = found.reading.prepared
    if prepared is None:
        title = "As the network receives it"
        return [
            Frame(
                "normalise",
                title,
                AS_IT_IS,
                pixels,
                "numbers",
                on=None,
                to_scale=True,
                open=numbers_open,
            )
        ]
    digit = prepared.digits[place]
    several = len(found.digits) > 1
    cards = [
        _frame(step, found, place if several else None) for step in (*prepared.steps, *digit.steps)
    ]
    return [*cards[:-1], replace(cards[-1], open=numbers_open)]


def _frame(step: Step, found: Found, place: int | None) -> Frame:
    look = "light" if step.key in LIGHT else "numbers" if step.key == "normalise" else "ink"
    boxes = _boxes(found, step) if step.key == "digits" and place is not None else ()
    # Without its crop or scaling a digit may be larger than the network's 28 pixels.
    fits = step.key in TO_SCALE and max(step.picture.shape) <= 28
    return Frame(
        step.key,
        STEP_WORDS[step.key].title,
        step_sentence(step.key, on=step.on),
        step.picture,
        look,  # type: ignore[arg-type]
        on=step.on,
        boxes=boxes,
        selected=place,
        to_scale=fits,
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


def strongest_maps(inside: ForwardPass) -> None:
    """Show the most active maps of every convolution and pooling layer, one row a layer.

    One picture a layer: it is sent again at every movement of the pen.
    """
    rows = "".join(_row(output.layer.name, output.after) for output in inside.maps)
    st.html(f"<div class='ds-strongest'>{rows}</div>")


def _row(name: str, maps: np.ndarray) -> str:
    strongest = np.argsort(maps.mean(axis=(0, 1)))[::-1][:STRONGEST]
    zoom = max(1, 40 // maps.shape[0])  # whole pixels for small maps, few bytes for large ones
    picture = mosaic_png(maps[:, :, strongest], scale=None, columns=STRONGEST, gap=zoom, zoom=zoom)
    numbers = ", ".join(str(channel) for channel in strongest)
    return (
        f"<figure><figcaption><b>{name}</b> · {shape_text(maps.shape)}</figcaption>"
        f"<img alt='{name}: maps {numbers}' title='maps {numbers}' src='{data_uri(picture)}'>"
        "</figure>"
    )
