"""The kernels: what each convolution layer has learned to look for, beside some made by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from model.interpretability.channel_order import similar_neighbours
from model.network import Layer, LayerKind, Network, layers


class FilterOrder(StrEnum):
    """By what the filters of a layer are ordered."""

    NUMBER = "number"
    NORM = "size"
    SIMILARITY = "similarity"


@dataclass(frozen=True)
class LayerKernels:
    """The filters of one convolution layer.

    `kernels` is (height, width, input channels, filters) float32, unscaled; `bias` (filters,).
    """

    layer: Layer
    kernels: np.ndarray
    bias: np.ndarray

    def slices(self, number: int) -> np.ndarray:
        """One filter: (height, width, input channels), a slice for each map that it reads."""
        return self.kernels[:, :, :, number]

    def norms(self) -> np.ndarray:
        """How large each filter is: (filters,) root of the sum of squares of its weights."""
        return np.asarray(np.sqrt(np.square(self.kernels).sum(axis=(0, 1, 2))))

    def slice_norms(self, number: int) -> np.ndarray:
        """How much a filter weighs each map that it reads: (input channels,)."""
        return np.asarray(np.sqrt(np.square(self.slices(number)).sum(axis=(0, 1))))

    def in_order(self, order: FilterOrder) -> np.ndarray:
        """The filters' numbers: as they are, the largest norm first, or like beside like."""
        match order:
            case FilterOrder.NUMBER:
                return np.arange(self.kernels.shape[-1])
            case FilterOrder.NORM:
                return np.argsort(-self.norms(), kind="stable")
            case FilterOrder.SIMILARITY:
                return similar_neighbours(self.kernels)

    def most_similar(self, kernel: np.ndarray) -> tuple[int, float]:
        """Return the filter of the first layer that is most like a kernel, and how like.

        Args:
            kernel: (height, width), not all zero; smaller than the learned ones it is laid into
                their middle.

        Returns:
            Its number and the cosine of the angle between the two, from −1 to 1: 1 is the same
            pattern at any strength, 0 is unrelated.

        Raises:
            ValueError: a layer that does not read the picture itself, or a kernel of zeros.
        """
        side, _, channels, count = self.kernels.shape
        if channels != 1:
            raise ValueError("Only filters that read the picture itself can be compared.")
        wanted = centred(kernel, side).ravel().astype(np.float64)
        if not wanted.any():
            raise ValueError("A kernel of nothing but zeros is like no other.")
        learned = self.kernels.reshape(-1, count).astype(np.float64)
        lengths = np.linalg.norm(learned, axis=0) * np.linalg.norm(wanted)
        cosines = np.divide(wanted @ learned, lengths, out=np.zeros(count), where=lengths > 0)
        best = int(np.argmax(cosines))
        return best, float(cosines[best])


def kernels(network: Network) -> tuple[LayerKernels, ...]:
    """Return the filters of every convolution layer in forward order."""
    return tuple(
        LayerKernels(
            layer, network.weights[f"{layer.name}/kernel"], network.weights[f"{layer.name}/bias"]
        )
        for layer in layers(network.config)
        if layer.kind is LayerKind.CONVOLUTION
    )


def strip(networks: Sequence[Network], layer: str, number: int) -> np.ndarray:
    """Return one filter as several networks have it, such as those of a run's epochs.

    Args:
        networks: of one architecture, at least one.
        layer: the name of a convolution layer.
        number: of the filter.

    Returns:
        (height, width, input channels, networks) float32.
    """
    return np.stack([made.weights[f"{layer}/kernel"][..., number] for made in networks], axis=-1)


def centred(kernel: np.ndarray, side: int) -> np.ndarray:
    """Return a kernel laid into the middle of a (side, side) one of zeros.

    Raises:
        ValueError: it is larger, or its margin would differ from side to side.
    """
    height, width = kernel.shape
    if height > side or width > side or (side - height) % 2 or (side - width) % 2:
        raise ValueError(f"A {height}×{width} kernel has no middle place in {side}×{side}.")
    up, across = (side - height) // 2, (side - width) // 2
    return np.asarray(np.pad(kernel, ((up, up), (across, across))))


def apply_kernel(picture: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Slide a kernel over a picture: y(i,j) = Σp Σq x(i+p, j+q)·k(p,q), no bias, no activation.

    Args:
        picture: (height, width).
        kernel: (p, q), not larger.

    Returns:
        (height − p + 1, width − q + 1) float32.
    """
    windows = np.lib.stride_tricks.sliding_window_view(picture, kernel.shape)
    return np.asarray(np.einsum("ijpq,pq->ij", windows, kernel), np.float32)


HAND_MADE: Mapping[str, np.ndarray] = {
    "sobel_vertical": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float32),
    "sobel_horizontal": np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], np.float32),
    "laplace": np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], np.float32),
    "blur": np.full((3, 3), 1 / 9, np.float32),
}
"""Kernels that people thought of: two for edges, vertical and horizontal (Sobel and Feldman 1968),
the discrete Laplace operator and the box blur."""
