"""The network: its architecture, its weights, and what comes out of it.

Names of the architecture are this wing's own: `from model.network import Network, layers`.
"""

from model.network.architecture import (
    CLASSES,
    POOL,
    SIDE,
    Layer,
    LayerKind,
    MapsTooSmallError,
    Network,
    NetworkConfig,
    Weights,
    computable,
    count_parameters,
    from_vector,
    layers,
    to_vector,
    weight_shapes,
)

__all__ = [
    "CLASSES",
    "POOL",
    "SIDE",
    "Layer",
    "LayerKind",
    "MapsTooSmallError",
    "Network",
    "NetworkConfig",
    "Weights",
    "computable",
    "count_parameters",
    "from_vector",
    "layers",
    "to_vector",
    "weight_shapes",
]
