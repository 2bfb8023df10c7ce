"""What excites each filter most: pieces of real digits, cut out by the filter's receptive field."""

from dataclasses import dataclass

import numpy as np

from model.data.mnist import DigitSource, digits_of
from model.network import Layer, LayerKind, Network, layers
from model.network.activations import dead, layer_outputs

BEST = 9  # patches a filter


@dataclass(frozen=True, eq=False)
class LayerPatches:
    """For every filter of one layer the digits in which it answers most, each digit once.

    All arrays are (n, filters), best first, n at most `BEST`: `digits` holds places in the data
    set, `rows` and `columns` the pixel of the filter's map, `values` its sum before ReLU. Before,
    because a filter that no digit switches on still has digits that come closest.
    """

    layer: Layer
    digits: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray

    @property
    def dead(self) -> np.ndarray:
        """The numbers of the dead filters: of each the highest value of all digits is here."""
        return np.flatnonzero(dead(self.values))

    def cut(self, images: np.ndarray, number: int) -> np.ndarray:
        """Cut one filter's patches out of the pictures that they were found in.

        Args:
            images: (n, 28, 28), the same digits in the same order.
            number: of the filter.

        Returns:
            (field, field, patches), field being the layer's receptive field.
        """
        cuts = []
        for place, row, column in zip(
            self.digits[:, number], self.rows[:, number], self.columns[:, number], strict=True
        ):
            top, left, bottom, right = self.layer.field_of(int(row), int(column))
            cuts.append(images[place, top:bottom, left:right])
        return np.stack(cuts, axis=-1)


def best_patches(network: Network, source: DigitSource) -> tuple[LayerPatches, ...]:
    """Find them for every filter of every convolution layer. Runs in a worker: loads TensorFlow.

    Args:
        network: any network.
        source: the digits or their name; at least one.

    Returns:
        One LayerPatches a convolution layer, in forward order.
    """
    convolutions = {
        layer.name: layer for layer in layers(network.config) if layer.kind is LayerKind.CONVOLUTION
    }
    highest: dict[str, list[np.ndarray]] = {name: [] for name in convolutions}
    places: dict[str, list[np.ndarray]] = {name: [] for name in convolutions}
    for batch in layer_outputs(network, digits_of(source).inputs(), convolutions):
        for name, output in batch.items():
            z = output.before  # (n, height, width, filters)
            z = z.reshape(len(z), -1, z.shape[-1])
            places[name].append(z.argmax(axis=1))
            highest[name].append(z.max(axis=1))
    return tuple(
        _best(layer, np.concatenate(highest[name]), np.concatenate(places[name]))
        for name, layer in convolutions.items()
    )


def _best(layer: Layer, highest: np.ndarray, places: np.ndarray) -> LayerPatches:
    """From each digit's highest value and its place, both (digits, filters), the best digits."""
    order = np.argsort(-highest, axis=0, kind="stable")[:BEST]
    rows, columns = np.divmod(np.take_along_axis(places, order, axis=0), layer.output_shape[1])
    return LayerPatches(layer, order, rows, columns, np.take_along_axis(highest, order, axis=0))
