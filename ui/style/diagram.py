"""The network as a picture, drawn from its own layer table."""

from base64 import b64encode
from html import escape

import streamlit as st

from model.network import SIDE, Layer, LayerKind, NetworkConfig, count_parameters, layers

MEANING = {
    LayerKind.CONVOLUTION: "looks for small patterns",
    LayerKind.POOLING: "keeps the strongest of each 2×2",
    LayerKind.FLATTEN: "lays all values in a row",
    LayerKind.DROPOUT: "silences some while training",
    LayerKind.DENSE: "weighs everything together",
}
TITLES = {
    LayerKind.CONVOLUTION: "Convolution",
    LayerKind.POOLING: "Pooling",
    LayerKind.FLATTEN: "Flatten",
    LayerKind.DROPOUT: "Dropout",
    LayerKind.DENSE: "Dense",
}


def shape_text(shape: tuple[int, ...]) -> str:
    """(26, 26, 32) as "26×26×32"."""
    return "×".join(map(str, shape))


def network_diagram(config: NetworkConfig) -> None:
    """Draw every layer with its kind, output shape, parameters and receptive field."""
    first = _card(
        "Picture", "input", (SIDE, SIDE, 1), "", "28 rows of 28 pixels, ink is 1, paper 0", "#888"
    )
    cards = [first, *(_layer_card(config, layer) for layer in layers(config))]
    st.html(f"<div class='ds-net' role='list' aria-label='Layers'>{''.join(cards)}</div>")
    st.caption(
        f"{count_parameters(config):,} numbers are learned (parameters). "
        "“Sees” is the receptive field: how much of the picture one value depends on."
    )


def _layer_card(config: NetworkConfig, layer: Layer) -> str:
    colours = {
        LayerKind.CONVOLUTION: "#c2410c",
        LayerKind.POOLING: "#1c5aa6",
        LayerKind.FLATTEN: "#888",
        LayerKind.DROPOUT: "#888",
        LayerKind.DENSE: "#6d4aa8",
    }
    facts = f"{layer.parameters:,} parameters" if layer.parameters else "learns nothing"
    if layer.has_maps:
        facts += f"<br>sees {layer.receptive_field}×{layer.receptive_field} pixels"
    meaning = MEANING[layer.kind]
    if layer.kind is LayerKind.POOLING and config.pooling == "average":
        meaning = "averages each 2×2"
    if layer.activation == "softmax":
        meaning = "ten probabilities, one a digit"
    title = TITLES[layer.kind]
    return _card(title, layer.name, layer.output_shape, facts, meaning, colours[layer.kind])


def _card(
    title: str, name: str, shape: tuple[int, ...], facts: str, meaning: str, colour: str
) -> str:
    drawing = _stack(shape, colour) if len(shape) == 3 else _bar(shape[0], colour)
    return (
        f"<div role='listitem'>{_image(drawing)}<b>{escape(title)}</b>"
        f"<span class='name'>{escape(name)}</span> · "
        f"<span class='shape'>{shape_text(shape)}</span><br>{facts}"
        f"<div class='meaning'>{escape(meaning)}</div></div>"
    )


def _image(svg: str) -> str:
    """An SVG as an image: as a plain element it would be cleaned away by `st.html`."""
    return f"<img alt='' src='data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}'>"


def _svg(width: float, shapes: str) -> str:
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} 76' height='76'>"
    return f"{head}{shapes}</svg>"


def _stack(shape: tuple[int, ...], colour: str) -> str:
    """Sheets one behind the other: their side is the maps' side, their number grows with theirs."""
    side = 16 + shape[0] * 1.4
    sheets = 1 if shape[2] == 1 else min(3 + shape[2] // 16, 8)
    squares = "".join(
        f"<rect x='{4 + 4 * k}' y='{72 - side - 2 * k}' width='{side}' height='{side}' rx='2' "
        f"fill='{colour}' fill-opacity='0.16' stroke='{colour}'/>"
        for k in reversed(range(sheets))
    )
    width = side + 4 * sheets + 8
    return _svg(width, squares)


def _bar(units: int, colour: str) -> str:
    """A column of units; ten are drawn one by one."""
    cells = min(units, 16)
    height = 68 / cells
    boxes = "".join(
        f"<rect x='4' y='{4 + k * height}' width='14' height='{height - 1.2}' rx='1.5' "
        f"fill='{colour}' fill-opacity='0.25' stroke='{colour}' stroke-width='0.8'/>"
        for k in range(cells)
    )
    return _svg(22, boxes)
