"""The maps of one layer: all of them, one of them large, and what it depends on."""

from dataclasses import replace
from itertools import pairwise
from typing import Literal

import numpy as np
import streamlit as st

from model.data.mnist import Selection
from model.interpretability.channel_order import Order, channels_in_order
from model.interpretability.dead_filters import Firing, firing
from model.interpretability.map_over_epochs import map_over_epochs
from model.network import POOL, Layer, LayerKind, Network, to_vector
from model.network.activations import ForwardPass, LayerOutput
from ui.components.maps import OutlinedDigit, big_map, map_grid
from ui.frame.epoch_strip import epoch_strip
from ui.frame.save_menu import save_menu
from ui.inside.layer_choice import layer_control
from ui.locale import say, say_many, to_say
from ui.locale.sentence import listed, paragraph
from ui.state.address import arrival, go_to, place
from ui.state.ask import ask
from ui.state.links import copy_link, page_link
from ui.state.picks import keep_option, news
from ui.state.session import ChosenDigit, View
from ui.state.shown_network import network
from ui.state.view import fitting
from ui.style.layer_words import shape_text

BEFORE, AFTER = to_say("before ReLU"), to_say("after ReLU")
Scale = Literal["layer", "map", "network"]
ORDERS = {
    Order.CHANNEL: to_say("channel number"),
    Order.MEAN: to_say("mean, largest first"),
    Order.SIMILARITY: to_say("similarity"),
}
SCALES: dict[Scale, str] = {
    "layer": to_say("one for the layer"),
    "map": to_say("one for each map"),
    "network": to_say("one for the whole network"),
}


@st.fragment
def explore(inside: ForwardPass, digit: ChosenDigit) -> None:
    """Show one layer's maps; a picked pixel, its value, and what of the drawing it depends on."""
    output, view, order, scale = _settings(inside)
    maps = _values(output, view)
    scales = _scales(inside, maps, scale, view)
    layer = output.layer
    drawing = OutlinedDigit(digit.pixels, layer.receptive_field, layer.jump)
    view = _all_maps(maps, view, channels_in_order(maps, order), scales, drawing)
    channel, pixel = _shown(maps, view)
    pixel = _one_map(inside, output, maps, channel, pixel, scales, view, drawing)
    here = replace(view, channel=channel, pixel=pixel)
    with st.container(horizontal=True, vertical_alignment="center"):
        copy_link(here)
        name = f"{layer.name}_before_relu" if view.before else layer.name
        save_menu(maps, name=name, key="save")
        page_link("arithmetic", say("Where does this number come from?"), here)
    epoch_strip(
        say("{layer}, map {channel}", layer=layer.name, channel=channel),
        key="epoch_strip",
        purpose=say("How this map came about while the network was trained."),
        frames=lambda networks: _frames(networks, digit, layer.name, channel, not view.before),
    )


def _frames(
    networks: list[Network], digit: ChosenDigit, layer: str, channel: int, activated: bool
) -> np.ndarray | None:
    vectors = [to_vector(then.weights) for then in networks]
    return ask(
        map_over_epochs, networks[0].config, vectors, digit.pixels, layer, channel, activated
    )


def dead_filters(current: Network) -> None:
    """Name the filters that answer none of the test digits."""
    rows = ask(
        firing,
        current,
        Selection(part="test"),
        for_everybody=True,
        spinner=say("Sending the test digits through the network …"),
    )
    for row in (row for row in rows or () if row.layer.kind is LayerKind.CONVOLUTION):
        st.markdown(say("**{layer}**: {words}", layer=row.layer.name, words=_dead_words(row)))


