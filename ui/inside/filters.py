"""Filters on screen: all of a layer, one of them opened, what it looks for, and hand-made ones."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from model.data import mnist
from model.interpretability.activation_maximization import STEPS, Ascent, ascend, start_ascent
from model.interpretability.kernels import HAND_MADE, FilterOrder, LayerKernels, apply_kernel, strip
from model.interpretability.top_patches import best_patches
from model.network import Network
from ui.components.maps import big_map, map_grid
from ui.frame.epoch_strip import epoch_strip
from ui.frame.save_menu import save_menu
from ui.inside.arithmetic_tables import four, two
from ui.inside.layer_choice import layer_control
from ui.locale import say, to_say
from ui.locale.sentence import paragraph
from ui.state.address import arrival, go_to, place
from ui.state.ask import ask
from ui.state.ask_in_slices import Slice, ask_in_slices
from ui.state.links import copy_link
from ui.state.picks import keep_option, news
from ui.state.session import ChosenDigit, View

SLICE = 5
"""Steps of the ascent between two pictures."""
HAND_MADE_WORDS = {
    "sobel_vertical": (
        to_say("Sobel, vertical edges"),
        to_say("Positive where the ink begins from left to right, negative where it ends."),
    ),
    "sobel_horizontal": (
        to_say("Sobel, horizontal edges"),
        to_say("Positive where the ink begins from top to bottom, negative where it ends."),
    ),
    "laplace": (
        to_say("Laplace"),
        to_say("Negative inside a thin line, positive beside it, zero where nothing changes."),
    ),
    "blur": (to_say("Blur"), to_say("The mean of nine pixels: edges grow soft.")),
}
"""Of each kernel made by hand: its name, and what it answers to."""
OWN = to_say("My own")
ORDERS = {
    FilterOrder.NUMBER: to_say("number"),
    FilterOrder.NORM: to_say("size, largest first"),
    FilterOrder.SIMILARITY: to_say("similarity"),
}


def explore(network: Network, layers: Sequence[LayerKernels]) -> None:
    """Show the filters of one layer, and one of them opened.

    Args:
        network: the one that all pages show.
        layers: its convolution layers, at least one.
    """
    filters, order = _choice(layers, network)
    view = place(network.config)
    view = view if view.layer == filters.layer.name else View(filters.layer.name, epoch=view.epoch)
    scale = float(np.abs(filters.kernels).max())
    numbers = filters.in_order(order)
    key = f"filters_{filters.layer.name}_{order}_{arrival()}"
    chosen = np.flatnonzero(numbers == (view.channel or 0))
    new = news(
        key,
        map_grid(
            tiled(filters.kernels)[:, :, numbers],
            key=key,
            scale=scale,
            size=64,
            labels=[str(number) for number in numbers],
            selected=int(chosen[0]),
            noun="filter",
        ),
    )
    number = int(numbers[new.channel]) if new is not None else view.channel or 0
    go_to(View(filters.layer.name, number, None, view.epoch))
    _opened(network, filters, number, scale)


def tiled(kernels: np.ndarray) -> np.ndarray:
    """Lay the slices of every filter side by side, so that one picture holds all of a filter.

    Args:
        kernels: (height, width, input channels, filters).

    Returns:
        (rows, columns, filters): the kernels themselves where they read one map; else all their
        slices in a block as square as it can be, row by row, with a line of zeros between two.
    """
    height, width, channels, count = kernels.shape
    if channels == 1:
        return kernels[:, :, 0, :]
    across = int(np.ceil(np.sqrt(channels)))
    down = -(-channels // across)
    slots = np.zeros((down * across, height + 1, width + 1, count), kernels.dtype)
    slots[:channels, :height, :width] = np.moveaxis(kernels, 2, 0)
    table = slots.reshape(down, across, height + 1, width + 1, count).swapaxes(1, 2)
    return table.reshape(down * (height + 1), across * (width + 1), count)[:-1, :-1]


def _choice(layers: Sequence[LayerKernels], network: Network) -> tuple[LayerKernels, FilterOrder]:
    names = [filters.layer.name for filters in layers]
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        name = layer_control(names, place(network.config).layer, "filters_layer")
        keep_option("filter_order")
        order = st.selectbox(
            say("Order"),
            list(ORDERS),
            format_func=_order_words,
            key="filter_order",
            persist_state="session",
            width=190,
            help=say("Size is the root of the sum of the squared weights."),
        )
    filters = layers[names.index(name)]
    height, width, channels, count = filters.kernels.shape
    shape = {"count": count, "height": height, "width": width, "channels": channels}
    words = (
        say(
            "{count} filters of {height}×{width}×{channels} weights: each reads the picture.",
            **shape,
        )
        if channels == 1
        else say(
            "{count} filters of {height}×{width}×{channels} weights: each reads {channels} maps, "
            "one {height}×{width} slice each.",
            **shape,
        )
    )
    weights = say(
        "Weights from {lowest:.2f} to {highest:.2f}, on one scale.",
        lowest=float(filters.kernels.min()),
        highest=float(filters.kernels.max()),
    ).replace("-", "−")
    st.caption(paragraph(words, weights))
    return filters, order


def _order_words(order: FilterOrder) -> str:
    return say(ORDERS[order])


def _opened(network: Network, filters: LayerKernels, number: int, scale: float) -> None:
    """One filter: its weights, what drives it most, and its way through the training."""
    layer = filters.layer
    name = say("{layer}, filter {number}", layer=layer.name, number=number)
    st.header(name, anchor=False)
    slices = filters.slices(number)
    st.caption(
        say(
            "Size {size}, bias {bias}. It sees {side}×{side} pixels of the picture.",
            size=four(float(filters.norms()[number])),
            bias=four(float(filters.bias[number])),
            side=layer.receptive_field,
        )
    )
    if slices.shape[2] == 1:
        big_map(
            slices[:, :, 0],
            key="kernel",
            scale=scale,
            size=220,
            label=say("filter {number}", number=number),
        )
    else:
        order = np.argsort(-filters.slice_norms(number), kind="stable")
        st.markdown(say("**Its slices**, those with the largest weights first"))
        map_grid(
            slices[:, :, order],
            key="slices",
            scale=scale,
            size=56,
            labels=[say("map {number}", number=channel) for channel in order],
            noun="slice",
        )
    with st.container(horizontal=True):
        copy_link()
        save_menu(slices, name=f"{layer.name}_filter_{number}", key="save_filter", scale=scale)
    wanted, real = st.columns(2, gap="large")
    with wanted:
        _looks_for(network, filters, number)
    with real:
        _real_patches(network, layer.name, number)
    epoch_strip(
        name,
        key="filter_epochs",
        purpose=say("How these weights came about while the network was trained."),
        frames=lambda networks: tiled(strip(networks, layer.name, number)),
    )


def _looks_for(network: Network, filters: LayerKernels, number: int) -> None:
    """The picture that drives the filter most, by gradient ascent, its steps visible."""
    st.markdown(say("**What it looks for**"))
    st.caption(
        say(
            "From noise, every pixel is changed a little {count} times so that the "
            "filter's sum grows (gradient ascent). A slight blur and a pull towards paper "
            "keep single pixels down.",
            count=STEPS,
        )
    )
    name = filters.layer.name
    first = start_ascent(network, name, number)

    def prepare() -> list[Slice[Ascent]]:
        return [partial(_climb_on, network, first)] * (STEPS // SLICE)

    ask_in_slices(
        ("ascent", network.fingerprint, name, number),
        prepare,
        _show_climb,
        key="ascent",
        label=say("Climbing"),
        start=say("Find it"),
    )


def _climb_on(network: Network, first: Ascent, before: Sequence[Ascent]) -> partial[Ascent]:
    return partial(ascend, network, before[-1] if before else first, SLICE)


def _show_climb(found: Sequence[Ascent], _: bool) -> None:
    last = found[-1]
    side = last.patch.shape[0]
    big_map(
        last.patch,
        key="ascent_picture",
        scale=1.0,
        values=side <= 5,
        size=200,
        label=say("picture"),
    )
    st.markdown(
        say(
            "Step {step} of {count}: the sum before ReLU rose from {first} to **{last}**.",
            step=last.step,
            count=STEPS,
            first=four(last.values[0]),
            last=four(last.values[-1]),
        )
    )
    frames = np.stack([each.patch for each in found], axis=-1)
    labels = [say("step {step}", step=each.step) for each in found]
    map_grid(
        frames,
        key="ascent_steps",
        scale=1.0,
        size=56,
        labels=labels,
        marked_empty=False,
        noun="picture",
    )


def _real_patches(network: Network, name: str, number: int) -> None:
    """The nine pieces of test digits that excite the filter most."""
    st.markdown(say("**What excites it most in real digits**"))
    st.caption(say("Cut out of nine of the 500 test digits, with the sum before ReLU below each."))
    test = mnist.embedded().test
    layers = ask(
        best_patches,
        network,
        mnist.Selection(part="test"),
        for_everybody=True,
        spinner=say("Searching 500 test digits …"),
    )
    if layers is None:
        return
    found = next(layer for layer in layers if layer.layer.name == name)
    cuts = found.cut(test.inputs(), number)
    truths, values = test.labels[found.digits[:, number]], found.values[:, number]
    labels = [f"{digit}: {two(float(value))}" for digit, value in zip(truths, values, strict=True)]
    map_grid(
        cuts, key="patches", scale=1.0, size=84, labels=labels, marked_empty=False, noun="piece"
    )
    if number in found.dead:
        st.caption(say("No test digit lifts it above zero: behind ReLU this filter is dead."))


@st.fragment
def hand_made(first: LayerKernels | None, digit: ChosenDigit) -> None:
    """Apply a kernel that was made by hand to the digit, beside the most similar learned one.

    Args:
        first: the filters that read the picture itself; None where the network has none.
        digit: the one that all pages speak about.
    """
    kernel = _kernel()
    result = apply_kernel(digit.pixels, kernel)
    scale = float(np.abs(result).max()) or 1.0
    similar = None
    if first is None:
        st.info(say("This network has no filters to compare with."))
    elif not kernel.any():
        st.info(say("Nine zeros look for nothing. Change a number."))
    else:
        similar = first.most_similar(kernel)
    mine, learned = st.columns(2, gap="large")
    with mine:
        st.markdown(say("**This kernel, and the digit through it**"))
        big_map(kernel, key="hand_made_kernel", scale=None, size=160, label=say("kernel"))
        big_map(result, key="hand_made_result", scale=scale, size=320, label=say("result"))
    if first is None or similar is None:
        return
    number, cosine = similar
    with learned:
        st.markdown(
            say(
                "**The most similar one of the network: filter {number}**",
                number=number,
            )
        )
        weights = first.kernels[:, :, 0, number]
        big_map(
            weights,
            key="learned_kernel",
            scale=None,
            size=160,
            label=say("filter {number}", number=number),
        )
        answer = apply_kernel(digit.pixels, weights)
        big_map(
            answer,
            key="learned_result",
            scale=float(np.abs(answer).max()),
            size=320,
            label=say("filter {number}", number=number),
        )
        st.markdown(
            say(
                "Similarity **{cosine:.2f}** (the cosine between the two: 1 is the same "
                "pattern, 0 is unrelated, −1 the opposite). Both are shown without bias "
                "and before ReLU.",
                cosine=cosine,
            )
        )


def _kernel_words(name: str) -> str:
    return say(OWN if name == OWN else HAND_MADE_WORDS[name][0])


def _kernel() -> np.ndarray:
    """Let a kernel be chosen or typed in: (3, 3) float32."""
    choice = st.segmented_control(
        say("Kernel"),
        [*HAND_MADE_WORDS, OWN],
        default=next(iter(HAND_MADE_WORDS)),
        format_func=_kernel_words,
        required=True,
        wrap=True,
        key="hand_made",
    )
    if choice in HAND_MADE_WORDS:
        st.caption(say(HAND_MADE_WORDS[choice][1]))
        return HAND_MADE[choice]
    st.caption(say("Nine numbers from −9 to 9, row by row."))
    numbers = np.zeros((3, 3), np.float32)
    with st.container(width=360, key="own_kernel"):
        for i in range(3):
            for j, cell in enumerate(st.columns(3)):
                numbers[i, j] = cell.number_input(
                    say("Row {row}, column {column}", row=i, column=j),
                    -9.0,
                    9.0,
                    float(i == 1 and j == 1),
                    0.5,
                    key=f"own_{i}_{j}",
                    persist_state="session",
                    label_visibility="collapsed",
                )
    return numbers
