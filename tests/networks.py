"""Networks that tests and benchmarks make, and what Keras itself makes of digits with them."""

from typing import TYPE_CHECKING, Literal

import numpy as np
from hypothesis import strategies as st

from model.data.mnist import embedded
from model.interpretability.arithmetic import Check, explain_value
from model.network import Layer, Network, NetworkConfig, layers, weight_shapes
from model.network.activations import forward_pass
from model.network.keras_model import build

if TYPE_CHECKING:
    import keras


def weights_of(model: "keras.Model", config: NetworkConfig) -> dict[str, np.ndarray]:
    """Return the weights of a model that `build` made, by name."""
    names = weight_shapes(config)
    return dict(zip(names, (np.asarray(w) for w in model.get_weights()), strict=True))


KERNELS: tuple[Literal[3], Literal[5]] = (3, 5)
POOLING: tuple[Literal["max"], Literal["average"]] = ("max", "average")


@st.composite
def configs(draw: st.DrawFn) -> NetworkConfig:
    """Every architecture that can be built, kept small so that Keras answers quickly."""
    kernel: Literal[3, 5] = draw(st.sampled_from(KERNELS))
    most = 3 if kernel == 3 else 2
    return NetworkConfig(
        filters=tuple(draw(st.lists(st.integers(1, 6), max_size=most))),
        kernel_size=kernel,
        pooling=draw(st.sampled_from(POOLING)),
        dense_units=draw(st.integers(1, 12)),
        dropout=draw(st.sampled_from((0.0, 0.3))),
    )


def random_config(rng: np.random.Generator) -> NetworkConfig:
    kernel: Literal[3, 5] = KERNELS[rng.integers(2)]
    count = int(rng.integers(0, 4 if kernel == 3 else 3))
    return NetworkConfig(
        filters=tuple(int(n) for n in rng.integers(1, 33, count)),
        kernel_size=kernel,
        pooling=POOLING[rng.integers(2)],
        dense_units=int(rng.integers(1, 65)),
        dropout=float(rng.choice((0.0, 0.4))),
    )


def random_network(config: NetworkConfig, seed: int) -> Network:
    """Keras' own first weights, and biases that are not all zero."""
    weights = weights_of(build(config, seed), config)
    rng = np.random.default_rng(seed)
    for name, array in weights.items():
        if name.endswith("bias"):
            weights[name] = rng.normal(0, 0.1, array.shape).astype(np.float32)
    return Network(config, weights, "test")


def random_place(layer, rng: np.random.Generator) -> tuple[int, ...]:
    return tuple(int(rng.integers(size)) for size in layer.output_shape)


def keras_outputs(network: Network, pictures: np.ndarray) -> dict[str, np.ndarray]:
    """What Keras itself makes of some digits: its model, its layers, not our forward pass."""
    import keras

    model = build(network.config, seed=0)
    model.set_weights(list(network.weights.values()))
    every = keras.Model(model.inputs, [layer.output for layer in model.layers[1:]])
    outputs = every([pictures[..., None]], training=False)
    names = [layer.name for layer in model.layers[1:]]
    return {name: np.asarray(output) for name, output in zip(names, outputs, strict=True)}


def held_against_keras() -> list[tuple[Network, Layer, Check]]:
    """200 random places: 20 networks, the course's first, with 10 digits each and a place in each.

    What Keras gives is what counts here, not what our own forward pass reports.
    """
    rng = np.random.default_rng(2026)
    digits, found = embedded().test.inputs(), []
    for number in range(20):
        network = random_network(NetworkConfig() if number == 0 else random_config(rng), number)
        pictures = digits[rng.choice(len(digits), 10, replace=False)]
        expected = keras_outputs(network, pictures)
        for i, picture in enumerate(pictures):
            layer = layers(network.config)[rng.integers(len(layers(network.config)))]
            place = random_place(layer, rng)
            ours = explain_value(network, forward_pass(network, picture), layer.name, place).check
            reference = float(expected[layer.name][(i, *place)])
            found.append((network, layer, Check(ours.computed, reference, ours.size)))
    return found


def relative(check: Check) -> float:
    """The difference as a share of the other's value."""
    return abs(check.difference) / max(abs(check.reported), 1e-30)
