"""What made one unit, and what of the ink speaks for an answer: products, traced both ways.

Pure NumPy on a forward pass, as `arithmetic`, which does the sums. An input's contribution to a
unit is their product, weight · input: the contributions of all inputs and the bias are the unit's
value before its activation, exactly. To follow the largest of them backwards from an output is the
plainest of the methods that hand an answer down through the layers (compare "layer-wise relevance
propagation", Bach et al. 2015, "On pixel-wise explanations for non-linear classifier decisions by
layer-wise relevance propagation", which hands down all of it).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from model.interpretability.arithmetic import (
    Explanation,
    FlattenedValue,
    KeptValue,
    Place,
    PoolingWindow,
    WeightedSum,
    explain_value,
)
from model.network import SIDE, Layer, LayerKind, Network, layers
from model.network.activations import ForwardPass

INPUT = "input"
"""The name of the picture itself, where a layer's is asked for."""
PATHS = 3
"""The dense units that a path begins with, and what it takes of the inputs of each."""
INPUTS, FEEDS = 9, 3
"""How many inputs of a unit are named, and how much of what it feeds."""


class NoSuchUnitError(ValueError):
    """A network has no such layer, or a layer no such unit."""


@dataclass(frozen=True)
class Unit:
    """One unit of one layer. `row` and `column` are None where the layer has no maps."""

    layer: str
    channel: int
    row: int | None = None
    column: int | None = None

    @property
    def place(self) -> Place:
        """Its index in the layer's output."""
        if self.row is None or self.column is None:
            return (self.channel,)
        return self.row, self.column, self.channel


Field = tuple[int, int, int, int]
"""(top, left, bottom, right) in the 28×28 picture; bottom and right exclusive."""


@dataclass(frozen=True)
class PathUnit:
    """A unit on the path of the largest contributions.

    Attributes:
        unit: which one.
        value: of it, after the activation: the input of the unit above.
        weight: which that unit gives it; 1 for the winner of a pooling window.
        product: weight · value.
        to: the place of the unit above in the level above.
        field: what of the picture it depends on.
    """

    unit: Unit
    value: float
    weight: float
    product: float
    to: int
    field: Field


@dataclass(frozen=True)
class Path:
    """The largest contributions from an output (a digit) back to the ink.

    `levels` goes from the layer below the output to the picture itself; the units of the first one
    all lead to the output. A unit that is on the path twice has its own path below only once, under
    the first place where it stands.
    """

    output: int
    levels: tuple[tuple[PathUnit, ...], ...]


@dataclass(frozen=True)
class Contribution:
    """A term of a unit's sum, or the unit's own term in the sum of one that it feeds."""

    unit: Unit
    input: float
    weight: float
    product: float


@dataclass(frozen=True)
class Contributions:
    """What a unit is made of, and what is made of it.

    Attributes:
        unit: which one.
        value: after the activation.
        before: before it, as the network computed it.
        bias: 0 where there is none.
        field: what of the picture it depends on.
        inputs: the largest terms of its sum, largest first; none is 0.
        rest: the sum of all others: bias + inputs + rest = before.
        feeds: the units of the next layer with weights to which it contributes most.
    """

    unit: Unit
    value: float
    before: float
    bias: float
    field: Field
    inputs: tuple[Contribution, ...]
    rest: float
    feeds: tuple[Contribution, ...]


@dataclass(frozen=True, eq=False)
class WholeSum:
    """All of one unit's sum: `explanation` has the numbers, `below` what the layer received."""

    unit: Unit
    explanation: Explanation
    field: Field
    before: float
    below: np.ndarray  # (height, width, channels) float32, or (units,) where there are no maps
    softmax: tuple[np.ndarray, np.ndarray] | None  # logits, probabilities; of the output layer


def strongest_path(network: Network, inside: ForwardPass, output: int | None = None) -> Path:
    """Return the path of the largest contributions to an output.

    From the output its `PATHS` largest inputs, of each of these the `PATHS` largest, and from there
    on the largest product alone; through a pooling window its winner. Where all products are 0 a
    path ends.

    Args:
        network: that `inside` was computed with.
        inside: one digit's way through it.
        output: of the ten; None: the one with the largest probability.
    """
    table = layers(network.config)
    if output is None:
        output = int(inside.probabilities.argmax())
    number = len(table) - 1
    levels: list[tuple[PathUnit, ...]] = []
    above: list[tuple[Place, int]] = [((output,), 0)]
    while number >= 0:
        below = _reads(table, number)
        count = PATHS if table[number].kind is LayerKind.DENSE else 1
        level: list[PathUnit] = []
        for place, to in above:
            explanation = explain_value(network, inside, table[number].name, place)
            for each in _largest(table, below, explanation, count):
                seen = _field(table, below, each.unit.place)
                level.append(PathUnit(each.unit, each.input, each.weight, each.product, to, seen))
        firsts: dict[Place, int] = {}
        for at, unit in enumerate(level):
            firsts.setdefault(unit.unit.place, at)
        above, number = list(firsts.items()), below
        levels.append(tuple(level))
    return Path(output, tuple(levels))


