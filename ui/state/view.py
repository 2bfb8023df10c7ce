"""A place in the network as properties of the address, and what of it a network has."""

from typing import Any

from model.network import Layer, NetworkConfig, layers
from ui.state.properties import BEFORE, CHANNEL, COLUMN, EPOCH, LAYER, ROW, Property
from ui.state.session import View


def to_values(view: View) -> dict[Property[Any], Any]:
    """The six properties of a place."""
    row, column = view.pixel or (None, None)
    return {
        LAYER: view.layer,
        CHANNEL: view.channel,
        ROW: row,
        COLUMN: column,
        EPOCH: view.epoch,
        BEFORE: view.before,
    }


def fitting(view: View, config: NetworkConfig) -> View:
    """Return the view without what this network does not have."""
    layer = find_layer(config, view.layer)
    if layer is None:
        return View(epoch=view.epoch)
    shape = layer.output_shape
    channel = view.channel if view.channel is not None and view.channel < shape[-1] else None
    pixel = view.pixel if layer.has_maps else None
    if pixel is not None and not (pixel[0] < shape[0] and pixel[1] < shape[1]):
        pixel = None
    return View(
        layer.name, channel, pixel, view.epoch, view.before and layer.activation is not None
    )


def find_layer(config: NetworkConfig, name: str | None) -> Layer | None:
    """The layer of that name in the network's table; None where there is none."""
    return next((layer for layer in layers(config) if layer.name == name), None)
