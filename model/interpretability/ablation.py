"""What if this filter were not there, or this pixel were ink: the answers before and after.

Switching a filter off means that its map is zero everywhere: its kernel and its bias are set to 0,
so that ReLU passes nothing on. All other weights stay as they were learned.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from model.data.mnist import unseen
from model.network import CLASSES, SIDE, LayerKind, Network, NetworkConfig, layers
from model.network.forward import probabilities

T = TypeVar("T")

FilterName = tuple[str, int]
"""A layer's name and the number of one of its filters."""
Pixel = tuple[int, int]
"""Row and column in the picture."""


@dataclass(frozen=True)
class Ablation:
    """What is different: filters that are switched off and pixels that are flipped."""

    filters: tuple[FilterName, ...] = ()
    pixels: tuple[Pixel, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.filters or self.pixels)

    def within(self, config: NetworkConfig) -> "Ablation":
        """The same without the filters that a network does not have."""
        counts = _filters(config)
        kept = tuple(f for f in self.filters if 0 <= f[1] < counts.get(f[0], 0))
        return Ablation(kept, self.pixels)

    def toggled_filter(self, layer: str, number: int) -> "Ablation":
        """The same with one filter switched over."""
        return Ablation(_toggled(self.filters, (layer, number)), self.pixels)

    def toggled_pixel(self, row: int, column: int) -> "Ablation":
        """The same with one pixel flipped, or flipped back."""
        return Ablation(self.filters, _toggled(self.pixels, (row, column)))


@dataclass(frozen=True)
class Trial:
    """What is picked and tried out on top of a change that is kept: a pixel, a filter, or both."""

    pixel: Pixel | None = None
    filter: FilterName | None = None

    def on(self, kept: Ablation) -> Ablation:
        """Both together; trying what is already changed changes it back."""
        now = kept.toggled_pixel(*self.pixel) if self.pixel else kept
        return now.toggled_filter(*self.filter) if self.filter else now


def _toggled(items: tuple[T, ...], item: T) -> tuple[T, ...]:
    return tuple(i for i in items if i != item) if item in items else (*items, item)


def _filters(config: NetworkConfig) -> dict[str, int]:
    """How many filters each convolution layer has, by name."""
    table = (layer for layer in layers(config) if layer.kind is LayerKind.CONVOLUTION)
    return {layer.name: layer.output_shape[-1] for layer in table}


@dataclass(frozen=True, eq=False)
class TestEffect:
    """What a change does to many digits.

    `labels`, `before` and `after` are (n,): the true digits and the two answers.
    """

    __test__ = False  # pytest takes every class whose name begins with Test for a test

    labels: np.ndarray
    before: np.ndarray
    after: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """(10,) how many there are of each digit."""
        return np.bincount(self.labels, minlength=CLASSES)

    def right(self, answers: np.ndarray) -> np.ndarray:
        """(10,) how many of each digit were answered rightly."""
        return np.bincount(self.labels[answers == self.labels], minlength=CLASSES)

    @property
    def changed(self) -> np.ndarray:
        """Places of the digits that are answered differently."""
        return np.flatnonzero(self.before != self.after)


def changed_network(network: Network, change: Ablation) -> Network:
    """Return the network with the change's filters switched off.

    Raises:
        ValueError: a filter that the network does not have.
    """
    counts = _filters(network.config)
    weights = dict(network.weights)
    for layer, number in change.filters:
        if not 0 <= number < counts.get(layer, 0):
            raise ValueError(f"This network has no filter {number} in a layer {layer}.")
        for name in (f"{layer}/kernel", f"{layer}/bias"):
            weights[name] = weights[name].copy()
            weights[name][..., number] = 0
    return Network(network.config, weights, f"{network.origin}, changed")


def changed_digits(pictures: np.ndarray, change: Ablation) -> np.ndarray:
    """Return pictures with the change's pixels flipped: x becomes 1 − x, paper becomes ink.

    Args:
        pictures: (..., 28, 28) float32 in [0, 1]; left as they are.
        change: what is different.

    Raises:
        ValueError: a pixel outside of the picture.
    """
    flipped = pictures.copy()
    for row, column in change.pixels:
        if not (0 <= row < SIDE and 0 <= column < SIDE):
            raise ValueError(f"Row {row}, column {column} is outside of the picture.")
        flipped[..., row, column] = 1 - flipped[..., row, column]
    return flipped


def for_unseen(network: Network, change: Ablation) -> TestEffect:
    """Return what a change does to the 1,000 unseen digits. Runs in a worker.

    A flipped pixel is flipped in all of them.
    """
    pictures = unseen().inputs()
    before = probabilities(network, pictures)
    after = probabilities(changed_network(network, change), changed_digits(pictures, change))
    labels = unseen().labels.astype(np.int64)
    return TestEffect(labels, before.argmax(axis=1), after.argmax(axis=1))
