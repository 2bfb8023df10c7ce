"""The arithmetic on screen: one output value is picked, and what made it is laid out."""

import numpy as np
import streamlit as st

from model.interpretability.arithmetic import (
    Explanation,
    FlattenedValue,
    KeptValue,
    PoolingWindow,
    WeightedSum,
    explain_value,
)
from model.network import Layer, LayerKind, Network
from model.network.activations import ForwardPass, LayerOutput
from ui.components.maps import big_map, map_grid
from ui.frame.save_menu import save_menu
from ui.inside.arithmetic_sums import show_explanation
from ui.inside.layer_choice import layer_control
from ui.locale import say
from ui.state.address import arrival, go_to, place
from ui.state.links import copy_link
from ui.state.picks import keep_option, news
from ui.state.session import View

STRIDE_SECONDS = 0.6
"""How long the playing window rests at each place: long enough to read a total."""
SMALL = 300
"""Width of a map beside its sum, in CSS pixels."""


def arithmetic(network: Network, inside: ForwardPass) -> None:
    """Let one value of any layer be picked and show where it comes from.

    The layer, the channel and the switch stand outside of the fragment that moves with each pick.
    """
    view = place(network.config)
    names = [output.layer.name for output in inside.layers]
    row = st.container(horizontal=True, gap="medium", vertical_alignment="bottom")
    with row:
        number = names.index(layer_control(names, view.layer, "arithmetic_layer"))
    output = inside.layers[number]
    if output.layer.name != view.layer:
        view = View(output.layer.name, epoch=view.epoch)
    source = inside.layers[number - 1].after if number else inside.digit[:, :, None]
    shown = source if output.layer.kind is LayerKind.FLATTEN else output.after

    choice = row.container(width="content")
    playing = row.toggle(
        say("Play"), key="arithmetic_playing", help=say("The window slides by itself.")
    )
    every = STRIDE_SECONDS if playing else None
    if shown.ndim == 1:
        go_to(View(output.layer.name, _unit(view, output), None, view.epoch))
        st.fragment(_walk_units, run_every=every)(network, inside, output, playing)
        return
    i, j, channel = _start(view, output, shown)
    with choice:
        channel = int(
            st.number_input(
                say("Map of {layer}", layer=output.layer.name)
                if output.layer.has_maps
                else say("Map"),
                0,
                shown.shape[2] - 1,
                channel,
                key=f"arithmetic_channel_{output.layer.name}_{arrival()}",
                width=150,
            )
        )
    go_to(_view(output.layer, (i, j), channel, shown, view.epoch))
    st.fragment(_walk_map, run_every=every)(network, inside, number, channel, (i, j), playing)


def _unit(view: View, output: LayerOutput) -> int:
    return view.channel if view.channel is not None else int(np.argmax(output.after))


def _start(view: View, output: LayerOutput, shown: np.ndarray) -> tuple[int, int, int]:
    """Row, column and channel to begin with: those of the view, or the layer's largest value."""
    if output.layer.kind is LayerKind.FLATTEN:
        at = view.channel if view.channel is not None else int(np.argmax(shown))
        i, j, k = np.unravel_index(at, shown.shape)
        return int(i), int(j), int(k)
    channel = view.channel
    if channel is None:
        channel = int(np.argmax(shown.max(axis=(0, 1))))
    if view.pixel is not None:
        return *view.pixel, channel
    i, j = np.unravel_index(int(np.argmax(shown[:, :, channel])), shown.shape[:2])
    return int(i), int(j), channel


def _view(
    layer: Layer, pixel: tuple[int, int], channel: int, shown: np.ndarray, epoch: int | None
) -> View:
    """The address of a place; in the flattened vector it is the number of its value."""
    if layer.kind is LayerKind.FLATTEN:
        index = (pixel[0] * shown.shape[1] + pixel[1]) * shown.shape[2] + channel
        return View(layer.name, index, None, epoch)
    return View(layer.name, channel, pixel, epoch)


