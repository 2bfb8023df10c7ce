"""The maps of one layer: all of them, one of them large, and what it depends on."""

from dataclasses import replace
from typing import Literal

import numpy as np
import streamlit as st

from model import digits
from model.activations import ForwardPass, LayerOutput
from model.dead import Firing, firing
from model.engine import EngineError, engine
from model.film import epochs_to_show, film
from model.network import POOL, Kind, Network, to_vector
from model.ordering import Order, channels_in_order
from ui.diagram import shape_text
from ui.links import arrival, copy_link, go_to, news, place
from ui.maps import big_map, map_grid
from ui.save import save_menu
from ui.session import ChosenDigit, View, network, shown_run

FRAMES = 24
"""Epochs in a film strip at most."""

Scale = Literal["layer", "map", "network"]
ORDERS = {
    Order.CHANNEL: "channel number",
    Order.MEAN: "mean, largest first",
    Order.SIMILARITY: "similarity",
}
SCALES: dict[Scale, str] = {
    "layer": "one for the layer",
    "map": "one for each map",
    "network": "one for the whole network",
}


@st.fragment
def explore(inside: ForwardPass, digit: ChosenDigit) -> None:
    """Show one layer's maps; a picked pixel, its value, and what of the drawing it depends on."""
    output, view = _chosen_layer(inside)
    order, scale = _settings()
    picture, grid = st.columns([1, 3], gap="medium")
    below = st.container()
    maps = output.before if view.before else output.after
    scales = _scales(inside, output, maps, scale)
    with grid:
        view = _all_maps(maps, view, channels_in_order(maps, order), scales)
    channel, pixel = _shown(maps, view)
    with below:
        pixel = _one_map(output, maps, channel, pixel, scales, view)
    with picture:
        _field(output, digit, maps, channel, pixel)
    with st.container(horizontal=True):
        copy_link()
        name = f"{output.layer.name}_before_relu" if view.before else output.layer.name
        save_menu(maps, name=name, key="save")
    _film(output, digit, channel, view)


def dead_filters(current: Network) -> None:
    """Name the filters that answer none of the test digits."""
    try:
        rows = _firing(current.fingerprint, current)
    except EngineError as error:
        st.warning(str(error), icon=":material/hourglass_top:")
        return
    for row in (row for row in rows if row.layer.kind is Kind.CONVOLUTION):
        st.markdown(f"**{row.layer.name}**: {_dead_words(row)}")


@st.cache_data(max_entries=32, show_spinner="Sending the test digits through the network …")
def _firing(fingerprint: str, _network: Network) -> tuple[Firing, ...]:
    """Count once for each network: `fingerprint` alone tells networks apart."""
    return engine().run(firing, _network, digits.embedded().test.images)


