"""Which pixels speak for which digit: ten heat maps, and one of them beside the digit."""

from zlib import crc32

import numpy as np
import streamlit as st

from model.interpretability.attribution import (
    NO_MAPS,
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
from ui.locale import say, to_say
from ui.state.address import keep, start
from ui.state.ask import ask
from ui.state.links import copy_link
from ui.state.properties import CELLS, COVER, MAP, METHOD, WINDOW
from ui.state.session import ChosenDigit
from ui.style.layer_words import shape_text

SIZE = 300
"""Width of the digit and of the opened map, in CSS pixels."""
COVERS = {0.0: "paper", 1.0: "ink"}

METHOD_NAMES = {
    AttributionMethod.OCCLUSION: "occlusion",
    AttributionMethod.GRADIENT_INPUT: "gradient × input",
    AttributionMethod.INTEGRATED: to_say("integrated gradients"),
    AttributionMethod.GRAD_CAM: "Grad-CAM",
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


def heat_maps(
    network: Network, digit: np.ndarray, method: AttributionMethod, settings: Settings
) -> Attribution | None:
    """Return the ten heat maps of a digit; a sentence on the page and None without the engine."""
    return ask(
        attribute, network, digit, method, settings, for_everybody=True, spinner="Explaining …"
    )


def answer_words(inside: ForwardPass, digit: ChosenDigit) -> str:
    """What the network answers, and whether it is right, in a sentence."""
    answer = int(inside.probabilities.argmax())
    words = say(
        "The network answers **{answer}**, with {probabilities:.1%}.",
        answer=answer,
        probabilities=inside.probabilities[answer],
    )
    if digit.label is not None:
        right = digit.label == answer
        words += (
            say(" That is right.")
            if right
            else say(
                " In truth it is a **{label}**.",
                label=digit.label,
            )
        )
    return words


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
        st.info(NO_MAPS)
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
                format_func=lambda name: METHOD_NAMES[AttributionMethod(name)],
                required=True,
                wrap=True,
                key="explain_method",
                persist_state="session",
            )
        )
        if method is AttributionMethod.OCCLUSION:
            window = st.selectbox(
                say("Window"),
                WINDOWS,
                key="explain_window",
                index=WINDOWS.index(start(WINDOW, WINDOWS, Settings().window)),
                format_func=lambda side: say("{side}×{side} pixels", side=side),
                persist_state="session",
                width=150,
            )
            cover = st.selectbox(
                say("Covered with"),
                list(COVERS),
                format_func=COVERS.__getitem__,
                key="explain_cover",
                index=list(COVERS).index(start(COVER, list(COVERS), Settings().cover)),
                persist_state="session",
                width=130,
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
            say("{label} answer ✓", label=label)
            if label == truth
            else say("{label} answer", label=label)
        )
    return say("{label} true", label=label) if label == truth else str(label)


def _opened(found: Attribution, method: AttributionMethod, label: int, digit: ChosenDigit) -> None:
    """Show one heat map beside the digit, how it came about and what it cannot show."""
    one, two, three = st.columns(3, gap="medium")
    with one:
        st.markdown(say("**The digit**"))
        big_map(
            digit.pixels, key="explain_digit", scale=1.0, values=False, size=SIZE, label="digit"
        )
    words, smooth = three, two
    if found.native is not None and found.layer is not None:
        words, smooth = st.container(), three
        with two:
            st.markdown(
                say(
                    "**For a {label}**: the cells of {name}",
                    label=label,
                    name=found.layer.name,
                )
            )
            big_map(
                found.native[:, :, label],
                key="explain_cells",
                size=SIZE,
                label=say("for a {label}", label=label),
                scale=float(np.abs(found.native).max()),
            )
    with smooth:
        st.markdown(
            say("**For a {label}**", label=label)
            + ("" if smooth is two else say(", smoothed to 28×28"))
        )
        big_map(
            found.maps[:, :, label],
            key="explain_one",
            values=False,
            size=SIZE,
            label=say("for a {label}", label=label),
            scale=float(np.abs(found.maps).max()),
        )
    with words:
        st.markdown(say("**How it works.** {HOW}", HOW=HOW[method]))
        st.markdown(say("**What it cannot show.** {CANNOT}", CANNOT=CANNOT[method]))
        for sentence in _figures(found, label):
            st.markdown(sentence)
        st.caption(SCORE + say(" One colour scale for all ten maps."))


def _figures(found: Attribution, label: int) -> list[str]:
    """What this very result says of itself."""
    if found.layer is not None:
        cells, field = found.layer.output_shape[:2], found.layer.receptive_field
        return [
            say(
                "**Cells.** {name} has {shape_text} cells; each sees {field}×{field} "
                "pixels. Smoothing adds nothing: it only draws a cell in the middle of the "
                "pixels that it sees.",
                name=found.layer.name,
                shape_text=shape_text(cells),
                field=field,
            )
        ]
    if found.changes is None or found.points is None:
        return []
    worst = int(found.gaps.argmax())
    return [
        say(
            "**Does it add up?** From paper to digit the score of {label} changes by "
            "{signed}; this map adds up to {signed2}, a gap of **{gaps:.2%}** of the "
            "change. The largest gap of the ten maps is {gaps2:.2%}, for a {worst}. This "
            "map comes from {points} pictures between paper and digit; where a map misses "
            "by more than {COMPLETE:.0%}, more are taken. (A change below "
            "{SMALLEST_CHANGE} counts as {SMALLEST_CHANGE}: of nearly nothing, any share "
            "is large.)",
            label=label,
            signed=_signed(found.changes[label]),
            signed2=_signed(found.sums[label]),
            gaps=found.gaps[label],
            gaps2=found.gaps[worst],
            worst=worst,
            points=found.points[label],
            COMPLETE=COMPLETE,
            SMALLEST_CHANGE=SMALLEST_CHANGE,
        )
    ]


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def _file_name(method: AttributionMethod) -> str:
    return str(method).lower().replace("-", "_").replace(" × ", "_").replace(" ", "_")