def _walk_map(
    network: Network,
    inside: ForwardPass,
    number: int,
    channel: int,
    start: tuple[int, int],
    playing: bool,
) -> None:
    """A map to pick a pixel in (or to watch the window slide), and what made that pixel.

    The map is told `start` and, while playing, each next place. Told of every pick, it would be set
    back to the last one that arrived while the next is on its way.
    """
    output = inside.layers[number]
    layer = output.layer
    source = inside.layers[number - 1].after if number else inside.digit[:, :, None]
    shown = source if layer.kind is LayerKind.FLATTEN else output.after
    view = place(network.config)
    row, column, _ = _start(view, output, shown)
    if playing:
        row, column = start = _next((row, column), shown.shape[:2])
    left, right = st.columns([2, 3], gap="large")
    with left:
        flattens = layer.kind is LayerKind.FLATTEN
        st.markdown(
            say("**Pick a value of its source, map {channel}**", channel=channel)
            if flattens
            else say(
                "**Pick a value of {layer}, map {channel}**", layer=layer.name, channel=channel
            )
        )
        key = f"arithmetic_map_{layer.name}_{arrival()}"
        pick = news(
            key,
            big_map(
                shown[:, :, channel],
                key=key,
                scale=float(np.abs(shown).max()),
                size=SMALL,
                place=start,
                label=say("its source, map {channel}", channel=channel)
                if flattens
                else say("{layer}, map {channel}", layer=layer.name, channel=channel),
            ),
        )
        if pick is not None:
            row, column = pick.row, pick.column
        now = _view(layer, (row, column), channel, shown, view.epoch)
        go_to(now)
        at = (row, column, channel) if layer.has_maps else (now.channel or 0,)
        explanation = explain_value(network, inside, layer.name, at)
        opened = _input_map(explanation, source)
    with right:
        show_explanation(explanation, opened)
        _take_along(output)


def _input_map(explanation: Explanation, source: np.ndarray) -> int:
    """Show a map that the layer reads with the window on it; return its number."""
    match explanation:
        case WeightedSum(layer=layer):
            opened = _opened_channel(explanation)
            window, top, left = layer.window, explanation.top, explanation.left
        case PoolingWindow(layer=layer):
            opened = explanation.place[2]
            window, top, left = layer.window, explanation.top, explanation.left
        case FlattenedValue() | KeptValue():
            return 0
    of_picture = layer.input_shape[2] == 1
    st.markdown(
        say("**The picture and the window**")
        if of_picture
        else say("**Input map {channel} and the window**", channel=opened)
    )
    key = f"arithmetic_input_{layer.name}"
    big_map(
        source[:, :, opened],
        key=key,
        scale=float(np.abs(source).max()),
        size=SMALL,
        window=(top, left, top + window, left + window),
        label=say("the picture") if of_picture else say("input map {channel}", channel=opened),
    )
    return opened


def _opened_channel(explanation: WeightedSum) -> int:
    """Which input map's products are laid out: the one that adds most, or one that is chosen."""
    count = len(explanation.partial_sums)
    if count == 1 or explanation.products.shape[:2] == (1, 1):
        return 0
    keep_option(key := f"arithmetic_opened_{explanation.layer.name}")
    chosen = st.selectbox(
        say("Input map to open"),
        [None, *range(count)],
        key=key,
        format_func=lambda c: (
            say("the one that adds or takes most") if c is None else say("map {number}", number=c)
        ),
    )
    return int(explanation.order[0]) if chosen is None else chosen


def _next(pixel: tuple[int, int], shape: tuple[int, ...]) -> tuple[int, int]:
    """The place after this one, row by row; after the last comes the first."""
    at = (pixel[0] * shape[1] + pixel[1] + 1) % (shape[0] * shape[1])
    row, column = divmod(at, shape[1])
    return row, column


def _walk_units(network: Network, inside: ForwardPass, output: LayerOutput, playing: bool) -> None:
    """Units to pick from, and what made the picked one."""
    layer = output.layer
    view = place(network.config)
    unit = _unit(view, output)
    if playing:
        unit = (unit + 1) % len(output.after)
    softmax = layer.activation == "softmax"
    st.markdown(
        say("**Pick a digit of {layer}**", layer=layer.name)
        if softmax
        else say("**Pick a unit of {layer}**", layer=layer.name)
    )
    key = f"arithmetic_units_{layer.name}_{arrival()}"
    pick = news(
        key,
        map_grid(
            output.after[None, None, :],
            key=key,
            size=26,
            selected=unit,
            marked_empty=False,
            noun="digit" if softmax else "unit",
            labels=[str(i) for i in range(len(output.after))],
        ),
    )
    if pick is not None:
        unit = pick.channel
    go_to(View(layer.name, unit, None, view.epoch))
    explanation = explain_value(network, inside, layer.name, (unit,))
    opened = _opened_channel(explanation) if isinstance(explanation, WeightedSum) else 0
    show_explanation(explanation, opened)
    _take_along(output)


def _take_along(output: LayerOutput) -> None:
    """The link to this place, and the numbers of the whole layer as a file."""
    with st.container(horizontal=True):
        copy_link()
        save_menu(output.after, name=output.layer.name, key="arithmetic_save")
