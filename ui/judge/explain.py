"""Which pixels speak for which digit: ten heat maps, and one of them beside the digit."""

from zlib import crc32

import numpy as np
import streamlit as st

from model.interpretability.attribution import (
    WINDOWS,
    Attribution,
    AttributionMethod,
    Settings,
    attribute,
    cam_layers,
    usual_layer,
)
from model.interpretability.integrated_gradients import COMPLETE, SMALLEST_CHANGE
from model.network import Network, NetworkConfig
from model.network.activations import ForwardPass
from ui.components.maps import big_map, map_grid
from ui.digit.follow import came_for
from ui.frame.save_menu import save_menu
from ui.locale import number_text, say, to_say
from ui.locale.sentence import paragraph
from ui.state.address import keep, start
from ui.state.ask import ask
from ui.state.links import copy_link
from ui.state.properties import CELLS, COVER, MAP, METHOD, WINDOW
from ui.state.session import ChosenDigit
from ui.style.layer_words import shape_text

SIZE = 300
"""Width of the digit and of the opened map, in CSS pixels."""
COVERS = {0.0: to_say("paper"), 1.0: to_say("ink")}

METHOD_NAMES = {
    AttributionMethod.OCCLUSION: to_say("occlusion"),
    AttributionMethod.GRADIENT_INPUT: to_say("gradient × input"),
    AttributionMethod.INTEGRATED: to_say("integrated gradients"),
    AttributionMethod.GRAD_CAM: "Grad-CAM",  # a name in every language
}
HOW = {
    AttributionMethod.OCCLUSION: (
        to_say(
            "A square window is covered at every place of the picture in turn, and the "
            "network is asked again. A pixel is orange when the score **falls** with the "
            "window around it: what is there speaks for the digit. Blue: the score rises.",
        )
    ),
    AttributionMethod.GRADIENT_INPUT: (
        to_say(
            "How steeply does the score rise when a pixel gets a little more ink? This "
            "steepness, the **gradient**, is computed backwards through the network and "
            "multiplied by the ink that the pixel has.",
        )
    ),
    AttributionMethod.INTEGRATED: (
        to_say(
            "The digit is faded in from blank paper. The gradients of the score on the way "
            "are averaged and multiplied by the ink. So the numbers of a map **add up** to "
            "what the score gains from paper to digit.",
        )
    ),
    AttributionMethod.GRAD_CAM: (
        to_say(
            "Each feature map of one layer is weighed by its mean gradient: how much the "
            "score rises with it. The weighted maps are added. As published, the method "
            "then drops what is negative; here it stays, in blue.",
        )
    ),
}
CANNOT = {
    AttributionMethod.OCCLUSION: (
        to_say(
            "Two parts that can stand in for each other: covering one changes little, so "
            "both look unimportant. And covered with paper, it is silent about strokes "
            "that are missing; cover with ink to ask about those.",
        )
    ),
    AttributionMethod.GRADIENT_INPUT: (
        to_say(
            "More than a tiny step: the gradient may be flat here and steep a little "
            "further on. Pixels without ink always get zero, so missing strokes are never "
            "shown.",
        )
    ),
    AttributionMethod.INTEGRATED: (
        to_say(
            "Missing strokes: it compares with blank paper, where paper stays paper and "
            "gets zero. And it shares the sum out among single pixels, also where only "
            "several of them together mean something.",
        )
    ),
    AttributionMethod.GRAD_CAM: (
        to_say(
            "Anything finer than a cell of the layer. And one mean gradient stands for a "
            "whole map, so that a map that helps in one place and harms in another is "
            "shown wrongly. So it opens at the last convolution: in a layer closer to the "
            "picture, with finer cells, even the answered digit can come out mostly blue.",
        )
    ),
}
SCORE = to_say(
    "A **score** is what the network computes for a digit before softmax turns the ten "
    "scores into probabilities (its *logit*).",
)


def method_name(method: AttributionMethod) -> str:
    """What a method is called."""
    return say(METHOD_NAMES[method])