def contributions(network: Network, inside: ForwardPass, unit: Unit) -> Contributions:
    """Return what a unit is made of, and what is made of it.

    Args:
        network: that `inside` was computed with.
        inside: one digit's way through it.
        unit: of any layer, or of the `INPUT`.

    Raises:
        NoSuchUnitError: there is no such layer, or no such unit in it.
    """
    table = layers(network.config)
    number = _number(table, unit)
    value = _value(inside, number, unit)
    where = _field(table, number, unit.place)
    feeds = tuple(_feeds(network, inside, table, number, unit, value))[:FEEDS]
    if number < 0:
        return Contributions(unit, value, value, 0.0, where, (), 0.0, feeds)
    explanation = explain_value(network, inside, unit.layer, unit.place)
    before = float(inside.layers[number].before[unit.place])
    bias = explanation.bias if isinstance(explanation, WeightedSum) else 0.0
    inputs = tuple(_largest(table, _reads(table, number), explanation, INPUTS))
    rest = before - bias - sum(each.product for each in inputs)
    return Contributions(unit, value, before, bias, where, inputs, rest, feeds)


def whole_sum(network: Network, inside: ForwardPass, unit: Unit) -> WholeSum:
    """Return all of one unit's sum.

    Args:
        network: that `inside` was computed with.
        inside: one digit's way through it.
        unit: of any layer; the picture's own pixels are no sums.

    Raises:
        NoSuchUnitError: there is no such layer, or no such unit in it.
    """
    table = layers(network.config)
    number = _number(table, unit)
    if number < 0:
        raise NoSuchUnitError("A pixel of the picture is no sum.")
    output = inside.layers[number]
    below = inside.layers[number - 1].after if number else inside.digit[:, :, None]
    last = output.layer.activation == "softmax"
    return WholeSum(
        unit,
        explain_value(network, inside, unit.layer, unit.place),
        _field(table, number, unit.place),
        float(output.before[unit.place]),
        below,
        (output.before, output.after) if last else None,
    )


def _number(table: tuple[Layer, ...], unit: Unit) -> int:
    """The place of a unit's layer in the table; -1 is the picture.

    Raises:
        NoSuchUnitError: there is no such layer, or no such unit in it.
    """
    shapes = {INPUT: (SIDE, SIDE, 1)} | {layer.name: layer.output_shape for layer in table}
    shape, place = shapes.get(unit.layer, ()), unit.place
    if len(shape) != len(place) or any(
        not 0 <= at < size for at, size in zip(place, shape, strict=True)
    ):
        raise NoSuchUnitError(f"This network has no unit {unit}.")
    return list(shapes).index(unit.layer) - 1


def _reads(table: tuple[Layer, ...], number: int) -> int:
    """The layer whose values a layer reads; -1 is the picture.

    Flatten and dropout only hand values on.
    """
    number -= 1
    while number >= 0 and table[number].kind in (LayerKind.FLATTEN, LayerKind.DROPOUT):
        number -= 1
    return number


def _unit(table: tuple[Layer, ...], number: int, row: int, column: int, channel: int) -> Unit:
    if number < 0:
        return Unit(INPUT, channel, row, column)
    layer = table[number]
    if layer.has_maps:
        return Unit(layer.name, channel, row, column)
    return Unit(layer.name, channel)


def _value(inside: ForwardPass, number: int, unit: Unit) -> float:
    if number < 0:
        return float(inside.digit[unit.place[:2]])
    return float(inside.layers[number].after[unit.place])


def _field(table: tuple[Layer, ...], number: int, place: Place) -> Field:
    """What of the picture a unit depends on."""
    if number < 0:
        return place[0], place[1], place[0] + 1, place[1] + 1
    layer = table[number]
    if layer.kind is LayerKind.FLATTEN:
        row, column, _ = (int(at) for at in np.unravel_index(place[0], layer.input_shape))
        below = _reads(table, number)
        return _field(table, below, (row, column, 0))
    if layer.has_maps:
        return layer.field_of(place[0], place[1])
    side = min(layer.receptive_field, SIDE)
    return 0, 0, side, side


