"""Five ways to learn digits, from the network of the course to a row of weighted pixels.

The three that are trained step by step do the same number of updates. The two others have one best
solution, and scikit-learn computes it to the end: that is to their advantage, not to ours.

The hand-made features: Dalal and Triggs 2005, "Histograms of oriented gradients for human
detection". Fixed random kernels: Jarrett, Kavukcuoglu, Ranzato and LeCun 2009, "What is the best
multi-stage architecture for object recognition?".
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import numpy as np

from model.data.mnist import Digits
from model.experiments.experiment import Working
from model.experiments.learners.loop import Tensor, fitted, in_slices, in_thread
from model.experiments.learning import answers, trained
from model.network import SIDE, Network, NetworkConfig, count_parameters
from model.network.forward import every_output
from model.network.keras_model import first_weights

LearnerName = Literal["cnn", "dense", "random", "hog", "pixels"]
PLAIN = NetworkConfig(filters=(), dense_units=117)
"""A dense network as large as that of the course: 93,025 parameters, there 93,322."""
CELL = 7  # pixels: 4×4 cells in a picture
PIECE = 250  # digits that are read between two signs of life
RATES = {"cnn": 0.004, "dense": 0.002, "random": 0.01}
"""Learning rates, chosen on the validation digits (300 updates) among 0.001, 0.002, 0.004, 0.01."""
HOG_C, PIXELS_C = 1.0, 0.1
"""scikit-learn's C, likewise among 0.01, 0.1, 1 and 10: a smaller one keeps weights smaller."""


@dataclass(frozen=True, eq=False)
class Learned:
    """What has learned.

    Attributes:
        answers: (n, 28, 28) uint8 → (n,), the digits that it reads.
        parameters: how many numbers were learned.
        pictures: of what was learned, by name: (height, width, count) float32.
    """

    answers: Callable[[np.ndarray], np.ndarray]
    parameters: int
    pictures: Mapping[str, np.ndarray] = field(default_factory=dict)


Learner = Callable[[Digits, int, int], Generator[Working, None, Learned]]
"""(training digits, updates, seed) → what has learned, with signs of life."""


def read(learned: Learned, images: np.ndarray) -> Generator[Working, None, np.ndarray]:
    """The answers to many digits: (n, 28, 28) uint8 → (n,)."""
    return (yield from in_slices(learned.answers, images, PIECE))


def _network(
    config: NetworkConfig, learning_rate: float, digits: Digits, updates: int, seed: int
) -> Generator[Working, None, Learned]:
    network = yield from trained(digits, updates, seed, config=config, learning_rate=learning_rate)
    return _of_network(network, count_parameters(config))


def _of_network(network: Network, parameters: int) -> Learned:
    if network.config.filters:
        pictures = network.weights["conv1/kernel"][:, :, 0]
    else:
        pictures = network.weights["dense/kernel"].reshape(SIDE, SIDE, -1)[:, :, :32]
    return Learned(partial(_answers, network), parameters, {"weights": pictures})


def _answers(network: Network, images: np.ndarray) -> np.ndarray:
    return answers(network, Digits(images, np.zeros(len(images), np.uint8)))


def _random(digits: Digits, updates: int, seed: int) -> Generator[Working, None, Learned]:
    config = NetworkConfig()
    first = first_weights(config, seed)
    names = [name for name in first if name.startswith(("dense", "output"))]
    features = yield from in_slices(partial(convolved, config, first), digits.images, PIECE)
    head = yield from fitted(
        head_loss,
        [first[name] for name in names],
        features,
        digits.labels.astype(np.int32),
        updates,
        seed,
        learning_rate=RATES["random"],
    )
    weights = {**first, **dict(zip(names, head, strict=True))}
    return _of_network(
        Network(config, weights, "an experiment"), sum(first[name].size for name in names)
    )


def convolved(
    config: NetworkConfig, weights: Mapping[str, np.ndarray], images: np.ndarray
) -> np.ndarray:
    """What the convolutions make of digits: (n, 28, 28) uint8 → (n, 576) float32."""
    x = Digits(images, images[:, 0, 0]).inputs()[..., None]
    found: np.ndarray = every_output(config)(list(weights.values()), x)["flatten"][1].numpy()
    return found


def head_loss(weights: Any, x: Tensor, y: Tensor, seed: Tensor) -> Tensor:
    """The cross-entropy of a hidden layer and an output layer on features."""
    import tensorflow as tf

    dense, dense_bias, output, bias = weights
    logits = tf.nn.relu(x @ dense + dense_bias) @ output + bias
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))


def _hog(digits: Digits, updates: int, seed: int) -> Generator[Working, None, Learned]:
    from sklearn.svm import LinearSVC

    features = yield from in_slices(hog_features, digits.images, PIECE)
    machine = LinearSVC(C=HOG_C, random_state=seed)
    yield from in_thread(lambda: machine.fit(features, digits.labels))
    return Learned(
        lambda images: machine.predict(hog_features(images)),
        machine.coef_.size + machine.intercept_.size,
    )


def hog_features(images: np.ndarray) -> np.ndarray:
    """Histograms of oriented gradients: (n, 28, 28) uint8 → (n, 324) float64.

    In each of 4×4 cells, how much edge runs in each of nine directions; every four neighbouring
    cells are brought to the same strength together.
    """
    from skimage.feature import hog

    return np.array(
        [
            hog(image, orientations=9, pixels_per_cell=(CELL, CELL), cells_per_block=(2, 2))
            for image in Digits(images, images[:, 0, 0]).inputs()
        ]
    )


def _pixels(digits: Digits, updates: int, seed: int) -> Generator[Working, None, Learned]:
    from sklearn.linear_model import LogisticRegression

    machine = LogisticRegression(C=PIXELS_C, max_iter=1000)
    rows = digits.inputs().reshape(len(digits), -1)
    yield from in_thread(lambda: machine.fit(rows, digits.labels))
    return Learned(
        lambda images: machine.predict(images.reshape(len(images), -1) / np.float32(255)),
        machine.coef_.size + machine.intercept_.size,
        {"weights": machine.coef_.T.reshape(SIDE, SIDE, -1).astype(np.float32)},
    )


LEARNERS: Mapping[LearnerName, Learner] = {
    "cnn": partial(_network, NetworkConfig(), RATES["cnn"]),
    "dense": partial(_network, PLAIN, RATES["dense"]),
    "random": _random,
    "hog": _hog,
    "pixels": _pixels,
}