def heat_maps(
    network: Network, digit: np.ndarray, method: AttributionMethod, settings: Settings
) -> Attribution | None:
    """Return the ten heat maps of a digit; a sentence on the page and None without the engine."""
    return ask(
        attribute,
        network,
        digit,
        method,
        settings,
        for_everybody=True,
        spinner=say("Explaining …"),
    )


def answer_words(inside: ForwardPass, digit: ChosenDigit) -> str:
    """What the network answers, and whether it is right, in a sentence."""
    answer = int(inside.probabilities.argmax())
    words = say(
        "The network answers **{digit}**, with {share:.1%}.",
        digit=answer,
        share=inside.probabilities[answer],
    )
    if digit.label is None:
        return words
    if digit.label == answer:
        return paragraph(words, say("That is right."))
    return paragraph(words, say("In truth it is a **{digit}**.", digit=digit.label))


def key_of(digit: ChosenDigit) -> int:
    """A number for the keys of widgets that begin anew with each digit."""
    return crc32(digit.pixels.tobytes())


@st.fragment
def explain(network: Network, inside: ForwardPass, digit: ChosenDigit) -> None:
    """Show the ten heat maps of one method, and one of them large.

    Args:
        network: whose answer is explained.
        inside: what it made of the digit.
        digit: the digit.
    """
    method, settings = _method(network.config)
    usual = Settings()
    keep(
        {
            METHOD: method if method is not AttributionMethod.OCCLUSION else None,
            WINDOW: settings.window if settings.window != usual.window else None,
            COVER: settings.cover if settings.cover != usual.cover else None,
            CELLS: settings.layer,
        }
    )
    if method is AttributionMethod.GRAD_CAM and usual_layer(network.config) is None:
        st.info(
            say("This network has no convolution layer, so Grad-CAM has no feature maps to weigh.")
        )
        return
    found = heat_maps(network, digit.pixels, method, settings)
    if found is None:
        return
    answer = int(inside.probabilities.argmax())
    first = start(MAP, found.classes, answer) if came_for(digit) else answer
    shown = found.maps if found.native is None else found.native
    pick = map_grid(
        shown,
        key=f"heat_{key_of(digit)}",
        scale=float(np.abs(shown).max()),
        size=84,
        labels=[_label(label, answer, digit.label) for label in found.classes],
        selected=first,
        marked_empty=False,
    )
    st.markdown(answer_words(inside, digit))  # below: the maps are to begin high on the page
    opened = first if pick is None else pick.channel
    keep({MAP: opened if opened != answer else None})
    _opened(found, method, opened, digit)
    with st.container(horizontal=True):
        copy_link()
        save_menu(found.maps, name=f"explain_{_file_name(method)}", key="save_heat")
        if found.native is not None:
            save_menu(
                found.native,
                name=f"explain_{_file_name(method)}_cells",
                key="save_cells",
                title=say("Save the cells"),
            )