def _largest(
    table: tuple[Layer, ...], below: int, explanation: Explanation, count: int
) -> Iterator[Contribution]:
    """The largest terms of a unit's sum, largest first.

    Args:
        table: of the layers.
        below: the layer whose units the terms are.
        explanation: of the unit.
        count: how many. Of one the product itself counts, of more its size: a path that goes on
            with one unit alone follows what speaks for the unit above.
    """
    match explanation:
        case WeightedSum():
            best = int(explanation.products.argmax())
            if count > 1 or explanation.products.flat[best] <= 0:
                causes = explanation.causes(count)
            else:
                causes = (explanation.cause(best),)
            for cause in causes:
                unit = _unit(table, below, cause.row, cause.column, cause.channel)
                yield Contribution(unit, cause.input, cause.weight, cause.product)
        case PoolingWindow(values=values, mode=mode):
            # The average takes the same share of each; of the largest, the winner counts alone.
            share = 1.0 if mode == "max" else 1 / values.size
            most = 1 if mode == "max" else count
            for at in np.argsort(-values.ravel(), kind="stable")[:most]:
                row, column = (int(i) for i in np.unravel_index(at, values.shape))
                if (value := float(values[row, column])) == 0:
                    return
                place = (explanation.top + row, explanation.left + column, explanation.place[2])
                yield Contribution(_unit(table, below, *place), value, share, share * value)
        case FlattenedValue(source=source, value=value):
            yield Contribution(_unit(table, below, *source), value, 1.0, value)
        case KeptValue(place=place, value=value):
            yield Contribution(_unit(table, below, 0, 0, place[0]), value, 1.0, value)


def _feeds(
    network: Network,
    inside: ForwardPass,
    table: tuple[Layer, ...],
    number: int,
    unit: Unit,
    value: float,
) -> list[Contribution]:
    """What a unit adds to the units of the next layer that computes, largest first."""
    following = number + 1
    while following < len(table) and table[following].kind in (
        LayerKind.FLATTEN,
        LayerKind.DROPOUT,
    ):
        following += 1
    if following == len(table):
        return []
    layer = table[following]
    match layer.kind:
        case LayerKind.DENSE:
            weights = network.weights[f"{layer.name}/kernel"][_flat(table, number, unit)]
            places: list[Place] = [(other,) for other in range(len(weights))]
        case LayerKind.CONVOLUTION:
            places, weights = _windows(network, layer, unit)
        case _:
            return _pooled(network, inside, layer, unit, value)
    products = weights.astype(np.float64) * value
    largest = np.argsort(-np.abs(products), kind="stable")[:FEEDS]
    return [
        Contribution(_placed(layer, places[at]), value, float(weights[at]), float(products[at]))
        for at in largest
        if products[at] != 0
    ]


def _placed(layer: Layer, place: Place) -> Unit:
    if len(place) == 1:
        return Unit(layer.name, place[0])
    return Unit(layer.name, place[2], place[0], place[1])


def _flat(table: tuple[Layer, ...], number: int, unit: Unit) -> int:
    """The place of a unit among the values that a dense layer reads."""
    if len(unit.place) == 1:
        return unit.channel
    shape = (SIDE, SIDE, 1) if number < 0 else table[number].output_shape
    return int(np.ravel_multi_index(unit.place, shape))


def _windows(network: Network, layer: Layer, unit: Unit) -> tuple[list[Place], np.ndarray]:
    """The units of a convolution whose window a unit is in, and the weight that each gives it."""
    row, column, channel = unit.place
    kernel = network.weights[f"{layer.name}/kernel"][:, :, channel]
    places: list[Place] = []
    weights = []
    for down in range(layer.window):
        for across in range(layer.window):
            at = (row - down, column - across)
            inside = all(0 <= i < size for i, size in zip(at, layer.output_shape[:2], strict=True))
            if inside:
                places += [(*at, other) for other in range(layer.output_shape[2])]
                weights.append(kernel[down, across])
    return places, np.concatenate(weights)


def _pooled(
    network: Network, inside: ForwardPass, layer: Layer, unit: Unit, value: float
) -> list[Contribution]:
    """The pooling window that a unit is in, where the unit counts in it."""
    row, column, channel = unit.place
    place = (row // layer.stride, column // layer.stride, channel)
    if any(at >= size for at, size in zip(place, layer.output_shape, strict=True)):
        return []  # an odd row or column at the end is left out
    window = explain_value(network, inside, layer.name, place)
    assert isinstance(window, PoolingWindow)
    mean = window.mode != "max"
    if not mean and (row - window.top, column - window.left) not in window.winners[:1]:
        return []
    share = 1 / window.values.size if mean else 1.0
    return [Contribution(_placed(layer, place), value, share, share * value)] if value else []