def _dead_words(row: Firing) -> str:
    rare = [int(c) for c in np.flatnonzero((row.counts > 0) & (row.counts <= row.digits // 100))]
    words = [
        say_many(
            "{count} of {filters} is dead: {numbers}.",
            "{count} of {filters} are dead: {numbers}.",
            len(row.dead),
            filters=len(row.counts),
            numbers=listed(map(str, row.dead)),
        )
        if row.dead
        else say("none of the {count} filters is dead.", count=len(row.counts))
    ]
    if rare:
        numbers = listed(map(str, rare))
        words.append(say("Firing for one digit in a hundred or fewer: {numbers}.", numbers=numbers))
    return paragraph(*words)


def _settings(inside: ForwardPass) -> tuple[LayerOutput, View, Order, Scale]:
    """Let a layer be chosen, before or after ReLU, and how it is laid out; the URL follows."""
    view = place(network().config)
    names = [output.layer.name for output in inside.maps]
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        name = layer_control(names, view.layer, "layer")
        output = next(output for output in inside.maps if output.layer.name == name)
        if name != view.layer:
            view = View(name, epoch=view.epoch, before=view.before)
        if output.layer.activation is not None:
            when = st.segmented_control(
                say("Activation"),
                (BEFORE, AFTER),
                format_func=say,
                required=True,
                wrap=True,
                key=f"activation_{arrival()}",
                default=BEFORE if view.before else AFTER,
            )
            view = replace(view, before=when == BEFORE)
        keep_option("map_order")
        order = st.selectbox(
            say("Order"),
            list(ORDERS),
            format_func=_order_words,
            key="map_order",
            persist_state="session",
            width=190,
        )
        keep_option("map_scale")
        scale = st.selectbox(
            say("Colour scale"),
            list(SCALES),
            format_func=_scale_words,
            key="map_scale",
            persist_state="session",
            width=210,
            help=say("The number that gets the full colour. Zero is always like the paper."),
        )
    go_to(view)
    return output, fitting(view, network().config), order, scale


def _order_words(order: Order) -> str:
    return say(ORDERS[order])


def _scale_words(scale: Scale) -> str:
    return say(SCALES[scale])


def _values(output: LayerOutput, view: View) -> np.ndarray:
    return output.before if view.before else output.after


def _scales(inside: ForwardPass, maps: np.ndarray, scale: Scale, view: View) -> float | np.ndarray:
    """The number that gets the full colour, for all maps or for each."""
    if scale == "map":
        each: np.ndarray = np.abs(maps).max(axis=(0, 1))
        return each
    if scale == "layer":
        return float(np.abs(maps).max())
    return max(float(np.abs(_values(output, view)).max()) for output in inside.maps)


def _all_maps(
    maps: np.ndarray,
    view: View,
    order: np.ndarray,
    scales: float | np.ndarray,
    drawing: OutlinedDigit,
) -> View:
    """Show every map of the layer in an order; return the view after a pick."""
    key = f"maps_{view.layer}_{arrival()}"
    channel, pixel = _shown(maps, view)
    pick = map_grid(
        maps[:, :, order],
        key=key,
        labels=[str(number) for number in order],
        scale=scales[order] if isinstance(scales, np.ndarray) else scales,
        selected=int(np.flatnonzero(order == channel)[0]),
        place=pixel,
        drawing=drawing,
    )
    lowest, highest = float(maps.min()), float(maps.max())
    bounds = say("{lowest:.2f} to {highest:.2f}", lowest=lowest, highest=highest).replace("-", "−")
    st.caption(f"{shape_text(maps.shape)} · {bounds}")
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
    inside: ForwardPass,
    output: LayerOutput,
    maps: np.ndarray,
    channel: int,
    pixel: tuple[int, int],
    scales: float | np.ndarray,
    view: View,
    drawing: OutlinedDigit,
) -> tuple[int, int]:
    """Show one map with its numbers; return the pixel after a pick in it."""
    layer = output.layer
    large, source = (
        st.columns([3, 2]) if layer.kind is LayerKind.POOLING else (st.container(), None)
    )
    with large:
        st.header(say("{layer}, map {channel}", layer=layer.name, channel=channel), anchor=False)
        if not maps[:, :, channel].any():
            st.caption(say("This map is zero everywhere for this digit."))
        words = st.empty()
        key = f"big_{layer.name}_{arrival()}"
        scale = float(scales[channel]) if isinstance(scales, np.ndarray) else scales
        pick = big_map(
            maps[:, :, channel],
            key=key,
            scale=scale,
            place=pixel,
            size=760,
            label=say("map {number}", number=channel),
            drawing=drawing,
        )
        new = news(key, pick)
        if new is not None:
            pixel = (new.row, new.column)
            go_to(replace(view, channel=channel, pixel=pixel))
        words.markdown(_field_words(layer, channel, pixel, float(maps[(*pixel, channel)])))
    if source is not None:
        with source:
            _pooled_from(inside, output, channel, pixel, scale)
    return pixel


def _field_words(layer: Layer, channel: int, pixel: tuple[int, int], value: float) -> str:
    """A pixel's value, and what of the drawing it depends on."""
    top, left, bottom, right = layer.field_of(*pixel)
    side = layer.receptive_field
    return (
        say(
            "Map {channel}, row {row}, column {column}: **{value:.4f}**. It depends on "
            "the {side}×{side} outlined pixels of the drawing alone: rows {top} to "
            "{bottom}, columns {left} to {right}. This is its **receptive field**.",
            channel=channel,
            row=pixel[0],
            column=pixel[1],
            value=value,
            side=side,
            top=top,
            bottom=bottom - 1,
            left=left,
            right=right - 1,
        )
    ).replace("-", "−")


def _pooled_from(
    inside: ForwardPass, output: LayerOutput, channel: int, pixel: tuple[int, int], scale: float
) -> None:
    """Show the map that a pooling layer reads, and what of it is left out."""
    layer = output.layer
    before = next(earlier for earlier, later in pairwise(inside.layers) if later is output)
    map_, side, used = before.after[:, :, channel], layer.input_shape[0], layer.output_shape[0]
    top, left = pixel[0] * layer.stride, pixel[1] * layer.stride
    window = map_[top : top + layer.window, left : left + layer.window]
    size = f"{layer.window}×{layer.window}"
    name = say("{layer}, map {channel}", layer=before.layer.name, channel=channel)
    st.header(name, anchor=False)
    numbers = {
        "row": pixel[0],
        "column": pixel[1],
        "layer": layer.name,
        "size": size,
        "top": top,
        "bottom": top + 1,
        "left": left,
        "right": left + 1,
    }
    if network().config.pooling == "max":
        what = say(
            "Row {row}, column {column} of {layer} is the largest number of the {size} numbers at "
            "rows {top} and {bottom}, columns {left} and {right} here.",
            **numbers,
        )
        row, column = np.unravel_index(int(np.argmax(window)), window.shape)
        winner = (top + int(row), left + int(column))
    else:
        what = say(
            "Row {row}, column {column} of {layer} is the mean of the {size} numbers at "
            "rows {top} and {bottom}, columns {left} and {right} here.",
            **numbers,
        )
        winner = None
    words = [what]
    outline = (top, left, top + layer.window, left + layer.window)
    if side % POOL:
        words.append(
            say(
                "Pooling {side}→{used}: windows of {size} fit {used} times into {side}, "
                "so the last row and the last column, outside of the green frame, are "
                "dropped.",
                side=side,
                used=used,
                size=size,
            )
        )
        outline = (0, 0, used * POOL, used * POOL)
    st.markdown(paragraph(*words))
    big_map(
        map_,
        key="pooled_from",
        scale=scale,
        window=outline,
        place=winner,
        size=420,
        label=name,
    )