def _dead_words(row: Firing) -> str:
    rare = [int(c) for c in np.flatnonzero((row.counts > 0) & (row.counts <= row.digits // 100))]
    words = f"none of the {len(row.counts)} filters is dead."
    if row.dead:
        verb = "is" if len(row.dead) == 1 else "are"
        words = f"{len(row.dead)} of {len(row.counts)} {verb} dead: {_listed(row.dead)}."
    return words + (
        f" Firing for one digit in a hundred or fewer: {_listed(rare)}." if rare else ""
    )


def _listed(numbers: tuple[int, ...] | list[int]) -> str:
    return ", ".join(map(str, numbers))


def _chosen_layer(inside: ForwardPass) -> tuple[LayerOutput, View]:
    """Let a layer be chosen, and before or after ReLU; the URL follows."""
    view = place(network().config)
    names = [output.layer.name for output in inside.maps]
    first = view.layer if view.layer in names else names[0]
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        name = st.segmented_control(
            "Layer", names, default=first, required=True, key=f"layer_{arrival()}"
        )
        output = next(output for output in inside.maps if output.layer.name == name)
        before = False
        if output.layer.activation is not None:
            when = st.segmented_control(
                "Activation", ("before ReLU", "after ReLU"), required=True,
                default="before ReLU" if view.before else "after ReLU",
                key=f"activation_{arrival()}",
            )  # fmt: skip
            before = when == "before ReLU"
    if name != view.layer:
        view = View(layer=output.layer.name, epoch=view.epoch, before=before)
    view = replace(view, before=before)
    go_to(view)
    return output, view


def _settings() -> tuple[Order, Scale]:
    with st.container(horizontal=True, gap="medium"):
        order = st.selectbox(
            "Order of the maps", list(ORDERS), format_func=ORDERS.__getitem__, key="map_order",
            persist_state="session", width=220,
        )  # fmt: skip
        scale = st.selectbox(
            "Colour scale", list(SCALES), format_func=SCALES.__getitem__, key="map_scale",
            persist_state="session", width=220,
            help="The number that gets the full colour. Zero is always white.",
        )  # fmt: skip
    return order, scale


def _scales(
    inside: ForwardPass, output: LayerOutput, maps: np.ndarray, scale: Scale
) -> float | np.ndarray:
    """The number that gets the full colour, for all maps or for each.

    For a layer it is the same before and after ReLU, so that one can compare the two.
    """
    match scale:
        case "map":
            each: np.ndarray = np.abs(maps).max(axis=(0, 1))
            return each
        case "layer":
            return float(np.abs(output.before).max())
        case "network":
            return max(float(np.abs(other.before).max()) for other in inside.maps)


def _all_maps(maps: np.ndarray, view: View, order: np.ndarray, scales: float | np.ndarray) -> View:
    """Show every map of the layer in an order; return the view after a pick."""
    key = f"maps_{view.layer}_{arrival()}"
    chosen = np.flatnonzero(order == view.channel) if view.channel is not None else order[:0]
    pick = map_grid(
        maps[:, :, order], key=key, labels=[str(channel) for channel in order],
        scale=scales[order] if isinstance(scales, np.ndarray) else scales,
        selected=int(chosen[0]) if chosen.size else None, place=view.pixel,
    )  # fmt: skip
    st.caption(f"{shape_text(maps.shape)} · {maps.min():.2f} to {maps.max():.2f}")
    new = news(key, pick)
    if new is None:
        return view
    view = replace(view, channel=int(order[new.channel]), pixel=(new.row, new.column))
    go_to(view)
    return view


def _shown(maps: np.ndarray, view: View) -> tuple[int, tuple[int, int]]:
    """The map and the pixel to show; what was not chosen is the one with the largest value."""
    channel = view.channel
    if channel is None:
        channel = int(np.argmax(maps.max(axis=(0, 1))))
    if view.pixel is not None:
        return channel, view.pixel
    row, column = np.unravel_index(int(np.argmax(maps[:, :, channel])), maps.shape[:2])
    return channel, (int(row), int(column))


def _one_map(
    output: LayerOutput, maps: np.ndarray, channel: int, pixel: tuple[int, int],
    scales: float | np.ndarray, view: View,
) -> tuple[int, int]:  # fmt: skip
    """Show one map with its numbers; return the pixel after a pick in it."""
    layer = output.layer
    st.subheader(f"{layer.name}, map {channel}", anchor=False)
    if not maps[:, :, channel].any():
        st.caption("This map is zero everywhere for this digit.")
    key = f"big_{layer.name}_{arrival()}"
    scale = float(scales[channel]) if isinstance(scales, np.ndarray) else scales
    pick = big_map(
        maps[:, :, channel], key=key, scale=scale, place=pixel, size=760, label=f"map {channel}"
    )
    new = news(key, pick)
    if new is None:
        return pixel
    go_to(replace(view, channel=channel, pixel=(new.row, new.column)))
    return new.row, new.column


def _field(
    output: LayerOutput, digit: ChosenDigit, maps: np.ndarray, channel: int, pixel: tuple[int, int]
) -> None:
    """Show the drawing with the receptive field of a pixel outlined, and say what it is."""
    layer = output.layer
    field = layer.field_of(*pixel)
    top, left, bottom, right = field
    big_map(
        digit.pixels, key="field", scale=1.0, values=False, window=field, size=260, label="drawing"
    )
    side = layer.receptive_field
    st.markdown(
        f"Map {channel}, row {pixel[0]}, column {pixel[1]}: **{maps[(*pixel, channel)]:.4f}**. "
        f"It depends on the {side}×{side} outlined pixels alone: rows {top} to {bottom - 1}, "
        f"columns {left} to {right - 1}. This is its **receptive field**."
    )
    if layer.kind is Kind.POOLING and layer.input_shape[0] % POOL:
        _left_over(layer.input_shape[0], layer.output_shape[0])


def _left_over(before: int, after: int) -> None:
    """Show what pooling leaves out where a side is odd."""
    rest = np.zeros((before, before), np.float32)
    rest[after * POOL :, :] = rest[:, after * POOL :] = -0.3
    st.markdown(
        f"**Pooling {before}→{after}**: windows of {POOL}×{POOL} fit {after} times into {before}. "
        "The last row and column (blue) are dropped."
    )
    big_map(
        rest, key="left_over", scale=1.0, values=False, size=120, label="pooled area",
        window=(0, 0, after * POOL, after * POOL),
    )  # fmt: skip


def _film(output: LayerOutput, digit: ChosenDigit, channel: int, view: View) -> None:
    """Show one map as the network of every epoch made it."""
    name = output.layer.name
    wanted = st.toggle(
        f"Film strip: {name}, map {channel}, after every epoch", key="film",
        help="How this map came about while the network was trained.",
    )  # fmt: skip
    if not wanted:
        return
    run = shown_run()
    if run is None or len(run.epochs) < 2:
        st.info("This needs a run of yours: train a network and choose it in the sidebar.")
        return
    epochs = epochs_to_show(run.epochs, FRAMES)
    kept = [(epoch, run.network_at(epoch)) for epoch in epochs]
    found = [(epoch, then) for epoch, then in kept if then is not None]
    weights = [to_vector(then.weights) for _, then in found]
    try:
        frames = engine().run(
            film, run.network, weights, digit.pixels, name, channel, not view.before
        )
    except EngineError as error:
        st.warning(str(error), icon=":material/hourglass_top:")
        return
    map_grid(frames, key="film_strip", size=84, labels=[f"epoch {epoch}" for epoch, _ in found])
