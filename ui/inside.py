"""Feature maps and filters on screen."""

import numpy as np
import streamlit as st

from model import digits
from model.activations import LayerOutput
from model.filters import LayerKernels
from ui.diagram import shape_text
from ui.maps import map_grid
from ui.pictures import picked_test_digit
from ui.session import ChosenDigit, session


def digit_to_follow() -> ChosenDigit:
    """The digit last drawn or picked; here another one can be picked from the test set."""
    with st.expander("Pick a test digit instead", icon=":material/grid_view:"):
        pick = picked_test_digit("inside")
    mine = session()
    if pick is not None:
        mine.digit = pick
    if mine.digit is None:
        test = digits.embedded().test
        truth = int(test.labels[0])
        mine.digit = ChosenDigit(test.inputs()[0], f"test digit 0, a {truth}", truth)
    return mine.digit


def layer_maps(output: LayerOutput) -> None:
    """Show every map of one layer on one scale, with shape, minimum and maximum."""
    layer, maps = output.layer, output.after
    st.subheader(f"{layer.name} · {layer.kind}", anchor=layer.name)
    st.caption(
        f"{shape_text(maps.shape)} · minimum {maps.min():.2f} · maximum {maps.max():.2f} · each "
        f"value sees {layer.receptive_field}×{layer.receptive_field} pixels of the picture"
    )
    map_grid(maps, key=f"maps_{layer.name}", size=64)


def layer_filters(filters: LayerKernels) -> None:
    """Show the filters of one layer; one filter at a time where they read many maps."""
    height, width, channels, count = filters.kernels.shape
    st.subheader(f"{filters.layer.name} · {count} filters", anchor=filters.layer.name)
    st.caption(
        f"Each is {height}×{width}×{channels}: one {height}×{width} kernel for each of the "
        f"{channels} map{'s' if channels > 1 else ''} that it reads. "
        f"Weights from {filters.kernels.min():.2f} to {filters.kernels.max():.2f}."
    )
    scale = float(np.abs(filters.kernels).max())
    if channels == 1:
        map_grid(filters.kernels[:, :, 0, :], key=f"kernels_{filters.layer.name}", scale=scale)
        return
    number = st.slider(
        f"Filter of {filters.layer.name}", 0, count - 1, 0, key=f"filter_{filters.layer.name}",
        persist_state="session",
    )  # fmt: skip
    map_grid(
        filters.slices(number), key=f"slices_{filters.layer.name}", scale=scale, size=48,
        labels=[f"map {channel}" for channel in range(channels)],
    )  # fmt: skip
