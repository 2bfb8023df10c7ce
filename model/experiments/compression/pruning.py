"""Pruning by magnitude: the smallest weights become zero.

Han, Pool, Tran and Dally 2015, "Learning both weights and connections for efficient neural
networks". All kernels together have one threshold here, so that each layer keeps what is large;
biases stay.
"""

import numpy as np

from model.network import Network, NetworkConfig, from_vector, to_vector, weight_shapes


def mask(network: Network, share: float) -> np.ndarray:
    """Which weights stay when the smallest are set to zero: (parameters,) float32 of 0 and 1.

    Args:
        network: any.
        share: of the weights of all kernels that go, from 0 to 1; of equal ones the first go.
    """
    vector = to_vector(network.weights)
    kernels = np.flatnonzero(in_kernels(network.config))
    order = np.argsort(np.abs(vector[kernels]), kind="stable")
    stays = np.ones(len(vector), np.float32)
    stays[kernels[order[: round(share * len(kernels))]]] = 0
    return stays


def pruned(network: Network, share: float) -> Network:
    """The network with this share of its weights set to zero, and nothing learned after."""
    vector = to_vector(network.weights) * mask(network, share)
    origin = f"{network.origin}, {share:.0%} of its weights set to zero"
    return Network(network.config, from_vector(network.config, vector), origin)


def in_kernels(config: NetworkConfig) -> np.ndarray:
    """Of all parameters those that are weights and no biases: (parameters,) bool."""
    return np.concatenate(
        [
            np.full(int(np.prod(shape)), name.endswith("/kernel"))
            for name, shape in weight_shapes(config).items()
        ]
    )
