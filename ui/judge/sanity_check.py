"""The control of an explanation: the same method on networks that have learned nothing."""

import numpy as np
import streamlit as st

from model.interpretability.attribution import Attribution, AttributionMethod, Settings
from model.interpretability.faithfulness import Control, control
from model.network import Network
from model.network.activations import ForwardPass
from ui.components.maps import big_map
from ui.frame.save_menu import save_menu
from ui.judge.explain import heat_maps, method_name
from ui.judge.faithfulness import methods_for
from ui.locale import number_text, say
from ui.state.address import keep, start
from ui.state.ask import ask
from ui.state.links import copy_link
from ui.state.properties import METHOD
from ui.state.session import ChosenDigit

SEEDS = 5
"""Random networks."""
SIZE = 260
"""Width of a map, in CSS pixels."""


@st.fragment
def random_weights(network: Network, inside: ForwardPass, digit: ChosenDigit) -> None:
    """Show the same method on networks of random weights, and how alike the maps are."""
    label = int(inside.probabilities.argmax())
    if not digit.pixels.any():
        return
    names = [str(each) for each in methods_for(network.config)]
    method = AttributionMethod(
        st.segmented_control(
            say("Method"),
            names,
            default=start(METHOD, names, names[0]),
            format_func=lambda name: method_name(AttributionMethod(name)),
            required=True,
            wrap=True,
            key="trust_method",
            persist_state="session",
        )
    )
    keep({METHOD: method if str(method) != names[0] else None})
    found = heat_maps(network, digit.pixels, method, Settings())
    if found is None:
        return
    heat = found.maps[:, :, label]
    others = _controls(network, digit.pixels, found, label, method)
    if not others:
        return
    three = st.columns(3, gap="medium")
    pixels, explained, chance = say("The digit"), say("The shown network"), say("Random weights")
    shown = (
        (pixels, f"**{pixels}**", digit.pixels, "digit"),
        (explained, say("**The shown network**, for a {digit}", digit=label), heat, "shown"),
        (chance, say("**Random weights**, for a {digit}", digit=label), others[0].map, "random"),
    )
    for column, (title, heading, values, name) in zip(three, shown, strict=True):
        with column:
            st.markdown(heading)
            big_map(
                values,
                key=f"trust_{name}",
                scale=1.0 if name == "digit" else None,
                values=False,
                size=SIZE,
                label=title,
            )
    st.markdown(_verdict(others))
    with st.container(horizontal=True):
        copy_link()
        every = np.stack([heat, *(other.map for other in others)], axis=2)
        save_menu(
            every,
            name="random_weights",
            key="trust_save_control",
            scale=np.abs(every).max(axis=(0, 1)),
        )
    st.caption(
        say(
            "{count} networks of the same layers with the random weights that a training "
            "begins with. Each map has a colour scale of its own: only where it is orange "
            "and where blue is compared.",
            count=SEEDS,
        )
    )


def _controls(
    network: Network, digit: np.ndarray, found: Attribution, label: int, method: AttributionMethod
) -> list[Control]:
    """Explain with every random network, one call each, so that others are answered between."""
    heat, done = found.maps[:, :, label], []
    for seed in range(SEEDS):
        one = ask(
            control,
            network.config,
            digit,
            heat,
            label,
            method,
            Settings(),
            seed,
            for_everybody=True,
            spinner=say("Explaining with random weights …"),
        )
        if one is None:
            return []
        done.append(one)
    return done


def _verdict(others: list[Control]) -> str:
    inked = np.array([other.inked for other in others])
    sizes = np.array([other.sizes for other in others])
    if not np.isfinite(inked).all():
        return say("One of the maps is the same everywhere, so that ranks cannot be compared.")
    return say(
        "**Rank correlation** with the random networks, over the pixels with ink: mean "
        "**{mean}** ({low} to {high}). 1: the same order of pixels; 0: no "
        "relation; −1: the opposite order. Near 0 is good: the map depends on the "
        "weights. Over **all** pixels and without the sign, as in the paper, it is "
        "{all}: a map can look alike merely because the ink is in the same place.",
        mean=_signed(inked.mean()),
        low=_signed(inked.min()),
        high=_signed(inked.max()),
        all=_signed(sizes.mean()),
    )


def _signed(value: float) -> str:
    return number_text(value, "+.2f").replace("-", "−")
