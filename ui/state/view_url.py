"""A view as parameters of a URL, and back; nothing here knows a page."""

from collections.abc import Iterator, Mapping

from model.interpretability.ablation import Ablation
from model.network import SIDE, Layer, NetworkConfig, layers
from ui.state.session import View

NAMES = ("layer", "channel", "row", "column", "epoch", "before")
OFF, FLIP = "off", "flip"

LONGEST = 5  # digits of a number in a URL: as many as the units of the largest layer need


def to_params(view: View) -> dict[str, str]:
    """Return a view as the parameters of a URL; what was not chosen is left out."""
    row, column = view.pixel or (None, None)
    values = (view.layer, view.channel, row, column, view.epoch, 1 if view.before else None)
    return {name: str(v) for name, v in zip(NAMES, values, strict=True) if v is not None}


def from_params(params: Mapping[str, str]) -> View:
    """Return the view that a URL asks for; what is not a whole number counts as not there."""
    channel, row, column, epoch, before = (_number(params.get(name)) for name in NAMES[1:])
    pixel = (row, column) if row is not None and column is not None else None
    return View(params.get("layer"), channel, pixel, epoch, before == 1)


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


def change_to(change: Ablation) -> dict[str, str]:
    """Return changes as the parameters of a URL; none where nothing is changed."""
    off = ",".join(f"{layer}.{number}" for layer, number in change.filters)
    flip = ",".join(f"{row}.{column}" for row, column in change.pixels)
    return {name: text for name, text in ((OFF, off), (FLIP, flip)) if text}


def change_from(params: Mapping[str, str]) -> Ablation:
    """Return the changes that a URL asks for; what cannot be read counts as not there."""
    filters = [
        (layer, number)
        for layer, text in _pairs(params.get(OFF, ""))
        if (number := _number(text)) is not None
    ]
    pixels = [
        (row, column)
        for one, other in _pairs(params.get(FLIP, ""))
        if (row := _number(one)) is not None
        and (column := _number(other)) is not None
        and row < SIDE
        and column < SIDE
    ]
    return Ablation(tuple(dict.fromkeys(filters)), tuple(dict.fromkeys(pixels)))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """The parts of "a.b,c.d"; what has no point in it is left out."""
    for part in text.split(","):
        first, point, second = part.partition(".")
        if point:
            yield first, second


def find_layer(config: NetworkConfig, name: str | None) -> Layer | None:
    """The layer of that name in the network's table; None where there is none."""
    return next((layer for layer in layers(config) if layer.name == name), None)


def _number(text: str | None) -> int | None:
    # isascii: isdigit also holds for digits that int does not take
    right = text is not None and len(text) <= LONGEST and text.isascii() and text.isdigit()
    return int(text) if text is not None and right else None
