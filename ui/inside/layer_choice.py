"""Which layer a page of "Look inside" shows."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from ui.locale import say
from ui.state.address import arrival


def layer_control(
    names: Sequence[str],
    asked: str | None,
    key: str,
    label_visibility: Literal["visible", "collapsed"] = "visible",
) -> str:
    """Let one of some layers be chosen.

    Args:
        names: of the layers, in the network's order.
        asked: the one that the address says, which is chosen on arrival; else it is the first.
        key: of the buttons on their page.
        label_visibility: "collapsed" where only a screen reader says what is chosen.
    """
    layer: str = st.segmented_control(
        say("Layer"),
        names,
        default=asked if asked is not None and asked in names else names[0],
        required=True,
        wrap=True,
        key=f"{key}_{arrival()}",
        label_visibility=label_visibility,
    )
    return layer
