"""The kernels: what each convolution layer has learned to look for."""

from dataclasses import dataclass

import numpy as np

from model.network import Kind, Layer, Network, layers


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


def kernels(network: Network) -> tuple[LayerKernels, ...]:
    """Return the filters of every convolution layer in forward order."""
    return tuple(
        LayerKernels(
            layer, network.weights[f"{layer.name}/kernel"], network.weights[f"{layer.name}/bias"]
        )
        for layer in layers(network.config)
        if layer.kind is Kind.CONVOLUTION
    )
