"""The epoch strip: one map or one filter as the network of every epoch of the run has it."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from model.interpretability.map_over_epochs import epochs_to_show
from model.network import Network
from ui.components.maps import map_grid
from ui.frame.time_machine import travel
from ui.locale import say
from ui.state.address import arrival
from ui.state.picks import news
from ui.state.shown_network import network_at, shown_epoch, shown_run

FRAMES = 24
"""Epochs in a strip at most."""


def epoch_strip(
    what: str, *, key: str, purpose: str, frames: Callable[[list[Network]], np.ndarray | None]
) -> None:
    """Offer one thing after every epoch; a click on an epoch takes all pages there.

    Call it inside a fragment or not: travelling runs the whole page again.

    Args:
        what: is shown, as it is said on screen: "conv1, map 3".
        key: names the switch on its page.
        purpose: why to look, in a sentence.
        frames: makes the strip, (height, width, frames), from the networks of its epochs; None when
            it cannot, and has said why.
    """
    if not st.toggle(
        say("Epoch strip: {what}, after every epoch", what=what), key=key, help=purpose
    ):
        return
    run = shown_run()
    if run is None or len(run.epochs) < 2:
        st.info(say("This needs a run of yours: train a network and choose it at the top right."))
        return
    kept = [(epoch, network_at(run, epoch)) for epoch in epochs_to_show(run.epochs, FRAMES)]
    found = [(epoch, then) for epoch, then in kept if then is not None]
    if not found:
        st.info(say("No epoch of this run has been kept."))
        return
    strip = frames([then for _, then in found])
    if strip is None:
        return
    st.caption(say("Click a picture: all pages then show the network of that epoch."))
    name = f"{key}_strip_{arrival()}"
    epochs = [epoch for epoch, _ in found]
    now = shown_epoch()
    pick = news(
        name,
        map_grid(
            strip,
            key=name,
            size=84,
            labels=[say("epoch {number}", number=epoch) for epoch in epochs],
            noun="epoch",
            selected=epochs.index(now) if now in epochs else None,
        ),
    )
    if pick is not None:
        travel(run, epochs[pick.channel])
        st.rerun()
