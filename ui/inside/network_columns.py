"""The network view: a column for every layer, from the picture to the ten outputs."""

import numpy as np

from model.network import SIDE
from model.network.activations import ForwardPass, LayerOutput
from ui.components.overview import Column, Opened, Outputs, Sheet
from ui.locale import say
from ui.state.session import View
from ui.style.layer_words import TITLES, shape_text


def columns(inside: ForwardPass) -> list[Column]:
    """Return the columns of a forward pass: the picture first, then every layer.

    A layer with ReLU has two panels, before and after it, on one scale, so that one sees what is
    cut off. It is the scale of what is left: the large negative sums, which go nowhere, would make
    all else look pale. The ten outputs are rows with their scores and probabilities.
    """
    picture = Sheet(inside.digit[:, :, None], 1.0)
    first = Column("input", say("Input"), (shape_text((SIDE, SIDE, 1)),), (picture,))
    return [first, *(_column(output) for output in inside.layers)]


def place_of(opened: Opened, inside: ForwardPass) -> View | None:
    """The place in the network that was opened; None for the picture."""
    if opened.column == 0:
        return None
    layer = inside.layers[opened.column - 1].layer
    before = layer.activation == "relu" and opened.panel == 0
    return View(layer.name, opened.channel, before=before)


def _column(output: LayerOutput) -> Column:
    layer = output.layer
    scale = float(np.abs(output.after).max()) or float(np.abs(output.before).max())
    panels: tuple[Sheet | Outputs, ...]
    if layer.activation == "relu":
        before = Sheet(output.before, scale, say("before ReLU"))
        panels = (before, Sheet(output.after, scale, say("after ReLU")))
    elif layer.activation == "softmax":
        panels = (Outputs(output.before, output.after, say("score, then softmax")),)
    else:
        panels = (Sheet(output.after, scale),)
    title = say("Output") if layer.activation == "softmax" else say(TITLES[layer.kind])
    facts = (
        shape_text(layer.output_shape),
        say("{count:,} parameters", count=layer.parameters),
    )
    return Column(layer.name, title, facts, panels)