def _method(config: NetworkConfig) -> tuple[AttributionMethod, Settings]:
    """Let the method and its settings be chosen."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        method = AttributionMethod(
            st.segmented_control(
                say("Method"),
                [str(each) for each in AttributionMethod],
                default=start(
                    METHOD,
                    [str(each) for each in AttributionMethod],
                    str(AttributionMethod.OCCLUSION),
                ),
                format_func=lambda name: method_name(AttributionMethod(name)),
                required=True,
                wrap=True,
                key="explain_method",
                persist_state="session",
            )
        )
        if method is AttributionMethod.OCCLUSION:
            window = st.selectbox(
                say("Window (pixels)"),
                WINDOWS,
                key="explain_window",
                index=WINDOWS.index(start(WINDOW, WINDOWS, Settings().window)),
                # No words: a select would forget its option when they change their language.
                format_func=lambda side: f"{side}×{side}",
                persist_state="session",
                width=150,
            )
            cover = st.segmented_control(
                say("Covered with"),
                list(COVERS),
                format_func=lambda cover: say(COVERS[cover]),
                key="explain_cover",
                default=start(COVER, list(COVERS), Settings().cover),
                required=True,
                persist_state="session",
            )
            return method, Settings(window=window, cover=cover)
        usual = usual_layer(config)
        if method is AttributionMethod.GRAD_CAM and usual is not None:
            names = [layer.name for layer in cam_layers(config)]
            name = st.selectbox(
                say("Layer"),
                names,
                index=names.index(start(CELLS, names, usual.name)),
                width=150,
                key=f"explain_layer_{'_'.join(names)}",
                persist_state="session",
            )
            return method, Settings(layer=name)
    return method, Settings()


def _label(label: int, answer: int, truth: int | None) -> str:
    """Mark the digit that is answered and the true one."""
    if label == answer:
        return (
            say("{digit} answer ✓", digit=label)
            if label == truth
            else say("{digit} answer", digit=label)
        )
    return say("{digit} true", digit=label) if label == truth else str(label)


def _opened(found: Attribution, method: AttributionMethod, label: int, digit: ChosenDigit) -> None:
    """Show one heat map beside the digit, how it came about and what it cannot show."""
    one, two, three = st.columns(3, gap="medium")
    with one:
        title = say("The digit")
        st.markdown(f"**{title}**")
        big_map(digit.pixels, key="explain_digit", scale=1.0, values=False, size=SIZE, label=title)
    words, smooth = three, two
    if found.native is not None and found.layer is not None:
        words, smooth = st.container(), three
        with two:
            st.markdown(
                say(
                    "**For a {digit}**: the cells of {layer}",
                    digit=label,
                    layer=found.layer.name,
                )
            )
            big_map(
                found.native[:, :, label],
                key="explain_cells",
                size=SIZE,
                label=say("For a {digit}", digit=label),
                scale=float(np.abs(found.native).max()),
            )
    with smooth:
        st.markdown(
            say("**For a {digit}**", digit=label)
            if smooth is two
            else say("**For a {digit}**, smoothed to 28×28", digit=label)
        )
        big_map(
            found.maps[:, :, label],
            key="explain_one",
            values=False,
            size=SIZE,
            label=say("For a {digit}", digit=label),
            scale=float(np.abs(found.maps).max()),
        )
    with words:
        st.markdown(f"{say('**How it works.**')} {say(HOW[method])}")
        st.markdown(f"{say('**What it cannot show.**')} {say(CANNOT[method])}")
        for sentence in _figures(found, label):
            st.markdown(sentence)
        st.caption(paragraph(say(SCORE), say("One colour scale for all ten maps.")))


def _figures(found: Attribution, label: int) -> list[str]:
    """What this very result says of itself."""
    if found.layer is not None:
        cells, field = found.layer.output_shape[:2], found.layer.receptive_field
        return [
            say(
                "**Cells.** {layer} has {shape} cells; each sees {side}×{side} "
                "pixels. Smoothing adds nothing: it only draws a cell in the middle of the "
                "pixels that it sees.",
                layer=found.layer.name,
                shape=shape_text(cells),
                side=field,
            )
        ]
    if found.changes is None or found.points is None:
        return []
    worst = int(found.gaps.argmax())
    return [
        say(
            "**Does it add up?** From paper to digit the score of {digit} changes by "
            "{change}; this map adds up to {sum}, a gap of **{gap:.2%}** of the "
            "change. The largest gap of the ten maps is {largest:.2%}, for a {worst}. This "
            "map comes from {count} pictures between paper and digit; where a map misses "
            "by more than {allowed:.0%}, more are taken. (A change below "
            "{smallest} counts as {smallest}: of nearly nothing, any share "
            "is large.)",
            digit=label,
            change=_signed(found.changes[label]),
            sum=_signed(found.sums[label]),
            gap=found.gaps[label],
            largest=found.gaps[worst],
            worst=worst,
            count=found.points[label],
            allowed=COMPLETE,
            smallest=SMALLEST_CHANGE,
        )
    ]


def _signed(value: float) -> str:
    return number_text(value, "+.3f").replace("-", "−")


def _file_name(method: AttributionMethod) -> str:
    return str(method).lower().replace("-", "_").replace(" × ", "_").replace(" ", "_")
