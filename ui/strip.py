"""What the network received, and a glimpse of every layer's maps."""

import numpy as np
import streamlit as st

from model.activations import ForwardPass
from ui.diagram import shape_text
from ui.maps import map_grid

GLIMPSE = 8
"""Maps of each layer in the strip."""


def received(digit: np.ndarray) -> None:
    """Show the (28, 28) digit as the network receives it."""
    map_grid(digit[:, :, None], key="received", scale=1.0, size=140, labels=["28×28"])


def glimpse(inside: ForwardPass) -> None:
    """Show the most active maps of every convolution and pooling layer, one row a layer."""
    for output in inside.maps:
        maps = output.after
        strongest = np.argsort(maps.mean(axis=(0, 1)))[::-1][:GLIMPSE]
        st.markdown(f"**{output.layer.name}** · {shape_text(maps.shape)}")
        map_grid(
            maps[:, :, strongest], key=f"glimpse_{output.layer.name}", size=56,
            labels=[str(channel) for channel in strongest],
        )  # fmt: skip
