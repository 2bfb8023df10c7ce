"""Networks that have learned nothing: each weight is drawn by chance, and never zero."""

import numpy as np

from model.network import Network, NetworkConfig, weight_shapes


def noise_network(
    config: NetworkConfig, seed: int = 4, spread: float = 0.3, origin: str = "test"
) -> Network:
    """A network whose weights and biases are normal noise; the same seed gives the same one."""
    chance = np.random.default_rng(seed)
    weights = {
        name: chance.normal(0, spread, shape).astype(np.float32)
        for name, shape in weight_shapes(config).items()
    }
    return Network(config, weights, origin)
